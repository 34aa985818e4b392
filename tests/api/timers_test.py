"""Timers as a client sees them: schedule, deadline, timeout and backoff fire by themselves, in time, and after a kill."""
import signal
import time
import unittest

from running_service import ServiceTest, rfc3339

# Late by more than this fails the test; the goal under nominal load is 0.25 s, and what was measured is printed.
BOUND_S = 3.0


def seconds(text):
    return time.mktime(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")) - time.timezone + float("0" + text[19:-1])


class Timers(ServiceTest):
    late = []

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        if cls.late:
            worst = max(cls.late)
            print(f"timers: {len(cls.late)} fired, late by at most {worst * 1000:.0f} ms (goal 250 ms)", flush=True)

    def wait_for(self, mission, **fields):
        def there():
            now = self.service.get(f"/missions/{mission['id']}").json
            return now if all(now.get(k) == v for k, v in fields.items()) else None
        return self.eventually(there)

    def note_lateness(self, due, mission, event_type):
        at = [e["occurred_at"] for e in self.service.events(mission["id"]) if e["type"] == event_type][-1]
        late = seconds(at) - due
        self.late.append(late)
        self.assertGreaterEqual(late, -0.001, "fired early")
        self.assertLess(late, BOUND_S)

    def test_a_schedule_makes_ready(self):
        due = time.time() + 0.6
        mission = self.service.mission(scheduled_start=rfc3339(due), vehicle_id="t-1")
        self.assertEqual(mission["status"], "pending")
        self.wait_for(mission, status="ready")
        self.note_lateness(due, mission, "mission.ready")
        self.assertEqual(self.service.post(f"/missions/{mission['id']}/start").status, 200)

    def test_a_deadline_fails_what_has_not_started(self):
        due = time.time() + 0.6
        waiting = self.service.mission(deadline=rfc3339(due), retry={"max_attempts": 5})
        started = self.service.in_state("running", deadline=rfc3339(due))
        self.wait_for(waiting, status="failed", status_reason="deadline_exceeded")
        self.note_lateness(due, waiting, "mission.failed")
        self.assertEqual(self.service.get(f"/missions/{started['id']}").json["status"], "running")

    def test_a_timeout_fails_the_attempt_and_backoff_brings_the_next(self):
        mission = self.service.in_state("running", timeout_s=0.4, retry={"max_attempts": 2, "backoff_s": 0.5})
        waiting = self.wait_for(mission, status="pending", attempt=2, status_reason="timeout")
        self.note_lateness(seconds(mission["started_at"]) + 0.4, mission, "mission.attempt_failed")
        due = seconds(waiting["not_before"])
        self.assertAlmostEqual(due - seconds(waiting["updated_at"]), 0.5, delta=0.06)  # jitter is a tenth
        problem = self.service.post(f"/missions/{mission['id']}/start")
        if problem.status != 200:
            self.assert_problem(problem, 409, "not_yet_scheduled")
        self.wait_for(mission, status="ready", attempt=2)
        self.note_lateness(due, mission, "mission.ready")
        self.service.post(f"/missions/{mission['id']}/start")
        self.wait_for(mission, status="failed", status_reason="timeout")

    def test_many_at_once(self):
        due = time.time() + 1.5
        items = [{"action": "create", "input": {"name": "n", "fleet_id": "many", "scheduled_start": rfc3339(due)}} for _ in range(300)]
        made = [r["mission"] for r in self.service.post("/missions/bulk", {"items": items}).json["items"]]
        self.eventually(lambda: self.service.get("/missions?fleet_id=many&status=ready&include_total=true&limit=1").json["total"] == 300)
        for mission in made[::50]:
            self.note_lateness(due, mission, "mission.ready")
        self.assertEqual({len(self.service.events(m["id"])) for m in made[::30]}, {2})

    def test_what_was_due_while_it_was_dead_fires_at_the_start(self):
        mission = self.service.mission(scheduled_start=rfc3339(time.time() + 0.5))
        self.service.stop(signal.SIGKILL)
        time.sleep(0.6)
        self.service.start()
        self.wait_for(mission, status="ready")


if __name__ == "__main__":
    unittest.main()
