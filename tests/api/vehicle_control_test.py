"""Missions with control: vehicle: requested, then confirmed by the vehicle; and what happens when it does not."""
import re
import time
import unittest

from running_service import ServiceTest, new_uuid7, rfc3339


class Carried(ServiceTest):
    def mission(self, vehicle, **more):
        return self.service.mission(fleet_id="carried", vehicle_id=vehicle, control="vehicle",
                                    **({"command_timeout_s": 30} | more))

    def read(self, mission):
        return self.service.get(f"/missions/{mission['id']}").json

    def command(self, mission, name, body=None, status=200):
        answer = self.service.post(f"/missions/{mission['id']}/{name}", body or {})
        self.assertEqual(answer.status, status, answer)
        return answer.json

    def answer(self, mission, status, command_id=None, key=None, **more):
        command_id = command_id or self.read(mission)["requested"]["command_id"]
        return self.service.post(f"/missions/{mission['id']}/commands/{command_id}/acknowledge", {"status": status} | more, key=key)

    def confirm(self, mission, name, body=None):
        asked = self.command(mission, name, body)
        self.assertEqual(asked["requested"]["command"], name)
        done = self.answer(mission, "completed")
        self.assertEqual(done.status, 200, done)
        self.assertNotIn("requested", done.json)
        return done.json

    def running(self, vehicle, **more):
        mission = self.mission(vehicle, **more)
        return self.confirm(mission, "start")

    def commands(self, vehicle, key=None):
        answer = self.service.get(f"/vehicles/{vehicle}/commands", key=key)
        self.assertEqual(answer.status, 200, answer)
        return answer.json["items"]

    def report(self, vehicle, at=None, **more):
        body = {"fleet_id": "carried"} | more | ({"recorded_at": rfc3339(at)} if at else {})
        answer = self.service.post(f"/vehicles/{vehicle}/state", body)
        self.assertEqual(answer.status, 200, answer)
        return answer.json

    def alarms(self, mission):
        return self.service.get(f"/safety-events?mission_id={mission['id']}").json["items"]

    def events(self, mission):
        return [e["type"].removeprefix("mission.") for e in self.service.events(mission["id"])]

    def figure(self, text):
        found = re.search("^" + re.escape(text) + r" (\S+)$", self.service.get("//metrics").text, re.M)
        return float(found[1]) if found else 0

    def verify(self):
        done = self.service.run("replay", "--verify")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


