"""The safety monitor: what a mission requires is watched on the reports under way, whichever door they come in by."""
import re
import secrets
import time
import unittest

from running_service import ServiceTest, new_uuid7, rfc3339

HERE = {"latitude": 52.52, "longitude": 13.40}
THERE = {"latitude": 52.50, "longitude": 13.45}


def circle(north_m, radius_m):
    """North of HERE."""
    return {"circle": {"center": {"latitude": 52.52 + north_m / 111195, "longitude": 13.40}, "radius_m": radius_m}}


def north(metres):
    return {"latitude": 52.52 + metres / 111195, "longitude": 13.40}


class Monitor(ServiceTest):
    def running(self, *requirements, state=None, fleet=None, **fields):
        """A running mission with these requirements, whose vehicle has reported `state`."""
        vehicle, fleet = "v-" + secrets.token_hex(4), fleet or "f-" + secrets.token_hex(4)
        said = self.service.post(f"/vehicles/{vehicle}/state", {"fleet_id": fleet, "position": HERE, "speed_mps": 1} | (state or {}))
        self.assertEqual(said.status, 200, said)
        mission = self.service.mission(fleet_id=fleet, vehicle_id=vehicle, safety_requirements=list(requirements), **fields)
        started = self.service.post(f"/missions/{mission['id']}/start")
        self.assertEqual(started.status, 200, started)
        return started.json

    def say(self, mission, at=None, **fields):
        if at is not None:
            fields["recorded_at"] = rfc3339(at)
        answer = self.service.post(f"/vehicles/{mission['vehicle_id']}/state", fields)
        self.assertEqual(answer.status, 200, answer)
        return answer.json

    def found(self, mission):
        """The monitor's events of the mission, by requirement."""
        items = self.service.get(f"/safety-events?mission_id={mission['id']}&limit=200").json["items"]
        return {e["requirement"]: e for e in items if e["source"] == "monitor"}

    def status(self, mission):
        now = self.service.get(f"/missions/{mission['id']}").json
        return now["status"], now.get("status_reason")

    def figure(self, name, labels=""):
        found = re.search(rf"^{name}{re.escape(labels)} (\S+)$", self.service.get("//metrics").text, re.M)
        return float(found[1]) if found else 0

    def test_every_kind_of_requirement_is_watched(self):
        trip_vehicle = "v-" + secrets.token_hex(4)
        missions = {
            "speed": self.running({"key": "speed", "max_speed_mps": 10}),
            "fence": self.running({"key": "fence", "stay_inside": circle(0, 100), "action": "record"}),
            "pit": self.running({"key": "pit", "keep_out": circle(100, 40), "action": "record", "severity": "critical"}),
            "charge": self.running({"key": "charge", "min_battery_percent": 30, "action": "fail"}, state={"battery_percent": 80}),
            "beat": self.running({"key": "beat", "heartbeat_timeout_s": 1, "action": "record", "severity": "warning"}),
            "tools": self.running({"key": "tools", "required_capabilities": ["tipping"], "action": "record"},
                                  state={"capabilities": ["tipping", "fork"]}),
            "stage": self.running({"key": "stage", "required_onboard_stage": "hauling", "action": "record"},
                                  state={"onboard_stage": "hauling"}),
            "weather": self.running({"key": "weather", "environment": {"max_wind_speed_mps": 12}, "unknown": "allow",
                                     "action": "record"}),
            "route": self.running({"key": "route", "max_deviation_m": 50, "action": "record"},
                                  {"key": "slow", "max_speed_mps": 20, "action": "record"}),
        }
        trip = self.service.post("/trips", {"fleet_id": missions["route"]["fleet_id"], "sector": "ridehail", "origin": HERE,
                                            "destination": THERE, "vehicle_id": missions["route"]["vehicle_id"],
                                            "mission_id": missions["route"]["id"]}).json
        self.assertEqual(self.service.post(f"/trips/{trip['id']}/start").status, 200)
        begin = time.time()
        self.say(missions["speed"], speed_mps=14.2, position=HERE)
        self.say(missions["fence"], position=north(150))
        self.say(missions["pit"], begin, position=north(0))
        self.say(missions["pit"], begin + 1, position=north(200))
        self.say(missions["charge"], battery_percent=12)
        self.say(missions["tools"], capabilities=["fork"])
        self.say(missions["stage"], onboard_stage="parked")
        self.assertEqual(self.service.post("/environment", {"fleet_id": missions["weather"]["fleet_id"],
                                                            "wind_speed_mps": 22}).status, 200)
        # At the pickup, and away from the way; the last is fast, too. One that no vehicle can have is where nobody was.
        way = [(0, 0, 0), (1.5, 30, 15), (2, 90000, 5), (4, 90, 25)]
        taken = self.service.post(f"/trips/{trip['id']}/track", {"items": [
            north(metres) | {"speed_mps": speed, "recorded_at": rfc3339(begin + at)} for at, metres, speed in way]})
        self.assertEqual((taken.status, taken.json["accepted"]), (200, 4), taken)

        wanted = {name: {name} for name in missions} | {"route": {"route", "slow"}}
        self.eventually(lambda: all(set(self.found(m)) == wanted[n] for n, m in missions.items()), 8)
        self.assertLess(time.time() - begin, 6)
        events = {key: e for m in missions.values() for key, e in self.found(m).items()}
        types = {"speed": "speed", "fence": "zone", "pit": "zone", "charge": "battery", "beat": "heartbeat", "tools": "capability",
                 "stage": "capability", "weather": "environment", "route": "deviation", "slow": "speed"}
        self.assertEqual({k: e["type"] for k, e in events.items()}, types)
        for name, mission in missions.items():
            e = events[name]
            self.assertEqual((e["mission_id"], e["vehicle_id"], e["fleet_id"], e["status"], e["source"], e["count"]),
                             (mission["id"], mission["vehicle_id"], mission["fleet_id"], "open", "monitor", 1), e)
        self.assertEqual((events["speed"]["severity"], events["speed"]["action"], events["speed"]["location"]),
                         ("error", "pause", HERE))
        self.assertEqual(events["speed"]["description"], "14.2 m/s, at most 10 m/s are allowed")
        self.assertEqual((events["route"]["trip_id"], events["route"]["location"]), (trip["id"], north(90)))
        # The pit lies between its two reports, from 60 to 140 m.
        self.assertAlmostEqual(events["pit"]["location"]["latitude"], north(100)["latitude"], delta=45 / 111195)
        self.assertEqual(events["pit"]["occurred_at"], rfc3339(begin + 1))
        self.assertEqual(self.status(missions["speed"]), ("paused", "safety_event speed"))
        self.assertEqual(self.status(missions["charge"]), ("failed", "safety_event battery"))
        self.assertEqual(self.status(missions["pit"])[0], "running")
        self.assertGreaterEqual(self.figure("monitor_findings_total", '{requirement="keep_out",finding="begins"}'), 1)

        # Well again: each is over, and still wants a person.
        self.say(missions["speed"], speed_mps=5)
        self.say(missions["fence"], position=north(10))
        self.say(missions["pit"], position=north(210))
        self.say(missions["tools"], capabilities=["tipping"])
        self.say(missions["stage"], onboard_stage="hauling")
        self.service.post(f"/trips/{trip['id']}/track", HERE | {"speed_mps": 9, "recorded_at": rfc3339(begin + 10)})
        well = ("speed", "fence", "pit", "beat", "tools", "stage", "route", "slow")

        def is_well():
            self.say(missions["beat"])  # as long as it goes on
            return all("cleared_at" in e for m in missions.values() for k, e in self.found(m).items() if k in well)
        self.eventually(is_well, 8, 0.2)
        self.assertEqual({self.found(missions[n])[n]["status"] for n in well if n != "slow"}, {"open"})
        time.sleep(0.5)
        self.assertNotIn("cleared_at", self.found(missions["charge"])["charge"])  # it has ended

    def test_a_breach_is_one_event_until_a_person_resolves_it(self):
        mission = self.running({"key": "speed", "max_speed_mps": 10})
        self.say(mission, speed_mps=12)
        first = self.eventually(lambda: self.found(mission).get("speed"))
        self.assertEqual(self.status(mission)[0], "paused")
        self.say(mission, speed_mps=4)
        self.eventually(lambda: "cleared_at" in self.found(mission)["speed"])
        resumed = self.service.post(f"/missions/{mission['id']}/resume")
        self.assertEqual(resumed.status, 200, resumed)
        # Again: the same event, open again, and the mission pauses again.
        self.say(mission, speed_mps=13)
        again = self.eventually(lambda: self.found(mission)["speed"] if self.found(mission)["speed"]["count"] == 2 else None)
        self.assertEqual(again["id"], first["id"])
        self.assertNotIn("cleared_at", again)
        self.assertEqual(self.status(mission)[0], "paused")
        # A person resolves it while it goes on: the next report is a new event.
        self.say(mission, speed_mps=4)
        self.assertEqual(self.service.post(f"/safety-events/{first['id']}/resolve", {"note": "limiter mended"}).status, 200)
        self.assertEqual(self.service.post(f"/missions/{mission['id']}/resume").status, 200)
        self.say(mission, speed_mps=14)
        self.eventually(lambda: len([e for e in self.service.get(f"/safety-events?mission_id={mission['id']}").json["items"]]) == 2)
        self.assertEqual(self.service.get(f"/safety-events/{first['id']}").json["count"], 2)
        self.assertEqual(self.eventually(lambda: self.status(mission)[0] == "paused" and "paused"), "paused")

    def test_any_order_within_the_window_gives_the_same_events_and_later_ones_none(self):
        requirements = ({"key": "speed", "max_speed_mps": 10, "action": "record"}, {"key": "pit", "keep_out": circle(100, 40), "action": "record"})
        ordered, shuffled = self.running(*requirements), self.running(*requirements)
        time.sleep(1.6)
        begin = time.time() - 1.5  # all of it is recorded within a second and a half
        stream = [(0.1 * i, {"speed_mps": 12 if 3 <= i <= 6 else 5, "position": north(-20 + 25 * i)}) for i in range(12)]
        for at, fields in stream:
            self.say(ordered, begin + at, **fields)
        for at, fields in stream[::-1] + stream[::2]:
            self.say(shuffled, begin + at, **fields)
        late = self.figure("monitor_late_reports_total")
        self.eventually(lambda: all("cleared_at" in self.found(m).get(k, {}) for m in (ordered, shuffled) for k in ("speed", "pit")))
        names = ("type", "occurred_at", "location", "description", "last_seen_at", "count", "cleared_at")
        for key in ("speed", "pit"):
            one, other = self.found(ordered)[key], self.found(shuffled)[key]
            self.assertEqual([one[n] for n in names], [other[n] for n in names])
        self.assertEqual(self.found(ordered)["speed"]["count"], 4)
        self.assertEqual(self.figure("monitor_late_reports_total"), late)
        # Five seconds late: kept nowhere, counted, and no event.
        versions = [e["version"] for e in self.found(ordered).values()]
        self.say(ordered, begin - 5 + 1.1, speed_mps=50)
        self.eventually(lambda: self.figure("monitor_late_reports_total") == late + 1)
        self.assertEqual([e["version"] for e in self.found(ordered).values()], versions)

    def test_a_mission_under_its_vehicles_control_is_asked_to_pause(self):
        vehicle, fleet = "v-" + secrets.token_hex(4), "f-" + secrets.token_hex(4)
        self.service.post(f"/vehicles/{vehicle}/state", {"fleet_id": fleet, "speed_mps": 1})
        mission = self.service.mission(fleet_id=fleet, vehicle_id=vehicle, control="vehicle",
                                       safety_requirements=[{"key": "speed", "max_speed_mps": 10}])
        asked = self.service.post(f"/missions/{mission['id']}/start").json["requested"]
        self.assertEqual(self.service.post(f"/missions/{mission['id']}/commands/{asked['command_id']}/acknowledge",
                                           {"status": "completed"}).status, 200)
        self.say(mission, speed_mps=30)
        self.eventually(lambda: self.service.get(f"/missions/{mission['id']}").json.get("requested", {}).get("command") == "pause")
        self.assertEqual(self.status(mission)[0], "running")

    def test_while_paused_breaches_end_and_none_begins_and_another_vehicle_is_another_stream(self):
        mission = self.running({"key": "speed", "max_speed_mps": 10, "action": "record"},
                               {"key": "charge", "min_battery_percent": 20, "action": "record", "unknown": "allow"})
        self.say(mission, speed_mps=12)
        self.eventually(lambda: self.found(mission).get("speed"))
        self.service.post(f"/missions/{mission['id']}/pause")
        time.sleep(0.01)
        self.say(mission, battery_percent=5, speed_mps=2)
        self.eventually(lambda: "cleared_at" in self.found(mission)["speed"])
        self.assertEqual(set(self.found(mission)), {"speed"})
        # Another vehicle takes over: its reports count, those of the first do not.
        old = mission["vehicle_id"]
        new = "v-" + secrets.token_hex(4)
        self.service.post(f"/vehicles/{new}/state", {"fleet_id": mission["fleet_id"], "speed_mps": 0, "battery_percent": 90})
        self.assertEqual(self.service.post(f"/missions/{mission['id']}/assign", {"vehicle_id": new}).status, 200)
        self.assertEqual(self.service.post(f"/missions/{mission['id']}/resume").status, 200)
        self.service.post(f"/vehicles/{old}/state", {"battery_percent": 1})
        time.sleep(0.01)
        self.service.post(f"/vehicles/{new}/state", {"speed_mps": 15, "battery_percent": 90})
        self.eventually(lambda: self.found(mission)["speed"]["count"] == 2)
        self.assertEqual(set(self.found(mission)), {"speed"})
        # And it ends: nothing is watched any more.
        self.assertEqual(self.service.post(f"/missions/{mission['id']}/complete", {"force": True}).status, 200)
        time.sleep(0.01)
        self.service.post(f"/vehicles/{new}/state", {"speed_mps": 2, "battery_percent": 1})
        time.sleep(3)
        self.assertEqual(set(self.found(mission)), {"speed"})
        self.assertNotIn("cleared_at", self.found(mission)["speed"])

    def test_health_names_the_monitor(self):
        self.assertEqual(self.service.get("//health").json["parts"]["monitor"]["status"], "up")

    def test_zz_the_log_agrees_with_the_tables(self):
        verified = self.service.run("replay", "--verify")
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)


if __name__ == "__main__":
    unittest.main()
