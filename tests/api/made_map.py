"""A small OpenStreetMap extract (PBF) for tests: a town of streets in rows and columns, and an island that no road reaches.

Row r is way 100 + r, column c way 200 + c, the island's road way 300. The middle row is the fast one.
"""
import pathlib
import struct
import subprocess
import zlib

from running_service import BINARY

SIDE, NORTH, EAST = 5, 0.002, 0.003  # both steps are some 225 m at 47 degrees


def corner(row, column):
    return {"latitude": round(47 + row * NORTH, 7), "longitude": round(9 + column * EAST, 7)}


ISLAND = {"latitude": 47.2, "longitude": 9.2}


def varint(number):
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def field(number, value):
    """A varint or a length-delimited field."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def deltas(numbers):
    """Packed zigzag deltas."""
    before, out = 0, b""
    for number in numbers:
        step, before = number - before, number
        out += varint((step << 1) ^ (step >> 63))
    return out


def blob(kind, contents):
    body = field(2, len(contents)) + field(3, zlib.compress(contents))
    header = field(1, kind) + field(3, len(body))
    return struct.pack(">I", len(header)) + header + body


def extract():
    nodes = [(1 + r * SIDE + c, corner(r, c)) for r in range(SIDE) for c in range(SIDE)]
    nodes += [(90, ISLAND), (91, {"latitude": 47.202, "longitude": 9.2})]
    strings = [b""]

    def text(word):
        if word not in strings:
            strings.append(word)
        return strings.index(word)

    def way(number, name, refs, speed):
        tags = {b"highway": b"secondary", b"name": name.encode(), b"maxspeed": speed}
        return field(3, field(1, number) + field(2, b"".join(varint(text(k)) for k in tags))
                     + field(3, b"".join(varint(text(v)) for v in tags.values())) + field(8, deltas(refs)))

    ways = b"".join(way(100 + r, f"Row {r}", [1 + r * SIDE + c for c in range(SIDE)], b"60" if r == 2 else b"30") for r in range(SIDE))
    ways += b"".join(way(200 + c, f"Column {c}", [1 + r * SIDE + c for r in range(SIDE)], b"30") for c in range(SIDE))
    ways += way(300, "Island Road", [90, 91], b"30")
    units = [round(place[name] * 1e7) for name in ("latitude", "longitude") for _, place in nodes]
    dense = field(1, deltas(number for number, _ in nodes)) + field(8, deltas(units[:len(nodes)])) + field(9, deltas(units[len(nodes):]))
    block = field(1, b"".join(field(1, word) for word in strings)) + field(2, field(2, dense)) + field(2, ways)
    return blob(b"OSMHeader", field(4, b"OsmSchema-V0.6")) + blob(b"OSMData", block)


def make(folder):
    """Imports the extract with the binary; answers the path of the road file."""
    source = pathlib.Path(folder) / "town.osm.pbf"
    source.write_bytes(extract())
    done = subprocess.run([BINARY, "import-roads", source], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return str(pathlib.Path(folder) / "town.roads")
