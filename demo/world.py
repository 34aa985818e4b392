"""A town and vehicles that drive in it: what is true, and what their receivers say of it.

Nothing here knows the service. Metres are a plane's, east and north of the town's corner; times are seconds of one clock.
"""
import bisect
import heapq
import math
import random

LATITUDE, LONGITUDE = 54.30, 10.10  # of the corner
M_PER_DEGREE = 111_195.0
M_PER_DEGREE_EAST = M_PER_DEGREE * math.cos(math.radians(LATITUDE))
ACCELERATION, BRAKING = 2.0, 2.5  # m/s²
CORNER_MPS = 5.0                  # in a right angle


def degrees(x, y):
    return round(LATITUDE + y / M_PER_DEGREE, 7), round(LONGITUDE + x / M_PER_DEGREE_EAST, 7)


def metres(latitude, longitude):
    return (longitude - LONGITUDE) * M_PER_DEGREE_EAST, (latitude - LATITUDE) * M_PER_DEGREE


class Town:
    """Crossings in rows and columns, a little out of line, some streets missing; every third street is an avenue, and a ring
    road runs around it. `streets`: (from, to) → (name, way, km/h), both ways."""

    SIDE, BLOCK = 12, 130.0

    def __init__(self, seed):
        dice = random.Random(seed)
        self.corners = {}
        for row in range(self.SIDE):
            for column in range(self.SIDE):
                self.corners[row * self.SIDE + column + 1] = (column * self.BLOCK + dice.uniform(-15, 15),
                                                              row * self.BLOCK + dice.uniform(-15, 15))
        self.ways, self.streets = [], {}
        for number in range(self.SIDE):
            rim = number in (0, self.SIDE - 1)
            speed = 90 if rim else 60 if number % 3 == 0 else 40
            row = [number * self.SIDE + c + 1 for c in range(self.SIDE)]
            column = [r * self.SIDE + number + 1 for r in range(self.SIDE)]
            for kind, name, line in ((100, f"{number + 1}. Row", row), (200, f"{number + 1}. Column", column)):
                self._add(kind + number, name, line, speed, dice if speed == 40 else None)

    def _add(self, way, name, line, speed, dice):
        """Pieces of one street; without `dice` it is whole. Each piece is a way of its own, for traffic is told by way."""
        for index, pair in enumerate(zip(line, line[1:])):
            if dice and dice.random() < 0.08:
                continue
            number = way * 100 + index
            self.ways.append((number, list(pair), {"highway": "secondary", "name": name, "maxspeed": str(speed)}))
            for a, b in (pair, pair[::-1]):
                self.streets[a, b] = (name, number, speed)

    def nodes(self):
        return [(number, *degrees(*place)) for number, place in self.corners.items()]

    def place(self, corner):
        return dict(zip(("latitude", "longitude"), degrees(*self.corners[corner])))

    def street_at(self, x, y):
        """The street nearest to a place, as a key of `streets`."""
        return min(((a, b) for a, b in self.streets if a < b), key=lambda s: beside(x, y, self.corners[s[0]], self.corners[s[1]])[0])

    def reachable(self):
        """Corners that streets connect, the largest part of them."""
        around, left, best = {}, set(self.corners), set()
        for a, b in self.streets:
            around.setdefault(a, []).append(b)
        while left:
            part, queue = set(), [left.pop()]
            while queue:
                corner = queue.pop()
                part.add(corner)
                queue += [n for n in around.get(corner, ()) if n not in part]
            left -= part
            best = max(best, part, key=len)
        return sorted(best)

    def way_between(self, start, end, closed=()):
        """The fastest corners from one to another by what the signs say, past the closed ways: a driver's own head."""
        queue, seen = [(0.0, start, None)], {}
        while queue:
            cost, corner, before = heapq.heappop(queue)
            if corner in seen:
                continue
            seen[corner] = before
            if corner == end:
                break
            for (a, b), (_, way, speed) in self.streets.items():
                if a == corner and b not in seen and way not in closed:
                    heapq.heappush(queue, (cost + math.dist(self.corners[a], self.corners[b]) / speed, b, corner))
        if end not in seen:
            return None
        line = [end]
        while line[-1] != start:
            line.append(seen[line[-1]])
        return [self.corners[c] for c in reversed(line)]


