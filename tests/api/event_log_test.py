"""The event log as a reader sees it: pages in order, scope by fleet, and live streams that resume without loss or repeat."""
import http.client
import json
import signal
import socket
import threading
import time
import unittest

from running_service import PREFIX, Service, ServiceTest, new_uuid7


class Stream:
    """A reader of a live stream on a connection of its own; frames as (id, event, data)."""

    def __init__(self, service, query="", key=None, last=None, receive_buffer=None, path="/events/stream"):
        self.connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=30)
        self.sock = self.connection.sock = socket.socket()
        if receive_buffer:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.sock.settimeout(30)
        self.sock.connect(("127.0.0.1", service.port))
        headers = {"Accept": "text/event-stream"} | ({"X-API-Key": key} if key else {}) | ({"Last-Event-ID": str(last)} if last is not None else {})
        self.connection.request("GET", f"{PREFIX}{path}{query}", headers=headers)
        self.response = self.connection.getresponse()
        self.status = self.response.status
        self.events, self.comments, self.last, self.ended, self.reason = [], [], None, False, None

    def start(self):
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()
        return self

    def read(self):
        frame = {}
        try:
            while line := self.response.readline():
                line = line.decode().rstrip("\n")
                if line.startswith(": "):
                    self.comments.append(line[2:])
                elif line:
                    name, _, value = line.partition(": ")
                    frame[name] = value
                else:
                    self.take(frame)
                    frame = {}
        except (OSError, http.client.HTTPException, ValueError, AttributeError):
            pass
        self.ended = True

    def take(self, frame):
        self.last = int(frame["id"]) if "id" in frame else self.last
        if frame.get("event") == "end":
            self.reason = json.loads(frame["data"])["reason"]
        elif "data" in frame:
            event = json.loads(frame["data"])
            assert event["id"] == frame["id"], frame
            self.events.append(event)

    def leave(self):
        try:
            self.sock.shutdown(socket.SHUT_RDWR)  # closing alone would wait for the thread that reads
        except OSError:
            pass  # the service was first

    @property
    def ids(self):
        return [int(e["id"]) for e in self.events]


