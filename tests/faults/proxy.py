"""A TCP proxy before PostgreSQL that can cut a connection in the middle of a COMMIT."""
import re
import select
import socket
import struct
import threading

# 'P' <length> <name> \0 "commit" \0: the driver prepares its COMMIT once for each session.
PREPARES_COMMIT = re.compile(rb"P.{4}([^\0]+)\0commit\0", re.DOTALL)


class Proxy:
    """`cut` says what becomes of the next COMMIT: "before" (the server never hears of it), "half" (it hears the beginning),
    "after" (it hears all, and its answer is lost). `refuse` closes whoever connects."""

    def __init__(self, host, port):
        self.target = (host, port)
        self.cut = None
        self.cuts = 0
        self.refuse = False
        self.lock = threading.Lock()
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(64)
        self.port = self.listener.getsockname()[1]
        self.pairs = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self.listener.close()
        self.drop_all()

    def drop_all(self):
        with self.lock:
            pairs = list(self.pairs)
        for pair in pairs:
            self._drop(pair)

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            if self.refuse:
                client.close()
                continue
            try:
                server = socket.create_connection(self.target, timeout=5)
            except OSError:
                client.close()
                continue
            for s in (client, server):
                s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            pair = (client, server)
            with self.lock:
                self.pairs.add(pair)
            threading.Thread(target=self._carry, args=(pair,), daemon=True).start()

    def _drop(self, pair):
        with self.lock:
            self.pairs.discard(pair)
        for s in pair:
            try:
                s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset, no farewell
                s.close()
            except OSError:
                pass

    def _carry(self, pair):
        client, server = pair
        commit = None
        try:
            while True:
                ready, _, _ = select.select(pair, [], [], 1)
                for s in ready:
                    data = s.recv(1 << 16)
                    if not data:
                        return
                    if s is server:
                        client.sendall(data)
                        continue
                    found = PREPARES_COMMIT.search(data)
                    if found:
                        commit = b"\0" + found[1] + b"\0"  # in a Bind: the portal without a name, then the statement's
                    if commit and commit in data and self._take_cut(pair, data, commit):
                        return
                    server.sendall(data)
        except (OSError, ValueError):
            pass
        finally:
            self._drop(pair)

    def _take_cut(self, pair, data, commit):
        with self.lock:
            how, self.cut = self.cut, None
            if how is None:
                return False
            self.cuts += 1
        if how == "half":
            pair[1].sendall(data[:data.index(commit) + 2])
        if how == "after":
            pair[1].sendall(data)
            answer = b""
            while b"COMMIT\0" not in answer and select.select([pair[1]], [], [], 5)[0]:
                more = pair[1].recv(1 << 16)
                answer += more
                if not more:
                    break
        return True
