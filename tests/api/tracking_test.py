"""Tracking along the route on a made map: figures, off the route, jumps, rerouting, live tracks."""
import secrets
import tempfile
import time
import unittest

import made_map
from made_map import corner
from running_service import ServiceTest, rfc3339

FOLDER = tempfile.TemporaryDirectory(prefix="mms-track-")
MAP = made_map.make(FOLDER.name)
SIDE_M = 227.5  # of a block, to the east


def started(test, origin=(2, 0), destination=(2, 4), **fields):
    """A trip in transit on the middle row."""
    body = {"fleet_id": "cabs", "sector": "ridehail", "vehicle_id": "v-" + secrets.token_hex(4),
            "origin": corner(*origin), "destination": corner(*destination)}
    trip = test.service.post("/trips", body | fields)
    test.assertEqual(trip.status, 201, trip)
    answer = test.service.post(f"/trips/{trip.json['id']}/start", {"position": corner(*origin)})
    test.assertEqual((answer.status, answer.json["status"]), (200, "in_transit"), answer)
    return answer.json


class OnRoads(ServiceTest):
    settings = {"ROADS_FILE": MAP}

    def report(self, trip, row, column, at, **more):
        """One position in blocks; `at` in seconds."""
        answer = self.service.post(f"/trips/{trip['id']}/track", corner(row, column) | {"recorded_at": rfc3339(at), "speed_mps": 12} | more)
        self.assertEqual(answer.status, 200, answer)
        return self.now(trip)

    def now(self, trip):
        return self.service.get(f"/trips/{trip['id']}/track").json

    def tearDown(self):
        done = self.service.run("replay", "--verify")
        self.assertEqual(done.returncode, 0, done)

    def test_figures_follow_the_roads_and_not_the_straight_line(self):
        # Down the first column and along the middle row: the straight line between the stops cuts the corner.
        trip = started(self, origin=(4, 0), destination=(2, 4))
        length, begin = trip["route"]["distance_m"], time.time()
        line = self.service.get(f"/trips/{trip['id']}/route").json["geometry"]["coordinates"]
        progress = -1
        for n, (longitude, latitude) in enumerate(line):
            now = self.service.post(f"/trips/{trip['id']}/track", {"latitude": latitude, "longitude": longitude, "speed_mps": 9,
                                                                   "recorded_at": rfc3339(begin + 50 * n / len(line))})
            self.assertEqual(now.status, 200, now)
            now = self.now(trip)
            if now["status"] == "at_destination":
                break
            self.assertAlmostEqual(now["place_m"] + now["remaining_m"], length, delta=1)
            self.assertAlmostEqual(now["progress"], now["place_m"] / length, places=9)
            self.assertLess(now["deviation_m"], 1)
            self.assertEqual((now["off_route"], now["route_revision"], now["source"]), (False, 1, "roads"))
            self.assertGreaterEqual(now["progress"], progress)
            progress = now["progress"]
        self.assertGreater(progress, 0.7)

    def test_pieces_in_any_order_and_twice_come_to_the_same_way(self):
        begin = time.time()
        way = [corner(2, 0.25 * i) | {"recorded_at": rfc3339(begin + 4 * i), "speed_mps": 14} for i in range(14)]
        whole, pieces = started(self), started(self)
        self.service.post(f"/trips/{whole['id']}/track", {"items": way})
        for part in (way[1::2][::-1], way[::2], way):
            self.service.post(f"/trips/{pieces['id']}/track", {"items": part})
        one, other = self.now(whole), self.now(pieces)
        for name in ("progress", "place_m", "remaining_m", "eta", "position"):
            self.assertEqual(one[name], other[name], name)
        self.assertAlmostEqual(one["travelled_m"], other["travelled_m"], places=6)

    def test_jumps_are_kept_and_flagged_and_move_nothing(self):
        trip = started(self)
        begin = time.time()
        history = lambda: [p.get("suspect", False) for p in self.service.get(f"/trips/{trip['id']}/track?since={rfc3339(begin - 1)}").json["items"]]
        good = self.report(trip, 2, 1, begin)
        far = {"latitude": 48.0, "longitude": 9.0}
        self.assertEqual(self.service.post(f"/trips/{trip['id']}/track", far | {"recorded_at": rfc3339(begin + 2)}).json["accepted"], 1)
        self.assertEqual(self.now(trip), good)
        self.assertEqual(history(), [False, True])
        after = self.report(trip, 2, 1.2, begin + 5)
        self.assertAlmostEqual(after["travelled_m"], 0.2 * SIDE_M, delta=1)
        self.assertEqual(history(), [False, True, False])
        # One that comes late is judged by what stands around it: two that agree clear the first, and where it is now is
        # believed.
        self.service.post(f"/trips/{trip['id']}/track", far | {"recorded_at": rfc3339(begin + 3)})
        self.assertEqual(history(), [False, False, False, False])
        self.assertEqual(self.now(trip)["position"], after["position"])

    def test_off_the_route_is_neither_one_bad_fix_nor_for_ever(self):
        trip = started(self)
        begin = time.time()
        self.assertFalse(self.report(trip, 2, 0.5, begin)["off_route"])
        self.assertFalse(self.report(trip, 2.6, 0.7, begin + 5)["off_route"])
        self.assertFalse(self.report(trip, 2, 1, begin + 9)["off_route"])
        now = [self.report(trip, 2.4, 1 + 0.1 * i, begin + 12 + 4 * i) for i in range(4)]
        self.assertEqual([n["off_route"] for n in now], [False, False, False, True])
        self.assertGreater(now[3]["deviation_m"], 60)
        self.assertFalse(self.report(trip, 2, 1.6, begin + 40)["off_route"])


if __name__ == "__main__":
    unittest.main()
