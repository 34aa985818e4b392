"""Bad input is refused by name: strict JSON, every bad field at once, media types, sizes, headers and paths."""
import json
import time
import unittest

from running_service import PREFIX, ServiceTest, rfc3339

GOOD = {"name": "n", "fleet_id": "f"}


class StrictJson(ServiceTest):
    def test_what_is_no_json(self):
        deep = b'{"name":"n","fleet_id":"f","parameters":' + b'{"a":' * 33 + b"1" + b"}" * 33 + b"}"
        for text, position in ((b'{"name":"a","name":"b","fleet_id":"f"}', None), (b'{"name":"a\\u0000b","fleet_id":"f"}', 17),
                               (b'{"name":"n","fleet_id":"f","timeout_s":1e400}', 44), (b'{"name":', 8), (b"{} x", None),
                               (b'{"name":"n","fleet_id":"f",}', None), (b"{'name':1}", 1), (b'{"timeout_s":NaN}', None),
                               (b'{"name":"\xff"}', None), (b'{"name":"\xed\xa0\x80"}', None), (b'{"name":"\\ud800"}', None),
                               (b'{"parameters":{"a":{"b":1,"b":2}}}', None), (b"[" * 40 + b"]" * 40, 32), (deep, None),
                               (b'\xef\xbb\xbf{"name":"n"}', None), (b'{"timeout_s":01}', None), (b"//\n{}", None)):
            with self.subTest(text=text[:60]):
                problem = self.assert_problem(self.service.post("/missions", text), 400, "malformed_json")
                self.assertIsInstance(problem["position"], int)
                if position is not None:
                    self.assertEqual(problem["position"], position)
        self.assertEqual(self.service.get("/missions?fleet_id=f").json["items"], [])

    def test_the_deepest_that_is_allowed(self):
        parameters = json.loads('{"a":' * 30 + "1" + "}" * 30)
        self.assertEqual(self.service.mission(parameters=parameters)["parameters"], parameters)

    def test_all_bad_fields_at_once_by_pointer(self):
        answer = self.service.post("/missions", {
            "name": "", "vehicle_id": 7, "fleet": "f", "priority": "huge", "deadline": "yesterday", "unordered": "yes",
            "tasks": [{"key": "a b"}, {"type": "fly", "weight": -1, "what": 1}, 5], "labels": {"a": 1},
            "retry": {"max_attempts": 0, "backoff_s": "1", "x": 1}, "timeout_s": 0, "parameters": 3})
        self.assert_problem(answer, 422, "invalid_fields")
        self.assertEqual(self.pointers(answer) | {"/parameters": ""}, {
            "/fleet_id": "required", "/name": "wrong_length", "/vehicle_id": "wrong_type", "/fleet": "unknown_field",
            "/priority": "not_one_of", "/deadline": "bad_time", "/unordered": "wrong_type", "/tasks/0/key": "bad_identifier",
            "/tasks/1/key": "required", "/tasks/1/type": "not_one_of", "/tasks/1/weight": "out_of_range",
            "/tasks/1/what": "unknown_field", "/tasks/2": "wrong_type", "/labels/a": "wrong_type",
            "/retry/max_attempts": "out_of_range", "/retry/backoff_s": "wrong_type", "/retry/x": "unknown_field",
            "/timeout_s": "out_of_range", "/parameters": ""})

    def test_what_is_no_object(self):
        for text in (b"[]", b'"x"', b"null", b"7", b"true"):
            answer = self.service.post("/missions", text)
            self.assert_problem(answer, 422, "invalid_fields")
            self.assertEqual(self.pointers(answer), {"": "wrong_type"})

    def test_fields_that_do_not_fit_together(self):
        now = time.time()
        answer = self.service.post("/missions", GOOD | {"tasks": [{"key": "a"}, {"key": "a"}], "deadline": rfc3339(now + 50),
                                                        "scheduled_start": rfc3339(now + 60)})
        self.assert_problem(answer, 422, "invalid_fields")
        self.assertEqual(self.pointers(answer), {"/tasks/1/key": "not_unique", "/deadline": "before_start"})
        answer = self.service.post("/missions", GOOD | {"complete_on_last_task": True, "deadline": "2020-01-01T00:00:00Z"})
        self.assertEqual(self.pointers(answer), {"/complete_on_last_task": "no_tasks", "/deadline": "in_the_past"})

    def test_names_are_any_text(self):
        for name in ("Größe ≤ 3 m", "日本語のミッション", "🚚" * 50, "a\"b\\c/d\te\n", "' or 1=1 --", "\u2028"):
            mission = self.service.mission(name=name)
            self.assertEqual(self.service.get(f"/missions/{mission['id']}").json["name"], name)


