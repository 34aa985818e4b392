"""What a mission does over HTTP: every state × every command, tasks, retries, updates, deletion, history, bulk."""
import time
import unittest

from running_service import ServiceTest, new_uuid7, rfc3339

STATES = ("pending", "ready", "running", "paused", "completed", "failed", "cancelled")
ALLOWED = {
    "pending": ["start", "cancel", "assign", "update", "delete"],
    "ready": ["start", "fail", "cancel", "assign", "update", "delete"],
    "running": ["pause", "complete", "fail", "cancel", "update"],
    "paused": ["resume", "complete", "fail", "cancel", "assign", "update"],
    "failed": ["retry", "update", "delete"],
    "completed": ["update", "delete"],
    "cancelled": ["update", "delete"],
}
# Body of a command, and the state that it leads to (None: the same).
COMMANDS = {
    "start": ({}, "running"),
    "pause": ({"reason": "lunch"}, "paused"),
    "resume": ({}, "running"),
    "complete": ({"outcome": "partial", "result": {"t": 4}}, "completed"),
    "fail": ({"reason": "flat tyre"}, "failed"),
    "retry": ({}, "ready"),
    "cancel": ({"reason": "shift ends"}, "cancelled"),
    "assign": ({"vehicle_id": "v-spare"}, None),
}


class EveryStateAndCommand(ServiceTest):
    def test_each_command_in_each_state(self):
        for state in STATES:
            for command, (body, leads_to) in COMMANDS.items():
                with self.subTest(state=state, command=command):
                    mission = self.service.in_state(state)
                    answer = self.service.post(f"/missions/{mission['id']}/{command}", body)
                    if state == "pending" and command == "start":
                        problem = self.assert_problem(answer, 409, "not_yet_scheduled")
                        self.assertEqual(problem["reasons"], ["not_yet_scheduled"])
                        self.assertEqual(problem["earliest_start"], mission["scheduled_start"])
                    elif command in ALLOWED[state]:
                        self.assertEqual(answer.status, 200, answer)
                        self.assertEqual(answer.json["status"], leads_to or state)
                        self.assertEqual(answer.headers["etag"], f'"{answer.json["version"]}"')
                        self.assertEqual(answer.json, self.service.get(f"/missions/{mission['id']}").json)
                    else:
                        problem = self.assert_problem(answer, 409, "wrong_state")
                        self.assertEqual((problem["state"], problem["allowed"]), (state, ALLOWED[state]))
                        self.assertEqual(self.service.get(f"/missions/{mission['id']}").json, mission)

    def test_update_and_delete_in_each_state(self):
        for state in STATES:
            with self.subTest(state=state):
                mission = self.service.in_state(state)
                path = f"/missions/{mission['id']}"
                answer = self.service.put(path, {"type": "patrol", "name": "renamed", "labels": {"a": "b"}})
                if state in ("pending", "ready"):
                    self.assertEqual((answer.status, answer.json["name"]), (200, "renamed"))
                else:
                    self.assert_problem(answer, 409, "field_frozen")
                    frozen = {"/type"} if state in ("running", "paused") else {"/type", "/name"}
                    self.assertEqual(set(self.pointers(answer)), frozen)
                self.assertEqual(self.service.put(path, {"labels": {"a": "c"}}).json["labels"], {"a": "c"})
                answer = self.service.delete(path)
                if state in ("running", "paused"):
                    self.assert_problem(answer, 409, "mission_active")
                else:
                    self.assertEqual((answer.status, answer.body), (204, b""))
                    self.assert_problem(self.service.get(path), 404, "not_found")
                    self.assert_problem(self.service.delete(path), 404, "not_found")

    def test_commands_on_what_is_not_there(self):
        for name in (new_uuid7(), "nonsense", "%20"):
            for command, (body, _) in COMMANDS.items():
                self.assert_problem(self.service.post(f"/missions/{name}/{command}", body), 404, "not_found")
            self.assert_problem(self.service.get(f"/missions/{name}"), 404, "not_found")
            self.assert_problem(self.service.get(f"/missions/{name}/events"), 404, "not_found")

    def test_commands_take_no_body_as_an_empty_one_and_refuse_what_they_do_not_know(self):
        mission = self.service.in_state("ready")
        path = f"/missions/{mission['id']}/start"
        answer = self.service.post(path, {"now": True, "force": 1})
        self.assert_problem(answer, 422, "invalid_fields")
        self.assertEqual(self.pointers(answer), {"/now": "unknown_field", "/force": "unknown_field"})
        self.assertEqual(self.service.call("POST", path).status, 200)


