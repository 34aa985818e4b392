"""Vehicles, environment, safety requirements and safety events as a client meets them."""
import secrets
import time
import unittest

from running_service import ServiceTest, new_uuid7, rfc3339

PIT = {"polygon": [{"latitude": 10, "longitude": 179.99}, {"latitude": 10, "longitude": -179.99},
                   {"latitude": 10.02, "longitude": -179.99}, {"latitude": 10.02, "longitude": 179.99}]}


class Safety(ServiceTest):
    def vehicle(self, fleet="north", **fields):
        """A vehicle that reported once; its id."""
        name = "v-" + secrets.token_hex(4)
        answer = self.service.post(f"/vehicles/{name}/state", {"fleet_id": fleet} | fields)
        self.assertEqual(answer.status, 200, answer)
        return name

    def report(self, vehicle, **fields):
        return self.service.post(f"/vehicles/{vehicle}/state", fields)

    def critical(self, **fields):
        answer = self.service.post("/safety-events", {"fleet_id": "north", "type": "obstacle", "severity": "critical",
                                                      "description": "rockfall"} | fields)
        self.assertEqual(answer.status, 201, answer)
        return answer.json

    def start(self, mission):
        return self.service.post(f"/missions/{mission['id']}/start")

    # Vehicles

    def test_the_latest_report_of_a_vehicle_counts(self):
        now = time.time()
        vehicle = self.vehicle(battery_percent=80, mode="automatic", recorded_at=rfc3339(now - 5))
        old = self.report(vehicle, battery_percent=10, recorded_at=rfc3339(now - 6))
        self.assertEqual((old.status, old.json["battery_percent"]), (200, 80))
        new = self.report(vehicle, battery_percent=79, recorded_at=rfc3339(now - 4))
        self.assertEqual((new.json["battery_percent"], new.json["mode"]), (79, "automatic"))
        self.assertEqual(self.service.get(f"/vehicles/{vehicle}/state").json, new.json)
        future = self.report(vehicle, recorded_at=rfc3339(now + 300))
        self.assert_problem(future, 422, "invalid_fields")
        self.assertEqual(self.pointers(future), {"/recorded_at": "in_the_future"})

    def test_a_vehicle_stays_in_its_first_fleet(self):
        self.assertEqual(self.pointers(self.report("v-" + secrets.token_hex(4), battery_percent=5)), {"/fleet_id": "required"})
        vehicle = self.vehicle()
        self.assertEqual(self.pointers(self.report(vehicle, fleet_id="south")), {"/fleet_id": "other_fleet"})
        self.assertEqual(self.report("a b".replace(" ", "%20"), fleet_id="north").status, 404)
        self.assertEqual(self.service.get("/vehicles/nobody/state").status, 404)

    def test_vehicles_and_readings_are_listed_by_fleet_and_mode(self):
        fleet = "f-" + secrets.token_hex(4)
        mine = {self.vehicle(fleet, mode="manual"), self.vehicle(fleet, mode="manual")}
        self.vehicle(fleet, mode="automatic")
        items = self.service.get(f"/vehicles?fleet_id={fleet}&mode=manual&limit=1").json
        rest = self.service.get(f"/vehicles?fleet_id={fleet}&mode=manual&limit=1&cursor={items['next_cursor']}").json
        self.assertEqual({v["vehicle_id"] for v in items["items"] + rest["items"]}, mine)
        self.assertEqual(self.service.post("/environment", {"fleet_id": fleet, "wind_speed_mps": 3}).status, 200)
        self.assertEqual(self.service.post("/environment", {"fleet_id": fleet, "wind_speed_mps": 4}).status, 200)
        readings = self.service.get(f"/environment?fleet_id={fleet}").json["items"]
        self.assertEqual([r["wind_speed_mps"] for r in readings], [4])
        self.assertEqual(self.pointers(self.service.post("/environment", {"fleet_id": fleet})), {"": "nothing_read"})

    # The gate

    def test_start_names_every_requirement_that_is_not_met(self):
        vehicle = self.vehicle(battery_percent=20, position={"latitude": 10.01, "longitude": 179.995}, capabilities=["fork"])
        mission = self.service.mission(vehicle_id=vehicle, safety_requirements=[
            {"min_battery_percent": 50}, {"stay_inside": PIT}, {"keep_out": PIT, "severity": "critical", "action": "fail"},
            {"required_capabilities": ["tipping"]}, {"required_onboard_stage": "loaded"}, {"max_speed_mps": 2, "unknown": "allow"},
            {"environment": {"min_visibility_m": 100}}, {"max_deviation_m": 5}, {"heartbeat_timeout_s": 60}])
        self.assertEqual([r["key"] for r in mission["safety_requirements"]][:3], ["min_battery_percent", "stay_inside", "keep_out"])
        refused = self.assert_problem(self.start(mission), 409, "safety_requirements_unmet")
        found = {r["key"]: (r["verdict"], r["actual"]) for r in refused["requirements"]}
        self.assertEqual(found, {"min_battery_percent": ("unmet", 20),
                                 "keep_out": ("unmet", {"latitude": 10.01, "longitude": 179.995}),
                                 "required_capabilities": ("unmet", ["fork"]), "required_onboard_stage": ("unknown", None),
                                 "environment": ("unknown", None)})
        self.assertEqual(refused["reasons"], ["safety_requirements_unmet"])

    def test_a_mission_starts_and_resumes_when_its_requirements_are_met(self):
        fleet = "f-" + secrets.token_hex(4)
        vehicle = self.vehicle(fleet, battery_percent=20)
        mission = self.service.mission(fleet_id=fleet, vehicle_id=vehicle, safety_requirements=[
            {"key": "charge", "min_battery_percent": 50}, {"environment": {"max_wind_speed_mps": 9}}])
        self.report(vehicle, battery_percent=70)
        self.service.post("/environment", {"fleet_id": fleet, "wind_speed_mps": 8})
        self.assertEqual(self.start(mission).status, 200)
        started = [e for e in self.service.events(mission["id"]) if e["type"] == "mission.started"][0]
        self.assertEqual(started["data"]["safety"][0],
                         {"key": "charge", "requirement": "min_battery_percent", "verdict": "met", "actual": 70})
        self.service.post(f"/missions/{mission['id']}/pause")
        self.service.post("/environment", {"fleet_id": fleet, "wind_speed_mps": 20})
        self.assert_problem(self.service.post(f"/missions/{mission['id']}/resume"), 409, "safety_requirements_unmet")

    def test_explain_says_what_the_gate_would_say(self):
        vehicle = self.vehicle(battery_percent=20)
        mission = self.service.mission(vehicle_id=vehicle, safety_requirements=[{"min_battery_percent": 50}])
        event = self.critical(vehicle_id=vehicle)
        explained = self.service.get(f"/missions/{mission['id']}/explain").json
        self.assertEqual([r["code"] for r in explained["reasons"]], ["safety_requirements_unmet", "critical_event_open"])
        self.assertFalse(explained["can_start"])
        self.report(vehicle, battery_percent=90)
        self.service.post(f"/safety-events/{event['id']}/resolve", {"note": "gone"})
        self.assertTrue(self.service.get(f"/missions/{mission['id']}/explain").json["can_start"])

    def test_requirements_are_read_strictly(self):
        def pointers(requirement):
            return self.pointers(self.service.post("/missions", {"name": "m", "fleet_id": "north",
                                                                 "safety_requirements": [requirement]}))
        self.assertEqual(pointers({}), {"/safety_requirements/0": "not_exactly_one"})
        self.assertEqual(pointers({"max_speed": 5}), {"/safety_requirements/0/max_speed": "unknown_field"})
        self.assertEqual(pointers({"stay_inside": {"polygon": [{"latitude": 0, "longitude": 0}, {"latitude": 1, "longitude": 1},
                                                               {"latitude": 0, "longitude": 1}, {"latitude": 1, "longitude": 0}]}}),
                         {"/safety_requirements/0/stay_inside/polygon": "touches_itself"})

    # Safety events

    def test_a_critical_event_pauses_and_holds_until_it_is_resolved(self):
        mission = self.service.in_state("running")
        event = self.critical(vehicle_id=mission["vehicle_id"])
        self.assertEqual((event["status"], event["source"], event["mission_id"]), ("open", "operator", mission["id"]))
        paused = self.service.get(f"/missions/{mission['id']}").json
        self.assertEqual((paused["status"], paused["status_reason"]), ("paused", "critical_event_open"))
        refused = self.assert_problem(self.service.post(f"/missions/{mission['id']}/resume"), 409, "critical_event_open")
        self.assertEqual([e["id"] for e in refused["safety_events"]], [event["id"]])
        path = f"/safety-events/{event['id']}"
        self.assertEqual(self.service.post(path + "/acknowledge").json["status"], "acknowledged")
        self.assert_problem(self.service.post(path + "/acknowledge"), 409, "wrong_state")
        self.assertEqual(self.pointers(self.service.post(path + "/resolve")), {"/note": "required"})
        resolved = self.service.post(path + "/resolve", {"note": "cleared"})
        self.assertEqual(resolved.json["resolution"]["note"], "cleared")
        self.assert_problem(self.service.post(path + "/resolve", {"note": "again"}), 409, "wrong_state")
        shown = self.service.get(path)
        self.assertEqual((shown.json, shown.headers["etag"]), (resolved.json, resolved.headers["etag"]))
        self.assertEqual(self.service.get(path, headers={"If-None-Match": shown.headers["etag"]}).status, 304)
        self.assertEqual(self.service.post(f"/missions/{mission['id']}/resume").json["status"], "running")

    def test_a_vehicle_with_an_open_critical_event_starts_nothing(self):
        vehicle = self.vehicle()
        event = self.critical(vehicle_id=vehicle)
        mission = self.service.mission(vehicle_id=vehicle)
        self.assert_problem(self.start(mission), 409, "critical_event_open")
        self.service.post(f"/safety-events/{event['id']}/resolve", {"note": "gone"})
        self.assertEqual(self.start(mission).status, 200)

    def test_what_an_event_names_must_be_of_its_fleet(self):
        mission = self.service.mission(fleet_id="south")
        for fields, pointer in (({"mission_id": mission["id"]}, "/mission_id"), ({"mission_id": new_uuid7()}, "/mission_id"),
                                ({"trip_id": new_uuid7()}, "/trip_id"),
                                ({"vehicle_id": self.vehicle("south")}, "/vehicle_id")):
            answer = self.service.post("/safety-events", {"fleet_id": "north", "type": "fault", "severity": "info",
                                                          "description": "x"} | fields)
            self.assert_problem(answer, 422, "invalid_fields")
            self.assertEqual(list(self.pointers(answer)), [pointer])

    def test_a_chosen_id_repeats(self):
        body = {"id": new_uuid7(), "fleet_id": "north", "type": "fault", "severity": "info", "description": "x"}
        first, again = self.service.post("/safety-events", body), self.service.post("/safety-events", body)
        self.assertEqual((first.status, again.status, again.json), (201, 200, first.json))
        self.assert_problem(self.service.post("/safety-events", body | {"description": "y"}), 409, "already_exists")

    def test_lists_and_counts(self):
        fleet = "f-" + secrets.token_hex(4)
        for severity in ("info", "critical", "critical"):
            event = self.critical(fleet_id=fleet, severity=severity)
        self.service.post(f"/safety-events/{event['id']}/resolve", {"note": "gone"})
        listed = self.service.get(f"/safety-events?fleet_id={fleet}&severity=critical&status=open&source=operator").json["items"]
        self.assertEqual(len(listed), 1)
        counts = self.service.get(f"/safety-events/analytics?fleet_id={fleet}").json
        self.assertEqual((counts["total"], counts["unresolved"]), (3, 2))
        self.assertEqual(counts["by_severity"], [{"name": "critical", "count": 2}, {"name": "info", "count": 1}])
        self.assertEqual(counts["by_day"], [{"name": time.strftime("%Y-%m-%d", time.gmtime()), "count": 3}])
        self.assert_problem(self.service.get("/safety-events?severity=bad"), 400, "bad_parameter")
        self.assertIn('safety_events_total{type="obstacle",severity="critical"}', self.service.get("//metrics").text)

    def test_zz_replay_agrees_and_rebuilds(self):
        self.service.stop()
        try:
            verified = self.service.run("replay", "--verify")
            self.assertEqual(verified.returncode, 0, verified.stdout)
            self.assertIn("safety events", verified.stdout)
            self.assertEqual(self.service.run("replay", "--rebuild").returncode, 0)
            self.assertEqual(self.service.run("replay", "--verify").returncode, 0)
        finally:
            self.service.start()


