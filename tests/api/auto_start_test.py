"""Missions with start_policy auto: they start by themselves, one at a time for a vehicle, in the right order."""
import time
import unittest

from running_service import ServiceTest, rfc3339


class AutoStart(ServiceTest):
    def auto(self, vehicle, **more):
        return self.service.mission(fleet_id="auto", vehicle_id=vehicle, start_policy="auto", **more)

    def wait_for(self, mission, *statuses, seconds=10):
        until = time.monotonic() + seconds
        while True:
            got = self.service.get(f"/missions/{mission['id']}").json
            if got["status"] in statuses:
                return got
            self.assertLess(time.monotonic(), until, got)
            time.sleep(0.005)

    def complete(self, mission):
        self.assertEqual(self.service.post(f"/missions/{mission['id']}/complete", {}).status, 200)

    def test_it_starts_without_being_asked(self):
        mission = self.auto("alone")
        started = self.wait_for(mission, "running")
        events = self.service.get(f"/missions/{mission['id']}/events").json["items"]
        self.assertEqual([e["type"] for e in events][-1], "mission.started")
        self.assertIn("orchestrator", str(events[-1]))
        self.complete(started)

    def test_one_at_a_time_the_higher_priority_first_then_the_older(self):
        holder = self.service.mission(fleet_id="auto", vehicle_id="queue")
        self.assertEqual(self.service.post(f"/missions/{holder['id']}/start", {}).status, 200)
        waiting = [self.auto("queue", name=name, priority=priority) for name, priority in
                   (("low", "low"), ("first", "normal"), ("second", "normal"), ("urgent", "urgent"))]
        time.sleep(0.3)
        for mission in waiting:
            self.assertEqual(self.service.get(f"/missions/{mission['id']}").json["status"], "ready")
        self.complete(holder)
        order = []
        for _ in waiting:
            running = []
            until = time.monotonic() + 10
            while not running:
                self.assertLess(time.monotonic(), until)
                running = self.service.get("/missions?fleet_id=auto&vehicle_id=queue&status=running").json["items"]
            self.assertEqual(len(running), 1)
            order.append(running[0]["name"])
            self.complete(running[0])
        self.assertEqual(order, ["urgent", "first", "second", "low"])

    def test_a_chain_runs_itself(self):
        chain = [self.service.mission(fleet_id="auto", vehicle_id=f"link-{i}") for i in range(6)]
        for before, after in zip(chain, chain[1:]):
            answer = self.service.post(f"/missions/{after['id']}/dependencies", {"predecessor_id": before["id"]})
            self.assertEqual(answer.status, 201, answer)
        for mission in reversed(chain):  # the last first: it must not start for that
            self.assertEqual(self.service.put(f"/missions/{mission['id']}", {"start_policy": "auto"}).status, 200)
        for i, mission in enumerate(chain):
            self.wait_for(mission, "running")
            for later in chain[i + 1:]:
                self.assertEqual(self.service.get(f"/missions/{later['id']}").json["status"], "pending")
            self.complete(mission)

    def test_the_gate_holds_it_and_the_next_in_the_queue_goes(self):
        held = self.auto("gated", name="held", priority="emergency",
                         safety_requirements=[{"min_battery_percent": 50, "unknown": "refuse"}])
        free = self.auto("gated", name="free")
        self.complete(self.wait_for(free, "running"))
        self.assertEqual(self.service.get(f"/missions/{held['id']}").json["status"], "ready")
        blockers = self.service.get(f"/missions/{held['id']}/explain").json
        self.assertIn("safety_requirements_unmet", str(blockers))
        state = {"fleet_id": "auto", "battery_percent": 80}
        self.assertIn(self.service.post("/vehicles/gated/state", state).status, (200, 201))
        self.complete(self.wait_for(held, "running", seconds=2))

    def test_without_a_vehicle_it_waits_for_one(self):
        mission = self.service.mission(fleet_id="auto", start_policy="auto")
        time.sleep(0.3)
        self.assertEqual(self.service.get(f"/missions/{mission['id']}").json["status"], "ready")
        self.assertEqual(self.service.post(f"/missions/{mission['id']}/assign", {"vehicle_id": "late"}).status, 200)
        self.complete(self.wait_for(mission, "running"))

    def test_it_starts_after_a_restart_and_at_its_time(self):
        mission = self.auto("timed", scheduled_start=rfc3339(time.time() + 1.5))
        self.service.restart()
        self.assertEqual(self.service.get(f"/missions/{mission['id']}").json["status"], "pending")
        self.complete(self.wait_for(mission, "running"))


if __name__ == "__main__":
    unittest.main()
