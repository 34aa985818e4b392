#!/usr/bin/env python3
"""Two processes on one PostgreSQL database, one of them killed again and again: one vehicle, one mission; timers fire once."""
import random
import threading
import time
import unittest

from crowd import Crowd
from world import SECONDS, Door, Doubt, Folder, PostgresDatabase, Service, in_threads, wait_for

SHORT = min(SECONDS, 60) / 2


class Scramble:
    """Threads that all want the same few vehicles, by way of either process."""

    VEHICLES = ["shared-1", "shared-2", "shared-3"]

    def __init__(self, ports, threads=6):
        self.ports, self.ending, self.failure = ports, threading.Event(), None
        self.started = self.busy = 0
        self.threads = [threading.Thread(target=self._run, daemon=True) for _ in range(threads)]
        for t in self.threads:
            t.start()

    def _run(self):
        chance = random.Random()
        doors = [Door(p) for p in self.ports]
        try:
            while not self.ending.is_set():
                self._once(chance, doors)
        except BaseException as e:  # noqa: BLE001
            self.failure = e

    def _ask(self, chance, doors, method, path, body):
        try:
            answer = chance.choice(doors).ask(method, path, body)
        except (OSError, Doubt):
            time.sleep(0.02)
            return None
        assert answer.status != 500, f"a net that must never be needed: {answer}"
        return answer if answer.status < 500 else None

    def _once(self, chance, doors):
        made = self._ask(chance, doors, "POST", "/missions",
                         {"fleet_id": "quarry", "vehicle_id": chance.choice(self.VEHICLES), "name": "scramble"})
        if not made or made.status != 201:
            return
        path = f"/missions/{made.json['id']}"
        start = self._ask(chance, doors, "POST", path + "/start", {})
        if start and start.status == 409:
            assert start.json["code"] == "vehicle_busy", start
            self.busy += 1
        elif start and start.status == 200:
            self.started += 1
        for _ in range(200):  # whatever became of it, it must leave its vehicle
            left = self._ask(chance, doors, "POST", path + "/cancel", {})
            if left and (left.status == 200 or left.json.get("code") == "wrong_state"):
                return

    def stop(self):
        self.ending.set()
        for t in self.threads:
            t.join(60)
        if self.failure:
            raise self.failure


class TwoProcesses(unittest.TestCase):
    def test_one_of_them_is_killed(self):
        database = PostgresDatabase()
        self.addCleanup(database.drop)
        with Folder() as folder:
            first = Service(database.url, folder, "first").start()
            second = Service(database.url, folder, "second").start()
            ports = [first.port, second.port]
            crowd, scramble = Crowd(ports).start(), Scramble(ports)
            until = time.monotonic() + SHORT
            kills = 0
            while time.monotonic() < until:
                time.sleep(random.uniform(0.2, 1.5))  # the moment of the kill
                crowd.check()
                self.assertEqual(database.ask("select count(*) from (select vehicle_id from missions where status in ('running', "
                                              "'paused') group by vehicle_id having count(*) > 1) as t"), "0")
                victim = random.choice([first, second])
                victim.kill()
                # The other one goes on within 5 s, with whatever the dead one had locked.
                other = second if victim is first else first
                began = crowd.counts["acknowledged"]
                wait_for(lambda: crowd.check() or crowd.counts["acknowledged"] > began, 5, "the other process goes on")
                self.assertTrue(other.is_ready())
                victim.start()
                kills += 1
            scramble.stop()
            crowd.stop()
            print(f"{kills} kills; {scramble.started} started, {scramble.busy} found their vehicle busy; "
                  f"{crowd.check_store(first.port)}", flush=True)
            self.assertGreater(scramble.busy, 0)
            self.gapless(database)
            for service in (first, second):
                service.stop()
                self.assertEqual(service.faults(), [])
            print(first.verify(), flush=True)

    def gapless(self, database):
        self.assertEqual(database.ask("select count(*) from (select stream_id from events group by stream_id having count(*) <> "
                                      "max(version) or min(version) <> 1) as t"), "0")
        # In the order of the log one mission leaves a vehicle before the next one enters it.
        log = database.ask("select e.type, m.vehicle_id, m.id from events e join missions m on m.id = e.stream_id where "
                           "e.type in ('mission.started', 'mission.completed', 'mission.failed', 'mission.attempt_failed', "
                           "'mission.cancelled') and m.vehicle_id like 'shared%' order by e.sequence")
        inside = {}
        for line in filter(None, log.splitlines()):
            kind, vehicle, mission = line.split("|")
            if kind == "mission.started":
                self.assertIsNone(inside.get(vehicle), f"two missions in {vehicle}")
                inside[vehicle] = mission
            elif inside.get(vehicle) == mission:
                inside[vehicle] = None

    def test_of_concurrent_updates_of_one_version_exactly_one_wins(self):
        database = PostgresDatabase()
        self.addCleanup(database.drop)
        with Folder() as folder:
            services = [Service(database.url, folder, name).start() for name in ("first", "second")]
            door = Door(services[0].port)
            mission = door.ask("POST", "/missions", {"fleet_id": "quarry", "name": "contended"}).json
            version = mission["version"]
            for turn in range(15):
                barrier, statuses = threading.Barrier(8), [0] * 8

                def race(n):
                    mine = Door(services[n % 2].port)
                    mine.ask("GET", f"/missions/{mission['id']}")
                    barrier.wait(30)
                    answer = mine.ask("PUT", f"/missions/{mission['id']}", {"name": f"turn {turn} of {n}"},
                                      {"If-Match": f'"{version}"'})
                    statuses[n] = answer.status
                    mine.close()

                in_threads(8, race)
                self.assertEqual(sorted(statuses), [200] + [412] * 7)
                version += 1
            self.assertEqual(door.ask("GET", f"/missions/{mission['id']}").json["version"], version)
            door.close()
            for service in services:
                service.stop()

    def test_a_timer_fires_once(self):
        database = PostgresDatabase()
        self.addCleanup(database.drop)
        with Folder() as folder:
            services = [Service(database.url, folder, name, TIMER_LOOK_MS="5").start() for name in ("first", "second")]
            door = Door(services[0].port)
            for n in range(60):
                body = {"fleet_id": "quarry", "vehicle_id": f"truck-{n}", "name": f"timed {n}", "timeout_s": 0.2}
                made = door.ask("POST", "/missions", body).json
                self.assertEqual(door.ask("POST", f"/missions/{made['id']}/start", {}).status, 200)
            count = "select count(*) from events where type = 'mission.failed'"
            wait_for(lambda: database.ask(count) == "60", 20, "all timeouts")
            self.assertEqual(database.ask("select count(*) from timers"), "0")
            for service in services:
                service.stop()
            self.assertEqual(database.ask(count), "60")
            self.assertEqual(database.ask("select max(version) from missions"), "3")


if __name__ == "__main__":
    unittest.main(verbosity=2, warnings="ignore")
