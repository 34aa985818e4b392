#!/usr/bin/env python3
"""Proves that the fences bite: compiles small programs with the exact flags of a room and expects them to fail, each beside a
control that differs only in the forbidden line and must compile.

    fences.py --build DIR --room NAME      the room's doors and, when it is pure, its fence
    fences.py --build DIR --case FILE.cpp  one program; its head says '// room: NAME' and '// expect: words of the error'
"""
import argparse
import json
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


class Fences:
    def __init__(self, build):
        self.build = pathlib.Path(build).resolve()
        self.commands = json.loads((self.build / "compile_commands.json").read_text())
        self.rooms = {}
        for line in (self.build / "rooms.txt").read_text().split():
            name, path, pure, depends, _ = line.split("|")
            self.rooms[name] = (path, pure in ("TRUE", "ON", "1"), set(filter(None, depends.split(","))))
        self.faults = []
        self.done = 0

    def flags(self, room):
        """The compile command of one of the room's own sources, without the source and the output."""
        for entry in self.commands:
            if f"/{room}.dir/" in "/" + entry.get("output", entry["command"]) and not entry["file"].endswith("_test.cpp"):
                words = shlex.split(entry["command"])
                keep, skip = [], False
                for word in words:
                    if skip:
                        skip = False
                    elif word == "-o":
                        skip = True
                    elif word not in ("-c", entry["file"]):
                        keep.append(word)
                if pathlib.Path(keep[0]).name == "ccache":
                    keep = keep[1:]
                return keep, entry["directory"]
        return None, None

    def compile(self, room, file, *more):
        flags, directory = self.flags(room)
        done = subprocess.run([*flags, *more, "-fsyntax-only", str(file)], cwd=directory, capture_output=True, text=True)
        return done.returncode == 0, done.stderr

    def text(self, room, text):
        with tempfile.NamedTemporaryFile("w", suffix=".cpp") as file:
            file.write(text)
            file.flush()
            return self.compile(room, file.name)

    def expect_failure(self, what, outcome, words):
        self.done += 1
        compiled, errors = outcome
        if compiled:
            self.faults.append(f"{what}: compiles, and must not")
        elif not re.search(words, errors):
            self.faults.append(f"{what}: fails, but not for the reason '{words}':\n{errors[:1500]}")

    def expect_success(self, what, outcome):
        self.done += 1
        compiled, errors = outcome
        if not compiled:
            self.faults.append(f"{what}: the control does not compile, so the failures prove nothing:\n{errors[:1500]}")

    def room(self, name):
        path, pure, depends = self.rooms[name]
        if self.flags(name)[0] is None:
            sys.exit(f"the room '{name}' has nothing that is compiled")
        self.expect_success(f"{name}: an empty file", self.text(name, "int main() {}\n"))
        # One program with all the doors: most of the time goes into what every header includes.
        doors = [h for other in sorted({name} | depends) if (h := self.a_header_seen(name, other))]
        self.expect_success(f"{name}: {doors}", self.text(name, "".join(f'#include "{h}"\n' for h in doors)))
        for other in sorted(set(self.rooms) - depends - {name}):
            if header := self.a_header(other):
                self.expect_failure(f'{name}: "{header}"', self.text(name, f'#include "{header}"\n'), "file not found")
        if pure:
            fence = ROOT / "cmake" / "fence"
            for header in sorted(p.relative_to(fence).as_posix() for p in fence.rglob("*") if p.is_file()):
                self.expect_failure(f"{name}: <{header}>", self.text(name, f"#include <{header}>\n"), "pure rooms have no")

    def a_header_seen(self, name, other):
        """One that the room really includes, by itself or through what it includes: another of that room may name headers
        which this one has no use for."""
        wanted = self.rooms[other][0]
        todo = sorted((ROOT / "src" / self.rooms[name][0]).glob("*.?pp"))
        seen = set(todo)
        while todo:
            for included in re.findall(r'^#include "([a-z0-9_/]+\.hpp)"', todo.pop(0).read_text(), re.M):
                file = ROOT / "src" / included
                if file.parent == ROOT / "src" / wanted:
                    return included
                if file.exists() and file not in seen:
                    seen.add(file)
                    todo.append(file)
        return self.a_header(other)

    def a_header(self, room):
        headers = sorted((ROOT / "src" / self.rooms[room][0]).glob("*.hpp"))
        return f"{self.rooms[room][0]}/{headers[0].name}" if headers else None

    def case(self, file):
        head = pathlib.Path(file).read_text()
        room = re.search(r"^// room: (\S+)$", head, re.M)[1]
        expect = re.search(r"^// expect: (.+)$", head, re.M)[1]
        self.expect_success(f"{file} with CONTROL", self.compile(room, file, "-DCONTROL"))
        self.expect_failure(file, self.compile(room, file), expect)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--room")
    what.add_argument("--case")
    options = parser.parse_args()
    fences = Fences(options.build)
    fences.room(options.room) if options.room else fences.case(options.case)
    for fault in fences.faults:
        print(fault)
    print(f"{fences.done} programs compiled, {len(fences.faults)} faults")
    return 1 if fences.faults else 0


if __name__ == "__main__":
    sys.exit(main())