def beside(x, y, a, b):
    """How far a place is from a straight piece, and how far along it, 0 to 1."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = dx * dx + dy * dy
    share = 0.0 if length == 0 else max(0.0, min(1.0, ((x - a[0]) * dx + (y - a[1]) * dy) / length))
    return math.hypot(x - a[0] - share * dx, y - a[1] - share * dy), share


class Path:
    """A line to drive: its length, the place at each metre, how fast each metre may be driven by the signs, and its corners."""

    def __init__(self, town, points):
        self.points = [points[0]]
        for point in points[1:]:
            if math.dist(point, self.points[-1]) > 0.5:
                self.points.append(point)
        self.at = [0.0]
        for a, b in zip(self.points, self.points[1:]):
            self.at.append(self.at[-1] + math.dist(a, b))
        self.length = self.at[-1]
        self.streets = [town.street_at((a[0] + b[0]) / 2, (a[1] + b[1]) / 2) for a, b in zip(self.points, self.points[1:])]
        self.limits = [town.streets[s][2] / 3.6 for s in self.streets]
        self.ways = [town.streets[s][1] for s in self.streets]
        self.corners = []  # (where, how fast)
        for i in range(1, len(self.points) - 1):
            a, b, c = self.points[i - 1:i + 2]
            turn = abs((math.atan2(c[1] - b[1], c[0] - b[0]) - math.atan2(b[1] - a[1], b[0] - a[0]) + math.pi) % (2 * math.pi) - math.pi)
            if turn > math.radians(25):
                self.corners.append((self.at[i], max(2.0, CORNER_MPS * (math.pi / 2) / turn)))

    def piece(self, where):
        return min(max(bisect.bisect_right(self.at, where) - 1, 0), len(self.limits) - 1)

    def place(self, where):
        if not self.limits:
            return self.points[0]
        i = self.piece(where)
        share = (min(where, self.length) - self.at[i]) / (self.at[i + 1] - self.at[i])
        return tuple(p + share * (q - p) for p, q in zip(self.points[i], self.points[i + 1]))


class Vehicle:
    """Drives a path as fast as signs, corners, hidden traffic and its brakes allow. `x`, `y`, `speed` are true."""

    def __init__(self, name, place, dice):
        self.name, self.dice = name, dice
        self.x, self.y = place
        self.speed = 0.0
        self.path, self.where = None, 0.0
        self.temper = dice.uniform(0.8, 0.95)  # of the signed speed: junctions, pedestrians and lights cost the rest
        self.waiting = []  # reports that are to be sent: (not before, report)

    def drive(self, path):
        self.path, self.where = path, 0.0

    @property
    def stands_at_end(self):
        return self.path is None or (self.where >= self.path.length - 0.5 and self.speed < 0.5)

    def ahead(self):
        """Ways that it has not driven yet."""
        return set() if self.path is None or not self.path.ways else set(self.path.ways[self.path.piece(self.where):])

    def step(self, seconds, traffic):
        """`traffic`: way → share of the signed speed that can be driven now; 0 is closed: it stops before it."""
        if self.path is None or not self.path.limits:
            return
        i = self.path.piece(self.where)
        allowed = self.path.limits[i] * self.temper * max(traffic.get(self.path.ways[i], 1.0), 0.15)
        stops = [(self.path.length, 0.0)] + [c for c in self.path.corners if c[0] > self.where]
        for j in range(i + 1, len(self.path.ways)):
            if traffic.get(self.path.ways[j], 1.0) == 0:
                stops.append((self.path.at[j] - 8, 0.0))
                break
        for where, speed in stops:
            ahead = max(0.0, where - self.where)
            allowed = min(allowed, math.sqrt(speed * speed + 2 * BRAKING * 0.8 * ahead))
        self.speed = min(allowed, self.speed + ACCELERATION * seconds) if allowed >= self.speed else max(
            allowed, self.speed - BRAKING * seconds)
        self.where = min(self.where + self.speed * seconds, self.path.length)
        if self.path.length - self.where < 0.3:
            self.where, self.speed = self.path.length, 0.0
        self.x, self.y = self.path.place(self.where)

    def faces_a_closure(self, traffic):
        """It stands before a closed way."""
        if self.path is None or not self.path.ways or self.speed > 0.5:
            return False
        i = self.path.piece(self.where)
        return i + 1 < len(self.path.ways) and traffic.get(self.path.ways[i + 1], 1.0) == 0

    def report(self, now):
        """What its receiver says: 3 m of noise, one in 30 never sent, one in 20 late, one in 30 twice."""
        latitude, longitude = degrees(self.x + self.dice.gauss(0, 3), self.y + self.dice.gauss(0, 3))
        said = {"recorded_at": now, "latitude": latitude, "longitude": longitude, "accuracy_m": 5.0,
                "speed_mps": round(max(0.0, self.speed + self.dice.gauss(0, 0.2)), 2)}
        luck = self.dice.random()
        if luck < 1 / 30:
            return
        self.waiting.append((now + (self.dice.uniform(1, 4) if luck > 0.95 else 0), said))
        if self.dice.random() < 1 / 30:
            self.waiting.append((now + self.dice.uniform(0, 2), said))

    def due(self, now):
        due = [said for when, said in self.waiting if when <= now]
        self.waiting = [(when, said) for when, said in self.waiting if when > now]
        return due
