#!/usr/bin/env python3
"""Checks the laws of the house and writes docs/house.md.

    scripts/house.py --rooms build/dev/rooms.txt --check     fails when a law is broken or docs/house.md is stale
    scripts/house.py --rooms build/dev/rooms.txt --write     writes docs/house.md (and checks the rest)

The rooms and their arrows are those that CMake declared (rooms.txt); the includes are those of the files in src/.
"""
import argparse
import collections
import pathlib
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
TYPE = re.compile(r'^\s*(?:template\s*<.*>\s*)?(?:class|struct|enum(?:\s+class|\s+struct)?|concept|using)\s+([A-Z]\w*)\b(?!::)')
WORD = re.compile(r'[A-Z][a-z0-9]*')

BANNED_NAMES = {"utils", "util", "common", "core", "helpers", "helper", "misc", "base", "shared"}
BANNED_WORDS = {"Manager", "Helper", "Util", "Utils", "Impl", "Data", "Info", "Processor"}
MAX_LINES = 500
MAX_README_LINES = 30

# Foreign libraries: prefix of the header -> name. The first match counts.
EVERYWHERE = {"boost/describe": "Boost.Describe", "boost/mp11": "Boost.Mp11", "boost/asio": "Boost.Asio", "fmt/": "fmt"}
LIBRARIES = {
    "boost/beast": "Boost.Beast", "boost/json": "Boost.JSON", "sqlite3": "SQLite", "libpq-fe.h": "libpq", "libpq/": "libpq",
    "postgres_ext.h": "libpq", "openssl/": "OpenSSL", "hiredis/": "hiredis", "librdkafka/": "librdkafka", "re2/": "RE2",
    "zlib.h": "zlib", "protozero/": "protozero", "metis.h": "METIS",
}
TEST_LIBRARIES = ("gtest/", "gmock/")
# What the system itself brings; not a library that a room could own.
SYSTEM = re.compile(r"^(sys/|netinet/|arpa/|linux/|bits/)|^(unistd|fcntl|poll|signal|errno|netdb|pthread|sched|dirent|"
                    r"termios|syslog|pwd|grp|dlfcn|execinfo|cxxabi|malloc|endian|time|spawn|ifaddrs)\.h$|^\w*intrin\.h$|^sanitizer/")

# What a pure room may not reach for, by header and by expression.
IMPURE_HEADERS = re.compile(
    r"^(boost/asio|boost/beast|sqlite3|libpq|postgres_ext|openssl/|hiredis/|librdkafka/|sys/|netinet/|arpa/|linux/)"
    r"|^(unistd|fcntl|poll|netdb|pthread|time|signal)\.h$"
    r"|^(random|thread|future|fstream|filesystem|iostream|ctime|csignal|syncstream|stop_token)$")
IMPURE_WORDS = re.compile(
    r"(system_clock|steady_clock|high_resolution_clock|utc_clock)\s*::\s*now|\bstd::(rand|srand|time|getenv|clock)\s*\(|"
    r"\brandom_device\b|\bmt19937|\bstd::(jthread|thread|async)\b|\bclock_gettime\b|\bgetrandom\b")


class Room:
    def __init__(self, line):
        name, path, pure, depends, test_depends = line.split("|")
        self.name, self.path = name, path
        self.pure = pure in ("TRUE", "ON", "1")
        self.depends = [d for d in depends.split(",") if d]
        self.test_depends = [d for d in test_depends.split(",") if d]
        self.files, self.tests = [], []