class StartAndResume(ServiceTest):
    def test_without_a_vehicle(self):
        mission = self.service.mission()
        problem = self.assert_problem(self.service.post(f"/missions/{mission['id']}/start"), 409, "vehicle_missing")
        self.assertEqual(problem["reasons"], ["vehicle_missing"])

    def test_all_reasons_at_once(self):
        mission = self.service.mission(scheduled_start=rfc3339(time.time() + 600))
        problem = self.assert_problem(self.service.post(f"/missions/{mission['id']}/start"), 409, "not_yet_scheduled")
        self.assertEqual(problem["reasons"], ["not_yet_scheduled", "vehicle_missing"])

    def test_one_vehicle_one_mission(self):
        first = self.service.in_state("running", vehicle_id="truck-1", name="first")
        second = self.service.mission(vehicle_id="truck-1", name="second")
        problem = self.assert_problem(self.service.post(f"/missions/{second['id']}/start"), 409, "vehicle_busy")
        self.assertEqual(problem["vehicle_id"], "truck-1")
        self.assertEqual(problem["occupied_by"], {"mission_id": first["id"], "name": "first"})
        self.service.post(f"/missions/{first['id']}/pause")
        self.assert_problem(self.service.post(f"/missions/{second['id']}/start"), 409, "vehicle_busy")
        other = self.service.in_state("paused", vehicle_id="truck-2")
        self.assert_problem(self.service.post(f"/missions/{other['id']}/assign", {"vehicle_id": "truck-1"}), 409, "vehicle_busy")
        self.service.post(f"/missions/{first['id']}/complete")
        self.assertEqual(self.service.post(f"/missions/{second['id']}/start").json["status"], "running")


