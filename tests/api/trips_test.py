"""Trips: their life, tracking, personal data, records and analytics; and the records of missions."""
import json
import secrets
import threading
import time
import unittest

from running_service import ServiceTest, new_uuid7, rfc3339

ORIGIN = {"latitude": 52.52, "longitude": 13.40}
DESTINATION = {"latitude": 52.50, "longitude": 13.45}
# What names a person, and must be seen nowhere else.
SECRET = ("Ada Lovelace", "+49 30 123456", "ada@example.org", "Somewhere 1", "wheelchair")
PERSONAL = {"customer_id": "c-1", "customer_name": SECRET[0], "customer_phone": SECRET[1], "customer_email": SECRET[2],
            "origin_address": SECRET[3], "special_requirements": SECRET[4]}


def made(service, **fields):
    body = {"fleet_id": "cabs", "sector": "ridehail", "origin": ORIGIN, "destination": DESTINATION} | fields
    answer = service.post("/trips", {k: v for k, v in body.items() if v is not None})
    assert answer.status == 201, answer
    return answer.json


def started(service, **fields):
    trip = made(service, vehicle_id="v-" + secrets.token_hex(4), **fields)
    answer = service.post(f"/trips/{trip['id']}/start")
    assert answer.status == 200, answer
    return answer.json


def drive(start):
    """From beside the origin over it to the destination; `start` in seconds, and a little less than the minute that a
    clock on board may be ahead. It waits at the pickup."""
    way = [(52.523, 13.397, 8), (52.52, 13.40, 0.2), (52.52, 13.40, 0)]
    way += [(52.52 - 0.002 * i, 13.40 + 0.005 * i, 0.1 if i == 10 else 9) for i in range(1, 11)]
    return [{"latitude": a, "longitude": o, "speed_mps": s, "recorded_at": rfc3339(start + 4.5 * i)}
            for i, (a, o, s) in enumerate(way)]


