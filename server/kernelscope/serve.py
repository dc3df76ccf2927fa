"""Running the server: listen, print the address, open the browser, stop on a signal."""

import contextlib
import errno
import signal
import socket
import threading
import webbrowser
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from types import FrameType

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from kernelscope.api.guards.classroom import KEY
from kernelscope.api.guards.hosts import is_address
from kernelscope.api.socket.connection import Connections
from kernelscope.api.socket.protocol import Protocol
from kernelscope.app import create_app
from kernelscope.logs import set_up_logs
from kernelscope.open_files import raise_limit
from kernelscope.runner.signals import FOR_THE_SERVER
from kernelscope.settings import Settings
from kernelscope.store import StoreError

STOP_SECONDS = 1
"""Seconds that open connections get to close when the server is asked to stop."""


BACKLOG = 128
"""Connections that may wait to be accepted. asyncio accepts up to this many at a time, three times before counting."""


class CannotServe(Exception):
    """Raised when the server cannot start. The message says what to do about it."""


class Server(uvicorn.Server):
    """Prints its address once it accepts connections, and stops on request, but never before all is saved."""

    def __init__(
        self,
        config: uvicorn.Config,
        stopping: Callable[[], None],
        greeting: str,
        address: str,
        *,
        open_browser: bool,
    ) -> None:
        super().__init__(config)
        self.stopping = stopping
        self.greeting = greeting
        self.address = address
        self.open_browser = open_browser

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start serving, then print the greeting and open the browser."""
        await super().startup(sockets)
        if self.started:
            print(self.greeting, flush=True)
            if self.open_browser:
                # In a thread, because some browsers block until they are closed.
                threading.Thread(target=webbrowser.open, args=(self.address,), daemon=True).start()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on every termination signal, until the process ends. Under ``nohup`` SIGHUP stays ignored."""
        for number in FOR_THE_SERVER:
            if number != getattr(signal, "SIGHUP", None) or signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self.handle_exit)
        yield

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop gracefully however often the signal comes: an impatient user must not lose what has been trained."""
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop training right away, while connections are closing."""
        self.stopping()
        await super().shutdown(sockets)


def serve(settings: Settings) -> None:
    """Serve until SIGTERM, Ctrl+C, or SIGHUP (the terminal was closed).

    Raises:
        CannotServe: the port or the data directory cannot be used, or the application did not start.
    """
    set_up_logs(settings.log_level)
    try:
        app = create_app(settings)
    except StoreError as error:
        raise CannotServe(str(error)) from error
    listener = listen(settings.host, settings.port)
    port = listener.getsockname()[1]
    address = f"{url(settings.host, port)}{settings.root_path}"
    greeting = f"Kernelscope: {address}   (Ctrl+C stops it)"
    if settings.classroom:
        teachers = f"{address}/?{KEY}={app.state.classroom.key}"
        greeting = (
            "Kernelscope for a class   (Ctrl+C stops it)\n"
            f"  Class:   {class_url(settings.host, port, settings.root_path)}\n"
            f"  Teacher: {teachers}"
        )
        address = teachers

    def stopping() -> None:
        app.state.registry.rest_soon()

    server = Server(configure(app, settings), stopping, greeting, address, open_browser=not settings.no_browser)
    server.run(sockets=[listener])
    if not server.started:
        raise CannotServe("the server did not start: the log above says why")


def configure(app: FastAPI, settings: Settings) -> uvicorn.Config:
    """Configure uvicorn for the application."""
    most = min(settings.max_connections, raise_limit() // 2)
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=settings.log_level == "debug",
        http=Connections(most, settings.max_message_rate).through(AutoHTTPProtocol),  # type: ignore[arg-type]
        backlog=BACKLOG,
        ws=Protocol,
        ws_max_size=settings.max_message,
        proxy_headers=False,  # server/kernelscope/api/guards/forwarded.py reads them
        ws_per_message_deflate=False,  # it would cost 10 ms per frame and save 5 %
        timeout_graceful_shutdown=STOP_SECONDS,
    )


def listen(host: str, port: int) -> socket.socket:
    """Open a listening socket.

    Raises:
        CannotServe: the address is invalid, in use, or not permitted.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise CannotServe(f"--host: expected an address of this machine, got {host!r} ({error})") from error
    family, kind, protocol, _, address = found[0]
    # Name the protocol: asyncio disables Nagle's algorithm (40 ms per answer) only on sockets that declare TCP.
    listener = socket.socket(family, kind, protocol)
    if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # on Windows two servers could silently share a port
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
    else:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen()
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            mend = "choose another with --port, or --port 0 for any that is free"
            raise CannotServe(f"port {port} of {host} is already in use: {mend}") from error
        if error.errno == errno.EACCES:
            raise CannotServe(f"port {port} of {host} is not permitted: choose one above 1023 with --port") from error
        raise CannotServe(f"cannot listen on {host}, port {port} ({error}): see --host and --port") from error
    return listener


def url(host: str, port: int) -> str:
    """The address to open in a browser on this machine."""
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}
    host = everywhere.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{host}:{port}"


def class_url(host: str, port: int, root_path: str = "") -> str:
    """The address to open in a browser on other machines, or advice if they cannot reach this one."""
    here = f"{url(host, port)}{root_path}"
    if host in ("0.0.0.0", "::"):
        return f"{url(own_address() or socket.gethostname(), port)}{root_path}"
    if host == "localhost" or (is_address(host) and ip_address(host).is_loopback):
        return f"{here}   (only from this machine: --host 0.0.0.0 lets others in; behind a proxy, its address instead)"
    return here


def own_address() -> str | None:
    """This machine's address in its network; None if it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # TEST-NET-1: connecting UDP sends nothing, it only selects a route
        except OSError:
            return None
        address: str = probe.getsockname()[0]
        return address