class TasksAndAttempts(ServiceTest):
    TASKS = [{"key": "load"}, {"key": "drive", "type": "navigate", "weight": 3}]

    def report(self, mission, key, **body):
        return self.service.post(f"/missions/{mission['id']}/tasks/{key}", body)

    def test_reports_in_order_move_the_progress(self):
        mission = self.service.in_state("running", tasks=self.TASKS)
        problem = self.assert_problem(self.report(mission, "drive", status="running"), 409, "wrong_state")
        self.assertEqual((problem["task"], problem["task_status"]), ("load", "pending"))
        self.assertEqual(problem["allowed"], ALLOWED["running"])
        self.assertEqual(self.report(mission, "load", status="running", progress=0.5).json["progress"], 0.125)
        self.assertEqual(self.report(mission, "load", status="succeeded").json["progress"], 0.25)
        self.assertEqual(self.report(mission, "load", status="failed").json["tasks"][0]["status"], "succeeded")
        problem = self.assert_problem(self.service.post(f"/missions/{mission['id']}/complete"), 409, "tasks_unfinished")
        self.assertEqual(problem["tasks"], ["drive"])
        self.assertEqual(self.report(mission, "drive", status="skipped", message="road closed").json["progress"], 1)
        self.assertEqual(self.service.post(f"/missions/{mission['id']}/complete").json["outcome"], "success")

    def test_bad_reports(self):
        mission = self.service.in_state("running", tasks=self.TASKS)
        answer = self.report(mission, "load", status="done", progress=2, recorded_at="now")
        self.assert_problem(answer, 422, "invalid_fields")
        self.assertEqual(set(self.pointers(answer)), {"/status", "/progress", "/recorded_at"})
        self.assert_problem(self.report(mission, "load", status="pending"), 422, "invalid_fields")
        self.assert_problem(self.report(mission, "unload", status="running"), 404, "not_found")
        ready = self.service.in_state("ready", tasks=self.TASKS)
        problem = self.assert_problem(self.report(ready, "load", status="running"), 409, "wrong_state")
        self.assertEqual(problem["allowed"], ALLOWED["ready"])

    def test_unordered_and_completed_by_the_last(self):
        mission = self.service.in_state("running", tasks=self.TASKS, unordered=True, complete_on_last_task=True)
        self.assertEqual(self.report(mission, "drive", status="succeeded").json["status"], "running")
        self.assertEqual(self.report(mission, "load", status="succeeded").json["status"], "completed")

    def test_force_completes_with_unfinished_tasks(self):
        mission = self.service.in_state("running", tasks=self.TASKS)
        self.assertEqual(self.service.post(f"/missions/{mission['id']}/complete", {"force": True}).json["status"], "completed")
        self.assertTrue(self.service.events(mission["id"])[-1]["data"]["forced"])

    def test_attempts_begin_anew_until_none_is_left(self):
        mission = self.service.in_state("running", tasks=self.TASKS, retry={"max_attempts": 2})
        self.report(mission, "load", status="succeeded")
        again = self.service.post(f"/missions/{mission['id']}/fail", {"reason": "flat tyre"}).json
        self.assertEqual((again["status"], again["attempt"], again["progress"]), ("ready", 2, 0))
        self.assertEqual(again["status_reason"], "flat tyre")
        self.assertEqual([t["status"] for t in again["tasks"]], ["pending", "pending"])
        self.service.post(f"/missions/{mission['id']}/start")
        failed = self.service.post(f"/missions/{mission['id']}/fail", {"reason": "again"}).json
        self.assertEqual((failed["status"], failed["status_reason"]), ("failed", "again"))
        retried = self.service.post(f"/missions/{mission['id']}/retry").json
        self.assertEqual((retried["status"], retried["attempt"]), ("ready", 3))

    def test_failing_needs_a_reason(self):
        mission = self.service.in_state("running")
        answer = self.service.post(f"/missions/{mission['id']}/fail")
        self.assert_problem(answer, 422, "invalid_fields")
        self.assertEqual(self.pointers(answer), {"/reason": "required"})


