"""Safe retries and concurrent changes: ETag, If-Match, Idempotency-Key, chosen ids, and what a restart keeps."""
import signal
import time
import unittest

from running_service import ServiceTest, new_uuid7

BODY = {"name": "n", "fleet_id": "retries"}


class EntityTags(ServiceTest):
    def test_read_only_what_changed(self):
        mission = self.service.mission()
        path = f"/missions/{mission['id']}"
        etag = self.service.get(path).headers["etag"]
        self.assertEqual(etag, '"1"')
        for given in (etag, "W/" + etag, '"0", ' + etag, "*"):
            answer = self.service.get(path, headers={"If-None-Match": given})
            self.assertEqual((answer.status, answer.body, answer.headers["etag"]), (304, b"", etag))
        self.assertEqual(self.service.get(path, headers={"If-None-Match": '"2"'}).status, 200)
        self.assertEqual(self.service.get(path, headers={"If-None-Match": "nonsense"}).status, 200)

    def test_change_only_what_was_read(self):
        mission = self.service.mission(vehicle_id="etag-1")
        path = f"/missions/{mission['id']}"
        for method, where, body in (("PUT", path, {"name": "x"}), ("DELETE", path, None), ("POST", path + "/start", {})):
            answer = self.service.call(method, where, body, headers={"If-Match": '"7"'})
            self.assertEqual(self.assert_problem(answer, 412, "version_conflict")["version"], 1)
        self.assert_problem(self.service.put(path, {"name": "x"}, headers={"If-Match": "1"}), 400, "bad_parameter")
        self.assert_problem(self.service.put(path, {"name": "x"}, headers={"If-Match": '"abc"'}), 412, "version_conflict")
        answer = self.service.put(path, {"name": "x"}, headers={"If-Match": '"9", "1"'})
        self.assertEqual((answer.status, answer.headers["etag"]), (200, '"2"'))
        self.assertEqual(self.service.post(path + "/start", headers={"If-Match": "*"}).status, 200)
        # Without it the last write wins.
        self.assertEqual(self.service.put(path, {"name": "y"}).json["name"], "y")

    def test_headers_of_every_answer(self):
        answer = self.service.get("/missions")
        self.assertEqual(answer.headers["vary"], "Authorization, X-API-Key, Accept-Encoding")
        self.assertEqual(answer.headers["x-content-type-options"], "nosniff")
        self.assertEqual(answer.headers["cache-control"], "private, no-cache")


class IdempotencyKeys(ServiceTest):
    def test_a_creation_happens_once(self):
        first = self.service.post("/missions", BODY, headers={"Idempotency-Key": "create-1"})
        again = self.service.post("/missions", BODY, headers={"Idempotency-Key": "create-1"})
        self.assertEqual((first.status, again.status), (201, 201))
        self.assertEqual((first.json, first.headers["location"]), (again.json, again.headers["location"]))
        self.assertNotIn("idempotency-replayed", first.headers)
        self.assertEqual(again.headers["idempotency-replayed"], "true")
        self.assertEqual(again.headers["etag"], first.headers["etag"])
        reused = self.service.post("/missions", BODY | {"name": "other"}, headers={"Idempotency-Key": "create-1"})
        self.assert_problem(reused, 422, "idempotency_key_reused")
        self.assertEqual(self.service.get("/missions?fleet_id=retries&include_total=true").json["total"], 1)

    def test_a_command_happens_once_and_answers_as_it_did(self):
        mission = self.service.mission(vehicle_id="idem-1")
        path = f"/missions/{mission['id']}"
        key = {"Idempotency-Key": "start-1"}
        first = self.service.post(path + "/start", headers=key)
        self.service.post(path + "/pause")
        again = self.service.post(path + "/start", headers=key)
        self.assertEqual((again.status, again.json), (200, first.json))
        self.assertEqual(self.service.get(path).json["status"], "paused")
        # The same key elsewhere is another request.
        self.assertEqual(self.service.post(path + "/resume", headers=key).json["status"], "running")

    def test_refusals_are_not_kept(self):
        mission = self.service.mission(vehicle_id="idem-2")
        path = f"/missions/{mission['id']}"
        key = {"Idempotency-Key": "pause-1"}
        self.assert_problem(self.service.post(path + "/pause", headers=key), 409, "wrong_state")
        self.service.post(path + "/start")
        answer = self.service.post(path + "/pause", headers=key)
        self.assertEqual(answer.json["status"], "paused")
        self.assertNotIn("idempotency-replayed", answer.headers)

    def test_broken_keys(self):
        for key in ("a b", "x" * 256, "ä"):
            answer = self.service.post("/missions", BODY, headers={"Idempotency-Key": key.encode("latin1").decode("latin1")})
            self.assert_problem(answer, 400, "bad_parameter")
        self.assertEqual(self.service.post("/missions", BODY | {"fleet_id": "k"}, headers={"Idempotency-Key": "x" * 255}).status, 201)

    def test_after_a_restart_and_after_a_kill(self):
        for number in (signal.SIGTERM, signal.SIGKILL):
            key = {"Idempotency-Key": f"restart-{number}"}
            first = self.service.post("/missions", BODY | {"fleet_id": "restart"}, headers=key)
            self.service.restart(number)
            again = self.service.post("/missions", BODY | {"fleet_id": "restart"}, headers=key)
            self.assertEqual(again.headers.get("idempotency-replayed"), "true", again)
            self.assertEqual(again.json, first.json)
        self.assertEqual(self.service.get("/missions?fleet_id=restart&include_total=true").json["total"], 2)


class ChosenIds(ServiceTest):
    def test_a_repeat_answers_what_is_there_now(self):
        body = BODY | {"id": new_uuid7(), "vehicle_id": "chosen-1"}
        first = self.service.post("/missions", body)
        self.assertEqual((first.status, first.json["id"]), (201, body["id"]))
        self.assertTrue(first.headers["location"].endswith("/missions/" + body["id"]))
        started = self.service.post(f"/missions/{body['id']}/start")
        again = self.service.post("/missions", body)
        self.assertEqual((again.status, again.json), (200, started.json))
        self.assert_problem(self.service.post("/missions", body | {"name": "other"}), 409, "already_exists")

    def test_taken_ids_tell_nothing(self):
        mission = self.service.mission(name="secret name")
        answer = self.service.post("/missions", BODY | {"id": mission["id"]})
        self.assert_problem(answer, 409, "already_exists")
        self.assertNotIn("secret", answer.text)

    def test_ids_of_another_kind_or_day(self):
        for bad in ("1", new_uuid7(time.time() - 90000), new_uuid7(time.time() + 90000), "019ab7c2-1d00-4000-8000-0123456789ab",
                    new_uuid7().replace("-", "")):
            answer = self.service.post("/missions", BODY | {"id": bad})
            self.assert_problem(answer, 422, "invalid_fields")
            self.assertEqual(set(self.pointers(answer)), {"/id"})


if __name__ == "__main__":
    unittest.main()