class Life(ServiceTest):
    def test_from_creation_to_completion(self):
        trip = made(self.service)
        self.assertEqual((trip["status"], trip["trip_type"], trip["priority"]), ("pending", "on_demand", "normal"))
        self.assertEqual(trip["route"]["source"], "geodesic")
        self.assertGreater(trip["estimated_distance_m"], 4000)
        path = f"/trips/{trip['id']}"
        refused = self.assert_problem(self.service.post(path + "/start"), 409, "wrong_state")
        self.assertIn("assign", refused["allowed"])
        self.assertEqual(self.service.post(path + "/assign", {"vehicle_id": "cab-1"}).json["status"], "assigned")
        self.assertEqual(self.service.post(path + "/start").json["status"], "en_route_to_pickup")
        self.assertEqual(self.service.put(path, {"status": "at_pickup"}).json["status"], "at_pickup")
        refused = self.assert_problem(self.service.put(path, {"status": "completed"}), 409, "wrong_state")
        self.assertEqual(refused["allowed"], ["in_transit"])
        done = self.service.post(path + "/complete")
        self.assertEqual((done.status, done.json["status"]), (200, "completed"))
        types = [e["type"] for e in self.service.get(path + "/events").json["items"]]
        self.assertEqual(types, ["trip.created", "trip.assigned", "trip.started", "trip.status_updated",
                                 "trip.status_updated", "trip.status_updated", "trip.completed"])
        self.assert_problem(self.service.post(path + "/cancel"), 409, "wrong_state")
        route = self.service.get(path + "/route").json
        self.assertEqual(route["geometry"]["coordinates"], [[13.4, 52.52], [13.45, 52.5]])

    def test_delete_cancels_with_a_reason(self):
        trip = made(self.service)
        gone = self.service.delete(f"/trips/{trip['id']}")
        self.assertEqual((gone.status, gone.json["status"], gone.json["status_reason"]),
                         (200, "cancelled", "cancelled_by_caller"))
        trip = made(self.service)
        gone = self.service.delete(f"/trips/{trip['id']}", body={"reason": "rain"})
        self.assertEqual(gone.json["status_reason"], "rain")
        self.assertEqual(self.service.get(f"/trips/{trip['id']}").status, 200)

    def test_a_vehicle_drives_one_trip(self):
        first = started(self.service)
        second = made(self.service, vehicle_id=first["vehicle_id"])
        busy = self.assert_problem(self.service.post(f"/trips/{second['id']}/start"), 409, "vehicle_busy")
        self.assertEqual(busy["occupied_by"]["trip_id"], first["id"])
        self.service.post(f"/trips/{first['id']}/fail", {"reason": "puncture"})
        self.assertEqual(self.service.post(f"/trips/{second['id']}/start").status, 200)

    def test_a_mission_must_be_of_the_same_fleet(self):
        mission = self.service.mission(fleet_id="cabs")
        self.assertEqual(made(self.service, mission_id=mission["id"])["mission_id"], mission["id"])
        for wrong in (self.service.mission(fleet_id="elsewhere")["id"], new_uuid7()):
            answer = self.service.post("/trips", {"fleet_id": "cabs", "origin": ORIGIN, "destination": DESTINATION,
                                                  "mission_id": wrong})
            self.assert_problem(answer, 422, "invalid_fields")
            self.assertEqual(self.pointers(answer), {"/mission_id": "not_found"})

    def test_trips_move_their_mission(self):
        def trip(**more):
            made_trip = made(self.service, mission_id=mission["id"], **more)
            return f"/trips/{made_trip['id']}"

        def drive(path, vehicle, end="complete", **body):
            self.assertEqual(self.service.post(f"{path}/assign", {"vehicle_id": vehicle}).status, 200)
            self.assertEqual(self.service.post(f"{path}/start", {}).status, 200)
            self.assertEqual(self.service.post(f"{path}/{end}", body).status, 200)

        mission = self.service.mission(fleet_id="cabs", complete_on_last_trip=True, vehicle_id="mover-1")
        where = f"/missions/{mission['id']}"
        self.assertEqual(self.service.post(f"{where}/start", {}).status, 200)
        first, second, third = trip(), trip(), trip()
        drive(first, "mover-1")
        now = self.service.get(where).json
        self.assertEqual(now["trips"], {"total": 3, "ended": 1, "completed": 1})
        self.assertAlmostEqual(now["progress"], 1 / 3)
        self.service.post(f"{third}/cancel", {})
        drive(second, "mover-1", "fail", reason="flat tyre")
        now = self.service.get(where).json
        self.assertEqual((now["status"], now["outcome"]), ("completed", "partial"))
        self.assertEqual(now["trips"], {"total": 2, "ended": 2, "completed": 1})
        told = [e["type"] for e in self.service.get(f"{where}/events").json["items"]]
        self.assertEqual(told[-2:], ["mission.trips_counted", "mission.completed"])
        # One that is taken out of its mission no longer counts there.
        other = self.service.mission(fleet_id="cabs")
        moved = made(self.service, mission_id=other["id"])
        self.service.put(f"/trips/{moved['id']}", {"mission_id": None})
        self.assertEqual(self.service.get(f"/missions/{other['id']}").json["trips"],
                         {"total": 0, "ended": 0, "completed": 0})
        both = self.service.post("/missions", {"fleet_id": "cabs", "name": "x", "complete_on_last_trip": True,
                                               "tasks": [{"key": "a", "type": "custom"}]})
        self.assertEqual(self.pointers(both), {"/complete_on_last_trip": "not_together"})

    def test_bad_input_is_named(self):
        answer = self.service.post("/trips", {"fleet_id": "cabs", "origin": {"latitude": 91, "longitude": 0},
                                              "destination": {"latitude": 1}, "colour": "red", "sector": "sea"})
        self.assert_problem(answer, 422, "invalid_fields")
        self.assertEqual(set(self.pointers(answer)),
                         {"/origin/latitude", "/destination/longitude", "/colour", "/sector"})

    def test_stops_are_put_into_the_order_that_is_driven_fastest(self):
        def along(*shares):
            return [{"latitude": ORIGIN["latitude"] + s * (DESTINATION["latitude"] - ORIGIN["latitude"]),
                     "longitude": ORIGIN["longitude"] + s * (DESTINATION["longitude"] - ORIGIN["longitude"]),
                     "name": str(s)} for s in shares]

        def names(trip):
            return [w["name"] for w in trip["waypoints"]]

        mixed = along(0.8, 0.2, 0.6, 0.4)
        plain = made(self.service, waypoints=mixed)
        self.assertEqual(names(plain), ["0.8", "0.2", "0.6", "0.4"])
        ordered = made(self.service, waypoints=mixed, optimize_stops=True)
        self.assertEqual(names(ordered), ["0.2", "0.4", "0.6", "0.8"])
        self.assertLess(ordered["estimated_distance_m"], plain["estimated_distance_m"])
        path = f"/trips/{plain['id']}"
        alone = self.service.put(path, {"optimize_stops": True})
        self.assertEqual(self.pointers(alone), {"/waypoints": "required"})
        changed = self.service.put(path, {"optimize_stops": True, "waypoints": mixed})
        self.assertEqual(names(changed.json), ["0.2", "0.4", "0.6", "0.8"])
        bulk = self.service.post("/trips/bulk", {"items": [
            {"action": "create", "input": {"fleet_id": "cabs", "origin": ORIGIN, "destination": DESTINATION,
                                           "waypoints": mixed, "optimize_stops": asked}} for asked in (True, False)]})
        self.assertEqual([names(item["trip"]) for item in bulk.json["items"]], [names(ordered), names(plain)])

    def test_put_merges_and_routes_anew(self):
        trip = made(self.service, metadata={"a": 1}, scheduled_start_time=rfc3339(time.time() + 60))
        path = f"/trips/{trip['id']}"
        changed = self.service.put(path, {"destination": {"latitude": 52.6, "longitude": 13.6}, "scheduled_start_time": None})
        self.assertEqual(changed.json["route"]["revision"], 2)
        self.assertNotIn("scheduled_start_time", changed.json)
        self.assertEqual(changed.json["metadata"], {"a": 1})
        before = self.service.get(f"{path}?as_of={trip['created_at']}").json
        self.assertEqual(before, trip)
        started_trip = started(self.service)
        self.assert_problem(self.service.put(f"/trips/{started_trip['id']}", {"sector": "mining"}), 409, "field_frozen")

    def test_chosen_ids_keys_and_versions(self):
        body = {"id": new_uuid7(), "fleet_id": "cabs", "origin": ORIGIN, "destination": DESTINATION}
        self.assertEqual(self.service.post("/trips", body).status, 201)
        self.assertEqual(self.service.post("/trips", body).status, 200)
        self.assert_problem(self.service.post("/trips", body | {"passenger_count": 2}), 409, "already_exists")
        path = f"/trips/{body['id']}"
        self.assert_problem(self.service.put(path, {"priority": "high"}, headers={"If-Match": '"7"'}), 412, "version_conflict")
        self.assertEqual(self.service.get(path, headers={"If-None-Match": '"1"'}).status, 304)
        key = {"Idempotency-Key": "k"}
        first = self.service.post(path + "/assign", {"vehicle_id": "z"}, headers=key)
        again = self.service.post(path + "/assign", {"vehicle_id": "z"}, headers=key)
        self.assertEqual((again.json, again.headers["idempotency-replayed"]), (first.json, "true"))

    def test_lists_filter_and_page(self):
        fleet = "list-" + secrets.token_hex(3)
        ids = {made(self.service, fleet_id=fleet, sector=s)["id"] for s in ("mining", "mining", "defense")}
        page = self.service.get(f"/trips?fleet_id={fleet}&limit=2&include_total=true").json
        self.assertEqual((len(page["items"]), page["total"]), (2, 3))
        rest = self.service.get(f"/trips?fleet_id={fleet}&limit=2&cursor={page['next_cursor']}").json
        self.assertEqual({t["id"] for t in page["items"] + rest["items"]}, ids)
        self.assertEqual(len(self.service.get(f"/trips?fleet_id={fleet}&sector=mining&status=pending").json["items"]), 2)
        self.assert_problem(self.service.get("/trips?status=flying"), 400, "bad_parameter")

    def test_bulk_answers_for_each_item(self):
        vehicle = "bulk-" + secrets.token_hex(3)
        make = {"action": "create", "input": {"fleet_id": "cabs", "origin": ORIGIN, "destination": DESTINATION,
                                              "vehicle_id": vehicle, "id": new_uuid7()}}
        answer = self.service.post("/trips/bulk", {"items": [
            make, {"action": "start", "id": make["input"]["id"]}, {"action": "start", "id": make["input"]["id"]},
            {"action": "complete"}, {"action": "create", "input": {"fleet_id": "cabs"}}]})
        self.assertEqual([i["status"] for i in answer.json["items"]], [201, 200, 409, 422, 422], answer)


