"""Templates over HTTP: definition, versions, names, scope, preview, missions and plans made from them, replay."""
import unittest

from running_service import ServiceTest, new_uuid7

PARAMETERS = {
    "type": "object",
    "properties": {
        "truck": {"type": "string"},
        "loads": {"type": "integer", "minimum": 1, "maximum": 10, "default": 3},
        "stop": {"type": "object", "properties": {"dwell_s": {"type": "number", "default": 30, "x-unit": "s"}}},
    },
    "required": ["truck"],
}
MISSION = {
    "name": "Haul {{loads}} loads",
    "type": "cargo_delivery",
    "vehicle_id": "{{truck}}",
    "priority": "high",
    "tasks": [{"key": "load"}, {"key": "haul", "parameters": {"loads": "{{loads}}", "stop": "{{stop}}"}}],
    "labels": {"kind": "haul"},
}


class TemplateTest(ServiceTest):
    def template(self, **fields):
        body = {"name": "t " + new_uuid7(), "fleet_id": "north", "parameters": PARAMETERS, "mission": MISSION} | fields
        answer = self.service.post("/templates", {k: v for k, v in body.items() if v is not None})
        self.assertEqual(answer.status, 201, answer)
        return answer.json

    def use(self, template, parameters=None, **fields):
        return self.service.post("/missions", {"fleet_id": "north", "template_id": template["id"],
                                               "parameters": {"truck": "v-" + new_uuid7()} if parameters is None else parameters} | fields)


