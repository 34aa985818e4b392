"""What holds for every request: HEAD and OPTIONS, request ids, health, metrics, settings, the pages, an orderly stop."""
import json
import re
import signal
import socket
import subprocess
import threading
import time
import unittest

from running_service import BINARY, PREFIX, ROOT, Service, ServiceTest, Store


class Methods(ServiceTest):
    settings = {"CORS_ORIGINS": "http://console.example"}

    def test_head_answers_as_get_without_the_body(self):
        mission = self.service.mission()
        for path in (f"/missions/{mission['id']}", "/missions", "//health/live", "/openapi.json", "/docs"):
            get, head = self.service.get(path), self.service.call("HEAD", path)
            self.assertEqual((head.status, head.body), (200, b""), path)
            self.assertEqual(head.headers["content-length"], str(len(get.body)), path)
            self.assertEqual(head.headers["content-type"], get.headers["content-type"])
        self.assertEqual(self.service.call("HEAD", "/missions/none").status, 404)

    def test_options_and_cors(self):
        answer = self.service.call("OPTIONS", "/missions")
        self.assertEqual((answer.status, sorted(answer.headers["allow"].split(", "))), (204, ["GET", "HEAD", "OPTIONS", "POST"]))
        asking = {"Origin": "http://console.example", "Access-Control-Request-Method": "POST",
                  "Access-Control-Request-Headers": "content-type, x-api-key"}
        answer = self.service.call("OPTIONS", "/missions", headers=asking)
        self.assertEqual(answer.headers["access-control-allow-origin"], "http://console.example")
        self.assertIn("POST", answer.headers["access-control-allow-methods"])
        answer = self.service.call("OPTIONS", "/missions", headers=asking | {"Origin": "http://elsewhere.example"})
        self.assertNotIn("access-control-allow-origin", answer.headers)


class Tracing(ServiceTest):
    TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    def test_ids_come_back_and_stand_in_log_and_event(self):
        headers = {"X-Request-Id": "order-66", "traceparent": self.TRACE}
        answer = self.service.post("/missions", {"name": "n", "fleet_id": "f"}, headers=headers)
        self.assertEqual(answer.headers["x-request-id"], "order-66")
        self.assertEqual(answer.headers["traceparent"].split("-")[1], self.TRACE.split("-")[1])
        self.assertEqual(self.service.events(answer.json["id"])[0]["trace"], "order-66")
        line = self.eventually(lambda: [e for e in self.service.log if e.get("message") == "request" and e.get("request_id") == "order-66"])[0]
        self.assertEqual((line["method"], line["route"], line["status"], line["trace_id"]),
                         ("POST", "/missions", 201, self.TRACE.split("-")[1]))
        self.assertEqual(self.service.get("/me", headers={"X-Correlation-ID": "c-1"}).headers["x-correlation-id"], "c-1")

    def test_bad_ids_are_replaced(self):
        for bad in ("two words", "x" * 129, "a\tb"):
            given = self.service.get("/me", headers={"X-Request-Id": bad}).headers["x-request-id"]
            self.assertRegex(given, "^[0-9a-f]{32}$")
        self.assertNotIn("nonsense", self.service.get("/me", headers={"traceparent": "nonsense"}).headers.get("traceparent", ""))

    def test_log_is_one_json_object_a_line(self):
        self.service.get("/me")
        for entry in list(self.service.log):
            self.assertTrue({"time", "level", "message"} <= set(entry), entry)


