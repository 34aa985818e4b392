"""Analytics of missions beyond counts, and the figures of /metrics that follow from the same facts."""
import re
import secrets
import time
import unittest

from running_service import ServiceTest

LAG_S = 0.3


class Analytics(ServiceTest):
    def figures(self, fleet, group_by="all"):
        answer = self.service.get(f"/missions/analytics?fleet_id={fleet}&group_by={group_by}")
        self.assertEqual(answer.status, 200, answer)
        return answer.json["items"]

    def series(self, name):
        """Values of a figure by its labels."""
        lines = re.findall(rf"^{name}(?:{{(.*)}})? (\S+)$", self.service.get("//metrics").text, re.M)
        return {labels: float(value) for labels, value in lines}

    def successor(self, fleet, predecessor, **edge):
        mission = self.service.mission(fleet_id=fleet, vehicle_id="v-" + secrets.token_hex(4))
        path = f"/missions/{mission['id']}"
        answer = self.service.post(path + "/dependencies", {"predecessor_id": predecessor["id"]} | edge)
        self.assertEqual(answer.status, 201, answer)
        return path

    def test_dependency_resolution_time(self):
        fleet = "an-" + secrets.token_hex(3)
        counted = self.series("mission_dependency_resolution_seconds_count")[""]
        first = self.service.in_state("running", fleet_id=fleet)
        second = self.successor(fleet, first, lag_s=LAG_S)
        self.successor(fleet, first)  # never starts: it has no time
        self.assertIsNone(self.figures(fleet)[0].get("dependency_resolution_p50_s"))
        self.service.post(f"/missions/{first['id']}/complete", {"force": True})
        self.eventually(lambda: self.service.post(second + "/start").status == 200)
        late = self.successor(fleet, first)  # its predecessor had ended before: it waits for nothing
        self.assertEqual(self.service.post(late + "/start").status, 200)
        time.sleep(0.01)
        found = self.figures(fleet)[0]
        self.assertEqual(found["dependency_resolution_p50_s"], 0)
        self.assertGreaterEqual(found["dependency_resolution_p95_s"], LAG_S)
        self.assertLess(found["dependency_resolution_p95_s"], LAG_S + 10)
        self.assertEqual(self.series("mission_dependency_resolution_seconds_count")[""], counted + 2)
        self.assertGreaterEqual(self.series("mission_dependency_resolution_seconds_sum")[""], LAG_S)

    def test_template_use(self):
        fleet = "an-" + secrets.token_hex(3)
        template = self.service.post("/templates", {"fleet_id": fleet, "name": "sweep", "mission": {"name": "Sweep"}}).json["id"]
        for _ in range(2):
            self.assertEqual(self.service.post("/missions", {"fleet_id": fleet, "template_id": template}).status, 201)
        self.service.mission(fleet_id=fleet)
        self.assertEqual(self.figures(fleet)[0]["from_templates"], 2)
        uses = {item["key"]: (item["missions"], item["from_templates"]) for item in self.figures(fleet, "template")}
        self.assertEqual(uses, {"": (1, 0), template: (2, 2)})

    def test_safety_events(self):
        fleet = "an-" + secrets.token_hex(3)
        mission = self.service.mission(fleet_id=fleet, type="patrol")
        self.service.mission(fleet_id=fleet, type="haul")
        for kind, severity in (("fault", "info"), ("fault", "info"), ("obstacle", "error")):
            answer = self.service.post("/safety-events", {"fleet_id": fleet, "mission_id": mission["id"], "type": kind,
                                                          "severity": severity, "description": "seen"})
            self.assertEqual(answer.status, 201, answer)
        expected = [{"type": "fault", "severity": "info", "count": 2}, {"type": "obstacle", "severity": "error", "count": 1}]
        self.assertEqual(self.figures(fleet)[0]["safety_events"], expected)
        by_type = {item["key"]: item["safety_events"] for item in self.figures(fleet, "type")}
        self.assertEqual(by_type, {"patrol": expected, "haul": []})


class Scope(ServiceTest):
    def test_nothing_is_counted_that_its_caller_may_not_read(self):
        body = {"type": "fault", "severity": "info", "description": "seen"}
        for fleet in ("north", "south"):
            mission = self.service.mission(fleet_id=fleet)
            self.service.post("/safety-events", body | {"fleet_id": fleet, "mission_id": mission["id"]})
        grants = {"root": {"role": "admin", "fleet_id": "*"}, "viewer": {"role": "viewer", "fleet_id": "south"}}
        root = self.service.post("/api-keys", {"name": "root", "kind": "person", "grants": [grants["root"]]}).json["key"]
        viewer = self.service.post("/api-keys", {"name": "viewer", "kind": "person", "grants": [grants["viewer"]]}, key=root).json["key"]
        for key, fleets in ((root, ["north", "south"]), (viewer, ["south"])):
            items = self.service.get("/missions/analytics?group_by=fleet", key=key).json["items"]
            self.assertEqual([(i["key"], i["safety_events"][0]["count"]) for i in items], [(f, 1) for f in fleets])


class Figures(ServiceTest):
    def commands(self, command, outcome):
        text = self.service.get("//metrics").text
        found = re.search(rf'^mission_commands_total{{command="{command}",outcome="{outcome}"}} (\d+)$', text, re.M)
        return int(found[1]) if found else 0

    def test_commands_by_kind_and_outcome(self):
        mission = self.service.in_state("running")
        self.assertEqual((self.commands("create_mission", "done"), self.commands("start_mission", "done")), (1, 1))
        self.assert_problem(self.service.post(f"/missions/{mission['id']}/start"), 409, "wrong_state")
        self.assertEqual(self.commands("start_mission", "wrong_state"), 1)
        for _ in range(2):
            self.service.post(f"/missions/{mission['id']}/pause", headers={"Idempotency-Key": "once"})
        self.assertEqual((self.commands("pause_mission", "done"), self.commands("pause_mission", "replayed")), (1, 1))

    def test_execution_times_by_how_missions_ended(self):
        for state in ("completed", "completed", "failed", "cancelled"):  # the last one had never started
            mission = self.service.in_state(state)
            self.service.put(f"/missions/{mission['id']}", {"labels": {"seen": "yes"}})  # ends no mission again
        counts = re.findall(r'^mission_execution_seconds_count{status="(\w+)"} (\d+)$', self.service.get("//metrics").text, re.M)
        self.assertEqual(dict(counts), {"completed": "2", "failed": "1", "cancelled": "0"})


if __name__ == "__main__":
    unittest.main()
