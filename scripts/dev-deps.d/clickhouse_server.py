#!/usr/bin/env python3
"""Runs a real ClickHouse engine with its own HTTP and native TCP listeners.

The engine library holds clickhouse-local, which accepts SYSTEM START LISTEN (ClickHouse pull request 101143). This
program calls the library's C entry point with clickhouse-local's command line and keeps it alive until SIGTERM or
SIGINT. All protocol code (HTTP, native, errors, formats, users) is ClickHouse's own; there is none here.

The user's password comes in the environment variable CLICKHOUSE_PASSWORD.
"""
import argparse
import ctypes
import os
import signal
import sys
import threading
from xml.sax.saxutils import escape

a = argparse.ArgumentParser()
a.add_argument("--library", required=True)
a.add_argument("--data", required=True)
a.add_argument("--host", default="127.0.0.1")
a.add_argument("--http-port", type=int, required=True)
a.add_argument("--native-port", type=int, default=0, help="0: no native listener")
a.add_argument("--user", default="default")
a.add_argument("--max-memory", type=int, default=2 << 30)
a.add_argument("--log", default="")
o = a.parse_args()
o.password = os.environ.pop("CLICKHOUSE_PASSWORD", "")

data = os.path.abspath(o.data)
os.makedirs(data, exist_ok=True)
users = os.path.join(data, "users.xml")
config = os.path.join(data, "config.xml")

def user(name, password, grants=""):
    return f"""<{name}>
    <password>{escape(password)}</password>
    <networks><ip>127.0.0.1</ip><ip>::1</ip></networks>
    <profile>default</profile><quota>default</quota>
    {grants}
  </{name}>"""

# The engine's own session is always `default`, no password, from 127.0.0.1, so
# `default` must exist like that.  With --user NAME --password PW it may do no
# more than open the listeners and read the pipe; NAME has everything.
everything = ("<access_management>1</access_management>"
              "<named_collection_control>1</named_collection_control>")
if o.password:
    if o.user == "default":
        a.error("with a password, --user must be another name than default")
    who = user("default", "", "<grants>"
               "<query>GRANT SYSTEM LISTEN ON *.*</query>"
               "<query>GRANT CREATE TEMPORARY TABLE, FILE ON *.*</query></grants>")
    who += user(o.user, o.password, everything)
else:
    who = user("default", "", everything)
with open(users, "w") as f:
    f.write(f"<clickhouse><profiles><default/></profiles><users>{who}</users>"
            "<quotas><default/></quotas></clickhouse>\n")
os.chmod(users, 0o600)
with open(config, "w") as f:
    f.write(f"""<clickhouse>
  <users_config>{escape(users)}</users_config>
  <max_server_memory_usage>{o.max_memory}</max_server_memory_usage>
  <mark_cache_size>67108864</mark_cache_size>
  <send_crash_reports><enabled>false</enabled></send_crash_reports>
</clickhouse>
""")

# The held query reads this pipe; closing its write end is the clean stop.
rd, wr = os.pipe()
os.dup2(rd, 0)
os.close(rd)
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})

lib = ctypes.CDLL(os.path.abspath(o.library), mode=ctypes.RTLD_GLOBAL)
lib.chdb_set_signal_handlers_enabled(0)
lib.chdb_query_cmdline.restype = ctypes.c_void_p
lib.chdb_result_error.restype = ctypes.c_char_p
lib.chdb_result_error.argtypes = [ctypes.c_void_p]

sql = ["SYSTEM START LISTEN HTTP"]
args = ["clickhouse", f"--config-file={config}", f"--path={data}/store",
        f"--listen_host={o.host}", f"--http_port={o.http_port}"]
if o.native_port:
    sql.append("SYSTEM START LISTEN TCP")
    args.append(f"--tcp_port={o.native_port}")
if o.log:
    args += [f"--logger.log={os.path.abspath(o.log)}", "--logger.level=warning"]
sql.append("SELECT count() FROM file('/dev/stdin', LineAsString) FORMAT Null")
args += ["--query", "; ".join(sql)]
argv = (ctypes.c_char_p * len(args))(*[x.encode() for x in args])
failed = []

def run():
    r = lib.chdb_query_cmdline(len(args), argv)
    err = lib.chdb_result_error(r) if r else b"no result"
    if err:
        failed.append(err.decode(errors="replace"))
    os.kill(os.getpid(), signal.SIGTERM)

t = threading.Thread(target=run, daemon=True)
t.start()
signal.sigwait({signal.SIGTERM, signal.SIGINT})
os.close(wr)
t.join(30)
if failed:
    sys.exit("clickhouse: " + failed[0])