class HealthAndMetrics(ServiceTest):
    def test_health(self):
        for path in ("//health", "/health"):
            answer = self.service.get(path)
            self.assertEqual((answer.status, answer.json["status"], answer.json["access"]), (200, "up", "open"))
            self.assertEqual(answer.json["parts"]["database"]["status"], "up")
            self.assertGreater(answer.json["parts"]["database"]["latency_ms"], 0)
        self.assertEqual(self.service.get("//health/live").json, {"status": "up"})
        self.assertEqual(self.service.get("//health/ready").json, {"status": "up"})
        self.assertEqual(self.service.run("healthcheck", PORT=str(self.service.port)).returncode, 0)
        self.assertNotEqual(self.service.run("healthcheck", PORT="1").returncode, 0)

    def series(self):
        answer = self.service.get("//metrics")
        self.assertTrue(answer.headers["content-type"].startswith("text/plain; version=0.0.4"))
        series, types = {}, {}
        for line in answer.text.splitlines():
            if line.startswith("# TYPE "):
                _, _, name, kind = line.split(" ")
                self.assertNotIn(name, types)
                types[name] = kind
            elif not line.startswith("# HELP "):
                match = re.fullmatch(r'([a-z_:][a-z0-9_:]*)(\{([a-z_]+="[^"\\]*",?)+\})? (-?[0-9.e+-]+|\+Inf|NaN)', line)
                self.assertTrue(match, line)
                base = re.sub("_(bucket|sum|count)$", "", match[1])
                self.assertTrue(match[1] in types or types.get(base) == "histogram", line)
                self.assertNotIn((match[1], match[2]), series)
                series[match[1], match[2]] = float(match[4])
        return series

    def test_metrics_do_not_grow_with_missions(self):
        def work(count, vehicle):
            items = [{"action": "create", "input": {"fleet_id": f"f{i}", "name": f"n{i}", "vehicle_id": f"{vehicle}-{i}"}} for i in range(count)]
            made = [r["mission"]["id"] for r in self.service.post("/missions/bulk", {"items": items}).json["items"]]
            started = self.service.post("/missions/bulk", {"items": [{"action": "start", "id": i} for i in made]}).json["items"]
            self.assertEqual({r["status"] for r in started}, {200})
            for one in made[:20]:
                self.service.get(f"/missions/{one}")
                self.service.get(f"/nowhere/{one}")
        work(2, "a")
        for _ in range(2):  # a bulk too large for one batch has its figures too, and /metrics has been asked
            self.series()
        before = self.series()
        work(1000, "b")
        work(1000, "c")
        after = self.series()
        self.assertEqual(set(after), set(before))
        self.assertEqual(after["mission_operations_total", '{operation="mission.created"}'], 2002)
        self.assertNotIn("nowhere", " ".join(str(name) for name in after))

    def test_figures_of_the_whole_store(self):
        for state in ("running", "running", "paused", "completed", "completed", "completed", "failed", "cancelled", "ready"):
            self.service.in_state(state)
        self.service.restart()  # they are of the store, not of the process, and are taken at the start and every 10 s
        self.eventually(lambda: ("mission_active_missions", '{status="paused"}') in self.series())
        series = self.series()
        for status in ("running", "paused"):
            stored = self.service.get(f"/missions?status={status}&include_total=true&limit=1").json["total"]
            self.assertEqual(series["mission_active_missions", f'{{status="{status}"}}'], stored)
        self.assertEqual(series["mission_success_rate_percent", None], 75)


class Pages(ServiceTest):
    def test_docs_need_nothing_from_outside(self):
        page = self.service.get("/docs")
        self.assertEqual(page.headers["content-type"], "text/html; charset=utf-8")
        policy = page.headers["content-security-policy"]
        self.assertIn("default-src 'none'", policy)
        self.assertNotIn("unsafe", policy)
        for path, kind in (("/docs/docs.js", "text/javascript"), ("/docs/docs.css", "text/css")):
            answer = self.service.get(path)
            self.assertTrue(answer.headers["content-type"].startswith(kind))
            self.assertNotRegex(page.text + answer.text, r"https?://(?!127)")
        self.assertNotRegex(page.text, r"\son\w+=|<script>|style=")
        self.assertEqual(self.service.get("//").headers["location"], PREFIX + "/docs")

    def test_openapi_is_what_the_binary_prints_and_what_is_committed(self):
        printed = subprocess.run([BINARY, "openapi"], capture_output=True, text=True, check=True).stdout
        self.assertEqual(self.service.get("/openapi.json").text, printed)
        committed = (ROOT / "docs/openapi.json").read_text()
        self.assertTrue(committed == printed, "docs/openapi.json is stale: mission-management openapi > docs/openapi.json")

    def test_every_example_is_taken(self):
        api = self.service.get("/openapi.json").json
        for path, methods in api["paths"].items():
            for method, operation in methods.items():
                content = operation.get("requestBody", {}).get("content", {}).get("application/json")
                if content is None or "api-keys" in path:
                    continue
                with self.subTest(operation=operation["operationId"]):
                    self.assertIn("example", content)
                    where = "/" + path.replace("{id}", "01a20fa6-fc9d-720e-97a5-81a85198cfc0").replace("{key}", "load")
                    answer = self.service.call(method.upper(), where, content["example"])
                    # What an example names need not be there: that is all that may be wrong with it.
                    if answer.status == 422 and {e["code"] for e in answer.json.get("errors", [])} == {"not_found"}:
                        continue
                    # This service has neither roads nor Kafka; routing_test.py and relay_test.py ask one that has.
                    if answer.code == "no_map" or "KAFKA_BROKERS" in answer.json.get("detail", ""):
                        continue
                    self.assertNotIn(answer.status, (400, 415, 422, 500), answer)


