#!/usr/bin/env python3
"""Builds small houses with one breach each and checks that scripts/house.py names it."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

HOUSE = pathlib.Path(__file__).resolve().parent.parent.parent / "scripts" / "house.py"


class Breaches(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.folder.name)
        # A sound house: a pure floor, a room on it, a cellar within that room.
        self.rooms = ["words|words|TRUE||", "store|store|FALSE|words|", "rules|store/rules|TRUE|words|"]
        self.write("words/README.md", "# Words\n")
        self.write("words/id.hpp", "// Ids.\n#include <string>\n")
        self.write("store/README.md", "# Keeps things\n")
        self.write("store/store.cpp", '// Stores.\n#include "words/id.hpp"\n#include <sqlite3.h>\n')
        self.write("store/rules/README.md", "# Decides\n")
        self.write("store/rules/decide.hpp", '// Decides.\n#include "words/id.hpp"\n')

    def tearDown(self):
        self.folder.cleanup()

    def write(self, path, text):
        file = self.root / "src" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def run_house(self, what):
        rooms = self.root / "rooms.txt"
        rooms.write_text("\n".join(self.rooms) + "\n")
        done = subprocess.run([sys.executable, HOUSE, "--root", self.root, "--rooms", rooms, what], capture_output=True, text=True)
        self.assertEqual(done.stderr, "")
        return done.returncode, done.stdout

    def sees(self, words):
        code, out = self.run_house("--write")
        self.assertIn(words, out)
        self.assertEqual(code, 1)

    def test_a_sound_house_passes_and_its_page_is_fresh(self):
        self.assertEqual(self.run_house("--write")[0], 0, self.run_house("--write")[1])
        code, out = self.run_house("--check")
        self.assertEqual(code, 0, out)

    def test_stale_page(self):
        self.run_house("--write")
        self.write("words/README.md", "# Other words\n")
        code, out = self.run_house("--check")
        self.assertIn("docs/house.md: is stale", out)
        self.assertEqual(code, 1)

    def test_surplus_arrow(self):
        self.rooms[2] = "rules|store/rules|TRUE|words|"
        self.write("store/rules/decide.hpp", "// Decides.\n")
        self.sees("'rules' declares 'words' (DEPENDS) and never uses it")

    def test_undeclared_arrow(self):
        self.rooms[2] = "rules|store/rules|TRUE||"
        self.sees("the room 'rules' reaches into 'words' but does not declare it")

    def test_undeclared_arrow_through_a_header(self):
        self.rooms.append("top|top|FALSE|rules|")
        self.write("top/README.md", "# Top\n")
        self.write("top/top.cpp", '// Top.\n#include "store/rules/decide.hpp"\n')
        self.sees("the room 'top' reaches into 'words'")

    def test_surplus_test_arrow(self):
        self.rooms[0] = "words|words|TRUE||store"
        self.sees("'words' declares 'store' (TEST_DEPENDS) and never uses it")

    def test_circle(self):
        self.rooms[0] = "words|words|TRUE|rules|"
        self.write("words/id.hpp", '// Ids.\n#include "store/rules/decide.hpp"\n')
        self.sees("the rooms go in a circle: words -> rules -> words")

    def test_dots_in_an_include(self):
        self.write("store/rules/decide.cpp", '// Decides.\n#include "../store.hpp"\n')
        self.sees("'..' in an include")

    def test_library_in_two_rooms(self):
        self.rooms.append("other|other|FALSE||")
        self.write("other/README.md", "# Other\n")
        self.write("other/other.cpp", "// Other.\n#include <sqlite3.h>\n")
        self.sees("SQLite is included by more than one room")

    def test_unknown_library(self):
        self.write("store/store.cpp", '// Stores.\n#include "words/id.hpp"\n#include <yaml-cpp/yaml.h>\n')
        self.sees("is of no library that scripts/house.py knows")

    def test_banned_file_name(self):
        self.write("store/utils.hpp", "// Things.\n")
        self.sees("'utils' says nothing")

    def test_banned_type_name(self):
        for name in ("StoreManager", "ThingInfo", "DataHolder", "RowImpl"):
            self.write("store/thing.hpp", f"// Things.\nclass {name} {{}};\n")
            self.sees(f"the type '{name}' is named with")

    def test_database_is_no_data(self):
        self.write("store/thing.hpp", "// Things.\nclass Database {};\n")
        self.assertEqual(self.run_house("--write")[0], 0)

    def test_long_file(self):
        self.write("store/long.cpp", "// Long.\n" * 501)
        self.sees("has 501 lines")

    def test_first_line_is_no_comment(self):
        self.write("store/bare.hpp", "#pragma once\n")
        self.sees("the first line must be a comment")

    def test_pure_room_with_headers_of_the_world(self):
        for header in ("random", "thread", "sys/socket.h", "sqlite3.h", "boost/asio/ip/tcp.hpp", "openssl/evp.h", "fstream"):
            self.write("store/rules/decide.cpp", f"// Decides.\n#include <{header}>\n")
            self.sees(f"the pure room 'rules' includes <{header}>")

    def test_pure_room_with_a_clock(self):
        self.write("store/rules/decide.cpp", "// Decides.\nauto now() { return std::chrono::system_clock::now(); }\n")
        self.sees("'system_clock::now' in a pure room")

    def test_pure_room_on_an_impure_one(self):
        self.rooms[2] = "rules|store/rules|TRUE|words,store|"
        self.sees("the pure room 'rules' depends on 'store', which is not pure")

    def test_file_without_a_room(self):
        self.write("attic/old.cpp", "// Old.\n")
        self.sees("belongs to no room")

    def test_missing_and_long_readme(self):
        self.write("store/README.md", "# Keeps things\n" * 31)
        self.sees("has 31 lines")
        (self.root / "src/store/README.md").unlink()
        self.sees("has no README.md")


if __name__ == "__main__":
    unittest.main()
