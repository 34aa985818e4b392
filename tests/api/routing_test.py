"""Routes, matrices, matches, plans and traffic over HTTP, with a made map and without one; the subcommands; bad input."""
import json
import pathlib
import subprocess
import tempfile
import time
import unittest

import made_map
from made_map import ISLAND, corner
from running_service import BINARY, Service, ServiceTest, Store, STORE, rfc3339

FOLDER = tempfile.TemporaryDirectory(prefix="mms-roads-")
MAP = made_map.make(FOLDER.name)
ACROSS = {"from": corner(2, 0.1), "to": corner(2, 3.9)}


def run(*arguments):
    return subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=60)


class OnRoads(ServiceTest):
    settings = {"ROADS_FILE": MAP}

    def route(self, **fields):
        answer = self.service.post("/routes", ACROSS | fields)
        self.assertEqual(answer.status, 200, answer)
        return answer.json["routes"][0]

    def test_health_names_the_map(self):
        roads = self.service.get("/health").json["parts"]["roads"]
        self.assertEqual(roads["status"], "up")
        self.assertIn("town.osm.pbf", roads["detail"])

    def test_a_route_is_whole(self):
        answer = self.service.post("/routes", ACROSS).json
        route = answer["routes"][0]
        self.assertEqual((answer["source"], route["label"], route["best_at"]), ("roads", "fastest", ["time"]))
        self.assertAlmostEqual(route["distance_m"], 3.8 * 227.5, delta=8)
        self.assertEqual(route["steps"][0]["instruction"], "Head east on Row 2.")
        self.assertEqual(route["steps"][-1]["maneuver"], "arrive")
        self.assertEqual(route["geometry"]["coordinates"][0], [9.0003, 47.004])
        self.assertEqual(set(route["values"]), {"time_s", "distance_m", "energy_wh", "risk_m", "cost"})
        self.assertIsInstance(self.route(geometry="polyline6")["geometry"], str)
        self.assertNotIn("steps", self.route(steps=False))

    def test_alternatives_are_named_by_what_they_are_best_at(self):
        answer = self.service.post("/routes", {"from": corner(0, 0), "to": corner(4, 4), "alternatives": 4, "weights": {"time": 1, "distance": 1}})
        self.assertEqual(answer.status, 200, answer)
        self.assertIn("time", answer.json["routes"][0]["best_at"])

    def test_bad_input_is_named(self):
        for fields, pointer, code in (
                ({"to": {"latitude": 10, "longitude": 10}}, "/to", "off_the_map"),
                ({"via": [corner(1, 1), {"latitude": 0, "longitude": 0}]}, "/via/1", "off_the_map"),
                ({"to": {"latitude": 91, "longitude": 9}}, "/to/latitude", "out_of_range"),
                ({"via": [corner(1, 1)] * 1000}, "/via", "too_many"),
                ({"via": [corner(1, 1)], "alternatives": 2}, "/alternatives", "not_with_via"),
                ({"weights": {}}, "/weights", "all_zero"),
                ({"weights": {"time": 2}}, "/weights/time", "out_of_range"),
                ({"avoid": {"edges": [10 ** 6]}}, "/avoid/edges/0", "no_such_edge"),
                ({"avoid": {"areas": [{"circle": {"center": corner(2, 0), "radius_m": 100}}]}}, "/from", "in_avoided_area"),
                ({"avoid": {"areas": [{"polygon": [corner(0, 0), corner(1, 1)]}]}}, "/avoid/areas/0", None),
                ({"vehicle": {"height_m": -1}}, "/vehicle/height_m", "out_of_range")):
            with self.subTest(fields=str(fields)[:80]):
                answer = self.service.post("/routes", ACROSS | fields)
                self.assert_problem(answer, 422, "invalid_fields")
                found = {p: c for p, c in self.pointers(answer).items() if p.startswith(pointer)}
                self.assertTrue(found and (code is None or code in found.values()), answer)
        nan = self.service.post("/routes", {"from": {"latitude": "NaN", "longitude": 9}, "to": corner(0, 0)})
        self.assert_problem(nan, 422, "invalid_fields")
        raw = self.service.post("/routes", b'{"from":{"latitude":NaN,"longitude":9},"to":{"latitude":47,"longitude":9}}')
        self.assert_problem(raw, 400, "malformed_json")

    def test_an_island_has_no_route_and_the_same_place_twice_has_one_of_no_length(self):
        for more in ({}, {"alternatives": 3}):
            self.assert_problem(self.service.post("/routes", {"from": corner(0, 0), "to": ISLAND} | more), 422, "no_route")
        route = self.route(to=ACROSS["from"])
        self.assertEqual((route["distance_m"], len(route["geometry"]["coordinates"])), (0, 2))

    def test_a_matrix_agrees_with_its_routes(self):
        places = [corner(0, 0), corner(3, 2.5), ISLAND]
        answer = self.service.post("/routes/matrix", {"from": places, "objectives": ["time", "distance"]})
        self.assertEqual(answer.status, 200, answer)
        durations = answer.json["matrices"][0]["rows"]
        self.assertEqual(durations[0][2], None)
        self.assertEqual(durations[1][1], 0)
        self.assertAlmostEqual(durations[0][1], self.service.post("/routes", {"from": places[0], "to": places[1]}).json["routes"][0]["duration_s"], delta=0.2)

    def test_the_largest_matrix(self):
        places = [corner(i % 40 / 10, i // 40 / 10) for i in range(1000)]
        answer = self.service.post("/routes/matrix", {"from": places})
        self.assertEqual(answer.status, 200)
        self.assertEqual(len(answer.json["matrices"][0]["rows"][999]), 1000)
        self.assert_problem(self.service.post("/routes/matrix", {"from": places + places[:1]}), 422, "invalid_fields")

    def test_a_trace_is_matched(self):
        trace = [{"latitude": 47.00405, "longitude": 9 + i * 0.0005} for i in range(20)]
        answer = self.service.post("/routes/match", {"trace": trace})
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual({point.get("name") for point in answer.json["points"]}, {"Row 2"})
        self.assertAlmostEqual(answer.json["routes"][0]["distance_m"], 720, delta=30)

    def test_the_nearest_road(self):
        answer = self.service.get("/routes/nearest?latitude=47.0041&longitude=9.001&count=2")
        self.assertEqual(answer.json["roads"][0]["name"], "Row 2")
        self.assertEqual(answer.json["roads"][0]["way_id"], 102)
        for query in ("latitude=nan&longitude=9", "latitude=91&longitude=9", "longitude=9", "latitude=1&longitude=9&count=0", "latitude=1&longitude=1&x=1"):
            self.assert_problem(self.service.get("/routes/nearest?" + query), 400, "bad_parameter")

    def test_a_plan_orders_stops_and_gives_reasons(self):
        stops = [corner(4, 4) | {"id": "far"}, corner(0, 1) | {"id": "near", "load": 3}, corner(1, 1) | {"id": "brought", "load": -3},
                 ISLAND | {"id": "island"}, corner(3, 3) | {"id": "late", "latest": rfc3339(time.time() - 60)}]
        answer = self.service.post("/routes/plan", {"start": corner(0, 0), "end": corner(0, 0), "stops": stops, "capacity": 3,
                                                    "shipments": [{"pickup": 1, "delivery": 2}]})
        self.assertEqual(answer.status, 200, answer)
        order = [visit["id"] for visit in answer.json["visits"]]
        self.assertLess(order.index("near"), order.index("brought"))
        self.assertEqual({left["id"]: left["reason"] for left in answer.json["left_out"]}, {"island": "no_road", "late": "too_late_alone"})
        bad = self.service.post("/routes/plan", {"stops": stops[:2], "shipments": [{"pickup": 0, "delivery": 7}]})
        self.assertEqual(self.pointers(bad)["/shipments/0/delivery"], "no_such_stop")


class Traffic(ServiceTest):
    settings = {"ROADS_FILE": MAP}

    def duration(self):
        return self.service.post("/routes", ACROSS | {"steps": False}).json["routes"][0]["duration_s"]

    def say(self, **report):
        answer = self.service.post("/traffic", {"source": "test"} | report)
        self.assertEqual(answer.status, 201, answer)
        return answer.json

    def test_traffic_is_in_force_soon_outlives_a_restart_and_ends(self):
        free = self.duration()
        self.say(way={"id": 102}, speed_kmh=6, expires_at=rfc3339(time.time() + 8))
        begin = time.time()
        self.eventually(lambda: self.duration() > free + 5, 2)
        slow = self.duration()
        for row in (100, 104):  # what comes later elsewhere drops nothing
            self.say(way={"id": row}, speed_kmh=20)
        time.sleep(1.2)
        self.assertEqual(self.duration(), slow)
        self.service.stop()
        self.service.start()
        if time.time() < begin + 7:
            self.assertEqual(self.duration(), slow)
        self.eventually(lambda: self.duration() == free, 12)

    def test_a_closure_by_edge_and_by_line_is_driven_around_and_can_be_taken_back(self):
        nearest = self.service.get("/routes/nearest?latitude=47.006&longitude=9.0045").json["roads"][0]
        self.assertEqual(nearest["name"], "Row 3")
        ask = lambda: self.service.post("/routes", {"from": corner(3, 0.5), "to": corner(3, 2.5)}).json["routes"][0]["distance_m"]
        free = ask()
        for target in ({"edge": nearest["edge_forward"]}, {"line": [corner(3, 1.1), corner(3, 1.5), corner(3, 1.9)]}):
            self.assertGreaterEqual(self.say(closed=True, **target)["edges"], 1)
            self.eventually(lambda: ask() > free + 100, 2)
            self.say(clear=True, **target)
            self.eventually(lambda: ask() == free, 2)

    def test_a_start_that_traffic_closes_all_around_has_no_route_until_it_opens(self):
        ask = lambda: self.service.post("/routes", {"from": corner(4, 0.05), "to": corner(0, 2)})
        around = [{"way": {"id": 104}}, {"way": {"id": 200}}]
        for target in around:
            self.say(closed=True, **target)
        self.eventually(lambda: ask().status == 422, 2)
        self.assert_problem(ask(), 422, "no_route")
        matrix = self.service.post("/routes/matrix", {"from": [corner(4, 0.05), corner(0, 2)]}).json["matrices"][0]["rows"]
        self.assertEqual([matrix[0][1], matrix[1][0]], [None, None])
        for target in around:
            self.say(clear=True, **target)
        self.eventually(lambda: ask().status == 200, 2)

    def test_sources_that_contradict_each_other_close_the_road_and_of_speeds_the_latest_holds(self):
        ask = lambda: self.service.post("/routes", {"from": corner(1.5, 0), "to": corner(1.5, 4)}).json["routes"][0]["duration_s"]
        free = ask()
        self.say(source="police", way={"id": 102}, closed=True)
        self.eventually(lambda: ask() > free + 5, 2)
        closed = ask()
        self.say(source="cars", way={"id": 102}, speed_kmh=60)
        time.sleep(1.2)
        self.assertEqual(ask(), closed)
        self.say(source="police", way={"id": 102}, clear=True)
        self.eventually(lambda: ask() <= free, 2)
        self.say(source="loops", way={"id": 102}, speed_kmh=40)
        self.eventually(lambda: free < ask() < closed, 2)
        for source in ("cars", "loops"):
            self.say(source=source, way={"id": 102}, clear=True)
        self.eventually(lambda: ask() == free, 2)

    # What a source says of one edge of a way for a while gives way to what it says of the way, without a restart.
    def test_an_edges_report_ends_and_its_ways_holds_on(self):
        free = self.duration()
        edge = self.service.get("/routes/nearest?latitude=47.004&longitude=9.0045").json["roads"][0]["edge_forward"]
        self.say(way={"id": 102}, speed_kmh=30)
        self.eventually(lambda: self.duration() > free + 1, 2)
        slow = self.duration()
        self.say(edge=edge, speed_kmh=20, expires_at=rfc3339(time.time() + 3))
        self.eventually(lambda: self.duration() > slow + 1, 2)
        self.eventually(lambda: self.duration() == slow, 5)
        self.say(way={"id": 102}, clear=True)
        self.eventually(lambda: self.duration() == free, 2)

    def test_the_list_pages_what_is_in_force(self):
        self.service.post("/traffic", {"items": [{"source": f"pager-{i}", "way": {"id": 101, "direction": "forward"}, "speed_kmh": 29} for i in range(5)]})
        seen, cursor = [], ""
        while cursor is not None:
            page = self.service.get("/traffic?limit=2" + (f"&cursor={cursor}" if cursor else "")).json
            seen += [item["source"] for item in page["items"]]
            cursor = page["next_cursor"]
        self.assertEqual([s for s in seen if s.startswith("pager")], [f"pager-{i}" for i in range(5)])
        self.assert_problem(self.service.get("/traffic?cursor=x"), 400, "bad_cursor")

    def test_bad_reports_are_named_and_none_is_taken(self):
        good = {"source": "bad", "way": {"id": 104}, "speed_kmh": 20}
        for item, pointer, code in (
                ({"speed_kmh": 0}, "/items/1/speed_kmh", "out_of_range"), ({"closed": True}, "/items/1", "one_of"),
                ({"edge": 1}, "/items/1", "one_of"), ({"way": {"id": 9}}, "/items/1/way", "not_on_the_map"),
                ({"way": {"id": 104, "direction": "forward"}, "speed_kmh": 9}, "/items/1", "contradiction"),
                ({"expires_at": "2020-01-01T00:00:00Z"}, "/items/1/expires_at", "over"),
                ({"reported_at": "2100-01-01T00:00:00Z"}, "/items/1/reported_at", "in_the_future")):
            answer = self.service.post("/traffic", {"items": [good, good | {"source": "bad"} | item]})
            self.assert_problem(answer, 422, "invalid_fields")
            self.assertEqual(self.pointers(answer).get(pointer), code, answer)
        self.assertNotIn("bad", {item["source"] for item in self.service.get("/traffic?limit=200").json["items"]})

    def test_a_repeat_gets_the_first_answer(self):
        headers = {"Idempotency-Key": "once"}
        body = {"source": "retry", "way": {"id": 103}, "speed_kmh": 20}
        first = self.service.post("/traffic", body, headers=headers)
        again = self.service.post("/traffic", body, headers=headers)
        self.assertEqual((first.status, again.status, again.headers.get("idempotency-replayed")), (201, 201, "true"))
        self.assertEqual(self.service.post("/traffic", body | {"speed_kmh": 21}, headers=headers).code, "idempotency_key_reused")


class SpeedProfiles(ServiceTest):
    settings = {"ROADS_FILE": MAP}
    ALWAYS = {"hours": [{"from": 0, "to": 24, "speed_kmh": 6}]}

    def route(self, **fields):
        return self.service.post("/routes", ACROSS | {"steps": False} | fields).json

    def put(self, **fields):
        where = {} if "edge" in fields else {"way": {"id": 102}}
        answer = self.service.put("/traffic/profiles", {"source": "city"} | where | fields)
        self.assertEqual(answer.status, 200, answer)
        return answer.json

    def tearDown(self):
        for source in ("city", "other"):
            self.service.delete(f"/traffic/profiles?source={source}")
        self.eventually(lambda: self.route()["hourly_speeds"] == "none", 4)

    def test_rush_hour_slows_what_departs_in_it_and_traffic_goes_before_it(self):
        free = self.route()["routes"][0]["duration_s"]
        self.assertEqual(self.put(utc_offset_minutes=60, hours=[{"days": ["monday", "tuesday"], "from": 7, "to": 9, "speed_kmh": 6}]),
                         {"accepted": 2, "edges": 8})
        rush, quiet = "2030-01-07T07:10:00+01:00", "2030-01-07T09:10:00+01:00"  # a Monday
        self.eventually(lambda: self.route(departure=rush)["hourly_speeds"] == "exact", 4)
        slow = self.route(departure=rush)["routes"][0]
        self.assertGreater(slow["duration_s"], free + 10)
        self.assertGreater(slow["duration_s"], slow["duration_without_traffic_s"] - 1)
        for when in (quiet, "2030-01-09T07:10:00+01:00"):
            self.assertEqual(self.route(departure=when)["routes"][0]["duration_s"], free)
        matrix = self.service.post("/routes/matrix", {"from": [ACROSS["from"], ACROSS["to"]], "departure": rush}).json
        self.assertEqual(matrix["hourly_speeds"], "departure_hour")
        self.assertGreater(matrix["matrices"][0]["rows"][0][1], free + 10)
        energy = self.route(departure=rush, weights={"distance": 1})
        self.assertEqual(energy["hourly_speeds"], "departure_hour")
        self.assertGreater(energy["routes"][0]["duration_s"], free + 60)
        plan = self.service.post("/routes/plan", {"start": ACROSS["from"], "stops": [ACROSS["to"]], "departure": rush}).json
        self.assertGreater(plan["driving_s"], free + 10)
        self.put(**self.ALWAYS)
        self.eventually(lambda: self.route()["routes"][0]["duration_s"] > free + 10, 4)
        self.assertEqual(self.service.post("/traffic", {"source": "city", "way": {"id": 102}, "speed_kmh": 60}).status, 201)
        self.eventually(lambda: self.route()["routes"][0]["duration_s"] <= free + 1, 3)
        self.service.post("/traffic", {"source": "city", "way": {"id": 102}, "clear": True})

    def test_profiles_are_listed_replaced_deleted_and_outlive_a_restart(self):
        self.put(way={"id": 102, "direction": "forward"}, **self.ALWAYS)
        self.put(source="other", way={"id": 103}, speeds_kmh=[30.5] * 167 + [0])
        self.put(way={"id": 102, "direction": "forward"}, hours=[{"from": 1, "to": 2, "speed_kmh": 20}])
        edge = self.service.get("/routes/nearest?latitude=47.006&longitude=9.0045").json["roads"][0]["edge_forward"]
        self.put(source="other", edge=edge, **self.ALWAYS)
        self.service.stop()
        self.service.start()
        seen, cursor = [], ""
        while cursor is not None:
            page = self.service.get("/traffic/profiles?limit=2" + (f"&cursor={cursor}" if cursor else "")).json
            seen, cursor = seen + page["items"], page["next_cursor"]
        self.assertEqual([(i["source"], i.get("way_id"), i.get("direction"), i.get("edge")) for i in seen],
                         [("other", 103, "forward", None), ("other", 103, "backward", None), ("city", 102, "forward", None), ("other", None, None, edge)])
        self.assertEqual(seen[0]["speeds_kmh"], [30.5] * 167 + [0])
        self.assertEqual(seen[2]["speeds_kmh"][:3], [0, 20, 0])
        self.assertEqual(len(self.service.get("/traffic/profiles?source=city").json["items"]), 1)
        self.assertEqual(self.service.delete(f"/traffic/profiles?source=other&edge={edge}").json, {"deleted": 1})
        self.assertEqual(self.service.delete("/traffic/profiles?source=other&way_id=103&direction=backward").json, {"deleted": 1})
        self.assertEqual(self.service.delete("/traffic/profiles?source=other").json, {"deleted": 1})
        self.assertEqual(self.service.delete("/traffic/profiles?source=other").json, {"deleted": 0})

    def test_bad_profiles_are_named_and_none_is_taken(self):
        good = {"source": "bad", "way": {"id": 104}} | self.ALWAYS
        hours = lambda **range: {"hours": [{"from": 1, "to": 2, "speed_kmh": 9} | range]}
        for item, pointer, code in (
                ({"way": {"id": 9}}, "/items/1/way", "not_on_the_map"), ({"way": {"id": 104, "direction": "forward"}}, "/items/1", "contradiction"),
                ({"edge": 1}, "/items/1", "one_of"), ({"speeds_kmh": [1] * 168}, "/items/1", "one_of"), ({"source": "observed"}, "/items/1/source", "reserved"),
                (hours(to=1), "/items/1/hours/0/to", "before_from"), (hours(to=25), "/items/1/hours/0/to", "out_of_range"),
                (hours(speed_kmh=0), "/items/1/hours/0/speed_kmh", "out_of_range"), (hours(days=["someday"]), "/items/1/hours/0/days/0", "not_one_of"),
                ({"hours": []}, "/items/1/hours", "too_few"), ({"utc_offset_minutes": 900}, "/items/1/utc_offset_minutes", "out_of_range"),
                ({"hours": self.ALWAYS["hours"] + [{"days": ["friday"], "from": 7, "to": 8, "speed_kmh": 7}]}, "/items/1/hours/1", "contradiction"),
                ({"hours": None, "speeds_kmh": [1] * 167}, "/items/1/speeds_kmh", "too_few"), ({"hours": None, "speeds_kmh": [0.5] * 168}, "/items/1/speeds_kmh/0", "out_of_range")):
            with self.subTest(item=str(item)[:60]):
                answer = self.service.put("/traffic/profiles", {"items": [good, {k: v for k, v in (good | {"way": {"id": 103}} | item).items() if v is not None}]})
                self.assert_problem(answer, 422, "invalid_fields")
                self.assertEqual(self.pointers(answer).get(pointer), code, answer)
        self.assertEqual(self.service.get("/traffic/profiles?source=bad").json["items"], [])
        for query in ("", "source=bad&way_id=x", "source=bad&way_id=1&direction=up", "source=bad&colour=1"):
            self.assert_problem(self.service.delete("/traffic/profiles?" + query), 400, "bad_parameter")


class ObservedSpeeds(ServiceTest):
    settings = {"ROADS_FILE": MAP, "OBSERVED_SPEEDS": "3"}

    def drive(self, vehicle, speed_mps):
        trip = self.service.post("/trips", {"fleet_id": "cabs", "sector": "ridehail", "vehicle_id": vehicle, "origin": corner(2, 0), "destination": corner(2, 4)})
        self.assertEqual(trip.status, 201, trip)
        path = f"/trips/{trip.json['id']}"
        self.assertEqual(self.service.post(path + "/start").status, 200)
        begin = time.time()  # a minute ahead of the service's clock is believed
        way = [corner(2, speed_mps * i / 227.5) | {"recorded_at": rfc3339(begin + i)} for i in range(0, 56, 3)]
        self.assertEqual(self.service.post(path + "/track", {"items": way}).json["accepted"], len(way))

    def test_three_slow_vehicles_are_traffic_that_no_other_sources_word_gives_way_to(self):
        observed = lambda: [i for i in self.service.get("/traffic?limit=200").json["items"] if i["source"] == "observed"]
        ask = lambda: self.service.post("/routes", {"from": corner(2, 0.1), "to": corner(2, 1.9)}).json["routes"][0]
        free = ask()["duration_s"]
        for vehicle in ("cab-1", "cab-2"):
            self.drive(vehicle, 9)
        time.sleep(5)
        self.assertEqual(observed(), [])
        self.drive("cab-3", 8)
        self.eventually(lambda: ask()["duration_s"] > free + 10, 8)
        said = observed()
        self.assertTrue(said and all(25 < item["speed_kmh"] < 36 for item in said), said)
        self.assertEqual(self.service.post("/traffic", {"source": "operator", "way": {"id": 102}, "speed_kmh": 60}).status, 201)
        self.eventually(lambda: ask()["duration_s"] < free + 1, 3)
        answer = self.service.post("/traffic", {"source": "observed", "way": {"id": 102}, "speed_kmh": 60})
        self.assertEqual(self.pointers(answer), {"/source": "reserved"})
        self.assertIn("observed_speed_edges", self.service.get("//metrics").text)


class TripsOnRoads(ServiceTest):
    settings = {"ROADS_FILE": MAP}
    TRIP = {"fleet_id": "cabs", "sector": "ridehail", "origin": ACROSS["from"], "destination": ACROSS["to"]}

    def made(self, **fields):
        answer = self.service.post("/trips", self.TRIP | fields)
        self.assertEqual(answer.status, 201, answer)
        return answer.json

    def line(self, trip):
        route = self.service.get(f"/trips/{trip['id']}/route").json
        self.assertEqual({k: v for k, v in route.items() if k != "geometry"}, trip["route"])
        return route["geometry"]["coordinates"]

    def tearDown(self):
        done = self.service.run("replay", "--verify")
        self.assertEqual(done.returncode, 0, done)

    def test_a_trip_takes_the_way_that_routes_answers(self):
        trip = self.made(waypoints=[corner(3, 2)])
        offer = self.service.post("/routes", {"from": ACROSS["from"], "via": [corner(3, 2)], "to": ACROSS["to"]}).json["routes"][0]
        self.assertEqual((trip["route"]["source"], trip["route"]["legs"]), ("roads", offer["legs"]))
        self.assertEqual((trip["estimated_distance_m"], trip["estimated_duration_s"]), (offer["distance_m"], offer["duration_s"]))
        self.assertEqual([[round(x, 6) for x in place] for place in self.line(trip)],
                         [[round(x, 6) for x in place] for place in offer["geometry"]["coordinates"]])

    def test_updates_keep_the_way_or_take_the_new_one(self):
        trip = self.made()
        path = f"/trips/{trip['id']}"
        self.assertEqual(self.service.put(path, {"priority": "high"}).json["route"], trip["route"])
        moved = self.service.put(path, {"destination": corner(4, 4)}).json
        self.assertEqual((moved["route"]["source"], moved["route"]["revision"]), ("roads", 2))
        self.assertEqual(self.line(moved)[-1], [9.012, 47.008])
        # Where no road leads the way is straight, and back on roads it is none of that.
        lost = self.service.put(path, {"destination": ISLAND}).json
        self.assertEqual((lost["route"]["source"], len(self.line(lost))), ("geodesic", 2))
        again = self.service.put(path, {"destination": ACROSS["to"]}).json
        self.assertEqual((again["route"]["source"], again["route"]["revision"]), ("roads", 4))
        self.assertEqual(again["estimated_distance_m"], trip["estimated_distance_m"])
        before = self.line(again)
        self.service.stop()
        done = self.service.run("replay", "--rebuild")
        self.service.start()
        self.assertEqual((done.returncode, self.line(again)), (0, before), done)

    def test_places_off_the_map_are_geodesic(self):
        trip = self.made(origin={"latitude": 10, "longitude": 10})
        self.assertEqual(trip["route"]["source"], "geodesic")

    def test_a_bulk_takes_ways_too(self):
        known = self.made()
        items = [{"action": "create", "input": self.TRIP | {"destination": corner(i % 5, 4)}} for i in range(200)]
        items += [{"action": "create", "input": self.TRIP | {"destination": ISLAND}},
                  {"action": "update", "id": known["id"], "input": {"destination": corner(4, 4)}},
                  {"action": "create", "input": {"fleet_id": "cabs"}}]
        answers = self.service.post("/trips/bulk", {"items": items}).json["items"]
        self.assertEqual({a["trip"]["route"]["source"] for a in answers[:200]}, {"roads"})
        self.assertEqual(answers[200]["trip"]["route"]["source"], "geodesic")
        self.assertEqual((answers[201]["trip"]["route"]["source"], answers[201]["trip"]["route"]["revision"]), ("roads", 2))
        self.assertEqual(answers[202]["status"], 422)


@unittest.skipUnless(STORE == "postgres", "two processes share a PostgreSQL database")
class TwoReplicas(unittest.TestCase):
    def test_what_one_is_told_the_other_knows_in_two_seconds(self):
        store = Store()
        one, two = Service(store, ROADS_FILE=MAP), Service(store, ROADS_FILE=MAP)
        ask = lambda: two.post("/routes", ACROSS).json["routes"][0]["duration_s"]
        free = ask()
        self.assertEqual(one.post("/traffic", {"source": "a", "way": {"id": 102}, "speed_kmh": 6}).status, 201)
        end = time.time() + 2
        while ask() == free and time.time() < end:
            time.sleep(0.02)
        self.assertGreater(ask(), free)
        for service in (one, two):
            service.kill()
        store.remove()


class WithoutAMap(ServiceTest):
    def test_answers_are_geodesic_and_what_needs_roads_is_refused(self):
        self.assertEqual(self.service.get("/health").json["parts"]["roads"]["status"], "disabled")
        for path, body in (("/routes", ACROSS), ("/routes/matrix", {"from": [corner(0, 0), corner(1, 1)]}),
                           ("/routes/plan", {"start": corner(0, 0), "stops": [corner(1, 1), corner(4, 4)]})):
            answer = self.service.post(path, body)
            self.assertEqual((answer.status, answer.json.get("source")), (200, "geodesic"), answer)
        trace = {"trace": [corner(0, 0), corner(0, 1)]}
        for path, body in (("/routes", ACROSS | {"avoid": {"tolls": True}}), ("/routes/match", trace), ("/traffic", {"source": "a", "edge": 1, "closed": True})):
            self.assert_problem(self.service.post(path, body), 422, "no_map")
        self.assert_problem(self.service.get("/routes/nearest?latitude=47&longitude=9"), 422, "no_map")


class CommandLine(unittest.TestCase):
    def test_a_route_in_one_line_in_words_and_as_json(self):
        done = run("route", "--map", MAP, "47.004,9.0003", "47.004,9.0117")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Head east on Row 2.", done.stdout)
        self.assertEqual(json.loads(run("route", "--map", MAP, "47.004,9.0003", "47.004,9.0117", "--json").stdout)["source"], "roads")

    def test_wrong_arguments_and_files_are_refused_with_a_sentence(self):
        folder = pathlib.Path(FOLDER.name)
        good = pathlib.Path(MAP).read_bytes()
        files = {"empty": b"", "cut": good[:len(good) // 2], "other": b"PK\3\4" * 500, "version": good[:8] + b"\xff" + good[9:],
                 "flipped": good[:len(good) // 2] + bytes([good[len(good) // 2] ^ 1]) + good[len(good) // 2 + 1:]}
        for name, contents in files.items():
            (folder / name).write_bytes(contents)
            done = run("route", "--map", folder / name, "47,9", "47.004,9")
            self.assertEqual(done.returncode, 2, (name, done.stdout))
            self.assertIn("mission-management: ", done.stderr)
            started = subprocess.run([BINARY, "serve"], env={"ROADS_FILE": str(folder / name), "PORT": "0", "DATABASE_URL": f"sqlite:{folder}/x.db"},
                                     capture_output=True, text=True, timeout=30)
            self.assertEqual(started.returncode, 2, name)
            self.assertIn("ROADS_FILE", started.stderr)
        for arguments in (("import-roads",), ("import-roads", folder / "other"), ("route", "--map", MAP, "47,9"), ("route", "--map", MAP, "47,9", "nan,9"),
                          ("route", "--map", MAP, "47,9", "95,9"), ("route", "--what", "47,9", "47,9"), ("route", "--map")):
            self.assertNotEqual(run(*arguments).returncode, 0, arguments)
        self.assertEqual(run("route", "--map", MAP, "47,9", "10,10").returncode, 1)
        self.assertEqual(run("import-roads", "--help").returncode, 0)


if __name__ == "__main__":
    unittest.main()
