"""Tracking along the route on a made map: figures, off the route, jumps, rerouting, live tracks."""
import datetime
import http.client
import json
import secrets
import socket
import tempfile
import threading
import time
import unittest

import made_map
from made_map import corner
from running_service import PREFIX, ServiceTest, new_uuid7, rfc3339

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
        for name in ("progress", "place_m", "remaining_m", "position"):
            self.assertEqual(one[name], other[name], name)
        # The pace was seen in other pieces.
        moments = [datetime.datetime.fromisoformat(t["eta"].replace("Z", "+00:00")).timestamp() for t in (one, other)]
        self.assertAlmostEqual(*moments, delta=0.5)
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


class BadInput(ServiceTest):
    def test_each_fault_has_its_name(self):
        trip, begin = started(self), time.time()
        path = f"/trips/{trip['id']}/track"
        place = corner(2, 0)
        for bad, pointer, code in (({"latitude": 91}, "/latitude", "out_of_range"), ({"longitude": -180.1}, "/longitude", "out_of_range"),
                                   ({"speed_mps": -1}, "/speed_mps", "out_of_range"), ({"heading_deg": 361}, "/heading_deg", "out_of_range"),
                                   ({"accuracy_m": -1}, "/accuracy_m", "out_of_range"), ({"recorded_at": rfc3339(begin + 120)}, "/recorded_at", "in_the_future"),
                                   ({"recorded_at": rfc3339(begin - 60)}, "/recorded_at", "before_start")):
            self.assertEqual(self.pointers(self.service.post(path, place | bad)), {pointer: code})
        for text in (b'{"latitude":NaN,"longitude":9}', b'{"latitude":47,"longitude":Infinity}', b'{"items":[{"latitude":47,"longitude":-NaN}]}'):
            self.assert_problem(self.service.post(path, text), 400, "malformed_json")
        huge = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=20)
        huge.request("POST", PREFIX + path, headers={"Content-Type": "application/json", "Content-Length": str((8 << 20) + 1)})
        answer = huge.getresponse()
        self.assertEqual((answer.status, json.loads(answer.read())["code"]), (413, "too_large"))
        self.service.post(f"/trips/{trip['id']}/complete", {"force": True})
        time.sleep(0.01)
        self.assertEqual(self.pointers(self.service.post(path, place)), {"/recorded_at": "after_end"})
        self.assertEqual(self.service.get(path).json["status"], "completed")


class OwnTrips(ServiceTest):
    def test_a_vehicle_reports_of_its_own_trip_alone(self):
        mine, other = started(self), started(self)
        root = self.service.post("/api-keys", {"name": "root", "kind": "person", "grants": [{"role": "admin", "fleet_id": "*"}]}).json["key"]
        key = self.service.post("/api-keys", {"name": mine["vehicle_id"], "kind": "vehicle", "vehicle_id": mine["vehicle_id"],
                                              "grants": [{"role": "vehicle", "fleet_id": "cabs"}]}, key=root)
        self.assertEqual(key.status, 201, key)
        post = lambda trip: self.service.post(f"/trips/{trip['id']}/track", corner(2, 0), key=key.json["key"]).status
        self.assertEqual((post(mine), post(other)), (200, 404))


class Rerouted(Tracked):
    settings = {"ROADS_FILE": MAP}

    def reroute(self, trip, body=None, expect=200):
        answer = self.service.post(f"/trips/{trip['id']}/reroute", body or {})
        self.assertEqual(answer.status, expect, answer)
        return answer.json

    def last_event(self, trip):
        """The last one that is about its route."""
        return [e for e in self.service.get(f"/trips/{trip['id']}/events").json["items"] if e["type"] == "trip.rerouted"][-1]

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
        self.assertEqual([r["route"]["revision"] for r in page["items"] + rest["items"]], [2, 1])
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
        self.service.post("/traffic", {"source": "jam", "way": {"id": 102}, "speed_kmh": 60})
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


class TrackStream:
    """A reader of a trip's track; (id, event, data) as they come."""

    def __init__(self, service, trip, last=None, query="", key=None):
        self.connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=20)
        self.connection.connect()
        self.sock = self.connection.sock  # http.client lets go of it
        headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": last} if last else {}) | ({"X-API-Key": key} if key else {})
        self.connection.request("GET", f"{PREFIX}/trips/{trip['id']}/track{query}", headers=headers)
        self.response = self.connection.getresponse()
        self.frames, self.comments, self.ended = [], [], False
        if self.response.status == 200:
            self.thread = threading.Thread(target=self.read, daemon=True)
            self.thread.start()

    def read(self):
        frame = {}
        try:
            while line := self.response.readline().decode():
                name, _, value = line.rstrip("\n").partition(": ")
                if line.startswith(": "):
                    self.comments.append(value)
                elif name:
                    frame[name] = value
                elif "data" in frame:
                    self.frames.append((frame.get("id"), frame["event"], json.loads(frame["data"])))
                    frame = {}
        except (OSError, http.client.HTTPException, ValueError, AttributeError):
            pass
        self.ended = True

    def of(self, event):
        return [data for _, kind, data in self.frames if kind == event]

    def leave(self):
        self.sock.shutdown(socket.SHUT_RDWR)


