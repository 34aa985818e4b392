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


class Tracked(ServiceTest):
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


class OnRoads(Tracked):
    settings = {"ROADS_FILE": MAP, "AUTO_REROUTE": "false"}

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


class Rerouted(Tracked):
    settings = {"ROADS_FILE": MAP}

    def reroute(self, trip, body=None, expect=200):
        answer = self.service.post(f"/trips/{trip['id']}/reroute", body or {})
        self.assertEqual(answer.status, expect, answer)
        return answer.json

    def last_event(self, trip):
        return self.service.get(f"/trips/{trip['id']}/events").json["items"][-1]

    def test_on_request_from_the_last_position_over_what_is_left(self):
        trip = started(self, destination=(4, 4), waypoints=[corner(2, 2), corner(3, 4)])
        path, begin = f"/trips/{trip['id']}", time.time()
        self.assertEqual(self.pointers(self.service.post(path + "/reroute")), {"/position": "required"})
        self.report(trip, 2, 1, begin)
        self.report(trip, 2, 2, begin + 10, speed_mps=0)  # the first waypoint
        before = self.report(trip, 2, 2.5, begin + 20)
        now = self.reroute(trip)
        route = now["route"]
        self.assertEqual((route["revision"], route["first_stop"], len(route["legs"])), (2, 2, 2))
        self.assertEqual(now["estimated_duration_s"], trip["estimated_duration_s"])
        line = self.service.get(path + "/route").json["geometry"]["coordinates"]
        self.assertAlmostEqual(line[0][0], corner(2, 2.5)["longitude"], places=5)
        shown = self.now(trip)
        self.assertEqual((shown["remaining_m"], shown["route_revision"], shown["progress"]), (route["distance_m"], 2, before["progress"]))
        after = self.report(trip, 2, 3, begin + 30)
        self.assertGreater(after["progress"], before["progress"])
        self.assertAlmostEqual(after["place_m"], 0.5 * SIDE_M, delta=2)
        self.assertEqual(self.service.get(path + "/route?revision=1").json["revision"], 1)
        self.assert_problem(self.service.get(path + "/route?revision=3"), 404, "not_found")
        self.assert_problem(self.service.get(path + "/route?revision=x"), 400, "bad_parameter")
        page = self.service.get(path + "/routes?limit=1").json
        rest = self.service.get(f"{path}/routes?cursor={page['next_cursor']}").json
        self.assertEqual([r["revision"] for r in page["items"] + rest["items"]], [2, 1])
        self.assertIsNone(rest["next_cursor"])
        event = self.last_event(trip)
        self.assertEqual((event["type"], event["data"]["reason"], event["data"]["route"]), ("trip.rerouted", "requested", route))

    def test_traffic_turns_it_elsewhere(self):
        trip = started(self)
        path = f"/trips/{trip['id']}/reroute"
        jam = self.service.post("/traffic", {"source": "jam", "way": {"id": 102}, "speed_kmh": 1})
        self.assertEqual(jam.status, 201, jam)
        self.eventually(lambda: self.reroute(trip, {"position": corner(2, 1), "reason": "traffic"})["route"]["distance_m"] > 3.5 * SIDE_M, 5)
        self.assertEqual(self.last_event(trip)["data"]["reason"], "traffic")
        self.assertEqual(self.service.delete("/traffic?source=jam").status, 200)
        again = {"Idempotency-Key": secrets.token_hex(4)}
        first, second = (self.service.post(path, {"position": corner(2, 1)}, headers=again) for _ in range(2))
        self.assertEqual((first.json, second.headers["idempotency-replayed"]), (second.json, "true"))

    def test_refusals_say_why(self):
        made = self.service.post("/trips", {"fleet_id": "cabs", "origin": corner(2, 0), "destination": corner(2, 4)}).json
        refused = self.assert_problem(self.service.post(f"/trips/{made['id']}/reroute", {"position": corner(2, 1)}), 409, "wrong_state")
        self.assertNotIn("reroute", refused["allowed"])
        trip = started(self)
        path = f"/trips/{trip['id']}"
        answer = self.service.post(path + "/reroute", {"position": made_map.ISLAND})
        self.assertEqual(answer.json["code"], "no_route", answer)
        for bad, pointer in (({"position": {"latitude": 91, "longitude": 0}}, "/position/latitude"), ({"reason": "whim"}, "/reason"),
                             ({"position": 1}, "/position")):
            self.assertIn(pointer, self.pointers(self.service.post(path + "/reroute", bad)))
        self.service.post(path + "/complete", {"force": True})
        self.assert_problem(self.service.post(path + "/reroute"), 409, "wrong_state")

    def test_of_itself_when_it_is_off_the_route_and_not_again_at_once(self):
        trip = started(self)
        begin = time.time()
        self.report(trip, 2, 0.5, begin)
        self.report(trip, 2.5, 1, begin + 10)
        self.assertTrue(self.report(trip, 3, 1, begin + 21)["route_revision"])
        path = f"/trips/{trip['id']}"
        route = self.eventually(lambda: (r := self.service.get(path).json["route"])["revision"] == 2 and r, 5)
        self.assertEqual((route["begins_at"], route["first_stop"]), (corner(3, 1), 1))
        event = self.last_event(trip)
        self.assertEqual((event["type"], event["data"]["reason"]), ("trip.rerouted", "off_route"))
        self.assertFalse(self.now(trip)["off_route"])
        # Off that one as well: but it was planned just now.
        self.report(trip, 4, 0, begin + 35)
        self.assertTrue(self.report(trip, 4, 0, begin + 50)["off_route"])
        time.sleep(0.5)
        self.assertEqual(self.service.get(path).json["route"]["revision"], 2)
        metrics = self.service.get("//metrics").text
        self.assertIn('trip_reroutes_total{reason="off_route"} 1', metrics)
        self.assertIn("trip_off_route_total", metrics)


class WithoutAMap(ServiceTest):
    def test_there_is_no_other_way(self):
        answer = self.service.post(f"/trips/{started(self)['id']}/reroute", {"position": corner(2, 1)})
        self.assertEqual(answer.json["code"], "no_map", answer)


if __name__ == "__main__":
    unittest.main()
