#!/usr/bin/env python3
"""kill -9 under load, at random moments, again and again: nothing acknowledged is lost, nothing is done twice."""
import random
import time
import unittest

from crowd import Crowd
from world import SECONDS, Folder, PostgresDatabase, Service

SOAK = SECONDS >= 300


class KillUnderLoad(unittest.TestCase):
    def rounds(self, url, folder):
        service = Service(url, folder, MISSION_CACHE="500").start()
        crowd = Crowd([service.port]).start()
        chance = random.Random(crowd.seed)
        until = time.monotonic() + SECONDS
        kills = 0
        while time.monotonic() < until:
            time.sleep(chance.uniform(0.05, 1.2))  # the moment of the kill, not a wait for anything
            crowd.check()
            service.kill()
            service.start()
            kills += 1
        if SOAK:
            self.memory_stays_flat(service, crowd)
        crowd.stop()
        service.kill()
        print("after the last kill:", service.verify(), flush=True)
        service.start()
        print(f"{kills} kills; {crowd.check_store(service.port)}", flush=True)
        service.stop()
        print("after a stop:", service.verify(), flush=True)
        self.assertEqual(service.faults(), [])
        self.assertGreater(crowd.counts["acknowledged"], 50)
        self.assertGreater(crowd.counts["timers"], 0)

    def memory_stays_flat(self, service, crowd):
        """A process that serves on keeps its size once its caches are full."""
        samples = []
        until = time.monotonic() + SECONDS / 3
        while time.monotonic() < until:
            time.sleep(1)
            crowd.check()
            samples.append(service.resident_mb())
        quarter = len(samples) // 4
        early, late = max(samples[quarter:2 * quarter]), max(samples[-quarter:])
        print(f"resident memory: {early:.1f} MB early, {late:.1f} MB late", flush=True)
        self.assertLess(late, early * 1.15 + 4)

    def test_sqlite(self):
        with Folder() as folder:
            self.rounds(f"sqlite:{folder}/missions.db", folder)

    def test_postgres(self):
        database = PostgresDatabase()
        self.addCleanup(database.drop)
        with Folder() as folder:
            self.rounds(database.url, folder)


if __name__ == "__main__":
    unittest.main(verbosity=2, warnings="ignore")
