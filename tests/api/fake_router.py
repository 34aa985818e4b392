"""A stand-in for a routing server, with answers of the shapes that OSRM's HTTP API (version 5) describes, and bad ones on demand."""
import http.server
import json
import re
import threading
import time


def waypoint(place, distance=3.5):
    return {"hint": "x", "name": "Row 2", "location": place, "distance": distance}


def step(kind, place, distance, duration, modifier=None):
    return {"name": "Row 2", "mode": "driving", "distance": distance, "duration": duration, "geometry": "??", "intersections": [],
            "maneuver": {"type": kind, "location": place, "bearing_before": 0, "bearing_after": 90} | ({"modifier": modifier} if modifier else {})}


def route(places, geometry):
    legs = [{"distance": 900.04, "duration": 80.5, "summary": "", "weight": 80.5,
             "steps": [step("depart", a, 900.04, 80.5, "left"), step("arrive", b, 0, 0)]} for a, b in zip(places, places[1:])]
    return {"distance": 900.04 * len(legs), "duration": 80.5 * len(legs), "weight": 1, "weight_name": "routability", "legs": legs,
            "geometry": {"type": "LineString", "coordinates": places} if geometry == "geojson" else "_izlhA~rlgdF"}


class FakeRouter(http.server.ThreadingHTTPServer):
    """`says`: what it answers instead, a status and bytes; `waits`: seconds before it does. `asked`: paths and bodies."""

    request_queue_size = 64

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.says, self.waits, self.asked = None, 0, []
        self.daemon_threads = True
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        self.answer(self.by_get(self.path))

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, body))
        self.answer(self.by_post(body))

    def by_get(self, path):
        self.server.asked.append((path, None))
        service, places, options = re.fullmatch(r"/(route|table|nearest|match)/v1/driving/([-0-9.,;]+)\?(.*)", path).groups()
        places = [[float(x) for x in place.split(",")] for place in places.split(";")]
        options = dict(option.split("=") for option in options.split("&"))
        if service == "match":
            return self.match(places, options["geometries"])
        if any(longitude > 50 for longitude, _ in places):
            return {"code": "NoRoute", "message": "Impossible route between points"}
        if service == "nearest":
            return {"code": "Ok", "waypoints": [waypoint(places[0], 3.5 + i) | {"nodes": [1, 2]} for i in range(int(options["number"]))]}
        if service == "route":
            return {"code": "Ok", "routes": [route(places, options["geometries"])], "waypoints": [waypoint(p, 9e6 if p[0] < -50 else 3.5) for p in places]}
        pick = lambda name: [places[int(i)] for i in options[name].split(";")] if name in options else places
        return self.matrix(pick("sources"), pick("destinations"))

    def by_post(self, body):
        place = lambda p: [p["lon"], p["lat"]]
        if "shape" in body:
            return self.match([place(p) for p in body["shape"]], body["shape_format"])
        if "sources" in body:
            return self.matrix([place(p) for p in body["sources"]], [place(p) for p in body["targets"]])
        return {"code": "Ok", "routes": [route([place(p) for p in body["locations"]], body["shape_format"])],
                "waypoints": [waypoint(place(p)) for p in body["locations"]]}

    @staticmethod
    def match(places, geometry):
        if any(longitude > 50 for longitude, _ in places):
            return {"code": "NoSegment", "message": "Could not find a matching segment for any coordinate."}
        if len(places) > 100:
            return {"code": "TooBig", "message": "Too many trace coordinates"}
        points = [None if i == len(places) - 1 else waypoint(p) | {"matchings_index": 0, "waypoint_index": i, "alternatives_count": 0} for i, p in enumerate(places)]
        return {"code": "Ok", "matchings": [route(places, geometry) | {"confidence": 0.9}], "tracepoints": points}

    @staticmethod
    def matrix(sources, targets):
        rows = [[None if i == 0 and j == len(targets) - 1 else 10.5 * i + j for j in range(len(targets))] for i in range(len(sources))]
        return {"code": "Ok", "durations": rows, "distances": rows, "sources": [waypoint(p) for p in sources], "destinations": [waypoint(p) for p in targets]}

    def answer(self, value):
        time.sleep(self.server.waits)
        status, body = self.server.says or (200 if value["code"] == "Ok" else 400, json.dumps(value).encode())
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            pass  # the other side has given up