class TransportLimits(ServiceTest):
    def status_of(self, data):
        got = self.service.raw(data)
        self.assertTrue(got.startswith(b"HTTP/1.1 "), got[:200])
        return int(got[9:12]), got

    def test_media_types(self):
        for kind in ("text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1", "application/xml"):
            self.assert_problem(self.service.post("/missions", GOOD, headers={"Content-Type": kind}), 415, "unsupported_media_type")
        for kind in ("application/json; charset=utf-8", 'APPLICATION/JSON;charset="UTF-8"'):
            self.assertEqual(self.service.post("/missions", GOOD, headers={"Content-Type": kind}).status, 201)
        self.assert_problem(self.service.get("/missions", headers={"Accept": "text/html"}), 406, "not_acceptable")
        for kind in ("*/*", "application/*;q=0.5", "text/html, application/json", "text/html;q=0.9, */*;q=0.1"):
            self.assertEqual(self.service.get("/missions", headers={"Accept": kind}).status, 200)

    def test_sizes(self):
        big = GOOD | {"parameters": {"text": "x" * (1 << 20)}}
        self.assert_problem(self.service.post("/missions", big), 413, "too_large")
        in_bulk = {"items": [{"action": "create", "input": big}]}
        self.assertEqual(self.service.post("/missions/bulk", in_bulk).json["items"][0]["status"], 201)
        huge = {"items": [{"action": "create", "input": GOOD | {"parameters": {"text": "x" * (8 << 20)}}}]}
        try:
            self.assert_problem(self.service.post("/missions/bulk", huge), 413, "too_large")
        except ConnectionError:
            pass  # cut while it was still sending: refused all the same
        self.assert_problem(self.service.get("/missions?name=" + "x" * 9000), 414, "uri_too_long")
        self.assert_problem(self.service.get("/missions", headers={"X-Long": "x" * 17000}), 431, "headers_too_large")
        self.assertEqual(self.service.get("//health").status, 200)

    def test_broken_requests(self):
        head = f"POST {PREFIX}/missions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        for data in ("GET /health HTTP/1.1\r\n\r\n", "nonsense\r\n\r\n", head + "Content-Length: -1\r\n\r\n",
                     head + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
                     head + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                     head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n"):
            with self.subTest(data=data[-60:]):
                status, got = self.status_of(data.encode())
                self.assertEqual(status, 400, got)

    def test_pipelining_and_chunks(self):
        one = f"GET {PREFIX}/me HTTP/1.1\r\nHost: localhost\r\n\r\n"
        last = f"GET {PREFIX}/me HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        self.assertEqual(self.service.raw((one * 3 + last).encode()).count(b"HTTP/1.1 200 OK"), 4)
        body = json.dumps(GOOD)
        chunked = (f"POST {PREFIX}/missions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n"
                   f"Transfer-Encoding: chunked\r\n\r\n5\r\n{body[:5]}\r\n{len(body) - 5:x}\r\n{body[5:]}\r\n0\r\n\r\n")
        self.assertEqual(self.status_of(chunked.encode())[0], 201)

    def test_paths_and_parameters(self):
        for path in ("/nothing", "/missions/", "/missions//events", "//nowhere", "//api/v1", "/missions/x/y/z/q"):
            self.assert_problem(self.service.get(path), 404, "not_found")
        self.assert_problem(self.service.get("/missions/%ff"), 400, "bad_parameter")
        for query in ("limit=0", "limit=201", "limit=x", "limit=", "sort=colour", "sort=name:up", "status=gone", "priority=9",
                      "created_after=now", "include_total=maybe", "include_deleted=1", "unknown=1", "template_id=x"):
            with self.subTest(query=query):
                answer = self.service.get("/missions?" + query)
                self.assert_problem(answer, 400, "bad_parameter")
                self.assertEqual(set(self.pointers(answer)), {query.split("=")[0]})

    def test_all_bad_parameters_at_once(self):
        answer = self.service.get("/missions?limit=0&colour=red&status=gone&sort=up&created_after=now&include_total=1")
        self.assert_problem(answer, 400, "bad_parameter")
        self.assertEqual(set(self.pointers(answer)), {"limit", "colour", "status", "sort", "created_after", "include_total"})

    def test_methods(self):
        for method, path, allow in (("PATCH", "/missions", "GET, HEAD, POST, OPTIONS"), ("DELETE", "/missions", "GET, HEAD, POST, OPTIONS"),
                                    ("GET", "/missions/bulk", "POST, OPTIONS"), ("POST", "//health", "GET, HEAD, OPTIONS")):
            answer = self.service.call(method, path)
            self.assert_problem(answer, 405, "method_not_allowed")
            self.assertEqual(sorted(answer.headers["allow"].split(", ")), sorted(allow.split(", ")))


if __name__ == "__main__":
    unittest.main()