class Log(ServiceTest):
    settings = {"STREAM_HEARTBEAT_S": "0.5"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.service.key = cls.root = cls.service.post("/api-keys", {"name": "root", "kind": "person", "grants": [{"role": "admin", "fleet_id": "*"}]}).json["key"]

    def key(self, fleet, role="auditor"):
        made = self.service.post("/api-keys", {"name": "reader", "kind": "service", "grants": [{"role": role, "fleet_id": fleet}]}).json
        return made["key"], made["id"]

    def all(self, query="", key=None, limit=7):
        """Page by page to the end."""
        events, after = [], 0
        while True:
            page = self.service.get(f"/events?after={after}&limit={limit}{query}", key=key).json
            self.assertLessEqual(len(page["items"]), limit)
            events += page["items"]
            self.assertGreaterEqual(page["next_after"], after)
            after = page["next_after"]
            if page["at_end"]:
                return events

    def test_pages_give_everything_once_and_in_order(self):
        missions = [self.service.in_state("completed", fleet_id="paged") for _ in range(4)]
        events = self.all()
        ids = [int(e["id"]) for e in events]
        self.assertEqual(ids, sorted(set(ids)))
        for mission in missions:
            mine = [e for e in events if e["streamid"] == mission["id"]]
            self.assertEqual([e["type"] for e in mine], ["mission.created", "mission.started", "mission.completed"])
            self.assertEqual([e["streamversion"] for e in mine], [1, 2, 3])
            own = self.service.events(mission["id"])
            self.assertEqual([(e["sequence"], e["data"]) for e in own], [(int(e["id"]), e.get("data")) for e in mine])
            self.assertEqual(self.all(f"&stream_id={mission['id']}", limit=2), mine)
        first = next(e for e in events if e["streamid"] == missions[0]["id"])
        self.assertEqual((first["specversion"], first["source"], first["subject"], first["datacontenttype"], first["fleetid"], first["stream"]),
                         ("1.0", "/mission-management", f"mission/{missions[0]['id']}", "application/json", "paged", "mission"))
        self.assertTrue(first["correlationid"] and first["time"].endswith("Z") and first["caller"])
        self.assertEqual(first["data"]["mission"]["id"], missions[0]["id"])

    def test_without_kafka_nothing_can_be_sent_again(self):
        refused = self.service.post("/events/replay", {"topic": "replays.dispatch"})
        self.assertIn("KAFKA_BROKERS", self.assert_problem(refused, 422, "no_kafka")["detail"])

    def test_filters(self):
        self.service.in_state("cancelled", fleet_id="filtered")
        kinds = self.all("&type=mission.cancelled&type=mission.created")
        self.assertEqual({e["type"] for e in kinds}, {"mission.cancelled", "mission.created"})
        self.assertEqual(self.all("&stream=trip&stream_id=" + new_uuid7()), [])
        self.assertEqual({e["stream"] for e in self.all("&stream=mission")}, {"mission"})
        for query in ("after=-1", "after=x", "limit=0", "limit=1001", "stream_id=x", "other=1"):
            self.assert_problem(self.service.get("/events?" + query), 400, "bad_parameter")
            if "limit" not in query:
                self.assert_problem(self.service.get("/events/stream?" + query, headers={"Accept": "*/*"}), 400, "bad_parameter")
        self.assert_problem(self.service.get("/events/stream", headers={"Last-Event-ID": "x"}), 400, "bad_parameter")
        page = self.service.get("/events?after=1000000").json
        self.assertEqual(page, {"items": [], "next_after": 1000000, "at_end": True})

    def test_each_sees_its_own_fleets(self):
        mine, _ = self.key("scope-a")
        a, b = self.service.in_state("running", fleet_id="scope-a"), self.service.in_state("running", fleet_id="scope-b")
        trip = self.service.post("/trips", {"fleet_id": "scope-b", "origin": {"latitude": 53.5, "longitude": 9.9},
                                            "destination": {"latitude": 53.6, "longitude": 9.9}})
        self.assertEqual(trip.status, 201, trip)
        raised = self.service.post("/safety-events", {"fleet_id": "scope-b", "type": "obstacle", "severity": "warning", "description": "x"})
        self.assertEqual(raised.status, 201, raised)
        template = self.service.post("/templates", {"name": "of all fleets", "mission": {"name": "m"}})
        self.assertEqual(template.status, 201, template)
        seen = self.all(key=mine)
        self.assertEqual({e.get("fleetid") for e in seen}, {"scope-a", None})
        self.assertIn(a["id"], {e["streamid"] for e in seen})
        self.assertIn(template.json["id"], {e["streamid"] for e in seen})
        self.assertEqual(self.all(f"&stream_id={b['id']}", key=mine), [])
        everything = {(e["stream"], e.get("fleetid")) for e in self.all()}
        self.assertLessEqual({("mission", "scope-b"), ("trip", "scope-b"), ("safety_event", "scope-b")}, everything)
        stream = Stream(self.service, "?after=0", key=mine).start()
        self.eventually(lambda: [e["id"] for e in stream.events] == [e["id"] for e in seen])
        self.service.in_state("running", fleet_id="scope-b")
        last = self.service.in_state("running", fleet_id="scope-a")
        self.eventually(lambda: len(stream.events) == len(seen) + 2)
        self.assertEqual({e["streamid"] for e in stream.events[-2:]}, {last["id"]})
        stream.leave()

    def test_trips_live_by_fleet_and_by_trip_for_those_who_read_trips(self):
        viewer, key_id = self.key("*", "viewer")
        guest, _ = self.key("live-b", "viewer")
        self.assert_problem(self.service.get("/events/stream", key=viewer), 403, "forbidden")
        place = {"origin": {"latitude": 53.5, "longitude": 9.9}, "destination": {"latitude": 53.6, "longitude": 9.9}}
        made = lambda fleet: self.service.post("/trips", place | {"fleet_id": fleet, "vehicle_id": "cab-" + fleet}).json["id"]
        a = made("live-a")
        opened = [Stream(self.service, query, path="/trips/stream", **more).start() for query, more in (
            ("?after=0&fleet_id=live-a&fleet_id=live-c", {"key": viewer}), (f"?trip_id={a}&type=trip.started", {"key": viewer}),
            ("", {"key": guest}), ("?fleet_id=live-a", {"key": guest}))]
        for stream in opened:
            self.eventually(lambda: stream.last is not None)
        b = made("live-b")
        self.service.mission(fleet_id="live-a")
        for trip in (a, b):
            self.assertEqual(self.service.post(f"/trips/{trip}/start").status, 200)
        seen = lambda stream: [(e["streamid"], e["type"]) for e in stream.events]
        of_a, single, own, none = opened
        self.eventually(lambda: (a, "trip.started") in seen(of_a) and single.events and (b, "trip.started") in seen(own))
        self.assertEqual({trip for trip, _ in seen(of_a)}, {a})
        self.assertEqual(seen(of_a)[0], (a, "trip.created"))
        self.assertEqual(seen(single), [(a, "trip.started")])
        self.assertEqual({trip for trip, _ in seen(own)}, {b})
        self.assertEqual(none.events, [])
        resumed = Stream(self.service, "?fleet_id=live-a", key=viewer, last=of_a.ids[0], path="/trips/stream").start()
        self.eventually(lambda: resumed.ids == of_a.ids[1:])
        for query in ("trip_id=x", "after=x", "stream=mission"):
            self.assert_problem(self.service.get("/trips/stream?" + query, key=viewer), 400, "bad_parameter")
        self.assertEqual(self.service.delete(f"/api-keys/{key_id}").status, 204)
        self.eventually(lambda: of_a.ended and single.ended, 15)
        self.assertEqual(of_a.reason, "unauthenticated")
        for stream in (own, none, resumed):
            stream.leave()

    def test_a_vehicle_does_not_read_the_log(self):
        made = self.service.post("/api-keys", {"name": "v", "kind": "vehicle", "vehicle_id": "v", "grants": [{"role": "auditor", "fleet_id": "north"}]})
        if made.status == 201:
            self.assert_problem(self.service.get("/events", key=made.json["key"]), 403, "forbidden")

    def test_a_stream_begins_now_and_goes_on(self):
        self.service.mission()
        stream = Stream(self.service, key=self.root)
        self.assertEqual((stream.status, stream.response.getheader("content-type")), (200, "text/event-stream"))
        stream.start()
        self.eventually(lambda: stream.last)
        began = time.time()
        mission = self.service.mission()
        self.eventually(lambda: stream.events)
        self.assertLess(time.time() - began, 2)
        self.assertEqual([e["streamid"] for e in stream.events], [mission["id"]])
        self.eventually(lambda: "heartbeat" in stream.comments, 3)
        self.assertGreaterEqual(stream.last, stream.ids[-1])
        stream.leave()

    def test_readers_that_break_off_resume_without_loss_or_repeat(self):
        """A writer at full speed, three readers that come and go: each has every event once."""
        start = self.service.get("/events?after=1000000000").json and max(int(e["id"]) for e in self.all())
        done = threading.Event()

        def write():
            items = [{"action": "create", "input": {"name": "n", "fleet_id": "resumed"}} for _ in range(20)]
            for _ in range(60):
                self.service.post("/missions/bulk", {"items": items})
            done.set()

        def follow(seen, pause):
            last = start
            while not (done.is_set() and seen and seen[-1] == self.top):
                stream = Stream(self.service, key=self.root, last=last).start()
                end = time.time() + pause
                while time.time() < end and not (done.is_set() and stream.ids and stream.ids[-1] == self.top):
                    time.sleep(0.01)
                stream.leave()
                stream.thread.join(5)
                seen += stream.ids
                last = stream.last if stream.last is not None else last

        self.top = None
        readers = [([], pause) for pause in (0.05, 0.2, 30)]
        threads = [threading.Thread(target=follow, args=r) for r in readers]
        for t in threads:
            t.start()
        write()
        self.top = max(int(e["id"]) for e in self.all("&stream=mission", limit=1000))
        for t in threads:
            t.join(40)
        wanted = [int(e["id"]) for e in self.all(limit=1000) if int(e["id"]) > start]
        self.assertEqual(len(wanted), 1200)
        for seen, pause in readers:
            self.assertEqual(seen, wanted, pause)

    def test_a_reader_that_lags_is_cut_and_the_others_do_not_notice(self):
        lagging = Stream(self.service, key=self.root, receive_buffer=65536)
        good = Stream(self.service, key=self.root).start()
        time.sleep(0.3)
        text = "x" * 4000
        items = [{"action": "create", "input": {"name": "n", "fleet_id": "lag", "parameters": {"text": text}}} for _ in range(100)]
        before = time.time()
        for _ in range(40):
            self.assertEqual(self.service.post("/missions/bulk", {"items": items}).status, 200)
        self.eventually(lambda: len(good.events) == 4000, 20)
        self.assertFalse(good.ended)
        lagging.start()
        self.eventually(lambda: lagging.ended, 20)
        self.assertLess(len(lagging.events), 4000)
        # It had the last word, unless the stall cut it first.
        if time.time() - before < 9:
            self.assertEqual(lagging.reason, "too_slow")
        resumed = Stream(self.service, key=self.root, last=lagging.ids[-1] if lagging.ids else good.ids[0] - 1).start()
        self.eventually(lambda: lagging.ids + resumed.ids == good.ids, 20)
        good.leave()
        resumed.leave()

    def test_a_revoked_key_ends_its_stream(self):
        key, key_id = self.key("revoked")
        stream = Stream(self.service, key=key).start()
        self.eventually(lambda: stream.last is not None)
        self.assertEqual(self.service.delete(f"/api-keys/{key_id}").status, 204)
        self.eventually(lambda: stream.ended, 15)
        self.assertEqual(stream.reason, "unauthenticated")

    def test_a_viewer_may_not(self):
        key, _ = self.key("north", "viewer")
        self.assert_problem(self.service.get("/events/stream", key=key), 403, "forbidden")


class Bounds(unittest.TestCase):
    def test_streams_are_bounded_and_end_at_a_stop(self):
        service = Service(EVENT_STREAMS="2", GRACE_S="5")
        try:
            service.mission()
            streams = [Stream(service).start() for _ in range(2)]
            refused = Stream(service)
            self.assertEqual(refused.status, 503)
            figures = service.get("//metrics").text
            self.assertIn("event_streams 2\n", figures)
            streams.pop().leave()
            end = time.time() + 10
            while Stream(service).status != 200 and time.time() < end:
                time.sleep(0.1)
            begin = time.time()
            self.assertEqual(service.stop(signal.SIGTERM), 0)
            self.assertLess(time.time() - begin, 4)
            streams[0].thread.join(5)
            self.assertTrue(streams[0].ended)
            end = time.time() + 5  # the log's reader may be a line behind
            while "stopped" not in [e.get("message") for e in service.log] and time.time() < end:
                time.sleep(0.01)
            self.assertIn("stopped", [e.get("message") for e in service.log])
        finally:
            service.kill()
            service.store.remove()


if __name__ == "__main__":
    unittest.main()
