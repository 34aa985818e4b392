"""Tokens by the keys that an issuer publishes: the issuer is a small HTTP server of the test's own, which changes its keys, goes away and speaks TLS."""
import base64
import hashlib
import hmac
import http.server
import json
import pathlib
import re
import secrets
import ssl
import subprocess
import tempfile
import threading
import time
import unittest

from running_service import Service, ServiceTest

ISSUER, AUDIENCE = "https://issuer.test", "missions"


def encoded(data):
    data = data if isinstance(data, bytes) else json.dumps(data).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def openssl(*words, given=None):
    return subprocess.run(["openssl", *map(str, words)], input=given, capture_output=True, check=True).stdout


class Key:
    """A key pair with a name; `algorithm` is EdDSA or RS256."""

    def __init__(self, folder, kid, algorithm="EdDSA"):
        self.kid, self.algorithm = kid, algorithm
        self.path = pathlib.Path(folder, secrets.token_hex(4))
        kind = ("ED25519",) if algorithm == "EdDSA" else ("RSA", "-pkeyopt", "rsa_keygen_bits:2048")
        openssl("genpkey", "-algorithm", *kind, "-out", self.path)
        self.der = openssl("pkey", "-in", self.path, "-pubout", "-outform", "DER")
        self.pem = openssl("pkey", "-in", self.path, "-pubout")

    @property
    def jwk(self):
        if self.algorithm == "EdDSA":
            return {"kty": "OKP", "crv": "Ed25519", "kid": self.kid, "use": "sig", "x": encoded(self.der[-32:])}
        modulus = openssl("rsa", "-in", self.path, "-noout", "-modulus").decode().strip().partition("=")[2]
        return {"kty": "RSA", "kid": self.kid, "use": "sig", "n": encoded(bytes.fromhex(modulus)), "e": "AQAB"}

    def sign(self, text):
        with tempfile.NamedTemporaryFile() as file:
            file.write(text)
            file.flush()
            if self.algorithm == "EdDSA":
                return openssl("pkeyutl", "-sign", "-inkey", self.path, "-rawin", "-in", file.name)
            return openssl("dgst", "-sha256", "-sign", self.path, file.name)


def claims(**more):
    now = int(time.time())
    return {"iss": ISSUER, "aud": AUDIENCE, "sub": "ann-" + secrets.token_hex(3), "exp": now + 300,
            "grants": [{"role": "viewer", "fleet_id": "*"}]} | more


def token(key, header=None, **more):
    text = encoded({"alg": key.algorithm, "kid": key.kid} | (header or {})) + "." + encoded(claims(**more))
    return text + "." + encoded(key.sign(text.encode()))


def forged(secret, header, **more):
    """Signed by HS256, as one does who has nothing but the public key."""
    text = encoded(header) + "." + encoded(claims(**more))
    return text + "." + encoded(hmac.new(secret, text.encode(), hashlib.sha256).digest())


