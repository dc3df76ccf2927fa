"""A line between browser and server that can be cut."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit


class Proxy:
    """Passes TCP connections on to `target`, which may change. While it is cut, whoever connects is sent away."""

    def __init__(self, target: str) -> None:
        self.target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self._connected = True
        self._sockets: set[socket.socket] = set()
        threading.Thread(target=self._accept, name="proxy", daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def cut(self) -> None:
        """End every connection."""
        with self._lock:
            self._connected = False
            sockets, self._sockets = self._sockets, set()
        for end in sockets:
            _end(end)

    def mend(self) -> None:
        with self._lock:
            self._connected = True

    def close(self) -> None:
        self.cut()
        _end(self._listener)

    def _accept(self) -> None:
        with suppress(OSError):  # it was closed
            while True:
                near, _ = self._listener.accept()
                threading.Thread(target=self._connect, args=(near,), daemon=True).start()

    def _connect(self, near: socket.socket) -> None:
        place = urlsplit(self.target)
        try:
            far = socket.create_connection((place.hostname, place.port))
        except OSError:
            near.close()
            return
        with self._lock:
            connected = self._connected
            if connected:
                self._sockets |= {near, far}
        if not connected:
            near.close()
            far.close()
            return
        threading.Thread(target=self._pump, args=(near, far), daemon=True).start()
        self._pump(far, near)

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        for end in (source, sink):
            _end(end)
        with self._lock:
            self._sockets -= {source, sink}


def _end(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()


@contextmanager
def proxying(target: str = "http://127.0.0.1:9") -> Iterator[Proxy]:
    """A proxy to a server's address, for as long as the block lasts."""
    proxy = Proxy(target)
    try:
        yield proxy
    finally:
        proxy.close()