class Templates(TemplateTest):
    def test_made_read_and_listed(self):
        body = {"name": "Haul ore", "description": "to the crusher", "fleet_id": "list-fleet", "parameters": PARAMETERS, "mission": MISSION}
        answer = self.service.post("/templates", body)
        self.assertEqual((answer.status, answer.headers["etag"]), (201, '"1"'), answer)
        made = answer.json
        self.assertTrue(answer.headers["location"].endswith("/templates/" + made["id"]))
        self.assertEqual({k: made[k] for k in body}, body)
        self.assertEqual((made["status"], made["version"]), ("active", 1))
        shown = self.service.get(f"/templates/{made['id']}")
        self.assertEqual(shown.json, made)
        self.assertEqual(self.service.get(f"/templates/{made['id']}", headers={"If-None-Match": '"1"'}).status, 304)
        for query in ("fleet_id=list-fleet", "fleet_id=list-fleet&name=Haul%20ore", "fleet_id=list-fleet&status=active"):
            self.assertEqual(self.service.get("/templates?" + query).json["items"], [made])
        self.assertEqual(self.service.get("/templates?fleet_id=list-fleet&status=archived").json["items"], [])
        self.assert_problem(self.service.get("/templates?status=gone"), 400, "bad_parameter")
        self.assert_problem(self.service.get("/templates/" + new_uuid7()), 404, "not_found")

    def test_all_that_is_wrong_is_named_at_once(self):
        answer = self.service.post("/templates", {
            "name": "bad", "fleet_id": "north",
            "parameters": {"type": "object", "properties": {"a": {"type": "integr"}, "b": {"$ref": "#/x"}, "c": {"pattern": "(?=x)"},
                                                            "d": {"type": "string", "default": 3}}},
            "mission": {"name": "{{a"}})
        self.assert_problem(answer, 422, "invalid_fields")
        self.assertEqual(self.pointers(answer), {
            "/parameters/properties/a/type": "not_one_of", "/parameters/properties/b/$ref": "unknown_keyword",
            "/parameters/properties/c/pattern": "bad_pattern", "/parameters/properties/d/default": "wrong_type",
            "/mission/name": "bad_placeholder"})
        answer = self.service.post("/templates", {
            "name": "bad", "fleet_id": "north", "parameters": PARAMETERS,
            "mission": {"name": "x {{unknown}}", "typo": 1, "fleet_id": "north", "priority": "highest"}})
        self.assertEqual(self.pointers(answer), {"/mission/name": "unknown_parameter"})
        answer = self.service.post("/templates", {
            "name": "bad", "fleet_id": "north", "parameters": PARAMETERS,
            "mission": {"name": "x", "typo": 1, "fleet_id": "north", "priority": "highest", "timeout_s": "{{truck}}"}})
        self.assertEqual(self.pointers(answer), {
            "/mission/typo": "unknown_field", "/mission/fleet_id": "not_in_a_template", "/mission/priority": "not_one_of",
            "/mission/timeout_s": "wrong_type"})
        answer = self.service.post("/templates", {"name": "bad", "fleet_id": "north"})
        self.assertEqual(self.pointers(answer), {"/mission": "required"})
        answer = self.service.post("/templates", {"name": "bad", "fleet_id": "north", "mission": MISSION, "missions": []})
        self.assertEqual(self.pointers(answer), {"/missions": "not_together"})

    def test_names_are_unique_among_active_ones_of_a_fleet(self):
        first = self.template(name="unique")
        problem = self.assert_problem(self.service.post("/templates", {"name": "unique", "fleet_id": "north", "mission": {"name": "m"}}),
                                      409, "already_exists")
        self.assertEqual((problem["name"], problem["template_id"]), ("unique", first["id"]))
        self.template(name="unique", fleet_id="south")
        self.template(name="unique", fleet_id=None)
        other = self.template(name="other")
        self.assert_problem(self.service.put(f"/templates/{other['id']}", {"name": "unique"}), 409, "already_exists")
        self.assertEqual(self.service.delete(f"/templates/{first['id']}").status, 204)
        self.assertEqual(self.service.put(f"/templates/{other['id']}", {"name": "unique"}).status, 200)

    def test_every_update_makes_a_version_and_old_ones_stay(self):
        first = self.template()
        path = f"/templates/{first['id']}"
        self.assert_problem(self.service.put(path, {"description": "x"}, headers={"If-Match": '"7"'}), 412, "version_conflict")
        answer = self.service.put(path, {"description": "x"}, headers={"If-Match": '"1"'})
        self.assertEqual((answer.status, answer.json["version"], answer.headers["etag"]), (200, 2, '"2"'))
        self.assertEqual(self.service.put(path, {"description": "x"}).json["version"], 2)
        third = self.service.put(path, {"description": None, "mission": {"name": "other"}}).json
        self.assertNotIn("description", third)
        versions = self.service.get(path + "/versions").json["items"]
        self.assertEqual([v["version"] for v in versions], [3, 2, 1])
        self.assertEqual((versions[2], versions[0]), (first, third))
        self.assertEqual(self.service.get(path + "/versions?version=1").json["items"], [first])
        self.assert_problem(self.service.get(path + "/versions?version=9"), 404, "not_found")
        page = self.service.get(path + "/versions?limit=2").json
        self.assertEqual([v["version"] for v in self.service.get(f"{path}/versions?limit=2&cursor={page['next_cursor']}").json["items"]], [1])
        self.assert_problem(self.service.put(path, {"mission": {"name": "{{nobody}}"}}), 422, "invalid_fields")
        self.assertEqual(self.service.delete(path).status, 204)
        self.assertEqual(self.service.delete(path).status, 204)
        self.assertEqual(self.service.get(path).json["status"], "archived")
        self.assert_problem(self.service.put(path, {"description": "y"}), 409, "wrong_state")

    def test_repeats_are_safe(self):
        body = {"id": new_uuid7(), "name": "chosen", "fleet_id": "north", "mission": {"name": "m"}}
        self.assertEqual(self.service.post("/templates", body).status, 201)
        self.assertEqual(self.service.post("/templates", body).status, 200)
        self.assert_problem(self.service.post("/templates", body | {"name": "else"}), 409, "already_exists")
        body = {"name": "keyed", "fleet_id": "north", "mission": {"name": "m"}}
        first = self.service.post("/templates", body, headers={"Idempotency-Key": "k1"})
        again = self.service.post("/templates", body, headers={"Idempotency-Key": "k1"})
        self.assertEqual((first.json, again.headers["idempotency-replayed"]), (again.json, "true"))

    def test_preview_stores_nothing(self):
        template = self.template()
        path = f"/templates/{template['id']}/preview"
        answer = self.service.post(path, {"parameters": {"truck": "truck-7", "stop": {}}})
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(answer.json["parameters"], {"truck": "truck-7", "loads": 3, "stop": {"dwell_s": 30}})
        mission = answer.json["missions"][0]["mission"]
        self.assertEqual((mission["name"], mission["vehicle_id"]), ("Haul 3 loads", "truck-7"))
        self.assertEqual(mission["tasks"][1]["parameters"], {"loads": 3, "stop": {"dwell_s": 30}})
        bad = self.service.post(path, {"parameters": {"loads": 11, "speed": 1}})
        self.assert_problem(bad, 422, "invalid_parameters")
        self.assertEqual(self.pointers(bad), {"/parameters/truck": "required", "/parameters/loads": "out_of_range",
                                              "/parameters/speed": "unknown_field"})
        bad = self.service.post(path, {"parameters": {"truck": "no identifier"}})
        self.assertEqual(self.pointers(bad), {"/missions/0/mission/vehicle_id": "bad_identifier"})
        self.assertEqual(self.service.get(f"/missions?template_id={template['id']}").json["items"], [])


