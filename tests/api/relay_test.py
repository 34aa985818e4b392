"""The relay to a real Kafka of its own: every event at least once and in the order of its stream, whatever dies."""
import re
import signal
import sys
import threading
import time
import unittest

from running_kafka import Kafka, KafkaTest
from running_service import STORE, Service, Store, new_uuid7


def setUpModule():
    global kafka
    kafka = Kafka()


def tearDownModule():
    kafka.remove()


class Relay(KafkaTest):
    def setUp(self):
        # Topics of each test's own.
        prefix = self.id().rsplit(".", 1)[1][:60]
        self.topics = {f"KAFKA_TOPIC_{n}": f"{prefix}.{n.lower()}" for n in ("MISSIONS", "TRIPS", "SAFETY", "ALERTS", "COMMANDS")}
        self.running = []

    def tearDown(self):
        for service in self.running:
            service.kill()
            service.store.remove()

    def serve(self, store=None, **settings):
        service = Service(store, KAFKA_BROKERS=kafka.brokers, **({"KAFKA_CREATE_TOPICS": "true", "KAFKA_INBOUND": "false"} | self.topics | settings))
        self.running.append(service)
        return service

    def health(self, service):
        return service.get("//health").json

    def figure(self, service, name):
        return float(re.search(rf'^{name}{{sink="kafka"}} (\S+)$', service.get("//metrics").text, re.M)[1])

    def log_of(self, service):
        events, after = [], 0
        while True:
            page = service.get(f"/events?after={after}&limit=1000").json
            events += page["items"]
            after = page["next_after"]
            if page["at_end"]:
                return events

    def wait_until_relayed(self, service, seconds=30):
        def relayed():
            return self.figure(service, "relay_lag_events") == 0 and self.figure(service, "relay_holds_lease") == 1
        self.eventually(relayed, seconds, 0.1)

    def expect_all_in_order(self, service):
        """What a consumer has when it drops repeats is the log; answers the number of repeats."""
        repeats, got = 0, {}
        for name in ("MISSIONS", "TRIPS", "SAFETY"):
            versions = {}
            for key, header, event in kafka.read(self.topics["KAFKA_TOPIC_" + name]):
                self.assertEqual(key, event["streamid"])
                if event["id"] in got:
                    self.assertEqual(got[event["id"]], event)
                    repeats += 1
                    continue
                got[event["id"]] = event
                self.assertEqual(event["streamversion"], versions.get(key, 0) + 1, "not in the order of its stream")
                versions[key] = event["streamversion"]
        log = {e["id"]: e for e in self.log_of(service)}
        self.assertEqual(sorted(got, key=int), sorted(log, key=int))
        self.assertEqual(got, log)
        return repeats

    def write_until(self, ended, services):
        """Missions through their whole life, by several threads, whatever answers or does not."""
        def write(number):
            mission = None
            while not ended.is_set():
                try:
                    service = services[number % len(services)]
                    items = [{"action": "create", "input": {"name": "n", "fleet_id": "north"}} for _ in range(10)]
                    for item in service.post("/missions/bulk", {"items": items}).json["items"]:
                        mission = item["mission"]["id"]
                        service.post("/missions/bulk", {"items": [{"action": "cancel", "id": mission, "input": {"reason": "x"}},
                                                                  {"action": "delete", "id": mission}]})
                        time.sleep(0.01)  # enough is enough: every event is read again at the end
                except Exception:  # noqa: BLE001  it is being killed
                    number += 1
                    time.sleep(0.05)
        threads = [threading.Thread(target=write, args=(n,), daemon=True) for n in range(3)]
        for t in threads:
            t.start()
        return threads

    def test_each_event_goes_to_its_topic_as_a_cloud_event(self):
        service = self.serve(KAFKA_CREATE_TOPICS="false")
        mission = service.in_state("completed")
        trip = service.post("/trips", {"fleet_id": "north", "origin": {"latitude": 53.5, "longitude": 9.9},
                                       "destination": {"latitude": 53.6, "longitude": 9.9}}).json
        raised = [service.post("/safety-events", {"fleet_id": "north", "type": "obstacle", "severity": s, "description": "x"}).json
                  for s in ("warning", "critical")]
        # No topic yet: said, and nothing is made by accident.
        self.eventually(lambda: "create it, or set KAFKA_CREATE_TOPICS" in self.health(service)["parts"]["kafka"].get("hint", ""))
        self.assertEqual(self.health(service)["status"], "degraded")
        self.assertEqual(service.get("//health/ready").status, 200)
        self.eventually(lambda: self.figure(service, "relay_lag_events") == 6)
        self.assertEqual(kafka.read(self.topics["KAFKA_TOPIC_MISSIONS"]), [])
        service.settings["KAFKA_CREATE_TOPICS"] = "true"
        service.restart()
        self.wait_until_relayed(service)
        self.eventually(lambda: self.health(service)["status"] == "up")
        self.assertNotIn("hint", self.health(service)["parts"]["kafka"])
        # A topic that is a moment old may be unknown still to one who asks.
        self.eventually(lambda: all(kafka.read(topic) for name, topic in self.topics.items() if name != "KAFKA_TOPIC_COMMANDS"))
        read = {name: kafka.read(topic) for name, topic in self.topics.items()}
        self.assertEqual([e["type"] for _, _, e in read["KAFKA_TOPIC_MISSIONS"]], ["mission.created", "mission.started", "mission.completed"])
        self.assertEqual([e["streamid"] for _, _, e in read["KAFKA_TOPIC_TRIPS"]], [trip["id"]])
        self.assertEqual({e["streamid"] for _, _, e in read["KAFKA_TOPIC_SAFETY"]}, {r["id"] for r in raised})
        self.assertEqual([e["streamid"] for _, _, e in read["KAFKA_TOPIC_ALERTS"]], [raised[1]["id"]])
        key, header, event = read["KAFKA_TOPIC_MISSIONS"][0]
        self.assertEqual((key, header), (mission["id"], "content-type=application/cloudevents+json; charset=utf-8"))
        self.assertEqual(event, self.log_of(service)[0])
        self.assertEqual(self.expect_all_in_order(service), 0)
        self.assertGreaterEqual(self.figure(service, "relay_published_total"), 6)
        # One that is too large for a message says where its data is.
        self.assertEqual(service.post("/missions", {"name": "n", "fleet_id": "north", "parameters": {"x": "x" * 950_000}}).status, 201)
        self.wait_until_relayed(service)
        large = next(e for _, _, e in kafka.read(self.topics["KAFKA_TOPIC_MISSIONS"]) if "dataref" in e)
        self.assertNotIn("data", large)
        whole = service.call("GET", "/" + large["dataref"]).json["items"]
        self.assertEqual([e["id"] for e in whole], [large["id"]])

    def test_commands_go_to_vehicles_in_the_order_of_each(self):
        service = self.serve()
        asked = {}
        for vehicle in ("v1", "v2"):
            mission = service.mission(vehicle_id=vehicle, control="vehicle")
            for name in ("start", "pause", "resume", "cancel"):
                answer = service.post(f"/missions/{mission['id']}/{name}", {}, headers={"X-Request-Id": f"{name}-{vehicle}"})
                self.assertEqual(answer.status, 200, answer)
                requested = answer.json["requested"]
                asked.setdefault(vehicle, []).append((name, requested["command_id"], requested["expires_at"], f"{name}-{vehicle}"))
                answer = service.post(f"/missions/{mission['id']}/commands/{requested['command_id']}/acknowledge", {"status": "completed"})
                self.assertEqual(answer.status, 200, answer)
        self.wait_until_relayed(service)
        sent = {}
        for key, _, event in kafka.read(self.topics["KAFKA_TOPIC_COMMANDS"]):
            data = event["data"]
            self.assertEqual((event["type"], data["vehicle_id"]), ("mission.command_requested", key))
            self.assertEqual("order" in data, data["command"] == "start")
            sent.setdefault(key, []).append((data["command"], data["command_id"], data["expires_at"], event["correlationid"]))
        self.assertEqual(sent, asked)
        self.expect_all_in_order(service)

    def replay(self, service, **asked):
        answer = service.post("/events/replay", asked)
        self.assertEqual(answer.status, 201, answer)
        self.assertTrue(answer.headers["location"].endswith("/events/replay/" + answer.json["id"]))
        return answer.json["id"]

    def ended(self, service, id, seconds=30):
        return self.eventually(lambda: (r := service.get(f"/events/replay/{id}").json)["status"] != "running" and r, seconds, 0.1)

    def expect_replayed(self, service, topic, id, wanted):
        """The topic holds the wanted part of the log and nothing else, in order per stream; answers the repeats."""
        got, repeats, last = {}, 0, {}
        for key, _, event in kafka.read(topic):
            self.assertEqual((event.pop("replayid"), key), (id, event["streamid"]))
            if event["id"] in got:
                repeats += 1
                continue
            self.assertGreater(int(event["id"]), last.get(key, 0), "not in the order of its stream")
            last[key] = int(event["id"])
            got[event["id"]] = event
        self.assertEqual(got, {e["id"]: e for e in self.log_of(service) if wanted(e)})
        return repeats

    def test_a_part_of_the_log_is_sent_again_to_a_topic_of_the_askers_choosing(self):
        service = self.serve()
        missions = [service.in_state("completed") for _ in range(3)]
        service.post("/templates", {"name": "t", "mission": {"name": "n"}})
        log = self.log_of(service)
        topic = self.topics["KAFKA_TOPIC_MISSIONS"] + ".again"
        stream = missions[1]["id"]
        asks = [(dict(), lambda e: True),
                ({"from_sequence": 2, "to_sequence": int(log[-2]["id"])}, lambda e: e["id"] not in (log[0]["id"], log[-1]["id"])),
                ({"types": ["mission.started"], "fleet_id": "north"}, lambda e: e["type"] == "mission.started"),
                ({"stream_id": stream}, lambda e: e["streamid"] == stream),
                ({"streams": ["mission"], "from_time": log[1]["time"], "to_time": log[4]["time"]},
                 lambda e: e["stream"] == "mission" and log[1]["time"] <= e["time"] < log[4]["time"]),
                ({"from_sequence": 1_000_000}, lambda e: False)]
        ids = [self.replay(service, topic=f"{topic}.{n}", **asked) for n, (asked, _) in enumerate(asks)]
        for n, (_, wanted) in enumerate(asks):
            done = self.ended(service, ids[n])
            self.assertEqual((done["status"], done["progress"], done["published"]), ("completed", 1, sum(map(wanted, log))), done)
            self.assertEqual(self.expect_replayed(service, f"{topic}.{n}", ids[n], wanted), 0)
        self.assertEqual({r["id"] for r in service.get("/events/replay").json["items"]}, set(ids))
        self.assert_problem(service.post(f"/events/replay/{ids[0]}/cancel"), 409, "wrong_state")
        # Topics that others read are not for this, the relay's own only with a word.
        live = self.topics["KAFKA_TOPIC_MISSIONS"]
        for closed in (live, "vehicle.telemetry.raw", "dlq.fleet.operations", self.topics["KAFKA_TOPIC_COMMANDS"], "a/b"):
            self.assert_problem(service.post("/events/replay", {"topic": closed}), 422, "invalid_fields")
        before = len(kafka.read(live))
        again = {"topic": live, "allow_live": True, "types": ["mission.created"], "id": new_uuid7()}
        self.assertEqual(service.post("/events/replay", again).status, 201)
        self.assertEqual(self.ended(service, again["id"])["published"], 3)
        self.assertEqual(len(kafka.read(live)), before + 3)
        self.assertEqual(service.post("/events/replay", again).status, 200)
        self.assert_problem(service.post("/events/replay", again | {"types": []}), 409, "already_exists")
        keyed = [service.post("/events/replay", {"topic": topic, "from_sequence": 1_000_000}, headers={"Idempotency-Key": "k"}) for _ in "ab"]
        self.assertEqual((keyed[0].json["id"], keyed[1].headers["idempotency-replayed"]), (keyed[1].json["id"], "true"))
        # One that cannot go on says why, lets the others pass, and can be cancelled.
        service.settings["KAFKA_CREATE_TOPICS"] = "false"
        service.restart()
        stuck = self.replay(service, topic=topic + ".missing")
        self.eventually(lambda: "create it" in service.get(f"/events/replay/{stuck}").json.get("trouble", ""))
        other = self.replay(service, topic=f"{topic}.0", from_sequence=1_000_000)
        self.ended(service, other)
        self.assertEqual(service.post(f"/events/replay/{stuck}/cancel").json["status"], "cancelled")
        self.assertEqual(service.post(f"/events/replay/{stuck}/cancel").json["status"], "cancelled")
        self.assertEqual(kafka.read(topic + ".missing"), [])

    def test_a_replay_goes_on_after_a_kill_at_its_pace_beside_the_relay(self):
        service = self.serve()
        items = [{"action": "create", "input": {"name": "n", "fleet_id": "north"}} for _ in range(500)]
        made = [i["mission"]["id"] for i in service.post("/missions/bulk", {"items": items}).json["items"]]
        service.post("/missions/bulk", {"items": [{"action": "cancel", "id": m, "input": {}} for m in made]})
        topic = self.topics["KAFKA_TOPIC_MISSIONS"] + ".again"
        began = time.time()
        id = self.replay(service, topic=topic, events_per_second=250)
        for share in (0.2, 0.5):
            self.eventually(lambda: service.get(f"/events/replay/{id}").json["progress"] > share)
            service.stop(signal.SIGKILL)
            service.start()
        # What is written meanwhile is relayed, and is no part of it.
        service.mission()
        self.wait_until_relayed(service, 10)
        self.assertEqual(service.get(f"/events/replay/{id}").json["status"], "running")
        done = self.ended(service, id)
        took = time.time() - began
        self.assertEqual((done["status"], done["published"]), ("completed", 1000))
        repeats = self.expect_replayed(service, topic, id, lambda e: int(e["id"]) <= done["to_sequence"])
        print(f"1000 events, 2 kills, {repeats} repeats, {took:.1f} s at 250/s", file=sys.stderr)
        self.assertGreater(took, 3)

    def test_a_service_that_is_killed_loses_none(self):
        service = self.serve()
        ended = threading.Event()
        threads = self.write_until(ended, [service])
        for _ in range(3):
            time.sleep(1)
            service.stop(signal.SIGKILL)
            service.start()
        time.sleep(1)
        ended.set()
        for t in threads:
            t.join(30)
        self.wait_until_relayed(service)
        events = len(self.log_of(service))
        repeats = self.expect_all_in_order(service)
        print(f"{events} events, 3 kills, {repeats} repeats", file=sys.stderr)
        self.assertGreater(events, 200)

    def test_a_broker_that_is_away_delays_and_loses_none(self):
        service = self.serve()
        service.mission()
        self.wait_until_relayed(service)
        ended = threading.Event()
        threads = self.write_until(ended, [service])
        time.sleep(1)
        kafka.kill()
        try:
            part = self.eventually(lambda: (p := self.health(service)["parts"]["kafka"])["status"] == "degraded" and p, 15)
            self.assertIn("since", part)
            self.assertEqual(self.health(service)["status"], "degraded")
            self.assertEqual(service.get("//health").status, 200)
            before = self.figure(service, "relay_lag_events")
            time.sleep(1.5)  # the lag is looked at every second
            self.assertEqual(service.post("/missions", {"name": "n", "fleet_id": "north"}).status, 201)
            self.assertGreater(self.figure(service, "relay_lag_events"), before)
        finally:
            kafka.start()
        ended.set()
        for t in threads:
            t.join(30)
        self.wait_until_relayed(service, 40)
        self.eventually(lambda: self.health(service)["status"] == "up")
        repeats = self.expect_all_in_order(service)
        print(f"{len(self.log_of(service))} events, a broker away, {repeats} repeats", file=sys.stderr)

    @unittest.skipUnless(STORE == "postgres", "a SQLite file has one service")
    def test_of_two_replicas_one_relays_and_the_other_takes_over(self):
        store = Store()
        replicas = [self.serve(store), self.serve(store)]

        def holders():
            return [r for r in replicas if r.process.poll() is None and self.figure(r, "relay_holds_lease") == 1]
        self.eventually(lambda: len(holders()) == 1)
        ended = threading.Event()
        threads = self.write_until(ended, replicas)
        time.sleep(1.5)
        one = holders()
        self.assertEqual(len(one), 1)
        other = next(r for r in replicas if r is not one[0])
        one[0].stop(signal.SIGKILL)
        died = time.time()
        self.eventually(lambda: holders() == [other], 10)
        took = time.time() - died
        print(f"taken over after {took:.1f} s (goal 5 s)", file=sys.stderr)
        time.sleep(1)
        one[0].start()
        other.stop()  # in order: gives the lease back
        died = time.time()
        self.eventually(lambda: holders() == one, 10)
        print(f"handed over after {time.time() - died:.1f} s", file=sys.stderr)
        ended.set()
        for t in threads:
            t.join(30)
        self.wait_until_relayed(one[0])
        print(f"{len(self.log_of(one[0]))} events, {self.expect_all_in_order(one[0])} repeats", file=sys.stderr)


if __name__ == "__main__":
    unittest.main()