class Scopes(ServiceTest):
    """Who may do what, once there are keys."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        first = cls.service.post("/api-keys", {"name": "root", "kind": "person", "grants": [{"role": "admin", "fleet_id": "*"}]})
        cls.service.key = first.json["key"]

    def key(self, role, fleet="north", **fields):
        answer = self.service.post("/api-keys", {"name": role, "kind": "service",
                                                 "grants": [{"role": role, "fleet_id": fleet}]} | fields)
        self.assertEqual(answer.status, 201, answer)
        return answer.json["key"]

    def test_a_vehicle_speaks_of_itself_alone(self):
        name = "truck-" + secrets.token_hex(4)
        key = self.key("vehicle", kind="vehicle", vehicle_id=name)
        self.assertEqual(self.service.post(f"/vehicles/{name}/state", {"fleet_id": "north"}, key=key).status, 200)
        self.assertEqual(self.service.post("/vehicles/other/state", {"fleet_id": "north"}, key=key).status, 403)
        event = self.service.post("/safety-events", {"fleet_id": "north", "type": "fault", "severity": "error",
                                                     "description": "brake wear"}, key=key)
        self.assertEqual((event.status, event.json["source"], event.json["vehicle_id"]), (201, "vehicle", name))

    def test_roles_on_their_own_and_on_another_fleet(self):
        event = self.service.post("/safety-events", {"fleet_id": "north", "type": "fault", "severity": "warning",
                                                     "description": "x"}).json
        path = f"/safety-events/{event['id']}"
        viewer, operator, officer, stranger = (self.key("viewer"), self.key("operator"), self.key("safety_officer"),
                                               self.key("safety_officer", "south"))
        self.assertEqual(self.service.get(path, key=viewer).status, 200)
        self.assertEqual(self.service.get(path, key=stranger).status, 404)
        self.assertEqual(self.service.post(path + "/acknowledge", key=viewer).status, 403)
        self.assertEqual(self.service.post(path + "/resolve", {"note": "x"}, key=operator).status, 403)
        self.assertEqual(self.service.post(path + "/resolve", {"note": "x"}, key=stranger).status, 404)
        self.assertEqual(self.service.post(path + "/resolve", {"note": "x"}, key=officer).status, 200)
        self.assertEqual(self.service.get("/safety-events", key=stranger).json["items"], [])
        self.assertEqual(self.service.get("/safety-events/analytics", key=stranger).json["total"], 0)
        self.assertEqual(self.service.post("/environment", {"fleet_id": "north", "visibility_m": 9}, key=viewer).status, 403)


if __name__ == "__main__":
    unittest.main()
