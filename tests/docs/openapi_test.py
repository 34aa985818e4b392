"""The OpenAPI document is valid, and the running service keeps to it: no 5xx, no answer that it does not describe.

Both tools come from PyPI into build/api-tools. Where they cannot be installed (no network), the two tests say so and are
skipped; everything else about the document is tested without them (tests/api/protocol_test.py).
"""
import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "api"))
from running_service import ROOT, Service  # noqa: E402

TOOLS = pathlib.Path(os.environ.get("API_TOOLS_DIR", ROOT / "build/api-tools"))
PACKAGES = ["schemathesis~=4.0", "openapi-spec-validator~=0.7"]
SECONDS = 60
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"

# Prints what is wrong with the examples of successful answers.
CHECK_ANSWERS = """
import json, sys, jsonschema
api = json.load(open(sys.argv[1]))
for path, methods in api["paths"].items():
    for method, operation in methods.items():
        for status, answer in operation["responses"].items():
            for content in answer.get("content", {}).values():
                if not status.startswith("2") or "example" not in content:
                    continue
                schema = content["schema"] | {"components": api["components"]}
                for error in jsonschema.Draft202012Validator(schema).iter_errors(content["example"]):
                    print(method, path, status, list(error.path), error.message)
"""


def installed(name):
    """Path of a tool; installs both at the first call. None where that does not work."""
    tool = TOOLS / "bin" / name
    if not tool.exists():
        try:
            subprocess.run([sys.executable, "-m", "venv", TOOLS], check=True, capture_output=True, timeout=60)
            subprocess.run([TOOLS / "bin/pip", "install", "-q", *PACKAGES], check=True, capture_output=True, timeout=120)
        except (subprocess.SubprocessError, OSError):
            pass
    return tool if tool.exists() else None


class OpenApi(unittest.TestCase):
    def tool(self, name):
        return installed(name) or self.skipTest(f"{name} cannot be installed here")

    def test_the_document_is_valid(self):
        done = subprocess.run([self.tool("openapi-spec-validator"), ROOT / "docs/openapi.json"], capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_every_answer_that_it_shows_has_the_schema_that_it_names(self):
        self.tool("openapi-spec-validator")  # jsonschema comes with it
        done = subprocess.run([TOOLS / "bin/python", "-W", "ignore", "-c", CHECK_ANSWERS, ROOT / "docs/openapi.json"],
                              capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(done.stdout, "")

    def test_the_service_keeps_to_it(self):
        tool = self.tool("schemathesis")
        service = Service()
        try:
            url = f"http://127.0.0.1:{service.port}"
            key = service.post("/api-keys", {"name": "root", "kind": "person", "grants": [{"role": "admin", "fleet_id": "*"}]}).json["key"]
            done = subprocess.run(
                [tool, "run", f"{url}/api/v1/mission-management/openapi.json", "--url", url, "-H", f"X-API-Key: {key}",
                 "--phases", "examples,coverage,fuzzing", "--max-examples", "8", "--max-time", str(SECONDS - 20), "--seed", "20261124",
                 "--exclude-path-regex", "/events/stream$",  # it never ends
                 "--checks", CHECKS, "--generation-database", "none", "--no-color", "--warnings", "off"],
                capture_output=True, text=True, timeout=SECONDS * 3, cwd=service.store.folder)
            self.assertEqual(done.returncode, 0, (done.stdout + done.stderr)[-8000:])
            self.assertFalse([e for e in service.log if e.get("message") == "request failed"])
        finally:
            service.kill()
            service.store.remove()


if __name__ == "__main__":
    unittest.main()