class House:
    def __init__(self, root, rooms_file):
        self.root, self.src = root, root / "src"
        lines = [l for l in pathlib.Path(rooms_file).read_text().splitlines() if l.strip()]
        self.rooms = {r.name: r for r in map(Room, lines)}
        self.faults = []
        self.text = {}
        by_depth = sorted(self.rooms.values(), key=lambda r: -len(r.path))
        self.room_of_path = lambda path: next((r for r in by_depth if path.startswith(r.path + "/")), None)
        for file in sorted(p for p in self.src.rglob("*") if p.suffix in (".cpp", ".hpp")):
            inside = file.relative_to(self.src).as_posix()
            self.text[inside] = file.read_text(errors="replace").splitlines()
            room = self.room_of_path(inside)
            if room is None:
                self.fault(f"src/{inside}", "belongs to no room: declare one for its folder in src/CMakeLists.txt")
                continue
            (room.tests if self.is_test(inside) else room.files).append(inside)

    @staticmethod
    def is_test(inside):
        return bool(re.search(r"_(db)?test\.(cpp|hpp)$", inside)) or "/tests/" in inside

    def fault(self, where, what):
        self.faults.append(f"{where}: {what}")

    def includes(self, inside):
        """(line number, '<' or '"', header) of each include of the file."""
        return [(n, m[1], m[2]) for n, line in enumerate(self.text[inside], 1) if (m := INCLUDE.match(line))]

    def resolve(self, inside, header):
        """The file in src/ that an include of ours means; None for a foreign one."""
        if header in self.text:
            return header
        beside = (pathlib.PurePosixPath(inside).parent / header).as_posix()
        return beside if beside in self.text else None

    # The laws ------------------------------------------------------------------------------------------------------

    def check_arrows(self):
        for room in self.rooms.values():
            for other in room.depends + room.test_depends:
                if other not in self.rooms:
                    self.fault(room.name, f"declares the room '{other}', which does not exist")
            self.check_reach(room, room.files, set(room.depends), "DEPENDS")
            # A test sees what its room sees; only what it sees beyond that is an arrow of its own.
            self.check_reach(room, room.tests, set(room.test_depends), "TEST_DEPENDS", set(room.depends))
        self.check_cycle()

    def check_reach(self, room, files, declared, word, known=frozenset()):
        """Declared rooms against those reached, directly or through the headers of others (a header's headers must
        compile here too)."""
        reached, seen, queue = {}, set(), collections.deque(files)
        while queue:
            inside = queue.popleft()
            if inside in seen:
                continue
            seen.add(inside)
            for line, _, header in self.includes(inside):
                target = self.resolve(inside, header)
                if target is None:
                    continue
                reached.setdefault(self.room_of_path(target).name, f"src/{inside}:{line}")
                queue.append(target)
        reached.pop(room.name, None)
        for other, where in reached.items():
            if other not in declared and other not in known:
                self.fault(where, f"the room '{room.name}' reaches into '{other}' but does not declare it ({word})")
        for other in sorted(declared - set(reached)):
            self.fault(f"src/{room.path}", f"'{room.name}' declares '{other}' ({word}) and never uses it")
        for other in sorted(declared & set(known)):
            self.fault(f"src/{room.path}", f"'{room.name}' declares '{other}' in both DEPENDS and TEST_DEPENDS")

    def check_cycle(self):
        state, path = {}, []

        def visit(name):
            if state.get(name) == "done" or name not in self.rooms:
                return
            if state.get(name) == "open":
                circle = path[path.index(name):] + [name]
                self.fault("src", "the rooms go in a circle: " + " -> ".join(circle))
                return
            state[name] = "open"
            path.append(name)
            for other in self.rooms[name].depends:
                visit(other)
            path.pop()
            state[name] = "done"

        for name in self.rooms:
            visit(name)

    def check_includes(self):
        owners = collections.defaultdict(dict)
        for room in self.rooms.values():
            for inside in room.files + room.tests:
                test = inside in room.tests
                for line, kind, header in self.includes(inside):
                    where = f"src/{inside}:{line}"
                    if ".." in pathlib.PurePosixPath(header).parts:
                        self.fault(where, "'..' in an include: name the file from src/")
                    if self.resolve(inside, header):
                        continue
                    if room.pure and not test and IMPURE_HEADERS.search(header):
                        self.fault(where, f"the pure room '{room.name}' includes <{header}>: take what it gives as a parameter")
                    if kind == '"':
                        self.fault(where, f'"{header}" is no file of src/; foreign headers come in <>')
                    elif not test:
                        self.check_library(room, where, header, owners)
        for library, users in sorted(owners.items()):
            if len(users) > 1:
                list_of = ", ".join(f"{room} ({where})" for room, where in sorted(users.items()))
                self.fault("src", f"{library} is included by more than one room: {list_of}")

    def check_library(self, room, where, header, owners):
        if any(header.startswith(p) for p in EVERYWHERE):
            return
        for prefix, library in LIBRARIES.items():
            if header.startswith(prefix):
                owners[library].setdefault(room.name, where)
                return
        if header.startswith(TEST_LIBRARIES):
            self.fault(where, "a test library outside a test")
        elif header.startswith("boost/"):
            owners["Boost: " + header.split("/")[1].removesuffix(".hpp")].setdefault(room.name, where)
        elif ("/" in header or header.endswith(".h")) and not SYSTEM.search(header):
            self.fault(where, f"<{header}> is of no library that scripts/house.py knows: add it there")

    def check_files(self):
        for inside, lines in self.text.items():
            where = f"src/{inside}"
            if not lines or not lines[0].startswith("//"):
                self.fault(where, "the first line must be a comment that says what the file is for")
            if inside.endswith(".cpp") and len(lines) > MAX_LINES:
                self.fault(where, f"has {len(lines)} lines; at most {MAX_LINES}, better 300")
            path = pathlib.PurePosixPath(inside)
            for part in [*path.parts[:-1], path.stem]:
                if part in BANNED_NAMES:
                    self.fault(where, f"'{part}' says nothing: name it after what it holds")
                if not re.fullmatch(r"[a-z0-9_]+", part):
                    self.fault(where, f"'{part}' must be snake_case")
            for number, line in enumerate(lines, 1):
                m = TYPE.match(line)
                for word in (WORD.findall(m[1]) if m else []):
                    if word in BANNED_WORDS:
                        self.fault(f"{where}:{number}", f"the type '{m[1]}' is named with '{word}': say what it is")
        for folder in (p for p in self.src.rglob("*") if p.is_dir() and p.name in BANNED_NAMES):
            self.fault(folder.relative_to(self.root).as_posix(), f"a folder called '{folder.name}'")

    def check_pure(self):
        for room in (r for r in self.rooms.values() if r.pure):
            for other in room.depends:
                if other in self.rooms and not self.rooms[other].pure:
                    self.fault(f"src/{room.path}", f"the pure room '{room.name}' depends on '{other}', which is not pure")
            for inside in room.files:
                for number, line in enumerate(self.text[inside], 1):
                    if m := IMPURE_WORDS.search(line.split("//")[0]):
                        self.fault(f"src/{inside}:{number}", f"'{m[0].strip('( ')}' in a pure room")

    def check_readmes(self):
        for room in self.rooms.values():
            readme = self.src / room.path / "README.md"
            # A feature's README speaks for its rules as well.
            if not readme.exists() and room.path.endswith("/rules"):
                continue
            if not readme.exists():
                self.fault(f"src/{room.path}", "has no README.md (its first line is the room's duty)")
            elif (n := len(readme.read_text().splitlines())) > MAX_README_LINES:
                self.fault(f"src/{room.path}/README.md", f"has {n} lines; at most {MAX_README_LINES}")

    # The page ------------------------------------------------------------------------------------------------------

    def duty(self, room):
        """The first line of the README that says more than the room's name; of a rules/ folder without one, whose rules."""
        readme = self.src / room.path / "README.md"
        if not readme.exists():
            return f"the pure rules of {room.path.removesuffix('/rules')}" if room.path.endswith("/rules") else "(no README yet)"
        for line in readme.read_text().splitlines():
            text = re.sub(r"^#+\s*", "", line.strip())
            if text and text.lower() not in (room.name, room.path):
                return re.split(r"(?<=[.])\s", text)[0].rstrip(":,.")
        return "(an empty README)"

    def page(self):
        out = ["# The house", "",
               "Generated by `make house` from the rooms that CMake declares and the files in `src/`; a test fails when it is stale.",
               "A room sees only the rooms that it names: any other include does not compile. A pure room has no sockets, no",
               "SQL, no clock, no threads and no randomness.", "",
               "| room | duty | pure | sees |", "| --- | --- | --- | --- |"]
        for room in self.rooms.values():
            sees = ", ".join(room.depends) or "nothing"
            if room.test_depends:
                sees += f" (its tests also {', '.join(room.test_depends)})"
            duty = self.duty(room).replace("|", "\\|").replace("<", "&lt;")
            out.append(f"| [{room.name}](../src/{room.path}) | {duty} | {'yes' if room.pure else ''} | {sees} |")
        out += ["", "An arrow that follows from two others is left out of the picture, not of the table.", "", "```mermaid", "flowchart TD"]
        for room in self.rooms.values():
            out.append(f"  {room.name}([{room.name}])" if room.pure else f"  {room.name}[{room.name}]")
        for room in self.rooms.values():
            out += [f"  {room.name} --> {other}" for other in room.depends if not self.follows(room, other)]
        pure = [r.name for r in self.rooms.values() if r.pure]
        if pure:
            out += ["  classDef pure fill:#e7f4e8,stroke:#3b7d44,color:#000", f"  class {','.join(pure)} pure"]
        out += ["```", "", "Green and round: pure."]
        return "\n".join(out) + "\n"

    def follows(self, room, other):
        """Whether other is reached from room by a longer way as well."""
        seen, queue = set(), [d for d in room.depends if d != other]
        while queue:
            name = queue.pop()
            if name == other:
                return True
            if name not in seen and name in self.rooms:
                seen.add(name)
                queue += self.rooms[name].depends
        return False


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", default=pathlib.Path(__file__).resolve().parent.parent, type=pathlib.Path)
    parser.add_argument("--rooms", required=True)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--check", action="store_true")
    what.add_argument("--write", action="store_true")
    options = parser.parse_args()

    house = House(options.root, options.rooms)
    for check in (house.check_arrows, house.check_includes, house.check_files, house.check_pure, house.check_readmes):
        check()
    target = options.root / "docs" / "house.md"
    page = house.page()
    if options.write:
        target.parent.mkdir(exist_ok=True)
        target.write_text(page)
    elif not target.exists() or target.read_text() != page:
        house.fault("docs/house.md", "is stale: run 'make house' and commit it")
    for fault in house.faults:
        print(fault)
    print(f"house: {len(house.rooms)} rooms, {len(house.text)} files, {len(house.faults)} faults")
    return 1 if house.faults else 0


if __name__ == "__main__":
    sys.exit(main())
