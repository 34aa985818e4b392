"""Every route × every role × own, other and no fleet. Made from the OpenAPI document, so a new route is in it by itself.

What each role may do stands here once more, as in docs and design: a slip in the code's own table is seen.
"""
import json
import pathlib
import secrets
import unittest

from running_service import PREFIX, Service, ServiceTest, new_uuid7

READS = {"templates:read", "missions:read", "metrics:read", "safety:read", "trips:read"}
ROLES = {
    "viewer": READS,
    "operator": READS | {"missions:execute", "missions:report", "trips:execute", "trips:write", "safety:write", "tracking:write",
                         "logs:write", "metrics:write", "routes:use"},
    "planner": READS | {"templates:write", "missions:write", "trips:write", "routes:use", "traffic:write"},
    "safety_officer": READS | {"safety:write", "safety:resolve", "missions:execute", "logs:write"},
    "vehicle": {"tracking:write", "missions:report", "logs:write", "metrics:write", "safety:write"},
    "auditor": READS | {"audit:read", "events:read"},
    "admin": None,  # everything
}
OWN, OTHER = "north", "south"
VEHICLE = "truck-7"
MISSION = {"name": "walked", "tasks": [{"key": "load"}, {"key": "drive"}]}
# What belongs to a fleet and to no vehicle: a vehicle touches what is assigned to it alone.
OF_NO_VEHICLE = {("POST", PREFIX + "/environment")}


def holds(role, permission):
    return ROLES[role] is None or permission in ROLES[role]


def with_fleet(value, fleet):
    """An example with every fleet_id replaced, and without chosen ids."""
    if isinstance(value, dict):
        return {k: fleet if k == "fleet_id" else with_fleet(v, fleet) for k, v in value.items()}
    if isinstance(value, list):
        return [with_fleet(v, fleet) for v in value]
    return value