class Live(Tracked):
    settings = {"ROADS_FILE": MAP, "STREAM_HEARTBEAT_S": "0.5"}

    def test_positions_and_figures_as_they_come_and_on_from_where_it_was(self):
        trip, begin = started(self), time.time()
        self.report(trip, 2, 0.2, begin)
        stream = TrackStream(self.service, trip)
        self.eventually(lambda: stream.of("track"), 5)
        self.assertEqual(stream.of("position"), [])
        told = [self.report(trip, 2, 0.2 + 0.2 * i, begin + 4 * i) for i in range(1, 6)]
        self.eventually(lambda: len(stream.of("position")) == 5, 5)
        self.assertEqual([p["recorded_at"] for p in stream.of("position")], [t["position"]["recorded_at"] for t in told])
        self.eventually(lambda: stream.of("track")[-1] == told[-1], 5)
        self.eventually(lambda: "heartbeat" in stream.comments, 5)
        stream.leave()
        # Behind the third: neither lost nor twice; what comes later than a newer one is for the history alone.
        ids = [i for i, kind, _ in stream.frames if kind == "position"]
        again = TrackStream(self.service, trip, last=ids[2])
        self.report(trip, 2, 0.3, begin + 2)
        self.report(trip, 2, 1.4, begin + 24)
        self.eventually(lambda: len(again.of("position")) == 3, 5)
        self.assertEqual([i for i, kind, _ in again.frames if kind == "position"][:2], ids[3:])
        whole = TrackStream(self.service, trip, query="?since=2000-01-01T00:00:00Z")
        self.eventually(lambda: len(whole.of("position")) == 8, 5)
        self.service.post(f"/trips/{trip['id']}/complete", {"force": True})
        for one in (again, whole):
            self.eventually(lambda: one.ended, 10)
            self.assertEqual((one.frames[-1][1:], one.of("track")[-1]["status"]), (("end", {"reason": "trip_ended"}), "completed"))

    def test_a_history_of_many_pages_and_readers_that_may_not(self):
        trip, begin = started(self), time.time()
        way = [corner(2, 0.001 * i) | {"recorded_at": rfc3339(begin + 0.05 * i)} for i in range(1000)]
        self.service.post(f"/trips/{trip['id']}/track", {"items": way})
        stream = TrackStream(self.service, trip, query="?since=2000-01-01T00:00:00Z")
        self.eventually(lambda: len(stream.of("position")) == 1000, 10)
        self.assertEqual([p["recorded_at"] for p in stream.of("position")], [p["recorded_at"] for p in way])
        stream.leave()
        for last, query in (("yesterday", ""), (None, "?since=x"), (None, "?limit=3")):
            self.assertEqual(TrackStream(self.service, trip, last=last, query=query).response.status, 400)
        self.assertEqual(TrackStream(self.service, {"id": new_uuid7()}).response.status, 404)

    def test_who_loses_the_permission_is_cut(self):
        trip = started(self)
        root = self.service.post("/api-keys", {"name": "root", "kind": "person", "grants": [{"role": "admin", "fleet_id": "*"}]}).json["key"]
        self.service.key = root
        try:
            made = self.service.post("/api-keys", {"name": "r", "kind": "service", "grants": [{"role": "viewer", "fleet_id": "cabs"}]}).json
            stream = TrackStream(self.service, trip, key=made["key"])
            self.eventually(lambda: stream.of("track"), 5)
            self.assertEqual(TrackStream(self.service, trip, key=self.service.post(
                "/api-keys", {"name": "s", "kind": "service", "grants": [{"role": "viewer", "fleet_id": "elsewhere"}]}).json["key"]).response.status, 404)
            self.service.delete(f"/api-keys/{made['id']}")
            self.eventually(lambda: stream.ended, 15)
            self.assertEqual(stream.frames[-1][1:], ("end", {"reason": "unauthenticated"}))
        finally:
            del self.service.key

    def test_lines_for_maps(self):
        trip, begin = started(self), time.time()
        way = [corner(2, 0.02 * i) | {"recorded_at": rfc3339(begin + 0.5 * i)} for i in range(60)]
        way += [corner(2 + 0.02 * i, 1.18) | {"recorded_at": rfc3339(begin + 30 + 0.5 * i)} for i in range(1, 40)]
        way.append({"latitude": 10, "longitude": 10, "recorded_at": rfc3339(begin + 50)})
        self.service.post(f"/trips/{trip['id']}/track", {"items": way})
        path = f"/trips/{trip['id']}/track"
        short = self.service.get(path + "?tolerance_m=5").json
        self.assertEqual([p["recorded_at"] for p in short["items"]], [way[i]["recorded_at"] for i in (0, 59, 98)])
        self.assertIsNone(short["next_cursor"])
        for answer in (self.service.get(path + "?format=geojson&tolerance_m=5"),
                       self.service.get(path + "?tolerance_m=5", headers={"Accept": "application/geo+json"})):
            self.assertEqual(answer.headers["content-type"], "application/geo+json")
            line = json.loads(answer.text)
            self.assertEqual((line["type"], line["geometry"]["type"]), ("Feature", "LineString"))
            self.assertEqual(line["geometry"]["coordinates"][0], [way[0]["longitude"], way[0]["latitude"]])
            self.assertEqual(len(line["geometry"]["coordinates"]), 3)
            self.assertEqual(line["properties"]["recorded_at"], [p["recorded_at"] for p in short["items"]])
        page = json.loads(self.service.get(path + "?format=geojson&limit=50").text)
        rest = json.loads(self.service.get(path + f"?format=geojson&cursor={page['properties']['next_cursor']}").text)
        self.assertEqual((len(page["geometry"]["coordinates"]), len(rest["geometry"]["coordinates"])), (50, 49))
        self.assertIsNone(json.loads(self.service.get(f"/trips/{started(self)['id']}/track?format=geojson").text)["geometry"])
        for bad in ("tolerance_m=-1", "tolerance_m=nan", "tolerance_m=inf", "tolerance_m=", "tolerance_m=1e9", "format=kml", "limit=5001&format=geojson",
                    "limit=1001&since=2020-01-01T00:00:00Z"):
            self.assert_problem(self.service.get(f"{path}?{bad}"), 400, "bad_parameter")
        self.assert_problem(self.service.get(path, headers={"Accept": "text/html"}), 406, "not_acceptable")