class MissionsFromTemplates(TemplateTest):
    def test_a_mission_pins_the_version_and_keeps_its_copy(self):
        template = self.template()
        answer = self.use(template, {"truck": "truck-1", "loads": 5})
        self.assertEqual(answer.status, 201, answer)
        mission = answer.json
        self.assertEqual((mission["template_id"], mission["template_version"]), (template["id"], 1))
        self.assertEqual(mission["parameters"], {"truck": "truck-1", "loads": 5})
        self.assertEqual((mission["name"], mission["vehicle_id"], mission["priority"]), ("Haul 5 loads", "truck-1", "high"))
        self.assertEqual(mission["tasks"][1]["parameters"], {"loads": 5})
        self.service.put(f"/templates/{template['id']}", {"mission": {"name": "new"}})
        self.assertEqual(self.service.get(f"/missions/{mission['id']}").json, mission)
        self.assertEqual(self.use(template).json["name"], "new")
        self.assertEqual(self.use(template, template_version=1).json["name"], "Haul 3 loads")
        self.assertEqual([m["id"] for m in self.service.get(f"/missions?template_id={template['id']}&sort=created_at:asc").json["items"]][0],
                         mission["id"])

    def test_fields_beside_template_id_take_the_place_of_the_templates(self):
        mission = self.use(self.template(), name="mine", labels={"a": "b"}, tasks=[]).json
        self.assertEqual((mission["name"], mission["labels"], mission["tasks"], mission["priority"]), ("mine", {"a": "b"}, [], "high"))

    def test_bad_uses_are_named(self):
        template = self.template()
        answer = self.use(template, {"loads": "many"})
        self.assert_problem(answer, 422, "invalid_parameters")
        self.assertEqual(self.pointers(answer), {"/parameters/truck": "required", "/parameters/loads": "wrong_type"})
        answer = self.use(template, {"truck": "two words"})
        self.assert_problem(answer, 422, "invalid_parameters")
        self.assertEqual(self.pointers(answer), {"/vehicle_id": "bad_identifier"})
        for fields, pointer, code in (({"template_version": 9}, "/template_version", "not_found"),
                                      ({"template_id": new_uuid7()}, "/template_id", "not_found"),
                                      ({"fleet_id": "south"}, "/template_id", "other_fleet")):
            answer = self.use(template, **fields)
            self.assert_problem(answer, 422, "invalid_fields")
            self.assertEqual(self.pointers(answer), {pointer: code})
        self.assertEqual(self.pointers(self.service.post("/missions", {"fleet_id": "north"})), {"/name": "required"})
        self.assertEqual(self.pointers(self.service.post("/missions", {"fleet_id": "north", "name": "n", "template_version": 1})),
                         {"/template_version": "not_together"})
        self.service.delete(f"/templates/{template['id']}")
        problem = self.assert_problem(self.use(template), 409, "wrong_state")
        self.assertIn(template["name"], problem["detail"])

    def test_templates_of_every_fleet_serve_each(self):
        template = self.template(fleet_id=None)
        self.assertNotIn("fleet_id", template)
        for fleet in ("north", "south"):
            self.assertEqual(self.use(template, fleet_id=fleet).json["fleet_id"], fleet)

    def test_bulk(self):
        template = self.template()
        items = [{"action": "create", "input": {"fleet_id": "north", "template_id": template["id"], "parameters": {"truck": f"b-{i}"}}}
                 for i in range(3)] + [{"action": "create", "input": {"fleet_id": "north", "template_id": template["id"]}}]
        answers = self.service.post("/missions/bulk", {"items": items}).json["items"]
        self.assertEqual([a["status"] for a in answers], [201, 201, 201, 422])
        self.assertEqual([a["mission"]["vehicle_id"] for a in answers[:3]], ["b-0", "b-1", "b-2"])
        self.assertEqual(answers[3]["problem"]["code"], "invalid_parameters")

    def test_as_deep_as_a_body_may_be_is_kept_and_read_again(self):
        deep = 1
        for _ in range(30):
            deep = [deep]
        mission = self.service.mission(parameters={"a": deep})
        events = self.service.events(mission["id"])
        self.assertEqual(self.service.get(f"/missions/{mission['id']}?as_of={events[0]['occurred_at']}").json["parameters"], {"a": deep})