class UpdatesAndHistory(ServiceTest):
    def test_absent_keeps_null_clears_lists_replace(self):
        mission = self.service.mission(vehicle_id="v1", deadline=rfc3339(time.time() + 900), labels={"a": "b"},
                                       tasks=[{"key": "a"}, {"key": "b"}])
        path = f"/missions/{mission['id']}"
        updated = self.service.put(path, {"vehicle_id": None, "deadline": None, "tasks": [{"key": "c"}]}).json
        self.assertNotIn("vehicle_id", updated)
        self.assertNotIn("deadline", updated)
        self.assertEqual([t["key"] for t in updated["tasks"]], ["c"])
        self.assertEqual((updated["labels"], updated["name"]), ({"a": "b"}, mission["name"]))
        answer = self.service.put(path, {"name": None, "status": "running", "fleet_id": "south"})
        self.assertEqual(self.pointers(answer), {"/name": "cannot_be_null", "/status": "unknown_field", "/fleet_id": "unknown_field"})
        # What changes nothing makes no version.
        self.assertEqual(self.service.put(path, {"labels": {"a": "b"}}).json["version"], updated["version"])

    def test_a_new_schedule_holds_and_releases(self):
        mission = self.service.mission(vehicle_id="v2")
        path = f"/missions/{mission['id']}"
        self.assertEqual(self.service.put(path, {"scheduled_start": rfc3339(time.time() + 900)}).json["status"], "pending")
        self.assertEqual(self.service.put(path, {"scheduled_start": None}).json["status"], "ready")

    def test_begun_tasks_stay(self):
        mission = self.service.in_state("running", tasks=[{"key": "a"}, {"key": "b"}])
        path = f"/missions/{mission['id']}"
        self.service.post(path + "/tasks/a", {"status": "running"})
        self.assert_problem(self.service.put(path, {"tasks": [{"key": "c"}]}), 409, "field_frozen")
        self.assertEqual([t["key"] for t in self.service.put(path, {"tasks": [{"key": "a"}, {"key": "c"}]}).json["tasks"]], ["a", "c"])

    def test_as_of_answers_the_past(self):
        mission = self.service.mission(vehicle_id="v3", name="before")
        path = f"/missions/{mission['id']}"
        updated = self.service.put(path, {"name": "after"}).json
        started = self.service.post(path + "/start").json
        self.assertEqual(self.service.get(path + "?as_of=" + mission["updated_at"]).json, mission)
        self.assertEqual(self.service.get(path + "?as_of=" + updated["updated_at"]).json, updated)
        self.assertEqual(self.service.get(path + "?as_of=" + rfc3339(time.time() + 60)).json, started)
        self.assert_problem(self.service.get(path + "?as_of=2020-01-01T00:00:00Z"), 404, "not_found")
        self.assert_problem(self.service.get(path + "?as_of=yesterday"), 400, "bad_parameter")
        self.service.post(path + "/cancel")
        self.service.delete(path)
        self.assertEqual(self.service.get(path + "?as_of=" + started["updated_at"]).json, started)

    def test_events_tell_the_whole_life(self):
        mission = self.service.mission(vehicle_id="v4")
        path = f"/missions/{mission['id']}"
        for command, body in (("start", {}), ("pause", {"reason": "lunch"}), ("resume", {}), ("complete", {})):
            self.service.post(f"{path}/{command}", body, headers={"X-Request-Id": "req-" + command})
        first = self.service.get(path + "/events?limit=2").json
        rest = self.service.get(path + "/events?cursor=" + first["next_cursor"]).json
        events = first["items"] + rest["items"]
        self.assertIsNone(rest["next_cursor"])
        self.assertEqual([e["type"] for e in events], ["mission." + t for t in ("created", "started", "paused", "resumed", "completed")])
        self.assertEqual([e["version"] for e in events], [1, 2, 3, 4, 5])
        self.assertEqual(events[1]["trace"], "req-start")
        self.assertEqual(events[2]["data"], {"reason": "lunch"})
        self.assertEqual(sorted({e["sequence"] for e in events}), [e["sequence"] for e in events])
        self.assertEqual(events[0]["caller"], "local")
        other = self.service.mission()
        self.assert_problem(self.service.get(f"/missions/{other['id']}/events?cursor=" + first["next_cursor"]), 400, "bad_cursor")

    def test_deleted_ones_are_seen_when_asked_for(self):
        mission = self.service.mission(fleet_id="gone")
        path = f"/missions/{mission['id']}"
        self.assertEqual(self.service.delete(path).status, 204)
        self.assertTrue(self.service.get(path + "?include_deleted=true").json["deleted_at"])
        self.assertEqual(self.service.get("/missions?fleet_id=gone").json["items"], [])
        self.assertEqual(len(self.service.get("/missions?fleet_id=gone&include_deleted=true").json["items"]), 1)
        self.assertEqual([e["type"] for e in self.service.events(mission["id"])], ["mission.created", "mission.deleted"])
        for command in ("start", "cancel", "assign"):
            self.assert_problem(self.service.post(f"{path}/{command}", COMMANDS[command][0]), 404, "not_found")