class AccessWalk(ServiceTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        first = cls.service.post("/api-keys", {"name": "root", "kind": "person", "grants": [{"role": "admin", "fleet_id": "*"}]})
        assert first.status == 201, first
        cls.root = first.json["key"]
        cls.keys = {}
        for role in ROLES:
            wish = {"name": role, "kind": "service", "grants": [{"role": role, "fleet_id": OWN}]}
            if role == "vehicle":
                wish |= {"kind": "vehicle", "vehicle_id": VEHICLE}
            answer = cls.service.post("/api-keys", wish, key=cls.root)
            assert answer.status == 201, answer
            cls.keys[role] = answer.json["key"]
        cls.api = cls.service.get("/openapi.json").json
        cls.routes = [(method.upper(), path, operation) for path, methods in cls.api["paths"].items()
                      for method, operation in methods.items()]
        for fleet in (OWN, OTHER):
            cls.mission(fleet, VEHICLE)

    @classmethod
    def mission(cls, fleet, vehicle):
        answer = cls.service.post("/missions", MISSION | {"fleet_id": fleet, "vehicle_id": vehicle}, key=cls.root)
        assert answer.status == 201, answer
        return answer.json["id"]

    def call(self, method, path, operation, fleet, key, vehicle=VEHICLE):
        if path.startswith(PREFIX + "/missions/{id}"):
            path = path.replace("{id}", self.mission(fleet, vehicle))
        path = path.replace("{key}", "load").replace("/vehicles/{id}", "/vehicles/" + VEHICLE)
        while "{" in path:
            path = path[:path.index("{")] + new_uuid7() + path[path.index("}") + 1:]
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        body = None if content is None else with_fleet(content.get("example", {}), fleet)
        return self.service.call(method, "/" + path, body, key=key), body

    def test_without_a_credential(self):
        for method, path, operation in self.routes:
            with self.subTest(method=method, path=path):
                for key, word in ((None, "no key"), ("mms_" + "0" * 32 + "_" + secrets.token_urlsafe(32), "an unknown key")):
                    answer, _ = self.call(method, path, operation, OWN, key)
                    if operation.get("x-permission"):
                        self.assert_problem(answer, 401, "unauthenticated")
                        self.assertIn("www-authenticate", answer.headers, word)
                    else:
                        self.assertNotIn(answer.status, (401, 403), word)

    def test_each_role_on_its_own_fleet(self):
        for role, key in self.keys.items():
            for method, path, operation in self.routes:
                permission = operation.get("x-permission")
                with self.subTest(role=role, method=method, path=path):
                    answer, _ = self.call(method, path, operation, OWN, key)
                    if role == "vehicle" and (method, path) in OF_NO_VEHICLE:
                        self.assert_problem(answer, 403, "forbidden")
                    elif permission in (None, "any") or holds(role, permission):
                        self.assertNotIn(answer.status, (401, 403), answer)
                        self.assertLess(answer.status, 500, answer)
                        if path.startswith(PREFIX + "/missions/{id}") and answer.status == 404:
                            self.assertNotIn("no mission of this id", answer.text)
                    else:
                        self.assertEqual(self.assert_problem(answer, 403, "forbidden")["permission"], permission)

    def test_each_role_on_another_fleet(self):
        for role, key in self.keys.items():
            for method, path, operation in self.routes:
                permission = operation.get("x-permission")
                if permission in (None, "any"):
                    continue
                with self.subTest(role=role, method=method, path=path):
                    answer, body = self.call(method, path, operation, OTHER, key)
                    if not holds(role, permission):
                        self.assertEqual(self.assert_problem(answer, 403, "forbidden")["permission"], permission)
                    elif path.startswith(PREFIX + "/missions/{id}"):
                        self.assert_problem(answer, 404, "not_found")
                    elif method == "POST" and isinstance(body, dict) and OTHER in json.dumps(body):
                        self.assert_problem(answer, 403, "forbidden")
                    elif method == "GET" and answer.status == 200 and "json" in answer.headers["content-type"] and isinstance(answer.json.get("items"), list):
                        self.assertNotIn(OTHER, {item.get("fleet_id") for item in answer.json["items"]}, answer)

    def test_lists_show_the_own_fleet_alone(self):
        for role in ("viewer", "operator", "planner", "safety_officer", "auditor", "admin"):
            page = self.service.get("/missions?limit=200&include_total=true", key=self.keys[role]).json
            self.assertEqual({m["fleet_id"] for m in page["items"]}, {OWN}, role)
            self.assertEqual(self.service.get("/missions?fleet_id=" + OTHER, key=self.keys[role]).json["items"], [])
        self.assertEqual({m["fleet_id"] for m in self.service.get("/missions?limit=200", key=self.root).json["items"]}, {OWN, OTHER})

    def test_a_vehicle_touches_what_is_assigned_to_it_alone(self):
        key = self.keys["vehicle"]
        for vehicle, status in ((VEHICLE, 200), ("truck-8", 404)):
            mission = self.mission(OWN, vehicle)
            self.service.post(f"/missions/{mission}/start", key=self.root)
            answer = self.service.post(f"/missions/{mission}/tasks/load", {"status": "running"}, key=key)
            self.assertEqual(answer.status, status, answer)
            self.service.post(f"/missions/{mission}/cancel", key=self.root)

    def test_a_vehicle_with_a_readers_grant_sees_what_is_assigned_to_it_alone(self):
        answer = self.service.post("/api-keys", {"name": "reader", "kind": "vehicle", "vehicle_id": "truck-9",
                                                 "grants": [{"role": "viewer", "fleet_id": OWN}]}, key=self.root)
        if answer.status == 422:
            return  # such keys are not made at all
        mine, others = self.mission(OWN, "truck-9"), self.mission(OWN, "truck-10")
        key = answer.json["key"]
        self.assertEqual([m["id"] for m in self.service.get("/missions", key=key).json["items"]], [mine])
        self.assertEqual(self.service.get("/missions?vehicle_id=truck-10", key=key).json["items"], [])
        self.assertEqual(self.service.get(f"/missions/{mine}", key=key).status, 200)
        self.assertEqual(self.service.get(f"/missions/{others}", key=key).status, 404)

    def test_force_and_deleted_ones_need_the_writers_permission(self):
        mission = self.mission(OWN, "truck-11")
        self.service.post(f"/missions/{mission}/start", key=self.root)
        answer = self.service.post(f"/missions/{mission}/complete", {"force": True}, key=self.keys["operator"])
        self.assertEqual(self.assert_problem(answer, 403, "forbidden")["permission"], "missions:write")
        self.service.post(f"/missions/{mission}/complete", {"force": True}, key=self.root)
        self.service.delete(f"/missions/{mission}", key=self.root)
        self.assertIn(self.service.get(f"/missions/{mission}?include_deleted=true", key=self.keys["viewer"]).status, (403, 404))
        self.assertEqual(self.service.get(f"/missions/{mission}?include_deleted=true", key=self.keys["planner"]).status, 200)
        self.assertEqual(self.service.get("/missions?include_deleted=true", key=self.keys["viewer"]).status, 403)

    def test_items_of_a_bulk_are_asked_one_by_one(self):
        items = [{"action": "create", "input": MISSION | {"fleet_id": OWN}}, {"action": "create", "input": MISSION | {"fleet_id": OTHER}},
                 {"action": "cancel", "id": self.mission(OTHER, "truck-12")}, {"action": "cancel", "id": self.mission(OWN, "truck-12")}]
        for role, wanted in (("planner", [201, 403, 403, 403]), ("operator", [403, 403, 404, 200]), ("viewer", [403] * 4)):
            answer = self.service.post("/missions/bulk", {"items": items}, key=self.keys[role])
            self.assertEqual([r["status"] for r in answer.json["items"]], wanted, role)

    def test_a_revoked_key_is_none(self):
        made = self.service.post("/api-keys", {"name": "short", "grants": [{"role": "viewer", "fleet_id": OWN}]}, key=self.root).json
        self.assertEqual(self.service.get("/me", key=made["key"]).status, 200)
        self.assertEqual(self.service.delete("/api-keys/" + made["id"], key=self.root).status, 204)
        self.assert_problem(self.service.get("/me", key=made["key"]), 401, "unauthenticated")

    def test_replayed_answers_are_the_callers_own(self):
        body, headers = MISSION | {"fleet_id": OWN}, {"Idempotency-Key": "shared-words"}
        first = self.service.post("/missions", body, headers=headers, key=self.keys["planner"])
        other = self.service.post("/missions", body, headers=headers, key=self.keys["admin"])
        self.assertEqual((first.status, other.status), (201, 201))
        self.assertNotEqual(first.json["id"], other.json["id"])


class OffLoopback(unittest.TestCase):
    def test_a_first_admin_key_is_made_and_required(self):
        service = Service(LISTEN="0.0.0.0")
        file = pathlib.Path(service.store.folder) / "first-admin-key"
        self.assertEqual(file.stat().st_mode & 0o777, 0o600)
        self.assertEqual(service.get("/missions").status, 401)
        self.assertEqual(service.get("/me", key=file.read_text().strip()).status, 200)
        self.assertNotIn(file.read_text().strip(), json.dumps(service.log))
        service.kill()
        service.store.remove()


if __name__ == "__main__":
    unittest.main()
