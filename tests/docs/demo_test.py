"""The demos play to their ends: first-day with the project's own tours and with odd files, mine and ride-hail on stores of
their own and on a service that others use."""
import os
import pathlib
import re
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "api"))
from running_service import BINARY, KEPT, ROOT, Service, Store  # noqa: E402


class FirstDay(unittest.TestCase):
    def play(self, *arguments):
        service = Service()
        try:
            return subprocess.run([sys.executable, ROOT / "demo/first-day", "--url", f"http://127.0.0.1:{service.port}",
                                   "--serve", BINARY, *arguments], env=service.environment(), capture_output=True, text=True,
                                  timeout=120)
        finally:
            service.kill()
            service.store.remove()

    def test_the_projects_own_tours(self):
        done = self.play(ROOT / "demo/tours")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for words in ("Harbour round", "Hill farms", "Night watch", "paused: the driver takes a break", "failed: a flat tyre",
                      "as attempt 2", "is occupied by mission", "reached Lighthouse; ", "3 tours, 1 cancelled, 3 completed"):
            self.assertIn(words, done.stdout)
        self.assertRegex(done.stdout, r"equal: 4 missions, .*\b\d+ events")

    def test_the_shared_tours_or_odd_files(self):
        done = self.play()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertTrue(re.search(r"equal: \d+ missions", done.stdout))

    def test_files_that_are_no_tours(self):
        folder = ROOT / "tests/docs/odd_tours"
        done = self.play(folder)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("broken.gpx is left out", done.stdout)
        self.assertIn("empty.gpx is left out: it has no two points", done.stdout)
        self.assertIn("1 tour, 1 completed", done.stdout)


class Fleets(unittest.TestCase):
    def play(self, name, environment, *arguments):
        done = subprocess.run([sys.executable, ROOT / "demo" / name, "--serve", BINARY, *arguments], env=environment,
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def check_mine(self, said):
        for words in ("/parameters/load_t: must be at most 60", "\"Blast\" starts when \"Drill\" has ended", "The circle has 4 missions",
                      "\"Inspect the face\" is ready", "battery: 30 is required, 24 is there", "is paused: critical event open",
                      "Sana resolves it", "delivers 41.5 t: completed", "is blocked: dependency unsatisfiable", "as attempt 3",
                      "8 missions, 8 completed", "1 safety event, 0 unresolved"):
            self.assertIn(words, said)
        self.assertRegex(said, r"equal: 8 missions, 2 templates, 1 plans, 1 safety events, .*\b\d+ events")

    def check_ride_hail(self, said):
        for words in ("vehicle cab-1", "there is no trip of this id", "m to go, at the lighthouse in ", "Mrs Holm is on board: in transit",
                      "m from the destination", "at the lighthouse: at destination", "is cancelled: took the bus",
                      "is failed: a flat tyre", "4 trips: 2 completed, 1 cancelled, 1 failed"):
            self.assertIn(words, said)
        self.assertRegex(said, r"equal: .*\b4 trips, \d+ events")

    def test_on_stores_of_their_own(self):
        store = Store()  # on PostgreSQL the demo makes another one beside it
        try:
            environment = {name: os.environ[name] for name in KEPT if name in os.environ} | {"DATABASE_URL": store.url}
            self.check_mine(self.play("mine", environment))
            self.check_ride_hail(self.play("ride-hail", environment))
        finally:
            store.remove()

    def test_on_a_service_that_others_use(self):
        service = Service()
        try:
            url = f"http://127.0.0.1:{service.port}"
            first = self.play("mine", service.environment(), "--url", url)
            self.assertIn("ends the open house", first)
            self.check_mine(first)
            key = (pathlib.Path(service.store.folder) / "demo-admin-key").read_text().strip()
            again = self.play("mine", service.environment() | {"API_KEY": key}, "--url", url)
            self.assertIn("8 missions, 8 completed", again)
            self.check_ride_hail(self.play("ride-hail", service.environment() | {"API_KEY": key}, "--url", url))
            left = [k for k in service.get("/api-keys", key=key).json["items"] if not k.get("revoked_at")]
            self.assertEqual([k["name"] for k in left], ["demo admin"])
        finally:
            service.kill()
            service.store.remove()


if __name__ == "__main__":
    unittest.main()
