"""demo/first-day plays to its end on a service of its own, with the project's own tours and with odd files."""
import pathlib
import re
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "api"))
from running_service import BINARY, ROOT, Service  # noqa: E402


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


if __name__ == "__main__":
    unittest.main()
