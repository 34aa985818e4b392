"""Runs the lines of docs/first-steps.md against a fresh service and compares what they print.

    first_steps_test.py            the test
    first_steps_test.py --write    writes what was printed into the page, with <id>, <time> and <any> in its place
"""
import os
import pathlib
import re
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "api"))
from running_service import BINARY, ROOT, Service  # noqa: E402

PAGE = ROOT / "docs/first-steps.md"
ID = "[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"
HELD = {"<id>": ID, "<time>": TIME, "<any>": r'[^"\n]*'}
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.M | re.S)


def steps(page):
    """(block number, command, expected) of the whole page. A command goes on while its quotes are open."""
    found = []
    for number, block in enumerate(BLOCK.findall(page)):
        lines = block.splitlines()
        while lines:
            command = lines.pop(0)
            assert command.startswith("$ "), f"a block begins with a command, not with {command!r}"
            command = command[2:]
            while lines and command.count("'") % 2:
                command += "\n" + lines.pop(0)
            expected = []
            while lines and not lines[0].startswith("$ "):
                expected.append(lines.pop(0))
            found.append((number, command, "\n".join(expected)))
    return found


class Shell:
    """One bash, so that variables live on, beside one service."""

    def __init__(self):
        self.service = Service()
        env = {"PATH": os.environ["PATH"], "DATABASE_URL": self.service.store.url, "LANG": "C.UTF-8"}
        self.bash = subprocess.Popen(["bash", "--noprofile", "--norc"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                     stderr=subprocess.STDOUT, text=True, env=env)
        self.last_id = ""

    def run(self, command):
        command = command.replace("127.0.0.1:8080", f"127.0.0.1:{self.service.port}")
        command = command.replace("build/release/mission-management", BINARY).replace("<id>", self.last_id)
        self.bash.stdin.write(command + "\nprintf '\\n\\001\\n'\n")
        self.bash.stdin.flush()
        lines = []
        while (line := self.bash.stdout.readline()) and line != "\x01\n":
            lines.append(line)
        text = "".join(lines).rstrip("\n")
        if ids := re.findall(ID, text):
            self.last_id = ids[0]
        return text.replace(f"127.0.0.1:{self.service.port}", "127.0.0.1:8080")

    def close(self):
        self.bash.stdin.close()
        self.bash.wait(10)
        self.bash.stdout.close()
        self.service.kill()
        self.service.store.remove()


def pattern_of(expected):
    parts = re.split("(<id>|<time>|<any>)", expected)
    return "".join(HELD.get(part, re.escape(part)) for part in parts)


class FirstSteps(unittest.TestCase):
    def test_every_line_prints_what_the_page_says(self):
        shell = Shell()
        try:
            found = steps(PAGE.read_text())
            self.assertGreater(len(found), 25)
            for _, command, expected in found:
                printed = shell.run(command)
                self.assertTrue(re.fullmatch(pattern_of(expected), printed),
                                f"\n$ {command}\nthe page says:\n{expected}\nprinted:\n{printed}")
        finally:
            shell.close()


def write():
    page, shell, blocks = PAGE.read_text(), Shell(), {}
    for number, command, _ in steps(page):
        printed = re.sub(TIME, "<time>", re.sub(ID, "<id>", shell.run(command)))
        blocks.setdefault(number, []).append("$ " + command + ("\n" + printed if printed else ""))
    shell.close()
    texts = iter("```console\n" + "\n".join(blocks[n]) + "\n```" for n in sorted(blocks))
    PAGE.write_text(BLOCK.sub(lambda _: next(texts), page))


if __name__ == "__main__":
    write() if "--write" in sys.argv else unittest.main()