class Tracking(ServiceTest):
    def test_positions_drive_the_trip(self):
        trip = started(self.service)
        path = f"/trips/{trip['id']}"
        now = self.service.get(path + "/track").json
        self.assertEqual((now["progress"], now["source"]), (0, "geodesic"))
        self.assertNotIn("position", now)
        answer = self.service.post(path + "/track", {"items": drive(time.time())})
        self.assertEqual((answer.status, answer.json["accepted"], answer.json["refused"]), (200, 13, 0), answer)
        now = self.service.get(path + "/track").json
        self.assertEqual((now["status"], now["progress"], now["remaining_m"]), ("at_destination", 1, 0))
        events = self.service.get(path + "/events").json["items"]
        steps = [(e["data"]["to"], e["data"]["by"]) for e in events if e["type"] == "trip.status_updated"]
        self.assertEqual(steps, [("at_pickup", "tracking"), ("in_transit", "tracking"), ("at_destination", "tracking")])
        self.assertEqual(self.service.post(path + "/complete").json["status"], "completed")
        added = {m["type"]: m["source"] for m in self.service.get(path + "/metrics").json["items"]}
        self.assertEqual(added, {"duration": "service", "travelled": "service", "eta_error": "service"})

    def test_each_position_is_stored_once(self):
        trip = started(self.service)
        path = f"/trips/{trip['id']}/track"
        way = drive(time.time())
        self.assertEqual(self.service.post(path, {"items": way + way}).json["duplicate"], 13)
        live = self.service.get(path).json
        again = self.service.post(path, {"items": way}).json
        self.assertEqual((again["accepted"], again["duplicate"]), (0, 13))
        self.assertEqual(self.service.get(path).json, live)
        history = self.service.get(f"{path}?since=2020-01-01T00:00:00Z&limit=5").json
        rest = self.service.get(f"{path}?limit=100&cursor={history['next_cursor']}").json
        times = [p["recorded_at"] for p in history["items"] + rest["items"]]
        self.assertEqual(times, sorted(p["recorded_at"] for p in way))
        self.assertIsNone(rest["next_cursor"])

    def test_any_order_gives_the_same_figures(self):
        begin = time.time()
        whole, pieces = started(self.service), started(self.service)
        way = drive(time.time())
        self.service.post(f"/trips/{whole['id']}/track", {"items": way})
        # Every other one first, then those between: late ones are history and count in what was travelled.
        self.service.post(f"/trips/{pieces['id']}/track", {"items": list(reversed(way[::2]))})
        self.service.post(f"/trips/{pieces['id']}/track", {"items": way[1::2]})
        one = self.service.get(f"/trips/{whole['id']}/track").json
        other = self.service.get(f"/trips/{pieces['id']}/track").json
        self.assertAlmostEqual(one["travelled_m"], other["travelled_m"], places=6)
        self.assertEqual((one["progress"], one["status"], one["position"]),
                         (other["progress"], other["status"], other["position"]))
        self.assertLess(time.time() - begin, 30)

    def test_many_at_once_lose_nothing(self):
        trip = started(self.service)
        path = f"/trips/{trip['id']}/track"
        start = time.time()
        way = [{"latitude": 52.52 - 0.0001 * i, "longitude": 13.40, "speed_mps": 9, "recorded_at": rfc3339(start + 0.0001 * i)}
               for i in range(120)]
        threads = [threading.Thread(target=lambda part=way[i::8]: [self.service.post(path, p) for p in part]) for i in range(8)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        now = self.service.get(path).json
        self.assertEqual(now["position"]["recorded_at"], way[-1]["recorded_at"])
        self.assertAlmostEqual(now["travelled_m"], 119 * 0.0001 * 111195.08, delta=0.5)

    def test_wrong_positions_are_refused_and_counted(self):
        trip = started(self.service)
        path = f"/trips/{trip['id']}/track"
        now = time.time()
        bad = [{"latitude": 99, "longitude": 0}, {"latitude": 0, "longitude": 0, "recorded_at": rfc3339(now + 3600)},
               {"latitude": 0, "longitude": 0, "recorded_at": rfc3339(now - 3600)}]
        answer = self.service.post(path, {"items": bad + [dict(ORIGIN)]}).json
        self.assertEqual((answer["accepted"], answer["refused"]), (1, 3))
        self.assertEqual([r["code"] for r in answer["refusals"]], ["out_of_range", "in_the_future", "before_start"])
        self.assert_problem(self.service.post(path, bad[0]), 422, "invalid_fields")
        self.assert_problem(self.service.post(path, b'{"latitude":NaN,"longitude":0}'), 400, "malformed_json")
        waiting = made(self.service)
        self.assert_problem(self.service.post(f"/trips/{waiting['id']}/track", dict(ORIGIN)), 422, "invalid_fields")

    def test_complete_believes_the_tracking(self):
        trip = started(self.service)
        path = f"/trips/{trip['id']}"
        self.service.post(path + "/track", dict(ORIGIN))
        away = self.assert_problem(self.service.post(path + "/complete"), 409, "not_at_destination")
        self.assertGreater(away["distance_m"], 3000)
        self.assertEqual(self.service.post(path + "/complete", {"force": True}).json["status"], "completed")

    def test_a_large_batch(self):
        trip = started(self.service)
        start = time.time()
        way = [{"latitude": 52.52, "longitude": 13.4 + 1e-6 * i, "recorded_at": rfc3339(start + 1e-6 * i)} for i in range(20000)]
        answer = self.service.post(f"/trips/{trip['id']}/track", {"items": way})
        self.assertEqual((answer.status, answer.json["accepted"] + answer.json["duplicate"]), (200, 20000), answer)


class PersonalData(ServiceTest):
    def assert_silent(self, answer):
        for secret in SECRET:
            self.assertNotIn(secret, answer.text)

    def test_it_stands_nowhere_but_where_it_is_asked_for(self):
        key = {"Idempotency-Key": "p"}
        body = {"fleet_id": "cabs", "sector": "ridehail", "origin": ORIGIN, "destination": DESTINATION, "personal_data": PERSONAL}
        first = self.service.post("/trips", body, headers=key)
        path = f"/trips/{first.json['id']}"
        for answer in (first, self.service.post("/trips", body, headers=key), self.service.get(path),
                       self.service.get("/trips"), self.service.get(path + "/events"), self.service.get(path + "/track")):
            self.assertLess(answer.status, 300, answer)
            self.assert_silent(answer)
        shown = self.service.get(path + "?include_personal_data=true")
        self.assertEqual((shown.json["personal_data"], shown.headers["cache-control"]), (PERSONAL, "no-store"))
        self.service.put(path, {"personal_data": {"customer_id": "c-1", "customer_name": "A."}})
        self.assertEqual(self.service.get(path + "?include_personal_data=true").json["personal_data"],
                         {"customer_id": "c-1", "customer_name": "A."})

    def test_a_customer_is_given_out_and_erased(self):
        name = "c-" + secrets.token_hex(4)
        ids = {made(self.service, personal_data=PERSONAL | {"customer_id": name})["id"] for _ in range(3)}
        out = self.service.get(f"/customers/{name}/export?limit=2").json
        more = self.service.get(f"/customers/{name}/export?limit=2&cursor={out['next_cursor']}").json
        self.assertEqual({i["trip"]["id"] for i in out["items"] + more["items"]}, ids)
        self.assertEqual(out["items"][0]["personal_data"]["customer_name"], SECRET[0])
        self.assertEqual(self.service.delete(f"/customers/{name}").json, {"customer_id": name, "trips": 3})
        self.assertEqual(self.service.delete(f"/customers/{name}").json["trips"], 0)
        self.assertEqual(self.service.get(f"/customers/{name}/export").json["items"], [])
        for one in ids:
            self.assertNotIn("personal_data", self.service.get(f"/trips/{one}?include_personal_data=true").json)

    def test_who_may_see_it(self):
        trip = made(self.service, personal_data=PERSONAL)
        keys = {}
        admin = self.service.post("/api-keys", {"name": "admin", "kind": "service", "grants": [{"role": "admin", "fleet_id": "*"}]}).json["key"]
        for role, fleet in (("operator", "cabs"), ("viewer", "cabs"), ("operator", "elsewhere")):
            answer = self.service.post("/api-keys", {"name": role, "kind": "service", "grants": [{"role": role, "fleet_id": fleet}]}, key=admin)
            self.assertEqual(answer.status, 201, answer)
            keys[role, fleet] = answer.json["key"]
        path = f"/trips/{trip['id']}"
        operator, stranger = keys["operator", "cabs"], keys["operator", "elsewhere"]
        self.assert_problem(self.service.get(path + "?include_personal_data=true", key=operator), 403, "forbidden")
        self.assert_problem(self.service.delete("/customers/c-1", key=operator), 403, "forbidden")
        self.assertEqual(self.service.get(path, key=operator).status, 200)
        self.assertEqual(self.service.get(path + "?include_personal_data=true", key=admin).status, 200)
        self.assertEqual(self.service.get(path, key=stranger).status, 404)
        self.assertEqual(self.service.post(path + "/track", dict(ORIGIN), key=stranger).status, 404)
        self.assertEqual(self.service.post(path + "/start", key=keys["viewer", "cabs"]).status, 403)
        self.assertEqual(self.service.get("/trips", key=stranger).json["items"], [])


class Records(ServiceTest):
    def check_records(self, path):
        one = self.service.post(path + "/logs", {"message": "hello", "level": "warning", "data": {"n": 1}})
        self.assertEqual((one.status, one.json["accepted"]), (201, 1), one)
        batch = {"items": [{"message": f"m{i}", "recorded_at": rfc3339(1_790_000_000 + i)} for i in range(5)]}
        self.assertEqual(self.service.post(path + "/logs", batch).json["accepted"], 5)
        again = self.service.post(path + "/logs", batch).json
        self.assertEqual((again["accepted"], again["duplicate"]), (0, 5))
        key = {"Idempotency-Key": "log-1"}
        first = self.service.post(path + "/logs", {"message": "once"}, headers=key).json
        again = self.service.post(path + "/logs", {"message": "once"}, headers=key)
        self.assertEqual((again.json, again.headers["idempotency-replayed"]), (first, "true"))
        other = self.service.post(path + "/logs", {"message": "twice"}, headers=key)
        self.assert_problem(other, 422, "idempotency_key_reused")
        chosen = {"id": new_uuid7(), "message": "chosen"}
        self.assertEqual([self.service.post(path + "/logs", chosen).json["accepted"] for _ in range(2)], [1, 0])
        page = self.service.get(path + "/logs?limit=3").json
        rest = self.service.get(f"{path}/logs?cursor={page['next_cursor']}").json
        self.assertEqual(len(page["items"]) + len(rest["items"]), 8)
        self.assertEqual(self.service.get(path + "/logs?level=warning").json["items"][0]["data"], {"n": 1})
        self.assert_problem(self.service.post(path + "/logs", {"message": "", "level": "loud"}), 422, "invalid_fields")
        self.service.post(path + "/metrics", {"type": "payload", "value": 41.5, "unit": "t"})
        self.service.post(path + "/metrics", {"items": [{"type": "fuel", "value": 1}]})
        self.assertEqual(self.service.get(path + "/metrics?type=payload").json["items"][0]["value"], 41.5)
        self.assertEqual(len(self.service.get(path + "/metrics").json["items"]), 2)

    def test_of_trips(self):
        self.check_records(f"/trips/{made(self.service)['id']}")
        self.assert_problem(self.service.get(f"/trips/{new_uuid7()}/logs"), 404, "not_found")

    def test_of_missions(self):
        self.check_records(f"/missions/{self.service.mission()['id']}")
        self.assert_problem(self.service.get(f"/missions/{new_uuid7()}/metrics"), 404, "not_found")


class Analytics(ServiceTest):
    def test_of_trips(self):
        fleet = "an-" + secrets.token_hex(3)
        for i in range(4):
            trip = started(self.service, fleet_id=fleet, passenger_count=i, scheduled_start_time=rfc3339(time.time()))
            self.service.post(f"/trips/{trip['id']}/complete")
        made(self.service, fleet_id=fleet)
        self.service.delete(f"/trips/{made(self.service, fleet_id=fleet)['id']}")
        answer = self.service.get(f"/trips/analytics?fleet_id={fleet}")
        self.assertEqual(answer.status, 200, answer)
        all_of = answer.json["items"][0]
        self.assertEqual((all_of["trips"], all_of["by_status"]["completed"], all_of["by_status"]["pending"]), (6, 4, 1))
        self.assertEqual((all_of["completion_rate"], all_of["cancellation_rate"]), (0.8, 0.2))
        self.assertEqual((all_of["passengers"], all_of["on_time_rate"]), (6, 1))
        self.assertLessEqual(all_of["duration_p50_s"], all_of["duration_p95_s"])
        for by in ("day", "hour", "fleet", "vehicle", "type", "sector"):
            items = self.service.get(f"/trips/analytics?fleet_id={fleet}&group_by={by}&time_zone=%2B05:30").json["items"]
            self.assertEqual(sum(i["trips"] for i in items), 6, by)
        day = self.service.get(f"/trips/analytics?fleet_id={fleet}&group_by=day").json["items"][-1]["key"]
        self.assertIn(day, (time.strftime("%Y-%m-%d", time.gmtime()), time.strftime("%Y-%m-%d", time.gmtime(time.time() - 60))))
        self.assertEqual(self.service.get(f"/trips/analytics?fleet_id={fleet}&to=2020-01-01T00:00:00Z").json["items"], [])
        self.assert_problem(self.service.get("/trips/analytics?group_by=moon"), 400, "bad_parameter")
        self.assert_problem(self.service.get("/trips/analytics?time_zone=Mars"), 400, "bad_parameter")

    def test_of_missions(self):
        fleet = "an-" + secrets.token_hex(3)
        for state in ("completed", "completed", "failed", "ready"):
            self.service.in_state(state, fleet_id=fleet)
        figures = self.service.get(f"/missions/analytics?fleet_id={fleet}").json["items"][0]
        self.assertEqual((figures["missions"], figures["completed"], figures["failed"]), (4, 2, 1))
        self.assertAlmostEqual(figures["success_rate"], 2 / 3)
        self.assertGreater(figures["execution_p95_s"], 0)
        by_type = self.service.get(f"/missions/analytics?fleet_id={fleet}&group_by=type").json["items"]
        self.assertEqual([(i["key"], i["missions"]) for i in by_type], [("custom", 4)])

    def test_the_log_folds_to_the_tables_and_figures_are_counted(self):
        trip = started(self.service)
        self.service.post(f"/trips/{trip['id']}/track", {"items": drive(time.time())})
        metrics = self.service.get("//metrics").text
        self.assertIn('trip_status_changes_total{status="at_destination"}', metrics)
        self.assertIn('trip_positions_total{outcome="accepted"}', metrics)
        self.service.stop()
        verified = self.service.run("replay", "--verify")
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)
        rebuilt = self.service.run("replay", "--rebuild")
        self.assertEqual(rebuilt.returncode, 0, rebuilt.stderr)
        self.assertEqual(self.service.run("replay", "--verify").returncode, 0)
        self.service.start()
        self.assertEqual(self.service.get(f"/trips/{trip['id']}").json["status"], "at_destination")


if __name__ == "__main__":
    unittest.main()
