"""A small OpenStreetMap extract (PBF) for tests: a town of streets in rows and columns, and an island that no road reaches.

Row r is way 100 + r, column c way 200 + c, the island's road way 300. The middle row is the fast one.
"""
import pathlib
import subprocess
import sys

from running_service import BINARY, ROOT

sys.path.insert(0, str(ROOT / "demo"))
import osm_pbf  # noqa: E402

SIDE, NORTH, EAST = 5, 0.002, 0.003  # both steps are some 225 m at 47 degrees


def corner(row, column):
    return {"latitude": round(47 + row * NORTH, 7), "longitude": round(9 + column * EAST, 7)}


ISLAND = {"latitude": 47.2, "longitude": 9.2}


def extract():
    nodes = [(1 + r * SIDE + c, corner(r, c)) for r in range(SIDE) for c in range(SIDE)]
    nodes += [(90, ISLAND), (91, {"latitude": 47.202, "longitude": 9.2})]

    def way(number, name, refs, speed):
        return number, refs, {"highway": "secondary", "name": name, "maxspeed": speed}

    ways = [way(100 + r, f"Row {r}", [1 + r * SIDE + c for c in range(SIDE)], "60" if r == 2 else "30") for r in range(SIDE)]
    ways += [way(200 + c, f"Column {c}", [1 + r * SIDE + c for r in range(SIDE)], "30") for c in range(SIDE)]
    ways.append(way(300, "Island Road", [90, 91], "30"))
    return osm_pbf.extract([(number, place["latitude"], place["longitude"]) for number, place in nodes], ways)


def make(folder):
    """Imports the extract with the binary; answers the path of the road file."""
    source = pathlib.Path(folder) / "town.osm.pbf"
    source.write_bytes(extract())
    done = subprocess.run([BINARY, "import-roads", source], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return str(pathlib.Path(folder) / "town.roads")
