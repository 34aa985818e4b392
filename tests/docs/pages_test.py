"""The pages are true: settings, figures, tables and events stand in docs/ as the binary and the sources have them.

    pages_test.py --write    writes the generated parts anew: the table of settings and docs/openapi.json
"""
import pathlib
import re
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "api"))
from running_service import BINARY, ROOT, ServiceTest  # noqa: E402

OPERATIONS = ROOT / "docs/operations.md"
STORED = ROOT / "docs/stored-formats.md"
SETTINGS = re.compile(r"(<!-- settings: .*? -->\n).*?(<!-- /settings -->)", re.S)


def printed(command):
    return subprocess.run([BINARY, command], capture_output=True, text=True, check=True).stdout


class Operations(ServiceTest):
    def test_the_table_of_settings_is_the_binarys(self):
        page = OPERATIONS.read_text()
        self.assertEqual(SETTINGS.sub(lambda m: m[1] + printed("settings") + m[2], page), page,
                         "docs/operations.md is stale: tests/docs/pages_test.py --write")

    def test_the_readme_knows_only_real_settings(self):
        real = set(re.findall(r"^\| `([A-Z_]+)`", printed("settings"), re.M))
        readme = (ROOT / "README.md").read_text()
        table = readme[readme.index("## Settings"):]
        named = set(re.findall(r"^\| `([A-Z_]+)` \|", table, re.M))
        self.assertTrue(named and named <= real, named - real)

    def test_every_figure_is_explained(self):
        mission = self.service.in_state("running")
        self.service.post(f"/missions/{mission['id']}/start")
        page = OPERATIONS.read_text()
        for name in re.findall("^# TYPE ([a-z_]+) ", self.service.get("//metrics").text, re.M):
            self.assertIn(f"| `{name}` |", page)


class Stored(unittest.TestCase):
    def test_every_table_and_column_is_named(self):
        page = STORED.read_text()
        for step in sorted((ROOT / "migrations").glob("*.sql")):
            for table, body in re.findall(r"create table (\w+) \((.*?)\n\);", step.read_text(), re.S):
                row = re.search(rf"^\| `{table}` \|.*$", page, re.M)
                self.assertTrue(row, f"docs/stored-formats.md does not know the table {table}")
                for column in re.findall(r"^  (?!primary|unique|foreign|check|constraint)(\w+) ", body, re.M):
                    self.assertIn(f"`{column}`", row[0], f"{table}.{column}")

    def test_every_event_is_named(self):
        page = STORED.read_text()
        for header in (ROOT / "src").rglob("*.hpp"):
            for name in re.findall(r'kType = "([a-z_.]+)"', header.read_text()):
                self.assertIn(f"| `{name}` |", page)


class Links(unittest.TestCase):
    def test_links_between_pages_lead_somewhere(self):
        for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("demo/*.md")]:
            for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text()):
                if "://" not in target and not target.startswith("mailto:"):
                    self.assertTrue((page.parent / target).exists(), f"{page.relative_to(ROOT)} leads to {target}")


def write():
    OPERATIONS.write_text(SETTINGS.sub(lambda m: m[1] + printed("settings") + m[2], OPERATIONS.read_text()))
    (ROOT / "docs/openapi.json").write_text(printed("openapi"))


if __name__ == "__main__":
    write() if "--write" in sys.argv else unittest.main()
