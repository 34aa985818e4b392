"""What explain foresees: when a mission starts and ends, which missions decide that, and from what that is known."""
import datetime
import time
import unittest

from running_service import ServiceTest


def when(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


class Forecast(ServiceTest):
    def explain(self, mission):
        answer = self.service.get(f"/missions/{mission['id']}/explain")
        self.assertEqual(answer.status, 200, answer)
        return answer.json

    def mission(self, **more):
        return self.service.mission(fleet_id="north", **more)

    def depend(self, successor, predecessor, **more):
        answer = self.service.post(f"/missions/{successor['id']}/dependencies", {"predecessor_id": predecessor["id"]} | more)
        self.assertEqual(answer.status, 201, answer)

    def do(self, mission, *commands):
        for command in commands:
            answer = self.service.post(f"/missions/{mission['id']}/{command}", {})
            self.assertEqual(answer.status, 200, answer)

    def near(self, text, expected):
        self.assertAlmostEqual(when(text), expected, delta=3)

    def test_the_longest_way_by_timeouts(self):
        drill, survey, blast, haul = (self.mission(name=name, timeout_s=takes, vehicle_id=name) for name, takes in
                                      (("drill", 600), ("survey", 60), ("blast", 100), ("haul", 300)))
        self.depend(blast, drill, lag_s=30)
        self.depend(blast, survey)
        self.depend(haul, blast)
        self.do(drill, "start")
        now = time.time()
        said = self.explain(haul)
        self.assertEqual([(s["name"], s["status"], s["estimate_from"]) for s in said["critical_path"]],
                         [("drill", "running", "timeout"), ("blast", "pending", "timeout"), ("haul", "pending", "timeout")])
        self.near(said["forecast"]["start"], now + 730)
        self.near(said["forecast"]["end"], now + 1030)
        self.near(said["critical_path"][1]["expected_start"], now + 630)
        self.assertEqual((said["forecast"]["is_lower_bound"], said["forecast"]["needs_start_command"]), (False, True))
        self.assertEqual(said["critical_path"][2]["remaining_s"], 300)
        # The graph moves on: what has ended decides nothing any more.
        self.do(drill, "complete")
        said = self.explain(haul)
        self.assertEqual([s["name"] for s in said["critical_path"]], ["survey", "blast", "haul"])
        self.do(survey, "start")
        self.assertEqual(self.service.post(f"/missions/{survey['id']}/fail", {"reason": "fog"}).status, 200)
        said = self.explain(haul)
        self.assertNotIn("start", said["forecast"])
        self.assertNotIn("end", said["forecast"])

    def test_history_of_the_template_is_believed_more_than_the_timeout(self):
        template = self.service.post("/templates", {"name": "quick", "fleet_id": "north", "mission": {"name": "quick", "timeout_s": 5000, "vehicle_id": "quick-1"}}).json
        use = lambda: self.service.post("/missions", {"fleet_id": "north", "template_id": template["id"]}).json
        for _ in range(4):
            self.do(use(), "start", "complete")
        next_one = use()
        self.assertEqual(self.explain(next_one)["critical_path"][0]["estimate_from"], "timeout")
        self.do(use(), "start", "complete")
        step, = self.explain(next_one)["critical_path"]
        self.assertEqual(step["estimate_from"], "history")
        self.assertLess(step["remaining_s"], 5)
        # Those of another fleet tell nothing of this one.
        shared = self.service.post("/templates", {"name": "shared", "mission": {"name": "shared", "vehicle_id": "shared-1"}}).json
        for _ in range(5):
            self.do(self.service.post("/missions", {"fleet_id": "south", "template_id": shared["id"]}).json, "start", "complete")
        step, = self.explain(self.service.post("/missions", {"fleet_id": "north", "template_id": shared["id"]}).json)["critical_path"]
        self.assertNotIn("remaining_s", step)

    def test_the_vehicles_present_mission_comes_first(self):
        holder = self.mission(name="holder", timeout_s=200, vehicle_id="one-truck")
        self.do(holder, "start")
        waits = self.mission(name="waits", timeout_s=10, vehicle_id="one-truck", start_policy="auto")
        said = self.explain(waits)
        self.assertEqual([s["name"] for s in said["critical_path"]], ["holder", "waits"])
        self.near(said["forecast"]["start"], time.time() + 200)
        self.assertFalse(said["forecast"]["needs_start_command"])

    def test_what_is_not_known_makes_a_lower_bound_and_what_has_ended_has_no_forecast(self):
        before, after = self.mission(name="before", vehicle_id="u-1"), self.mission(name="after", timeout_s=50, vehicle_id="u-2")
        self.depend(after, before)
        said = self.explain(after)
        self.assertEqual([s["name"] for s in said["critical_path"]], ["before", "after"])
        self.assertTrue(said["forecast"]["is_lower_bound"])
        self.do(before, "start", "complete")
        self.assertNotIn("forecast", self.explain(before))
        self.assertEqual(self.explain(before)["critical_path"], [])


if __name__ == "__main__":
    unittest.main()
