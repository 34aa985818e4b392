"""One Kafka broker of a test module's own: `scripts/dev-deps start kafka` in a folder that goes with it."""
import json
import os
import pathlib
import re
import subprocess
import tempfile

from running_service import ROOT, ServiceTest


class Kafka:
    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="mission-management-kafka-")
        self.start()
        env = (pathlib.Path(self.folder.name) / "env").read_text()
        self.brokers = re.search("^KAFKA_BROKERS=(.*)$", env, re.M)[1]

    def deps(self, *words):
        # Not through pipes: the broker would keep them open.
        with tempfile.TemporaryFile("w+") as said:
            done = subprocess.run([ROOT / "scripts/dev-deps", *words], env=os.environ | {"DEV_DEPS_DIR": self.folder.name},
                                  stdin=subprocess.DEVNULL, stdout=said, stderr=said, timeout=240)
            said.seek(0)
            if done.returncode != 0:
                raise RuntimeError(said.read())

    def start(self):
        self.deps("start", "kafka")

    def kill(self):
        self.deps("kill", "kafka")

    def remove(self):
        self.deps("stop", "kafka")
        self.folder.cleanup()

    def kcat(self, *words, **more):
        return subprocess.run(["kcat", "-b", self.brokers, *words], capture_output=True, timeout=60, **more)

    def lines(self, topic, pattern):
        """A line for each message, each partition in its order."""
        done = self.kcat("-C", "-t", topic, "-o", "beginning", "-e", "-q", "-f", pattern + "\n", text=True)
        if "Unknown topic" in done.stderr:
            return []
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    def read(self, topic):
        """(key, content type, event) of each message."""
        lines = [line.split("\t", 2) for line in self.lines(topic, "%k\t%h\t%s")]
        return [(key, header, json.loads(body)) for key, header, body in lines]

    def send(self, topic, messages, *words):
        """Values and texts, one message each; a pair has a key."""
        lines = []
        for message in messages:
            key, value = message if isinstance(message, tuple) else ("", message)
            lines.append(key + "\x01" + (value if isinstance(value, str) else json.dumps(value)))
        done = self.kcat("-P", "-t", topic, "-K", "\x01", *words, input="\n".join(lines).encode())
        assert done.returncode == 0, done.stderr


class KafkaTest(ServiceTest):
    """Each test has services and topics of its own."""

    @classmethod
    def setUpClass(cls):
        pass

    @classmethod
    def tearDownClass(cls):
        pass