class Plans(TemplateTest):
    def plan_template(self, **more):
        return self.template(mission=None, missions=[
            {"key": "drill", "mission": {"name": "Drill", "vehicle_id": "{{truck}}"}},
            {"key": "blast", "mission": {"name": "Blast"}, "depends_on": [{"key": "drill", "lag_s": 0.5}]},
            {"key": "haul", "mission": {"name": "Haul {{loads}}"}, "depends_on": [{"key": "blast"}, {"key": "drill", "condition": "any"}]}],
            **more)

    def test_all_missions_and_their_dependencies_or_nothing(self):
        template = self.plan_template()
        body = {"fleet_id": "north", "template_id": template["id"], "name": "Tuesday", "parameters": {"truck": "rig-1"},
                "vehicles": [{"key": "haul", "vehicle_id": "truck-2"}]}
        bad = self.service.post("/plans", body | {"parameters": {"truck": "two words"}, "vehicles": [{"key": "x", "vehicle_id": "v"}]})
        self.assert_problem(bad, 422, "invalid_parameters")
        self.assertEqual(self.pointers(bad), {"/missions/0/mission/vehicle_id": "bad_identifier", "/vehicles/0/key": "unknown_key"})
        self.assertEqual(self.service.get(f"/missions?template_id={template['id']}").json["items"], [])
        answer = self.service.post("/plans", body)
        self.assertEqual(answer.status, 201, answer)
        plan = answer.json
        self.assertEqual((plan["name"], plan["template_version"], plan["parameters"]), ("Tuesday", 1, {"truck": "rig-1", "loads": 3}))
        self.assertEqual([(m["key"], m["name"], m["status"], m.get("vehicle_id")) for m in plan["missions"]],
                         [("drill", "Drill", "ready", "rig-1"), ("blast", "Blast", "pending", None), ("haul", "Haul 3", "pending", "truck-2")])
        self.assertEqual(self.service.get(f"/plans/{plan['id']}").json, plan)
        drill, blast, haul = (m["mission_id"] for m in plan["missions"])
        edges = self.service.get(f"/missions/{haul}/dependencies").json["items"]
        self.assertEqual({(e["predecessor_id"], e["condition"]) for e in edges}, {(blast, "success"), (drill, "any")})
        self.assertEqual(self.service.get(f"/missions/{drill}").json["plan_id"], plan["id"])
        self.assertEqual(len(self.service.get(f"/missions?plan_id={plan['id']}").json["items"]), 3)
        self.assert_problem(self.service.post(f"/missions/{haul}/start"), 409, "dependencies_unsatisfied")
        for command in ("start", "complete"):
            self.assertEqual(self.service.post(f"/missions/{drill}/{command}").status, 200)
        self.eventually(lambda: self.service.get(f"/plans/{plan['id']}").json["missions"][1]["status"] == "ready")

    def test_the_wrong_door_is_named(self):
        plan, single = self.plan_template(), self.template()
        self.assertEqual(self.pointers(self.use(plan)), {"/template_id": "is_a_plan"})
        answer = self.service.post("/plans", {"fleet_id": "north", "template_id": single["id"], "parameters": {"truck": "t"}})
        self.assertEqual(self.pointers(answer), {"/template_id": "is_no_plan"})
        self.assert_problem(self.service.get("/plans/" + new_uuid7()), 404, "not_found")

    def test_circles_and_unknown_keys_are_refused_when_it_is_stored(self):
        def steps(**depends):
            return [{"key": k, "mission": {"name": k}, "depends_on": [{"key": d} for d in v]} for k, v in depends.items()]
        answer = self.service.post("/templates", {"name": "c", "fleet_id": "north", "missions": steps(a=["c"], b=["a"], c=["b"])})
        self.assertEqual(self.pointers(answer), {"/missions/0/depends_on": "dependency_cycle"})
        self.assertEqual(answer.json["errors"][0]["detail"], "a waits for c waits for b waits for a")
        answer = self.service.post("/templates", {"name": "c", "fleet_id": "north", "missions": steps(a=["z"])})
        self.assertEqual(self.pointers(answer), {"/missions/0/depends_on/0/key": "unknown_key"})

    def test_repeats_are_safe(self):
        body = {"id": new_uuid7(), "fleet_id": "north", "template_id": self.plan_template()["id"], "parameters": {"truck": "r-9"}}
        first, again = self.service.post("/plans", body), self.service.post("/plans", body)
        self.assertEqual((first.status, again.status, first.json), (201, 200, again.json))
        self.assert_problem(self.service.post("/plans", body | {"name": "else"}), 409, "already_exists")