class Issuer:
    """Publishes `keys` at /jwks; `asked` counts how often. Away until start()."""

    def __init__(self, *keys, certificate=None):
        self.keys, self.asked, self.certificate, self.server = list(keys), 0, certificate, None
        self.port = 0
        self.start()

    def start(self):
        issuer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                issuer.asked += 1
                body = json.dumps({"keys": [key.jwk for key in issuer.keys]}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        if self.certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*self.certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def settings(self, host="127.0.0.1", **more):
        scheme = "https" if self.certificate else "http"
        return {"JWT_JWKS_URL": f"{scheme}://{host}:{self.port}/jwks", "JWT_ISSUER": ISSUER, "JWT_AUDIENCE": AUDIENCE} | more


class Tokens(ServiceTest):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.edwards, cls.rsa = Key(cls.folder.name, "e1"), Key(cls.folder.name, "r1", "RS256")
        cls.issuer = Issuer(cls.edwards, cls.rsa)
        # Ten seconds old at most, and asked again for an unknown key once a second.
        cls.service = Service(**cls.issuer.settings(JWT_JWKS_REFRESH_S="10"))

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.issuer.stop()
        cls.folder.cleanup()

    def status(self, text, service=None):
        return (service or self.service).get("/missions", headers={"Authorization": "Bearer " + text}).status

    def part(self, service=None):
        return (service or self.service).get("//health").json["parts"]["issuer"]

    def test_keys_of_both_kinds_are_good_and_every_forgery_is_not(self):
        self.eventually(lambda: self.part()["status"] == "up")
        for key in (self.edwards, self.rsa):
            self.assertEqual(self.status(token(key)), 200, key.kid)
        stranger = Key(self.folder.name, "e1")
        now = int(time.time())
        parts = token(self.edwards).split(".")
        for name, text in {
                "no algorithm": encoded({"alg": "none"}) + "." + parts[1] + ".",
                "the signature is cut off": ".".join(parts[:2]) + ".",
                "another payload": ".".join((parts[0], encoded(claims(sub="root")), parts[2])),
                "another's key by the same name": token(stranger),
                "HS256 by the PEM": forged(self.rsa.pem, {"alg": "HS256", "kid": "r1"}),
                "HS256 by the DER": forged(self.rsa.der, {"alg": "HS256", "kid": "r1"}),
                "HS256 by the raw point": forged(self.edwards.der[-32:], {"alg": "HS256", "kid": "e1"}),
                "an RSA signature said to be EdDSA": token(self.rsa, {"alg": "EdDSA"}),
                "a name that is a path": token(stranger, {"kid": "../../dev/null"}),
                "a name that is SQL": token(stranger, {"kid": "e1' or '1'='1"}),
                "a key that it brings along": token(stranger, {"kid": "mine", "jwk": stranger.jwk}),
                "a place to find its key": token(stranger, {"kid": "mine", "jku": f"http://127.0.0.1:{self.issuer.port}/jwks"}),
                "expired": token(self.edwards, exp=now - 60),
                "not yet good": token(self.edwards, nbf=now + 600),
                "another audience": token(self.edwards, aud="billing"),
                "another issuer": token(self.edwards, iss="https://evil.test"),
                "no end": token(self.edwards, exp=None)}.items():
            self.assertEqual(self.status(text), 401, name)

    def test_rotation_floods_and_an_issuer_that_is_away(self):
        self.eventually(lambda: self.part()["status"] == "up")
        old, new = Key(self.folder.name, "old"), Key(self.folder.name, "new")
        self.issuer.keys.append(old)
        time.sleep(1.1)
        kept = token(old)
        self.assertEqual(self.status(kept), 200)  # the service asked, and waited for the answer
        self.issuer.keys.remove(old)
        self.issuer.keys.append(new)
        time.sleep(1.1)
        self.assertEqual(self.status(token(new)), 200)
        self.assertEqual(self.status(kept), 401)  # withdrawn: not believed a moment longer

        asked, began = self.issuer.asked, time.monotonic()
        for number in range(100):
            self.assertEqual(self.status(token(old, {"kid": f"unknown-{number}"}) if number % 20 == 0 else
                                         encoded({"alg": "EdDSA", "kid": f"made-up-{number}"}) + "." + encoded(claims()) + "." + encoded(b"x" * 64)), 401)
        self.assertLessEqual(self.issuer.asked - asked, 2 + (time.monotonic() - began))

        self.issuer.stop()
        time.sleep(1.1)
        self.assertEqual(self.status(token(old, {"kid": "one more"})), 401)
        self.eventually(lambda: self.part()["status"] == "degraded")
        self.assertIn("JWT_JWKS_URL", self.part()["hint"])
        self.assertEqual(self.status(token(new)), 200)  # by the last good keys
        self.issuer.start()
        self.eventually(lambda: self.status(token(old, {"kid": "another"})) == 401 and self.part()["status"] == "up", 15, 0.3)
        said = lambda: [line["message"] for line in self.service.log if line.get("where") == "issuer"]
        self.eventually(lambda: len(said()) > 1)
        self.assertEqual(said(), ["fault", "there again"])
        figures = self.service.get("//metrics").text
        self.assertTrue(all(float(re.search(f'^jwks_fetches_total{{outcome="{o}"}} (\\S+)$', figures, re.M)[1]) > 0 for o in ("done", "failed")))

    def test_a_start_without_the_issuer(self):
        key = Key(self.folder.name, "k")
        issuer = Issuer(key)
        issuer.stop()
        service = Service(**issuer.settings(JWT_JWKS_REFRESH_S="5"))
        try:
            refused = service.get("/missions", headers={"Authorization": "Bearer " + token(key)})
            self.assert_problem(refused, 503, "unavailable")
            self.assertEqual(service.get("//health").json["access"], "credentials")
            made = service.run("api-key", "create", "--name", "n", "--grant", "viewer:*").stdout.strip()
            self.assertEqual(service.get("/missions", key=made).status, 200)
            issuer.start()
            self.eventually(lambda: self.status(token(key), service) == 200, 10, 0.2)
        finally:
            service.kill()
            issuer.stop()

    def test_over_tls_the_issuer_must_be_who_it_says(self):
        key = Key(self.folder.name, "k")
        made = pathlib.Path(self.folder.name)
        for name in ("localhost", "elsewhere.test"):
            openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}",
                    "-keyout", made / f"{name}.key", "-out", made / f"{name}.pem")
        issuer = Issuer(key, certificate=(made / "localhost.pem", made / "localhost.key"))
        posing = Issuer(key, certificate=(made / "elsewhere.test.pem", made / "elsewhere.test.key"))
        services = [Service(**issuer.settings("localhost", SSL_CERT_FILE=made / "localhost.pem")), Service(**issuer.settings("localhost")),
                    Service(**posing.settings("localhost", SSL_CERT_FILE=made / "elsewhere.test.pem"))]
        try:
            self.eventually(lambda: self.status(token(key), services[0]) == 200)
            for untrusting in services[1:]:
                self.eventually(lambda: "is not trusted" in self.part(untrusting).get("hint", ""))
                self.assertEqual(self.status(token(key), untrusting), 503)
        finally:
            for service in services:
                service.kill()
            issuer.stop()
            posing.stop()

    def test_wrong_settings_are_named(self):
        for more, words in (({"JWT_JWKS_URL": "issuer.test/jwks"}, "JWT_JWKS_URL is wrong"), ({"JWT_JWKS_URL": "https://"}, "JWT_JWKS_URL is wrong"),
                            ({"JWT_JWKS_URL": "ftp://issuer.test"}, "JWT_JWKS_URL is wrong"), ({"JWT_AUDIENCE": ""}, "issuer and the audience"),
                            ({"JWT_JWKS_REFRESH_S": "0"}, "JWT_JWKS_REFRESH_S is wrong")):
            done = self.service.run("serve", **more)
            self.assertEqual((done.returncode, words in done.stderr), (2, True), done)


if __name__ == "__main__":
    unittest.main()
