"""What vehicles send on a real Kafka: stored once, laid aside when it is not understood, lost never."""
import json
import re
import secrets
import signal
import sys
import threading
import time
import unittest

from running_kafka import Kafka, KafkaTest
from running_service import Service, rfc3339

ORIGIN = {"latitude": 52.52, "longitude": 13.40}


def setUpModule():
    global kafka
    kafka = Kafka()


def tearDownModule():
    kafka.remove()


def envelope(data, **more):
    return {"specversion": "1.0", "id": secrets.token_hex(8), "source": "/vehicles", "type": "vehicle.telemetry",
            "datacontenttype": "application/json", "data": data} | more


class Inbound(KafkaTest):
    def setUp(self):
        # Topics and a group of each test's own; what leaves is another test's matter.
        prefix = self.id().rsplit(".", 1)[1][:60]
        self.telemetry, self.answers, self.letters_topic = f"{prefix}.telemetry", f"{prefix}.answers", f"{prefix}.dlq"
        self.settings = {"KAFKA_GROUP": prefix, "KAFKA_TOPIC_TELEMETRY": self.telemetry, "KAFKA_TOPIC_ACKNOWLEDGMENTS": self.answers,
                         "KAFKA_TOPIC_DEAD_LETTERS": self.letters_topic, "KAFKA_CREATE_TOPICS": "true"}
        self.service = None

    def tearDown(self):
        if self.service:
            self.service.kill()
            self.service.store.remove()

    def serve(self, **settings):
        self.service = Service(None, KAFKA_BROKERS=kafka.brokers, **(self.settings | settings))

    def figure(self, name, labels=""):
        found = re.search(rf"^{name}{re.escape(labels)} (\S+)$", self.service.get("//metrics").text, re.M)
        return float(found[1]) if found else 0

    def part(self):
        return self.service.get("//health").json["parts"]["inbound"]

    def state(self, vehicle):
        answer = self.service.get(f"/vehicles/{vehicle}/state")
        return answer.json if answer.status == 200 else {}

    def trip(self, vehicle):
        trip = self.service.post("/trips", {"fleet_id": "north", "vehicle_id": vehicle, "origin": ORIGIN,
                                            "destination": {"latitude": 52.60, "longitude": 13.40}}).json
        answer = self.service.post(f"/trips/{trip['id']}/start")
        self.assertEqual(answer.status, 200, answer)
        return answer.json

    def track(self, trip):
        items, path = [], f"/trips/{trip['id']}/track?since=2000-01-01T00:00:00Z&limit=1000"
        cursor = ""
        while cursor is not None:
            page = self.service.get(path + (f"&cursor={cursor}" if cursor else "")).json
            items, cursor = items + page["items"], page["next_cursor"]
        return items

    def settled(self, messages=1):
        """At least so many were read, and all of them are stored or laid aside."""
        self.eventually(lambda: self.figure("inbound_messages_total") >= messages and self.figure("inbound_lag_messages") == 0
                        and self.figure("inbound_dead_letters_waiting") == 0, 20, 0.05)

    def letters(self):
        """(key, headers, payload) of each."""
        out = []
        for line in kafka.lines(self.letters_topic, "%k\t%h\t%s"):
            key, _, rest = line.partition("\t")
            headers, _, payload = rest.partition("\t")
            names = {}
            for name, value in re.findall(r"(?:^|,)([a-z][\w.]*)=(.*?)(?=,[a-z][\w.]*=|$)", headers):
                names[name] = value
            out.append((key, names, payload))
        return out

    def test_telemetry_moves_the_state_of_a_vehicle_and_the_track_of_its_trip(self):
        self.serve()
        self.eventually(lambda: self.part()["status"] == "up")
        trip = self.trip("v-1")
        at = time.time()

        def report(i, **more):
            return {"vehicle_id": "v-1", "fleet_id": "north", "recorded_at": rfc3339(at + 0.001 * i), "speed_mps": 9,
                    "position": {"latitude": 52.521 + 0.0001 * i, "longitude": 13.40}, "accuracy_m": 3} | more

        kafka.send(self.telemetry, [
            ("v-1", report(1, battery_percent=80, mode="automatic", capabilities=["lift"], onboard_stage="driving")),
            ("v-1", envelope(report(2))), ("v-1", [report(3), report(4)]),
            ("v-1", envelope([report(5), report(3)], time=rfc3339(at))), ("v-1", report(1)),  # twice is once
            ("v-1", envelope({k: v for k, v in report(0).items() if k != "recorded_at"}, time=rfc3339(at + 0.006))),
            # One that was on no trip, and one that does not say when: it is the message's time.
            {"vehicle_id": "v-2", "fleet_id": "south", "position": ORIGIN, "mission_id": None}])
        self.eventually(lambda: self.state("v-2").get("fleet_id") == "south", 20)
        self.settled(7)
        state = self.state("v-1")
        self.assertEqual((state["recorded_at"], state["mode"], state["capabilities"], state["onboard_stage"]),
                         (rfc3339(at + 0.006), "automatic", ["lift"], "driving"))
        self.assertLess(abs(time.time() - at), 60)
        track = self.track(trip)
        self.assertEqual([p["recorded_at"] for p in track], [rfc3339(at + 0.001 * i) for i in range(1, 7)])
        self.assertEqual(track[0]["accuracy_m"], 3)
        now = self.service.get(f"/trips/{trip['id']}/track").json
        self.assertEqual(now["position"]["recorded_at"], rfc3339(at + 0.006))
        self.assertEqual(self.figure("inbound_messages_total"), 7)
        self.assertEqual(self.figure("inbound_reports_total", '{outcome="carried_out"}'), 9)
        self.assertEqual(self.figure("inbound_positions_total", '{outcome="accepted"}'), 6)
        self.assertEqual(self.figure("inbound_positions_total", '{outcome="no_trip"}'), 1)
        # A position that comes when its trip is over is that trip's; one of later is nobody's.
        end = rfc3339(at + 0.010)
        time.sleep(max(0, at + 0.011 - time.time()))
        self.assertEqual(self.service.post(f"/trips/{trip['id']}/cancel", {}).status, 200)
        kafka.send(self.telemetry, [("v-1", report(10)), ("v-1", report(20_000, recorded_at=rfc3339(time.time() + 1)))])
        self.eventually(lambda: self.figure("inbound_reports_total", '{outcome="carried_out"}') == 11)
        self.settled(9)
        self.assertEqual([p["recorded_at"] for p in self.track(trip)][6:], [end])

    def test_arriving_moves_the_trip_and_the_vehicle_is_the_caller(self):
        self.serve()
        trip = self.trip("v-1")
        kafka.send(self.telemetry, [{"vehicle_id": "v-1", "fleet_id": "north", "position": ORIGIN, "speed_mps": 0}])
        self.eventually(lambda: self.service.get(f"/trips/{trip['id']}").json["status"] == "at_pickup", 20)
        last = self.service.get(f"/trips/{trip['id']}/events").json["items"][-1]
        self.assertEqual((last["type"], last["caller"]), ("trip.status_updated", "v-1"))

    def test_acknowledgments_and_task_reports_carry_a_mission_and_count_once(self):
        self.serve()
        mission = self.service.mission(vehicle_id="v-1", control="vehicle", tasks=[{"key": "load"}, {"key": "drive"}])
        asked = self.service.post(f"/missions/{mission['id']}/start").json["requested"]

        def answer(status, **more):
            return {"mission_id": mission["id"], "command_id": asked["command_id"], "vehicle_id": "v-1", "status": status} | more

        def task(key, status, at, **more):
            return {"mission_id": mission["id"], "vehicle_id": "v-1", "task": key, "status": status,
                    "recorded_at": rfc3339(at)} | more
        at = time.time()
        life = [("v-1", answer("accepted")), ("v-1", envelope(answer("completed"))), ("v-1", task("load", "running", at, progress=0.3)),
                ("v-1", [task("load", "running", at + 0.001, progress=0.6), task("load", "succeeded", at + 0.002)]),
                ("v-1", envelope(task("drive", "running", at + 0.003, progress=0.5)))]
        # Sent twice, as a vehicle does that heard no answer; another one's word, and one of nowhere.
        bad = [("v-1", answer("completed", vehicle_id="v-2")), ("v-1", {"command_id": asked["command_id"]}),
               ("v-1", task("fly", "running", at)), ("v-1", "no json")]
        kafka.send(self.answers, [*life, *life, ("v-1", answer("accepted")), *bad])
        self.eventually(lambda: len(self.letters()) == 4, 20, 0.5)
        self.settled()
        self.assertEqual([h["dlq.reason"] for _, h, _ in self.letters()], ["not_found", "invalid_fields", "not_found", "malformed_json"])
        now = self.service.get(f"/missions/{mission['id']}").json
        self.assertEqual((now["status"], now["tasks"][0]["status"], now["tasks"][1]["progress"]), ("running", "succeeded", 0.5))
        events = [(e["type"], e["caller"]) for e in self.service.events(mission["id"])]
        self.assertEqual([t for t, _ in events].count("mission.task_reported"), 4, events)
        self.assertEqual([t for t, _ in events].count("mission.started"), 1)
        self.assertEqual({c for t, c in events if t in ("mission.task_reported", "mission.started")}, {"v-1"})
        self.assertEqual(self.figure("inbound_reports_total", '{outcome="duplicate"}'), 4)
        # Telemetry tells of missions too, as the report over HTTP does.
        kafka.send(self.telemetry, [("v-1", {"vehicle_id": "v-1", "fleet_id": "north", "mission_id": mission["id"]})])
        self.eventually(lambda: self.state("v-1").get("mission_id") == mission["id"], 20)

    def test_what_is_not_understood_is_laid_aside_and_the_rest_goes_on(self):
        self.serve()
        good = {"vehicle_id": "v-1", "fleet_id": "north"}
        bad = [("k", "no json"), ("k", "[1"), ("k", {"vehicle_id": "v-1", "colour": "red"}), ("k", good | {"speed_mps": -1}),
               ("k", {"vehicle_id": "nobody knows it"}), ("k", {"vehicle_id": "v-unknown"}), ("k", envelope(good, specversion="0.3")),
               ("k", good | {"fleet_id": "south"}), ("k", good | {"recorded_at": rfc3339(time.time() + 3600)}), ("k", "7"),
               ("k", [good | {"mode": "manual", "recorded_at": rfc3339(time.time() - 50)}, good | {"battery_percent": 101}, {"x": 1}])]
        kafka.send(self.telemetry, [("k", good | {"recorded_at": rfc3339(time.time() - 60)}), *bad[:5]], "-H", "trace=abc")
        kafka.send(self.telemetry, [*bad[5:], ("k", good | {"mode": "automatic", "recorded_at": rfc3339(time.time())})])
        self.eventually(lambda: self.state("v-1").get("mode") == "automatic", 20)
        letters = self.eventually(lambda: len(found := self.letters()) >= len(bad) and found, 20, 0.5)
        self.settled()
        self.assertEqual([(k, p) for k, _, p in letters], [(k, p if isinstance(p, str) else json.dumps(p)) for k, p in bad])
        reasons = [h["dlq.reason"] for _, h, _ in letters]
        self.assertEqual(reasons, ["malformed_json"] * 2 + ["invalid_fields"] * 2 + ["invalid_fields", "invalid_fields"]
                         + ["invalid_fields"] * 5)
        headers = letters[3][1]
        self.assertEqual((headers["dlq.topic"], headers["dlq.offset"], headers["trace"]), (self.telemetry, "4", "abc"))
        self.assertTrue(headers["dlq.partition"].isdigit() and "T" in headers["dlq.at"] and "T" in headers["dlq.sent_at"])
        self.assertIn('"pointer":"/speed_mps"', headers["dlq.errors"])
        self.assertIn('"pointer":"/fleet_id"', letters[5][1]["dlq.errors"])
        self.assertIn('"pointer":"/1/battery_percent"', letters[10][1]["dlq.errors"])
        self.assertIn('"pointer":"/2/x"', letters[10][1]["dlq.errors"])
        self.assertEqual(self.figure("inbound_dead_letters_total", '{reason="malformed_json"}'), 2)
        self.assertEqual(self.figure("inbound_dead_letters_total", '{reason="invalid_fields"}'), 9)
        line = next(e for e in self.service.log if e["message"] == "dead letter")
        self.assertEqual((line["topic"], line["reason"]), (self.telemetry, "malformed_json"))
        # Nothing is read again: everything is settled.
        self.service.restart()
        kafka.send(self.telemetry, [("k", good | {"mode": "parked"})])
        self.eventually(lambda: self.state("v-1").get("mode") == "parked", 20)
        self.assertEqual(self.figure("inbound_messages_total"), 1)

    def test_a_service_that_is_killed_loses_nothing_and_doubles_nothing(self):
        self.serve()
        vehicles = [f"v-{i}" for i in range(40)]
        trips = {v: self.trip(v) for v in vehicles}
        at = time.time()
        rounds = 150

        def send():
            for i in range(0, rounds, 5):
                messages = []
                for v in vehicles:
                    messages += [(v, {"vehicle_id": v, "fleet_id": "north", "recorded_at": rfc3339(at + 0.001 * n), "speed_mps": 9,
                                      "position": {"latitude": 52.53 + 0.0001 * n, "longitude": 13.40}}) for n in range(i, i + 5)]
                messages.append(("v-0", f"poison {i}"))
                kafka.send(self.telemetry, messages)

        sender = threading.Thread(target=send)
        sender.start()
        for wait in (0.7, 0.9):
            time.sleep(wait)
            self.service.stop(signal.SIGKILL)
            self.service.start()
        sender.join(60)
        expected = [rfc3339(at + 0.001 * n) for n in range(rounds)]
        began = time.time()
        self.eventually(lambda: all(self.state(v).get("recorded_at") == expected[-1] for v in vehicles), 60, 0.1)
        self.settled()
        print(f"{rounds * len(vehicles)} reports, 2 kills, all there {time.time() - began:.1f} s after the last was sent", file=sys.stderr)
        for v in vehicles:
            self.assertEqual([p["recorded_at"] for p in self.track(trips[v])], expected)
        # A letter may come twice, but says where it stood.
        letters = self.eventually(lambda: len(found := {(h["dlq.partition"], h["dlq.offset"]): p for _, h, p in self.letters()})
                                  >= rounds // 5 and found, 20, 0.5)
        self.assertEqual(sorted(letters.values()), sorted(f"poison {i}" for i in range(0, rounds, 5)))
        verified = self.service.run("replay", "--verify")
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)

    def test_a_missing_topic_and_a_broker_that_is_away_are_said_and_waited_for(self):
        self.settings["KAFKA_TOPIC_ACKNOWLEDGMENTS"] = ""  # of several the first that is missing would be named
        self.serve(KAFKA_CREATE_TOPICS="false")
        hint = f"the topic {self.telemetry} is not there: create it, or set KAFKA_CREATE_TOPICS=true"
        self.eventually(lambda: self.part().get("hint") == hint)
        self.assertEqual((self.part()["status"], self.service.get("//health").json["status"]), ("degraded", "degraded"))
        self.assertEqual(self.service.get("//health/ready").status, 200)
        # Made by somebody else; where dead letters go is missing still.
        with_topics = Service(None, KAFKA_BROKERS=kafka.brokers, **(self.settings | {
            "KAFKA_GROUP": "another", "KAFKA_TOPIC_DEAD_LETTERS": self.letters_topic + ".other"}))
        try:
            kafka.send(self.telemetry, ["poison", {"vehicle_id": "v-1", "fleet_id": "north", "mode": "first"}])
            self.eventually(lambda: self.state("v-1").get("mode") == "first", 20)
            self.eventually(lambda: self.letters_topic + " is not there" in self.part().get("hint", ""))
            self.assertEqual(self.figure("inbound_dead_letters_waiting"), 1)
        finally:
            with_topics.kill()
            with_topics.store.remove()
        self.service.settings["KAFKA_CREATE_TOPICS"] = "true"
        self.service.restart()
        self.eventually(lambda: [p for _, _, p in self.letters()] == ["poison"], 20, 0.5)
        self.eventually(lambda: self.part()["status"] == "up")
        kafka.kill()
        try:
            self.eventually(lambda: "look at KAFKA_BROKERS" in self.part().get("hint", ""), 15)
        finally:
            kafka.start()
        kafka.send(self.telemetry, [{"vehicle_id": "v-1", "fleet_id": "north", "mode": "second"}])
        self.eventually(lambda: self.state("v-1").get("mode") == "second", 30)
        self.eventually(lambda: self.part()["status"] == "up")
        self.settled()


if __name__ == "__main__":
    unittest.main()
