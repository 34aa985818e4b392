# The real servers of the bench: PostgreSQL, nginx and the service, started in a folder of their own on free ports.
import glob
import json
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request

import machine

SCHEMA = "-c search_path=mission_management"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def run(*words, **more):
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, **more)
    if done.returncode != 0:
        raise RuntimeError(f"{words[0]} failed: {done.stderr[-2000:]}")
    return done.stdout


def pg_bin():
    return sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]


class Postgres:
    """A cluster with PostgreSQL's own defaults (fsync on), for this bench alone. `shim` delays its flushes."""

    def __init__(self, folder):
        self.bin = pg_bin()
        self.folder = folder
        self.as_user = []
        os.makedirs(folder, exist_ok=True)
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            user = pwd.getpwnam("postgres")
            self.as_user = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
            if subprocess.run([*self.as_user, "test", "-x", folder]).returncode != 0:
                self.folder = tempfile.mkdtemp(prefix="mission-management-bench.")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        self.data = os.path.join(self.folder, "data")
        self.port = free_port()
        if not os.path.exists(os.path.join(self.data, "PG_VERSION")):
            run(*self.as_user, f"{self.bin}/initdb", "-D", self.data, "-U", "mission", "-A", "trust", "-E", "UTF8",
                "--locale=C.UTF-8", cwd=self.folder)
        self.running = os.path.exists(os.path.join(self.data, "postmaster.pid"))  # of a run that was cut
        self.stop()

    def start(self, shim=None):
        environment = dict(os.environ)
        if shim:
            mine = os.path.join(self.folder, "flush_shim.so")
            shutil.copy(shim, mine)
            os.chmod(mine, 0o755)
            environment["LD_PRELOAD"] = mine
        options = (f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=on "
                   "-c max_connections=200")
        run(*self.as_user, f"{self.bin}/pg_ctl", "-D", self.data, "-w", "-l", os.path.join(self.folder, "log"), "-o",
            options, "start", cwd=self.folder, env=environment)
        self.running = True

    def stop(self):
        if self.running:
            run(*self.as_user, f"{self.bin}/pg_ctl", "-D", self.data, "-w", "-m", "fast", "stop", cwd=self.folder)
        self.running = False

    def remove(self):
        self.stop()
        shutil.rmtree(self.data)

    def pids(self):
        with open(os.path.join(self.data, "postmaster.pid")) as file:
            return machine.with_children(int(file.readline()))

    def url(self, name):
        return f"postgresql://mission@127.0.0.1:{self.port}/{name}"

    def sql(self, name, text):
        return run(f"{self.bin}/psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-c", text, self.url(name),
                   env={**os.environ, "PGOPTIONS": SCHEMA + " -c client_min_messages=warning"}).strip()

    def has(self, name):
        return self.sql("postgres", f"select count(*) from pg_database where datname = '{name}'") == "1"

    def create(self, name):
        self.sql("postgres", f"create database {name}")

    def checkpoint(self):
        self.sql("postgres", "checkpoint")

    def pgbench(self, name, script, clients, seconds, log=None, protocol="prepared"):
        words = [f"{self.bin}/pgbench", "-n", "-M", protocol, "-f", script, "-c", str(clients), "-j", "1", "-T",
                 str(max(1, round(seconds)))]
        if log:
            words += ["-l", "--log-prefix", log]
        out = run(*words, self.url(name), env={**os.environ, "PGOPTIONS": SCHEMA})
        for line in out.splitlines():
            if line.startswith("tps"):
                return float(line.split()[2])
        raise RuntimeError("pgbench said no tps")


class Service:
    """The binary under test, with the settings that it has in production; its log goes to a file."""

    def __init__(self, binary, folder, url, cpu=None, environment=None):
        os.makedirs(folder, exist_ok=True)
        self.port = free_port()
        self.environment = {**os.environ, "DATABASE_URL": url, "PORT": str(self.port), "DATA_DIR": folder,
                            **(environment or {})}
        self.log = open(os.path.join(folder, "log"), "w")
        words = [binary, "serve"] if cpu is None else ["taskset", "-c", str(cpu), binary, "serve"]
        start = time.monotonic()
        self.process = subprocess.Popen(words, env=self.environment, stdout=self.log, stderr=self.log,
                                        stdin=subprocess.DEVNULL)
        self._wait()
        self.ready_ms = (time.monotonic() - start) * 1000
        self.key = self._key(binary, folder)

    def _wait(self):
        request = f"GET /health/ready HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode()
        for _ in range(20000):
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=5) as s:
                    s.sendall(request)
                    if s.recv(64).startswith(b"HTTP/1.1 200"):
                        return
            except OSError:
                pass
            if self.process.poll() is not None:
                raise RuntimeError(f"the service ended: {open(self.log.name).read()[-2000:]}")
            time.sleep(0.001)
        raise RuntimeError("the service is not ready")

    def _key(self, binary, folder):
        path = os.path.join(folder, "bench-key")
        if not os.path.exists(path):
            out = run(binary, "api-key", "create", "--name", "bench", "--grant", "admin:*", env=self.environment)
            with open(path, "w") as file:
                file.write(key_in(out))
        with open(path) as file:
            return file.read().strip()

    def pids(self):
        return [self.process.pid]

    def get(self, target, raw=False):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{target}", headers={"X-API-Key": self.key})
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
            return (answer.headers, text) if raw else json.loads(text)

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()


def key_in(text):
    """The secret in what `api-key create` prints."""
    words = [w.strip('",') for w in text.split()]
    return max((w for w in words if "_" in w), key=len)


class Nginx:
    """Answers every request with the same bytes from memory: the ceiling of HTTP on this machine."""

    def __init__(self, folder, head_lines, body, cpu):
        os.makedirs(folder, exist_ok=True)
        self.port = free_port()
        fields = "".join(f"add_header {name} '{value}' always;\n" for name, value in head_lines)
        quoted = body.replace("\\", "\\\\").replace("'", "\\'")
        config = os.path.join(folder, "nginx.conf")
        with open(config, "w") as file:
            file.write(f"""daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; keepalive_requests 1000000000; tcp_nodelay on; server_tokens off; default_type application/json;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{ listen 127.0.0.1:{self.port}; {fields} location / {{ return 200 '{quoted}'; }} }}
}}
""")
        self.process = subprocess.Popen(["taskset", "-c", str(cpu), "nginx", "-e", f"{folder}/error.log", "-c", config],
                                        stdin=subprocess.DEVNULL)
        for _ in range(1000):
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.01)
        raise RuntimeError("nginx does not answer")

    def pids(self):
        return machine.with_children(self.process.pid)

    def stop(self):
        self.process.terminate()
        self.process.wait()
