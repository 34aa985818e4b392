"""OpenStreetMap extracts (PBF) of streets that somebody made up: for the demos' town and the tests' maps."""
import struct
import zlib


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


def extract(nodes, ways):
    """`nodes`: (id, latitude, longitude). `ways`: (id, refs, tags), the refs being ids of nodes. Answers the file's bytes."""
    strings = {"": 0}

    def text(word):
        return strings.setdefault(word, len(strings))

    lines = b"".join(field(3, field(1, number) + field(2, b"".join(varint(text(k)) for k in tags))
                           + field(3, b"".join(varint(text(v)) for v in tags.values())) + field(8, deltas(refs)))
                     for number, refs, tags in ways)
    dense = (field(1, deltas(node[0] for node in nodes)) + field(8, deltas(round(node[1] * 1e7) for node in nodes))
             + field(9, deltas(round(node[2] * 1e7) for node in nodes)))
    block = field(1, b"".join(field(1, word.encode()) for word in strings)) + field(2, field(2, dense)) + field(2, lines)
    return blob(b"OSMHeader", field(4, b"OsmSchema-V0.6")) + blob(b"OSMData", block)
