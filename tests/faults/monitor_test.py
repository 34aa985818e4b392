#!/usr/bin/env python3
"""The safety monitor on two processes that are killed in turn: each breach that was acknowledged is one event, once."""
import datetime
import json
import random
import threading
import time
import unittest

from world import SECONDS, Door, Doubt, Folder, PostgresDatabase, Service, in_threads, wait_for

RUN = max(8, min(SECONDS, 60) / 5)
VEHICLES = 8
HOME = {"latitude": 52.52, "longitude": 13.40}


def now():
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="microseconds")


class Vehicle:
    """Drives, reports to either process, asks again until it is answered, and breaks each requirement once."""

    def __init__(self, number, ports):
        self.name, self.doors, self.chance = f"watched-{number}", [Door(p, 10) for p in ports], random.Random()
        self.asked_again = 0

    def ask(self, path, body):
        until = time.monotonic() + 20
        while True:
            try:
                answer = self.chance.choice(self.doors).ask("POST", path, body)
                if answer.status < 500:
                    assert answer.status in (200, 201, 409), answer
                    return answer
            except (OSError, Doubt):
                pass
            self.asked_again += 1
            assert time.monotonic() < until, f"{path}: no answer from anybody"
            time.sleep(0.02)

    def prepare(self):
        self.ask(f"/vehicles/{self.name}/state", {"fleet_id": "quarry", "speed_mps": 1, "battery_percent": 90})
        self.mission = self.ask("/missions", {
            "fleet_id": "quarry", "name": "watched", "vehicle_id": self.name,
            "safety_requirements": [{"key": "speed", "max_speed_mps": 10, "action": "record"},
                                    {"key": "charge", "min_battery_percent": 20, "action": "record"},
                                    {"key": "beat", "heartbeat_timeout_s": 20, "action": "record"}]}).json["id"]
        self.ask(f"/missions/{self.mission}/start", {})
        self.trip = self.ask("/trips", {"fleet_id": "quarry", "vehicle_id": self.name, "mission_id": self.mission,
                                        "origin": HOME, "destination": {"latitude": 52.6, "longitude": 13.5}}).json["id"]
        self.ask(f"/trips/{self.trip}/start", {})

    def drive(self, seconds):
        begin = time.monotonic()
        fast, low = sorted(random.uniform(0.5, seconds - 1) for _ in range(2))
        while (passed := time.monotonic() - begin) < seconds:
            state = {"recorded_at": now(), "battery_percent": 80}
            if low is not None and passed > low:
                state["battery_percent"], low = 10, None
            self.ask(f"/vehicles/{self.name}/state", state)
            position = HOME | {"recorded_at": now(), "speed_mps": 5}
            if fast is not None and passed > fast:
                position["speed_mps"], fast = 30, None
            self.ask(f"/trips/{self.trip}/track", position)
            time.sleep(self.chance.uniform(0.02, 0.15))
        assert fast is None and low is None
        for door in self.doors:
            door.close()


class MonitorOnTwoProcesses(unittest.TestCase):
    def test_each_breach_is_one_event_whoever_is_killed(self):
        database = PostgresDatabase()
        self.addCleanup(database.drop)
        with Folder() as folder:
            services = [Service(database.url, folder, name).start() for name in ("first", "second")]
            ports = [s.port for s in services]
            vehicles = [Vehicle(n, ports) for n in range(VEHICLES)]
            in_threads(VEHICLES, lambda n: vehicles[n].prepare())
            driving, failed, kills = threading.Event(), [], 0

            def drive():
                try:
                    in_threads(VEHICLES, lambda n: vehicles[n].drive(RUN))
                except BaseException as e:  # noqa: BLE001
                    failed.append(e)
                driving.set()
            threading.Thread(target=drive, daemon=True).start()
            while not driving.wait(random.uniform(0.3, 1.5)):  # the moment of the kill
                victim = random.choice(services)
                victim.kill()
                kills += 1
                time.sleep(random.uniform(0, 0.7))
                victim.start()
            if failed:
                raise failed[0]

            def events():
                rows = database.ask("select body from safety_events where source = 'monitor'").splitlines()
                return [e for e in map(json.loads, rows) if e.get("requirement")]
            # The last one who could have looked dies, too; whoever starts goes on where it was.
            for service in services:
                service.kill()
            services[0].start()
            wait_for(lambda: len([e for e in events() if "cleared_at" in e]) >= 2 * VEHICLES, 15, "every breach is found, and over")
            time.sleep(1)
            self.assertEqual(sorted((e["mission_id"], e["requirement"], e["count"]) for e in events()),
                             sorted((v.mission, key, 1) for v in vehicles for key in ("speed", "charge")))
            self.assertEqual(database.ask("select count(*) from monitor_reports"), "0")
            services[1].start()
            for service in services:
                service.stop()
                self.assertEqual(service.faults(), [])
            print(f"{kills} kills; asked again {sum(v.asked_again for v in vehicles)} times; {services[0].verify()}", flush=True)


if __name__ == "__main__":
    unittest.main()
