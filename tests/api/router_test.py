"""ROUTER_URL: another server answers routes, matrices and nearest roads; what it does wrong is a 503 that says so.

Against a stand-in (fake_router); MMS_OSRM and MMS_VALHALLA may name real servers, such as http://127.0.0.1:5000, that hold Liechtenstein.
"""
import os
import socket
import subprocess
import threading
import time
import unittest

from fake_router import FakeRouter
from running_service import BINARY, Service, ServiceTest, Store, rfc3339

FROM, VIA, TO = ({"latitude": a, "longitude": o} for a, o in ((47.1410, 9.5209), (47.1500, 9.5180), (47.1660, 9.5150)))
NEAREST = "/routes/nearest?latitude=47.14&longitude=9.52&count=2"


class Contract:
    """What any such server must come to, real or not."""
    kind = None

    def test_a_route_is_whole(self):
        answer = self.service.post("/routes", {"from": FROM, "via": [VIA], "to": TO})
        self.assertEqual((answer.status, answer.json.get("source")), (200, self.kind), answer)
        route = answer.json["routes"][0]
        self.assertEqual((len(answer.json["waypoints"]), len(route["legs"]), route["label"]), (3, 2, "fastest"))
        self.assertAlmostEqual(sum(leg["distance_m"] for leg in route["legs"]), route["distance_m"], delta=1)
        self.assertGreater(route["distance_m"], 100)
        self.assertEqual(route["geometry"]["type"], "LineString")
        self.assertEqual(route["steps"][0]["maneuver"], "depart")
        self.assertEqual(route["steps"][-1]["maneuver"], "arrive")
        self.assertNotIn("values", route)
        plain = self.service.post("/routes", {"from": FROM, "to": TO, "geometry": "polyline6", "steps": False}).json["routes"][0]
        self.assertIsInstance(plain["geometry"], str)
        self.assertNotIn("steps", plain)

    def test_a_matrix_is_whole(self):
        answer = self.service.post("/routes/matrix", {"from": [FROM, VIA], "to": [TO, FROM, VIA], "objectives": ["time", "distance"]})
        self.assertEqual((answer.status, answer.json.get("source")), (200, self.kind), answer)
        times, distances = answer.json["matrices"]
        self.assertEqual(([len(row) for row in times["rows"]], distances["unit"]), ([3, 3], "m"))
        self.assertEqual((len(answer.json["from"]), len(answer.json["to"])), (2, 3))
        self.assertEqual(self.service.post("/routes/matrix", {"from": [FROM, TO]}).status, 200)

    def test_a_trace_is_matched(self):
        line = self.service.post("/routes", {"from": FROM, "to": TO}).json["routes"][0]["geometry"]["coordinates"]
        line = line[:60:4] if len(line) > 60 else line
        trace = [{"latitude": a, "longitude": o, "recorded_at": rfc3339(1764000000 + 4 * i), "accuracy_m": 10} for i, (o, a) in enumerate(line)]
        answer = self.service.post("/routes/match", {"trace": trace})
        self.assertEqual((answer.status, answer.json.get("source")), (200, self.kind), answer)
        route, points = answer.json["routes"][0], answer.json["points"]
        self.assertEqual((route["geometry"]["type"], route["edges"], len(points)), ("LineString", [], len(trace)))
        self.assertTrue(0 < route["confidence"] <= 1 and points[0]["matched"] and points[0]["route"] == 0, answer)
        self.assertLess(points[0]["distance_m"], 10)
        self.assertNotIn("edge", points[0])
        far = self.service.post("/routes/match", {"trace": [{"latitude": 47.9, "longitude": 60 + 0.001 * i} for i in range(3)], "geometry": "polyline6"})
        self.assertEqual((far.status, far.json["routes"], [p["matched"] for p in far.json["points"]]), (200, [], [False] * 3), far)

    def test_what_it_cannot_do_is_refused(self):
        for path, body in (("/routes", {"from": FROM, "to": TO, "avoid": {"tolls": True}}), ("/routes", {"from": FROM, "to": TO, "weights": {"energy": 1}}),
                           ("/routes/matrix", {"from": [FROM, TO], "objectives": ["risk"]}), ("/traffic", {"source": "a", "way": {"id": 1}, "closed": True})):
            self.assert_problem(self.service.post(path, body), 422, "no_map")

    def test_health_names_it(self):
        self.assertIn(self.kind, self.service.get("/health").json["parts"]["roads"]["detail"])


class ByOsrm(Contract):
    kind = "osrm"

    def test_the_nearest_roads(self):
        answer = self.service.get(NEAREST)
        self.assertEqual((answer.status, answer.json["source"], len(answer.json["roads"])), (200, "osrm", 2), answer)
        self.assertNotIn("way_id", answer.json["roads"][0])

    def test_a_truck_is_refused(self):
        for path, body in (("/routes", {"from": FROM, "to": TO}), ("/routes/match", {"trace": [FROM, TO]})):
            self.assert_problem(self.service.post(path, body | {"profile": "truck"}), 422, "no_map")

    def test_a_trace_that_is_too_long_for_it_is_refused_by_name(self):
        answer = self.service.post("/routes/match", {"trace": [FROM | {"longitude": 9.52 + 1e-5 * i} for i in range(101)]})
        self.assert_problem(answer, 422, "invalid_fields")
        self.assertEqual(list(self.pointers(answer).values()), ["too_many"])