class Settings(unittest.TestCase):
    def test_a_wrong_value_stops_the_start_with_its_name(self):
        store = Store("sqlite")
        for name, values in {"DATABASE_URL": ("mysql://x", ""), "PORT": ("x", "70000", "-1"), "LOG_LEVEL": ("loud",), "THREADS": ("0",),
                             "LOG_REQUESTS": ("maybe",), "REQUEST_TIMEOUT_S": ("0", "soon"), "GRACE_S": ("-1",), "MAX_BATCH": ("0", "9999"),
                             "MAX_QUEUE": ("",), "TIMER_LOOK_MS": ("0",), "MISSION_CACHE": ("many",), "LISTEN": ("nowhere",),
                             "JWT_SECRET": ("short",), "JWT_JWKS_FILE": ("/nowhere/keys.json",)}.items():
            for value in values:
                with self.subTest(name=name, value=value):
                    env = {"DATABASE_URL": store.url, "DATA_DIR": store.folder, "PORT": "0", name: value}
                    done = subprocess.run([BINARY, "serve"], env=env, capture_output=True, text=True, timeout=20)
                    self.assertEqual(done.returncode, 2, done)
                    self.assertTrue(done.stderr.startswith("mission-management: ") and name in done.stderr, done.stderr)
                    self.assertEqual(done.stderr.count("\n"), 1)

    def test_a_port_that_is_taken(self):
        service = Service(Store("sqlite"))
        done = subprocess.run([BINARY, "serve"], env={"DATABASE_URL": Store("sqlite").url, "PORT": str(service.port)},
                              capture_output=True, text=True, timeout=20)
        service.kill()
        self.assertEqual(done.returncode, 2)
        self.assertIn("PORT", done.stderr)

    def test_the_command_line_helps(self):
        for arguments in (["--help"], ["serve", "--help"], ["migrate", "--help"], ["replay", "--help"], ["api-key", "--help"]):
            done = subprocess.run([BINARY, *arguments], capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stderr), (0, ""), arguments)
        for arguments in ([], ["fly"], ["serve", "now"], ["replay"]):
            self.assertEqual(subprocess.run([BINARY, *arguments], capture_output=True).returncode, 2, arguments)


class Stopping(unittest.TestCase):
    def test_requests_under_way_are_finished_and_ready_says_no(self):
        service = Service()
        body = json.dumps({"name": "slow", "fleet_id": "f"}).encode()
        head = (f"POST {PREFIX}/missions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\n\r\n").encode()
        ready = b"GET /health/ready HTTP/1.1\r\nHost: localhost\r\n"
        slow = socket.create_connection(("127.0.0.1", service.port), timeout=20)
        slow.sendall(head + body[:5])
        asking = socket.create_connection(("127.0.0.1", service.port), timeout=20)
        asking.sendall(ready)
        time.sleep(0.2)
        started = time.time()
        codes = []
        waiting = threading.Thread(target=lambda: codes.append(service.stop(signal.SIGTERM)))
        waiting.start()
        while not any(e.get("message") == "stopping" for e in service.log):
            self.assertLess(time.time() - started, 10)
            time.sleep(0.01)
        time.sleep(0.1)
        asking.sendall(b"\r\n")
        self.assertTrue(asking.recv(65536).startswith(b"HTTP/1.1 503"))
        with self.assertRaises(OSError):
            socket.create_connection(("127.0.0.1", service.port), timeout=2).recv(1)
            raise ConnectionError("taken in, but closed at once")
        slow.sendall(body[5:])
        answer = slow.recv(65536)
        self.assertTrue(answer.startswith(b"HTTP/1.1 201"), answer)
        self.assertIn(b"Connection: close", answer)
        slow.close()
        asking.close()
        waiting.join(20)
        self.assertEqual(codes, [0])
        service.start()
        self.assertEqual(len(service.get("/missions?fleet_id=f").json["items"]), 1)
        service.kill()


if __name__ == "__main__":
    unittest.main()