class VehicleControl(Carried):
    def test_a_whole_life_changes_only_when_the_vehicle_confirms(self):
        mission = self.mission("life", tasks=[{"key": "load", "parameters": {"bay": 3}}])
        asked = self.command(mission, "start")
        self.assertEqual(asked["status"], "ready")
        command, = self.commands("life")
        self.assertEqual((command["command"], command["mission_id"], command["order"]["tasks"][0]["parameters"]),
                         ("start", mission["id"], {"bay": 3}))
        self.assertEqual(command["command_id"], asked["requested"]["command_id"])
        explained = self.service.get(f"/missions/{mission['id']}/explain").json
        self.assertEqual(explained["requested"]["command"], "start")
        self.assertIn("start was requested", explained["summary"])
        other = self.service.mission(fleet_id="carried", vehicle_id="life")
        self.assert_problem(self.service.post(f"/missions/{other['id']}/start", {}), 409, "vehicle_busy")
        for name in ("start", "pause", "resume"):
            refused = self.assert_problem(self.service.post(f"/missions/{mission['id']}/{name}", {}), 409, "wrong_state")
            self.assertEqual(refused["requested"]["command"], "start")
            self.assertEqual(sorted(refused["allowed"]), ["cancel", "fail", "update"])
        accepted = self.answer(mission, "accepted").json
        self.assertEqual(accepted["status"], "ready")
        self.assertIn("accepted_at", accepted["requested"])
        started = self.answer(mission, "completed").json
        self.assertEqual((started["status"], started["last_command"]["outcome"]), ("running", "confirmed"))
        self.assertEqual(self.commands("life"), [])
        self.assertEqual(self.confirm(mission, "pause", {"reason": "dust"})["status"], "paused")
        self.assertEqual(self.read(mission)["status_reason"], "dust")
        self.assertEqual(self.confirm(mission, "resume")["status"], "running")
        self.assertEqual(self.confirm(mission, "cancel", {"reason": "shift ends"})["status_reason"], "shift ends")
        self.assertEqual(self.events(mission), ["created", "command_requested", "command_accepted", "started", "command_requested",
                                                "paused", "command_requested", "resumed", "command_requested", "cancelled"])
        self.verify()

    def test_one_that_never_reached_its_vehicle_is_cancelled_at_once(self):
        self.assertEqual(self.command(self.mission("never"), "cancel")["status"], "cancelled")
        self.assertEqual(self.commands("never"), [])

    def test_repeats_and_late_answers_change_nothing_and_are_counted(self):
        mission = self.running("again")
        started = self.read(mission)["last_command"]["command_id"]
        self.confirm(mission, "pause")
        before = self.read(mission)
        late = self.figure('mission_commands_total{command="acknowledge_command_late",outcome="done"}')
        repeats = self.figure('mission_commands_total{command="acknowledge_command_again",outcome="done"}')
        for command_id, status in ((started, "completed"), (started, "accepted"), (before["last_command"]["command_id"], "completed"),
                                   (before["last_command"]["command_id"], "accepted")):
            again = self.answer(mission, status, command_id)
            self.assertEqual((again.status, again.json), (200, before))
        self.assertEqual(self.figure('mission_commands_total{command="acknowledge_command_late",outcome="done"}'), late + 3)
        self.assertEqual(self.figure('mission_commands_total{command="acknowledge_command_again",outcome="done"}'), repeats + 1)
        contradiction = self.answer(mission, "rejected", before["last_command"]["command_id"])
        self.assertEqual(self.assert_problem(contradiction, 409, "wrong_state")["last_command"], before["last_command"])
        self.assert_problem(self.answer(mission, "completed", new_uuid7()), 404, "not_found")
        self.assert_problem(self.answer(mission, "completed", started, recorded_at=rfc3339(time.time() + 90)), 422, "invalid_fields")

    def test_a_rejection_leaves_the_state_and_says_why(self):
        mission = self.mission("unwilling")
        self.command(mission, "start")
        refused = self.answer(mission, "rejected", reason="the battery is being changed").json
        self.assertEqual(refused["status"], "ready")
        self.assertEqual((refused["last_command"]["outcome"], refused["last_command"]["reason"]),
                         ("rejected", "the battery is being changed"))
        self.assertEqual(self.confirm(mission, "start")["status"], "running")

    def test_no_answer_in_time_is_a_safety_event(self):
        mission = self.running("silent", command_timeout_s=0.3)
        self.command(mission, "pause")
        got = self.eventually(lambda: (m := self.read(mission)) and "requested" not in m and m)
        self.assertEqual((got["status"], got["last_command"]["outcome"]), ("running", "timed_out"))
        alarm, = self.alarms(mission)
        self.assertEqual((alarm["type"], alarm["severity"], alarm["source"], alarm["id"], alarm["vehicle_id"]),
                         ("command_timeout", "critical", "monitor", got["last_command"]["command_id"], "silent"))
        self.assertGreater(self.figure('vehicle_commands_total{command="pause",outcome="timed_out"}'), 0)
        # A stop that was not confirmed is no reason to ask for ever: a person decides.
        time.sleep(0.5)
        self.assertEqual(len(self.alarms(mission)), 1)
        self.assertNotIn("requested", self.read(mission))
        self.verify()

    def test_a_mission_that_starts_by_itself_asks_again_later_and_alarms_without_stopping_the_fleet(self):
        mission = self.mission("sleepy", start_policy="auto", command_timeout_s=0.3)
        got = self.eventually(lambda: (m := self.read(mission)).get("last_command", {}).get("failures", 0) >= 2 and m)
        self.assertIn(got["status"], ("pending", "ready"))
        self.assertEqual({a["severity"] for a in self.alarms(mission)}, {"error"})
        self.eventually(lambda: "requested" in self.read(mission))
        self.assertEqual(self.answer(mission, "completed").json["status"], "running")

    def test_a_critical_event_asks_for_a_pause_and_takes_back_a_start(self):
        mission = self.running("rocks")
        danger = {"fleet_id": "carried", "type": "obstacle", "severity": "critical", "description": "rockfall", "vehicle_id": "rocks"}
        raised = self.service.post("/safety-events", danger).json
        self.assertEqual(self.read(mission)["requested"]["command"], "pause")
        self.assertEqual(self.answer(mission, "completed").json["status"], "paused")
        self.assert_problem(self.service.post(f"/missions/{mission['id']}/resume", {}), 409, "critical_event_open")
        self.assertEqual(self.service.post(f"/safety-events/{raised['id']}/resolve", {"note": "cleared"}).status, 200)
        self.confirm(mission, "resume")
        waiting = self.mission("rocks-2")
        self.command(waiting, "start")
        self.service.post("/safety-events", danger | {"vehicle_id": "rocks-2"})
        got = self.read(waiting)
        self.assertNotIn("requested", got)
        recall, = self.commands("rocks-2")
        self.assertEqual((recall["command"], recall["reason"]), ("cancel", "critical_event_open"))
        self.assertEqual(self.answer(waiting, "completed", recall["command_id"]).status, 200)
        self.assertEqual(self.commands("rocks-2"), [])

    def test_what_the_vehicle_reports_settles_it_also_after_a_restart(self):
        by_report, by_answer, cancelled = self.mission("r-1"), self.mission("r-2"), self.running("r-3")
        for mission, name in ((by_report, "start"), (by_answer, "start"), (cancelled, "cancel")):
            self.command(mission, name)
        self.service.restart()
        self.assertEqual(self.commands("r-2")[0]["command"], "start")
        self.report("r-1", mission_id=by_report["id"])
        self.assertEqual(self.read(by_report)["status"], "running")
        self.assertEqual(self.answer(by_answer, "completed").json["status"], "running")
        self.report("r-3", mission_id=None)
        self.assertEqual(self.read(cancelled)["status"], "cancelled")
        self.verify()

    def test_a_command_that_expires_while_the_service_is_down_times_out_after_it(self):
        mission = self.mission("down", command_timeout_s=0.2)
        self.command(mission, "start")
        self.service.stop()
        time.sleep(0.3)
        self.service.start()
        self.eventually(lambda: "requested" not in self.read(mission))
        self.assertEqual(self.read(mission)["last_command"]["outcome"], "timed_out")

    def test_a_vehicle_that_dropped_its_mission_is_told_of_and_one_that_should_have_is_recalled(self):
        mission = self.running("loose", command_timeout_s=0.4)
        self.report("loose", mission_id=mission["id"])
        self.assertEqual(self.alarms(mission), [])

        def say(reported):
            self.report("loose", mission_id=reported)
            return self.read(mission)
        self.eventually(lambda: say(None).get("status_reason") == "vehicle_reports_no_mission", every=0.1)
        alarm, = self.alarms(mission)
        self.assertEqual((alarm["type"], alarm["severity"]), ("fault", "error"))
        self.assertNotIn("status_reason", say(mission["id"]))
        self.confirm(mission, "cancel")
        cancel = self.read(mission)["last_command"]["command_id"]
        again = self.eventually(lambda: say(mission["id"]).get("recall"), every=0.1)
        self.assertEqual((again["command_id"], again["sent"]), (cancel, 1))
        self.assertEqual(say(mission["id"])["status"], "cancelled")
        recall, = self.commands("loose")
        self.assertEqual((recall["command"], recall["command_id"]), ("cancel", cancel))
        self.verify()

    def test_a_failed_mission_is_taken_from_its_vehicle(self):
        mission = self.running("axle")
        failed = self.command(mission, "fail", {"reason": "broken axle"})
        self.assertEqual((failed["status"], failed["recall"]["reason"]), ("failed", "broken axle"))
        self.assertEqual([c["command"] for c in self.commands("axle")], ["cancel"])

    def test_a_report_of_a_task_proves_the_start(self):
        mission = self.mission("tasks", tasks=[{"key": "load"}], complete_on_last_task=True)
        self.command(mission, "start")
        answer = self.service.post(f"/missions/{mission['id']}/tasks/load", {"status": "succeeded"})
        self.assertEqual((answer.status, answer.json["status"]), (200, "completed"), answer)
        self.assertEqual(self.events(mission)[-3:], ["started", "task_reported", "completed"])

    def test_paused_it_stays_with_its_vehicle(self):
        mission = self.running("stays")
        self.confirm(mission, "pause")
        self.assert_problem(self.service.post(f"/missions/{mission['id']}/assign", {"vehicle_id": "other"}), 409, "wrong_state")

    def test_the_timeout_belongs_to_vehicles(self):
        answer = self.service.post("/missions", {"name": "n", "fleet_id": "carried", "command_timeout_s": 5})
        self.assertEqual(self.pointers(answer), {"/command_timeout_s": "not_together"})
        for wrong in (0, -1, 1e9, "5"):
            answer = self.service.post("/missions", {"name": "n", "fleet_id": "carried", "control": "vehicle", "command_timeout_s": wrong})
            self.assert_problem(answer, 422, "invalid_fields")


class Vehicles(Carried):
    def test_a_vehicle_answers_for_itself_alone(self):
        mine, other = self.mission("me"), self.mission("you")
        for mission in (mine, other):
            self.command(mission, "start")
        grant = {"kind": "vehicle", "grants": [{"role": "vehicle", "fleet_id": "carried"}]}
        root = self.service.post("/api-keys", {"name": "root", "kind": "person", "grants": [{"role": "admin", "fleet_id": "*"}]}).json["key"]
        key = self.service.post("/api-keys", {"name": "me", "vehicle_id": "me"} | grant, key=root).json["key"]
        theirs = self.service.get(f"/missions/{other['id']}", key=root).json["requested"]["command_id"]
        self.assert_problem(self.answer(other, "completed", theirs, key=key), 404, "not_found")
        self.assertEqual(self.commands("you", key=key), [])
        command, = self.commands("me", key=key)
        self.assertEqual(self.answer(mine, "completed", command["command_id"], key=key).json["status"], "running")


if __name__ == "__main__":
    unittest.main()