class ByValhalla(Contract):
    kind = "valhalla"

    def test_a_truck_has_a_route_and_nearest_is_refused(self):
        self.assertEqual(self.service.post("/routes", {"from": FROM, "to": TO, "profile": "truck"}).status, 200)
        self.assert_problem(self.service.get(NEAREST), 422, "no_map")


OSRM, VALHALLA = FakeRouter(), FakeRouter()


class FakeOsrm(ByOsrm, ServiceTest):
    settings = {"ROUTER_URL": f"osrm:{OSRM.url}"}

    def test_null_is_kept_and_no_route_is_named(self):
        rows = self.service.post("/routes/matrix", {"from": [FROM, TO]}).json["matrices"][0]["rows"]
        self.assertEqual(rows, [[0, None], [10.5, 11.5]])
        self.assert_problem(self.service.post("/routes", {"from": FROM, "to": {"latitude": 0, "longitude": 60}}), 422, "no_route")
        far = self.service.post("/routes", {"from": FROM, "to": {"latitude": 0, "longitude": -60}})
        self.assertEqual(self.pointers(far), {"/to": "off_the_map"}, far)


class FakeValhalla(ByValhalla, ServiceTest):
    settings = {"ROUTER_URL": f"valhalla:{VALHALLA.url}/"}


@unittest.skipUnless(os.environ.get("MMS_OSRM"), "MMS_OSRM names no server")
class RealOsrm(ByOsrm, ServiceTest):
    settings = {"ROUTER_URL": f"osrm:{os.environ.get('MMS_OSRM')}"}


@unittest.skipUnless(os.environ.get("MMS_VALHALLA"), "MMS_VALHALLA names no server")
class RealValhalla(ByValhalla, ServiceTest):
    settings = {"ROUTER_URL": f"valhalla:{os.environ.get('MMS_VALHALLA')}"}


class Trouble(ServiceTest):
    router = FakeRouter()
    settings = {"ROUTER_URL": f"osrm:{router.url}", "REQUEST_TIMEOUT_S": "2"}

    def tearDown(self):
        self.router.says, self.router.waits = None, 0

    def assert_unavailable(self, answer):
        self.assert_problem(answer, 503, "unavailable")
        self.assertGreaterEqual(int(answer.headers["retry-after"]), 1)

    def test_odd_answers(self):
        ask = {"from": FROM, "to": TO}
        for says in (b"", b"<html>", b"[]", b'{"code":"Ok"}', b'{"code":"Ok","routes":[{"distance":"far"}]}', b'{"code":"InvalidUrl"}',
                     b'{"code":"Ok","routes":[{"distance":1,"duration":1,"geometry":"x","legs":[]}],"waypoints":[]}',
                     b'{"code":"Ok","routes":[{"distance":1,"duration":1,"geometry":{},"legs":[]}],"waypoints":[{"location":[900,1]}]}',
                     b'{"code":"Ok","durations":[[1,2],[3]]}', b'{"code":"Ok","durations":[]}', b'{"code":"Ok","tracepoints":[null],"matchings":[]}',
                     b'{"code":"Ok","tracepoints":[{"location":[9,47],"matchings_index":3},null],"matchings":[]}',
                     b'{"code":"Ok","tracepoints":[null,null],"matchings":[{"distance":-1,"duration":1,"geometry":{"type":"LineString"},"legs":[]}]}'):
            with self.subTest(says=says):
                self.router.says = (200, says)
                self.assert_unavailable(self.service.post("/routes", ask))
                self.assert_unavailable(self.service.post("/routes/matrix", {"from": [FROM, TO]}))
                self.assert_unavailable(self.service.post("/routes/match", {"trace": [FROM, TO]}))
        self.router.says = (502, b"bad gateway")
        self.assert_unavailable(self.service.post("/routes", ask))

    def test_one_that_sleeps_holds_up_nobody_else(self):
        self.router.waits = 4
        answers = []
        waiting = [threading.Thread(target=lambda: answers.append(self.service.post("/routes", {"from": FROM, "to": TO}))) for _ in range(40)]
        begin = time.time()
        for thread in waiting:
            thread.start()
        time.sleep(0.3)
        asked = time.time()
        self.assertEqual(self.service.get("//health/live").status, 200)
        self.assertLess(time.time() - asked, 0.5)
        for thread in waiting:
            thread.join()
        self.assertLess(time.time() - begin, 3.9)
        self.assertEqual(len(answers), 40)
        for answer in answers:
            self.assert_unavailable(answer)


class Gone(unittest.TestCase):
    def test_a_refused_connection(self):
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            store = Store()
            service = Service(store, ROUTER_URL=f"osrm:http://127.0.0.1:{nobody.getsockname()[1]}")
            answer = service.post("/routes", {"from": FROM, "to": TO})
            service.kill()
            store.remove()
        self.assertEqual((answer.status, answer.code), (503, "unavailable"), answer)

    def test_a_wrong_setting_stops_the_start(self):
        for url in ("http://127.0.0.1:1", "osrm:https://127.0.0.1:1", "osrm:http://", "osrm:http://a:b", "graphhopper:http://a:1"):
            done = subprocess.run([BINARY, "serve"], env={"ROUTER_URL": url, "PORT": "0", "DATABASE_URL": "sqlite::memory:"},
                                  capture_output=True, text=True, timeout=30)
            self.assertEqual(done.returncode, 2, (url, done))
            self.assertIn("ROUTER_URL", done.stderr)


if __name__ == "__main__":
    unittest.main()