class Bulk(ServiceTest):
    def test_a_thousand_with_mixed_outcomes_in_order(self):
        running = self.service.in_state("running", vehicle_id="bulk-1")
        chosen = new_uuid7()
        items = [{"action": "create", "input": {"id": chosen, "fleet_id": "north", "name": "in bulk", "vehicle_id": "bulk-2"}},
                 {"action": "start", "id": chosen},
                 {"action": "start", "id": chosen},
                 {"action": "pause", "id": running["id"], "version": 99},
                 {"action": "pause", "id": running["id"], "input": {"reason": "bulk"}},
                 {"action": "create", "input": {"fleet_id": "north", "name": ""}},
                 {"action": "cancel", "id": new_uuid7()},
                 {"action": "start"},
                 {"action": "delete", "id": running["id"], "input": {"surely": True}},
                 {"action": "create", "id": chosen, "version": 3, "task": "x", "input": {"fleet_id": "north", "name": "b"}}]
        items += [{"action": "create", "input": {"fleet_id": "bulk", "name": f"n{i}"}} for i in range(1000 - len(items))]
        answer = self.service.post("/missions/bulk", {"items": items})
        self.assertEqual(answer.status, 200, answer)
        results = answer.json["items"]
        self.assertEqual([r["status"] for r in results[:10]], [201, 200, 409, 412, 200, 422, 404, 422, 422, 422])
        self.assertEqual({r["status"] for r in results[10:]}, {201})
        self.assertEqual(results[2]["problem"]["code"], "wrong_state")
        self.assertEqual(results[4]["mission"]["status_reason"], "bulk")
        self.assertEqual(results[5]["problem"]["errors"][0]["pointer"], "/input/name")
        self.assertEqual(results[7]["problem"]["errors"][0]["pointer"], "/id")
        self.assertEqual(results[8]["problem"]["errors"][0]["pointer"], "/input/surely")
        self.assertEqual([e["pointer"] for e in results[9]["problem"]["errors"]], ["/id", "/version", "/task"])
        self.assertEqual([r["mission"]["name"] for r in results[10:]], [f"n{i}" for i in range(990)])
        self.assertEqual(self.service.get("/missions?fleet_id=bulk&include_total=true&limit=1").json["total"], 990)

    def test_one_more_is_refused_as_a_whole(self):
        items = [{"action": "create", "input": {"fleet_id": "many", "name": "n"}}] * 1001
        answer = self.service.post("/missions/bulk", {"items": items})
        self.assert_problem(answer, 422, "invalid_fields")
        self.assertEqual(set(self.pointers(answer)), {"/items"})
        self.assertEqual(self.service.get("/missions?fleet_id=many").json["items"], [])

    def test_each_item_has_a_key_of_its_own(self):
        items = [{"action": "create", "input": {"fleet_id": "keys", "name": f"n{i}"}} for i in range(3)]
        first = self.service.post("/missions/bulk", {"items": items}, headers={"Idempotency-Key": "bulk-1"}).json["items"]
        items.append({"action": "create", "input": {"fleet_id": "keys", "name": "n3"}})
        again = self.service.post("/missions/bulk", {"items": items}, headers={"Idempotency-Key": "bulk-1"}).json["items"]
        self.assertEqual([r.get("replayed") for r in again], [True, True, True, None])
        self.assertEqual([r["mission"] for r in again[:3]], [r["mission"] for r in first])
        items[0]["input"]["name"] = "other"
        reused = self.service.post("/missions/bulk", {"items": items}, headers={"Idempotency-Key": "bulk-1"}).json["items"]
        self.assertEqual(reused[0]["problem"]["code"], "idempotency_key_reused")
        self.assertEqual(self.service.get("/missions?fleet_id=keys&include_total=true").json["total"], 4)

    def test_tables_and_log_agree_at_the_end(self):
        checked = self.service.run("replay", "--verify")
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
        self.assertTrue(checked.stdout.startswith("equal:"), checked.stdout)


if __name__ == "__main__":
    unittest.main()
