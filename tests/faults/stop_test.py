#!/usr/bin/env python3
"""An orderly stop: SIGTERM under load ends the process within its grace, and everything that it answered is there."""
import time
import unittest

from crowd import Crowd
from world import Folder, PostgresDatabase, Service


class OrderlyStop(unittest.TestCase):
    def stops(self, url, folder):
        service = Service(url, folder, GRACE_S="5").start()
        service.stop(15)  # idle
        service.start()
        crowd = Crowd([service.port], clients=6).start()
        for _ in range(3):
            wanted = crowd.counts["acknowledged"] + 30
            until = time.monotonic() + 30
            while crowd.counts["acknowledged"] < wanted and time.monotonic() < until:
                crowd.check()
                time.sleep(0.02)
            service.stop(15)
            service.start()
        crowd.stop()
        print(crowd.check_store(service.port), flush=True)
        service.stop(15)
        print(service.verify(), flush=True)
        self.assertEqual(service.faults(), [])

    def test_sqlite(self):
        with Folder() as folder:
            self.stops(f"sqlite:{folder}/missions.db", folder)

    def test_postgres(self):
        database = PostgresDatabase()
        self.addCleanup(database.drop)
        with Folder() as folder:
            self.stops(database.url, folder)


if __name__ == "__main__":
    unittest.main(verbosity=2, warnings="ignore")
