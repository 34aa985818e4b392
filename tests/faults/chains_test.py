#!/usr/bin/env python3
"""Missions that run by themselves on two services, PostgreSQL and Kafka, while each of these is killed: every chain comes to its
end in its order, and the topic has the whole log."""
import json
import os
import pathlib
import random
import re
import subprocess
import tempfile
import threading
import time
import unittest

from world import ROOT, SECONDS, Door, Doubt, Folder, PostgresDatabase, Service, wait_for

SHORT = min(SECONDS, 60) / 2
TOPIC = "faults.missions"


class Broker:
    """A Kafka broker of the test's own, to be killed."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder) / "kafka"

    def run(self, word):
        with tempfile.TemporaryFile("w+") as said:  # not a pipe: the broker would keep it open
            done = subprocess.run([ROOT / "scripts/dev-deps", word, "kafka"], env={**os.environ, "DEV_DEPS_DIR": str(self.folder)},
                                  stdin=subprocess.DEVNULL, stdout=said, stderr=said, timeout=240)
            said.seek(0)
            assert done.returncode == 0, said.read()

    def start(self):
        self.run("start")
        self.address = re.search("^KAFKA_BROKERS=(.*)$", (self.folder / "env").read_text(), re.M)[1]
        return self

    def events(self):
        """The topic as it is, each event where it came first, and how many came again."""
        done = subprocess.run(["kcat", "-b", self.address, "-C", "-t", TOPIC, "-o", "beginning", "-e", "-q"], capture_output=True,
                              text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        firsts, repeats = {}, 0
        for line in done.stdout.splitlines():
            event = json.loads(line)
            repeats += event["id"] in firsts
            firsts.setdefault(event["id"], event)
        return list(firsts.values()), repeats


class Plans:
    """A thread that makes chains, and drivers that complete, fail or leave to its timeout whatever runs."""

    LENGTH = 5

    def __init__(self, ports):
        self.ports, self.failure = ports, None
        self.enough, self.ending = threading.Event(), threading.Event()
        self.chains = []
        self.maker = self.thread(self.make)
        self.drivers = [self.thread(self.drive) for _ in range(3)]

    def thread(self, work):
        def run():
            try:
                work(random.Random(), [Door(port) for port in self.ports])
            except BaseException as e:  # noqa: BLE001
                self.failure = self.failure or e

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        return thread

    def check(self):
        if self.failure:
            raise AssertionError(str(self.failure)) from self.failure

    def ask(self, chance, doors, method, path, body=None, headers=None, until_answered=False):
        while True:
            try:
                answer = chance.choice(doors).ask(method, path, body, headers)
                assert answer.status != 500, f"a net that must never be needed: {answer}"
                if answer.status < 500:
                    return answer
            except (OSError, Doubt):
                pass
            if not until_answered:
                return None
            time.sleep(0.02)

    def make(self, chance, doors):
        """Each chain is a plan, made once. Chains share vehicles, so that missions wait for those too."""
        links = [{"key": f"m{n}",
                  "mission": {"name": f"link {n}", "start_policy": "auto", "priority": ["normal", "high", "low"][n % 3], "timeout_s": 1,
                              "retry": {"max_attempts": 100, "backoff_s": 0.1, "backoff_factor": 1.0}},
                  "depends_on": [{"key": f"m{n - 1}", "lag_s": 0.1 * (n % 2)}] if n else []} for n in range(self.LENGTH)]
        template = self.ask(chance, doors, "POST", "/templates", {"fleet_id": "quarry", "name": "chain", "missions": links},
                            {"Idempotency-Key": "template"}, until_answered=True)
        assert template.status == 201, template
        while not self.enough.is_set():
            number = len(self.chains)
            vehicles = [{"key": link["key"], "vehicle_id": f"truck-{chance.randrange(6)}"} for link in links]
            answer = self.ask(chance, doors, "POST", "/plans", {"fleet_id": "quarry", "template_id": template.json["id"],
                                                                "name": f"chain {number}", "vehicles": vehicles},
                              {"Idempotency-Key": f"chain-{number}"}, until_answered=True)
            assert answer.status == 201, answer
            self.chains.append([m["mission_id"] for m in answer.json["missions"]])
            time.sleep(0.15)

    def drive(self, chance, doors):
        while not self.ending.is_set():
            page = self.ask(chance, doors, "GET", "/missions?fleet_id=quarry&status=running&limit=50")
            for mission in page.json["items"] if page else []:
                if chance.random() < 0.1:
                    continue  # its timeout ends this attempt, and backoff brings the next
                self.ask(chance, doors, "POST", f"/missions/{mission['id']}/complete", {})
            time.sleep(0.02)

    def finish(self):
        """No more chains; the drivers go on with those that are there."""
        self.enough.set()
        self.maker.join(60)
        self.check()

    def stop(self):
        self.ending.set()
        for thread in self.drivers:
            thread.join(60)
        self.check()


class Chains(unittest.TestCase):
    def test_services_and_the_broker_are_killed(self):
        database = PostgresDatabase()
        self.addCleanup(database.drop)
        with Folder() as folder:
            broker = Broker(folder).start()
            self.addCleanup(broker.run, "stop")
            settings = {"KAFKA_BROKERS": broker.address, "KAFKA_CREATE_TOPICS": "true", "KAFKA_INBOUND": "false",
                        "KAFKA_TOPIC_MISSIONS": TOPIC, "KAFKA_TOPIC_COMMANDS": "faults.commands"}
            services = [Service(database.url, folder, name, **settings).start() for name in ("first", "second")]
            plans = Plans([s.port for s in services])
            until, kills = time.monotonic() + SHORT, 0
            without_broker = time.monotonic() + SHORT / 3
            while time.monotonic() < until:
                time.sleep(random.uniform(0.3, 1.5))  # the moment of the kill
                plans.check()
                if without_broker and time.monotonic() > without_broker:
                    broker.run("kill")
                    without_broker = None
                victim = random.choice(services)
                victim.kill()
                began = self.ended(database)
                wait_for(lambda: plans.check() or self.ended(database) > began, 5, "the other service carries on")
                victim.start()
                kills += 1
            broker.start()
            plans.finish()
            all_of_them = len(plans.chains) * Plans.LENGTH
            wait_for(lambda: plans.check() or self.ended(database) == all_of_them, 60, "every chain at its end")
            plans.stop()
            self.in_order(database, plans.chains)
            events, repeats = wait_for(lambda: self.whole_log(database, broker), 60, "the whole log in the topic")
            print(f"{kills} kills; {len(plans.chains)} chains; {len(events)} events, {repeats} came again", flush=True)
            for service in services:
                service.stop()
                self.assertEqual(service.faults(), [])
            print(services[0].verify(), flush=True)

    def ended(self, database):
        return int(database.ask("select count(*) from missions where status = 'completed'"))

    def in_order(self, database, chains):
        """By the log: no link starts before the one before it has ended, and a vehicle has one mission at a time."""
        log = [line.split("|") for line in database.ask(
            "select e.type, m.vehicle_id, m.id from events e join missions m on m.id = e.stream_id where e.stream = 'mission' "
            "order by e.sequence").splitlines()]
        before = {after: link for chain in chains for link, after in zip(chain, chain[1:])}
        done, inside = set(), {}
        for kind, vehicle, mission in log:
            if kind == "mission.started":
                self.assertTrue(mission not in before or before[mission] in done, f"{mission} started too early")
                self.assertIsNone(inside.get(vehicle), f"two missions in {vehicle}")
                inside[vehicle] = mission
            elif kind in ("mission.completed", "mission.attempt_failed", "mission.failed"):
                if inside.get(vehicle) == mission:
                    inside[vehicle] = None
                if kind == "mission.completed":
                    self.assertNotIn(mission, done, "completed twice")
                    done.add(mission)
        self.assertEqual(done, {mission for chain in chains for mission in chain})

    def whole_log(self, database, broker):
        events, repeats = broker.events()
        wanted = database.ask("select sequence from events where stream in ('mission', 'plan', 'template') order by sequence").split()
        if len(events) < len(wanted):
            return None
        self.assertEqual(sorted(events, key=lambda e: int(e["id"]))[0]["id"], wanted[0])
        self.assertEqual({e["id"] for e in events}, set(wanted))
        versions = {}
        for event in events:
            versions.setdefault(event["streamid"], []).append(event["streamversion"])
        for stream, its in versions.items():
            self.assertEqual(its, list(range(1, len(its) + 1)), f"order of {stream}")
        return events, repeats


if __name__ == "__main__":
    unittest.main(verbosity=2, warnings="ignore")
