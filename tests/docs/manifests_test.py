"""The image and the manifests agree with the binary: settings, paths, ports, grace, libraries, version."""
import os
import pathlib
import re
import subprocess
import sys
import unittest

try:
    import yaml
except ImportError:  # another Python comes first here; Debian's has it
    if sys.executable == "/usr/bin/python3":
        raise
    os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "api"))
from running_service import BINARY, ROOT, ServiceTest  # noqa: E402


def binary(*words):
    return subprocess.run([BINARY, *words], capture_output=True, text=True, check=True).stdout


SETTINGS = dict(re.findall(r"^\| `([A-Z_]+)` \| (?:`([^`]*)`|–) \|", binary("settings"), re.M))


def load(path):
    return [part for part in yaml.safe_load_all(path.read_text()) if part]


MANIFESTS = {part["kind"]: part for path in sorted((ROOT / "k8s").glob("*.yaml")) for part in load(path)}
SECRET = load(ROOT / "k8s/secret.yaml.example")[0]
APP = {"app": "mission-management"}


class Kubernetes(ServiceTest):
    deployment = MANIFESTS["Deployment"]["spec"]
    pod = deployment["template"]["spec"]
    container = pod["containers"][0]
    settings_given = MANIFESTS["ConfigMap"]["data"]

    def test_all_kinds_are_there_and_the_secret_is_not_applied(self):
        self.assertEqual(set(MANIFESTS), {"ConfigMap", "Deployment", "HorizontalPodAutoscaler", "Job", "NetworkPolicy", "PodDisruptionBudget",
                                          "Service", "ServiceAccount"})

    def test_every_setting_is_one(self):
        for name in {**self.settings_given, **SECRET["stringData"]}:
            self.assertIn(name, SETTINGS)
        self.assertNotIn("DATABASE_URL", self.settings_given, "it has a password")

    def test_labels_and_selectors_meet(self):
        self.assertEqual(self.deployment["selector"]["matchLabels"], APP)
        self.assertEqual(self.deployment["template"]["metadata"]["labels"], APP)
        self.assertEqual(MANIFESTS["Service"]["spec"]["selector"], APP)
        self.assertEqual(MANIFESTS["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"], APP)
        chosen = MANIFESTS["NetworkPolicy"]["spec"]["podSelector"]["matchExpressions"][0]["values"]
        jobs = MANIFESTS["Job"]["spec"]["template"]["metadata"]["labels"]["app"]
        self.assertEqual(chosen, [APP["app"], jobs])
        self.assertNotEqual(jobs, APP["app"], "the service would send requests to the job")
        scaled = MANIFESTS["HorizontalPodAutoscaler"]["spec"]
        self.assertEqual((scaled["scaleTargetRef"]["kind"], scaled["scaleTargetRef"]["name"]), ("Deployment", "mission-management"))
        self.assertGreaterEqual(self.deployment["replicas"], scaled["minReplicas"])
        for manifest in MANIFESTS.values():
            self.assertTrue(manifest["metadata"]["labels"]["app"].startswith(APP["app"]), manifest["kind"])
        for user in (self.container, MANIFESTS["Job"]["spec"]["template"]["spec"]["containers"][0]):
            self.assertEqual([s for f in user["envFrom"] for s in (f.get("configMapRef"), f.get("secretRef")) if s],
                             [{"name": MANIFESTS["ConfigMap"]["metadata"]["name"]}, {"name": SECRET["metadata"]["name"]}])

    def test_ports_are_those_that_it_listens_on(self):
        port = int(self.settings_given["PORT"])
        self.assertEqual(self.container["ports"], [{"name": "http", "containerPort": port}])
        self.assertEqual(MANIFESTS["Service"]["spec"]["ports"][0]["targetPort"], "http")
        self.assertEqual(MANIFESTS["NetworkPolicy"]["spec"]["ingress"][0]["ports"][0]["port"], port)
        notes = self.deployment["template"]["metadata"]["annotations"]
        self.assertEqual(notes["prometheus.io/port"], str(port))
        self.assertEqual(self.service.get("/" + notes["prometheus.io/path"]).status, 200)

    def test_probes_ask_what_it_answers(self):
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            asked = self.container[probe]["httpGet"]
            self.assertEqual((asked["port"], self.service.get("/" + asked["path"]).status), ("http", 200), probe)

    def test_a_stop_has_the_time_that_it_takes(self):
        stop = self.container["lifecycle"]["preStop"]["sleep"]["seconds"] + float(self.settings_given["GRACE_S"])
        self.assertGreater(self.pod["terminationGracePeriodSeconds"], stop)

    def test_it_may_do_nothing_but_its_work(self):
        for pod in (self.pod, MANIFESTS["Job"]["spec"]["template"]["spec"]):
            self.assertFalse(pod["automountServiceAccountToken"])
            self.assertTrue(pod["securityContext"]["runAsNonRoot"])
            for container in pod["containers"]:
                self.assertEqual(container["securityContext"], {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
                                                                "capabilities": {"drop": ["ALL"]}})
        mounts = {m["mountPath"] for m in self.container["volumeMounts"]}
        self.assertEqual(mounts, {self.settings_given["DATA_DIR"]})

    def test_images_have_this_version(self):
        tag = "mission-management:" + binary("version").strip()
        self.assertEqual({self.container["image"], MANIFESTS["Job"]["spec"]["template"]["spec"]["containers"][0]["image"]}, {tag})


class Image(unittest.TestCase):
    text = re.sub(r"\\\n", " ", (ROOT / "Dockerfile").read_text())
    final = text[text.rindex("FROM "):]

    def test_it_has_the_libraries_that_the_binary_needs(self):
        if not os.path.exists("/usr/bin/dpkg-query"):
            self.skipTest("not a Debian")
        installed = set(re.search(r"--no-install-recommends(.*?)&&", self.final, re.S)[1].split())
        needed = re.findall(r"\(NEEDED\).*\[(.*)\]", subprocess.run(["readelf", "-d", BINARY], capture_output=True, text=True, check=True).stdout)
        paths = dict(re.findall(r"^\s*(\S+) => (\S+)", subprocess.run(["ldd", BINARY], capture_output=True, text=True, check=True).stdout, re.M))
        owners = set()
        for library in needed:
            if library not in paths:
                continue  # the loader itself
            path = paths[library]
            found = ""
            for candidate in (path, path.removeprefix("/usr"), "/usr" + path):
                found = found or subprocess.run(["dpkg-query", "-S", candidate], capture_output=True, text=True).stdout
            owners.add(found.split(":")[0])
        self.assertEqual(owners - installed - {"libc6", "libgcc-s1"}, set())

    def test_its_settings_are_some_and_it_is_nobody(self):
        given = dict(word.split("=", 1) for word in re.search(r"^ENV (.*)$", self.final, re.M)[1].split())
        self.assertLessEqual(set(given), set(SETTINGS))
        self.assertEqual((given["LISTEN"], given["PORT"]), ("0.0.0.0", re.search(r"^EXPOSE (\d+)", self.final, re.M)[1]))
        self.assertRegex(self.final, r"(?m)^USER 65534:65534$")
        self.assertRegex(self.final, r'(?m)^HEALTHCHECK .*CMD \["mission-management", "healthcheck"\]$')
        owner = re.search(r"install -d -o (\d+)", self.final)[1]
        self.assertEqual(owner, "65534")


if __name__ == "__main__":
    unittest.main(verbosity=1)