class Scope(TemplateTest):
    def key(self, role, fleet, **more):
        answer = self.service.post("/api-keys", {"name": role, "grants": [{"role": role, "fleet_id": fleet} | more]})
        self.assertEqual(answer.status, 201, answer)
        return answer.json["key"]

    def test_who_may_read_use_and_change(self):
        admin = self.key("admin", "*")
        self.service.key = admin
        north, everyone = self.template(), self.template(fleet_id=None)
        planner, stranger, viewer, all_planner = (self.key("planner", "north"), self.key("planner", "south"), self.key("viewer", "north"),
                                                  self.key("planner", "*"))
        for key, status in ((planner, 200), (viewer, 200), (stranger, 404)):
            self.assertEqual(self.service.get(f"/templates/{north['id']}", key=key).status, status)
            self.assertEqual(self.service.get(f"/templates/{everyone['id']}", key=key).status, 200)
            ids = {t["id"] for t in self.service.get("/templates", key=key).json["items"]}
            self.assertEqual(ids, {everyone["id"]} | ({north["id"]} if status == 200 else set()))
        change = {"description": "d"}
        for key, template, status in ((planner, north, 200), (viewer, north, 403), (stranger, north, 404), (planner, everyone, 403),
                                      (all_planner, everyone, 200)):
            self.assertEqual(self.service.put(f"/templates/{template['id']}", change, key=key).status, status)
        body = {"name": "new", "mission": {"name": "m"}}
        self.assert_problem(self.service.post("/templates", body, key=planner), 403, "forbidden")
        self.assert_problem(self.service.post("/templates", body | {"fleet_id": "south"}, key=planner), 403, "forbidden")
        use = {"template_id": north["id"], "parameters": {"truck": "t"}}
        answer = self.service.post("/missions", use | {"fleet_id": "south"}, key=stranger)
        self.assertEqual(self.pointers(answer), {"/template_id": "not_found"})
        self.assertEqual(self.service.post("/missions", use | {"fleet_id": "north"}, key=planner).status, 201)
        only = self.key("planner", "north", template_id=north["id"])
        self.assertEqual(self.service.post("/missions", use | {"fleet_id": "north"}, key=only).status, 201)
        self.assertEqual(self.service.post("/missions", {"fleet_id": "north", "name": "free"}, key=only).status, 403)


class Replay(TemplateTest):
    def test_the_log_gives_the_tables(self):
        template = self.template()
        self.use(template)
        self.service.put(f"/templates/{template['id']}", {"description": "x"})
        plan = self.template(mission=None, missions=[{"key": "a", "mission": {"name": "a"}},
                                                     {"key": "b", "mission": {"name": "b"}, "depends_on": [{"key": "a"}]}])
        plan = self.service.post("/plans", {"fleet_id": "north", "template_id": plan["id"], "parameters": {"truck": "t"}}).json
        self.assertIn('mission_template_operations_total{operation="created"} 2', self.service.get("//metrics").text)
        self.assertIn('mission_template_operations_total{operation="used"} 2', self.service.get("//metrics").text)
        self.service.stop()
        done = self.service.run("replay", "--verify")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("2 templates", done.stdout)
        self.assertEqual(self.service.run("replay", "--rebuild").returncode, 0)
        self.assertEqual(self.service.run("replay", "--verify").returncode, 0)
        self.service.start()
        self.assertEqual(self.service.get(f"/plans/{plan['id']}").json, plan)


if __name__ == "__main__":
    unittest.main()
