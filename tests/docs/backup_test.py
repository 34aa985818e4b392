"""The backup lines of docs/operations.md: a copy made while the service runs holds everything, and its log agrees."""
import pathlib
import re
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "api"))
from running_service import ROOT, STORE, Service, Store  # noqa: E402


def lines_of(title):
    """The indented command lines below a title of operations.md."""
    page = (ROOT / "docs/operations.md").read_text()
    section = page[page.index("## " + title):]
    return re.findall(r"^    (\S.*)$", section[: section.index("\n## ", 1)], re.M)


class Backup(unittest.TestCase):
    def test_a_backup_of_a_running_service_can_be_served(self):
        service = Service()
        for state in ("pending", "running", "paused", "completed", "failed"):
            service.in_state(state, fleet_id="kept")
        copy = Store()
        for line in lines_of("Backup and restore"):
            if (STORE == "sqlite") != line.startswith("sqlite3"):
                continue
            target = service.store.url
            if line.startswith("pg_restore"):
                line, target = line.replace("--clean --if-exists ", ""), copy.url
            line = line.replace("var/missions.db", f"{service.store.folder}/missions.db")
            subprocess.run(["bash", "-c", line], check=True, cwd=copy.folder, env=service.environment() | {"DATABASE_URL": target})
        service.in_state("ready", fleet_id="kept")  # not in the backup any more
        if STORE == "sqlite":
            next(pathlib.Path(copy.folder).glob("missions-*.db")).rename(f"{copy.folder}/missions.db")
        again = Service(copy)
        missions = again.get("/missions?fleet_id=kept&sort=created_at:asc").json["items"]
        self.assertEqual([m["status"] for m in missions], ["pending", "running", "paused", "completed", "failed"])
        checked = again.run("replay", "--verify")
        self.assertTrue(checked.stdout.startswith("equal: 5 missions"), checked.stdout + checked.stderr)
        again.stop()
        rebuilt = again.run("replay", "--rebuild")
        self.assertEqual(rebuilt.returncode, 0, rebuilt.stdout + rebuilt.stderr)
        self.assertEqual(again.run("replay", "--verify").returncode, 0)
        for one in (service, again):
            one.kill()
            one.store.remove()


if __name__ == "__main__":
    unittest.main()