class Notices(Tracked):
    settings = {"ROADS_FILE": MAP, "ARRIVING_MINUTES": "0.4", "DELAYED_MINUTES": "0.02"}

    def test_each_is_told_once(self):
        trip, begin = started(self), time.time()
        told = lambda: [(e["type"].removeprefix("trip."), e["data"].get("percent") or e["data"].get("stop"))
                        for e in self.service.get(f"/trips/{trip['id']}/events?limit=200").json["items"][2:]]
        way = [corner(2, 0.205 * i) | {"recorded_at": rfc3339(begin + 2.7 * i), "speed_mps": 16} for i in range(16)]
        for position in way[:6] + way[:6]:
            self.service.post(f"/trips/{trip['id']}/track", position)
        self.assertEqual(told(), [("progress_reached", 25)])
        self.service.restart()
        self.service.post(f"/trips/{trip['id']}/track", {"items": way[::-1]})
        self.service.post(f"/trips/{trip['id']}/track", way[15] | {"recorded_at": rfc3339(begin + 41)})
        self.assertEqual(told(), [("progress_reached", 25), ("progress_reached", 50), ("progress_reached", 75), ("arriving", 1)])
        # It stands there: later than what was promised first.
        now = self.report(trip, 2, 3.1, begin + 58, speed_mps=0)
        self.assertEqual((now["next_stop"], now["next_eta"]), (1, now["eta"]))
        self.assertEqual(told()[4:], [("delayed", None)])
        self.report(trip, 2, 3.1, begin + 59, speed_mps=0)
        self.assertEqual(len(told()), 5)
        late = self.service.get(f"/trips/{trip['id']}/events?limit=200").json["items"][-1]["data"]
        self.assertGreater(late["delay_s"], 1.2)
        self.assertEqual(self.service.get(f"/trips/{trip['id']}").json["told"], {"progress_percent": 75, "arriving_at": 1, "delayed": True})


class Retention(ServiceTest):
    def test_positions_of_trips_that_ended_long_ago_are_forgotten(self):
        ended, driven = started(self), started(self)
        begin = time.time()
        for trip, count in ((ended, 1203), (driven, 3)):
            way = [corner(2, 0.0005 * i) | {"recorded_at": rfc3339(begin + 0.0005 * i)} for i in range(count)]
            self.assertEqual(self.service.post(f"/trips/{trip['id']}/track", {"items": way}).json["accepted"], count)
        time.sleep(max(0, begin + 0.7 - time.time()))
        self.service.post(f"/trips/{ended['id']}/complete", {"force": True})
        count = lambda trip: len(self.service.get(f"/trips/{trip['id']}/track?since=2020-01-01T00:00:00Z&limit=1000").json["items"])
        self.assertEqual((count(ended), count(driven)), (1000, 3))
        time.sleep(1)
        self.service.settings["POSITIONS_KEEP_DAYS"] = 0.00001  # 0.86 s
        self.service.restart()
        self.eventually(lambda: count(ended) == 0, 10)
        self.assertEqual(count(driven), 3)
        self.assertIn("trip_positions_forgotten_total 1203", self.service.get("//metrics").text)
        self.assertEqual(self.service.get(f"/trips/{ended['id']}/track").json["status"], "completed")


class WithoutAMap(ServiceTest):
    def test_there_is_no_other_way(self):
        answer = self.service.post(f"/trips/{started(self)['id']}/reroute", {"position": corner(2, 1)})
        self.assertEqual(answer.json["code"], "no_map", answer)


if __name__ == "__main__":
    unittest.main()
