"""The application: middleware, routers and the registry, put together."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kernelscope import __version__
from kernelscope.api import catalogue, experiments, own, uploads
from kernelscope.api.classroom import socket as class_socket
from kernelscope.api.classroom.lesson import Lesson
from kernelscope.api.errors import install_error_handlers
from kernelscope.api.guards.bodies import LimitedBodies
from kernelscope.api.guards.classroom import Classroom
from kernelscope.api.guards.forwarded import Forwarded
from kernelscope.api.guards.hosts import KnownHosts, known_names, names_in
from kernelscope.api.pages import pages, plain
from kernelscope.api.pages.addresses import RelativeHeaders
from kernelscope.api.socket import socket
from kernelscope.api.socket.announced import Announced
from kernelscope.datasets import kept
from kernelscope.datasets.own import shelf
from kernelscope.hosting.clock import Clock
from kernelscope.hosting.downloads import Downloads
from kernelscope.hosting.registry import Registry
from kernelscope.runner.limits import Limits
from kernelscope.runner.process import WorkerProcess
from kernelscope.settings import Settings
from kernelscope.source.source import Source
from kernelscope.store import Store

# No other origins and nothing inline: only files of this server run in the page.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    # Browsers may cache what has no version in its address, but must revalidate it.
    "Cache-Control": "no-cache",
}
COMPRESSED_FROM = 1024
"""The least size in bytes of a response to compress. Static files are compressed already, the WebSocket is not."""


def headers_for(embed_in: str) -> dict[str, str]:
    """Return `HEADERS`, changed so that pages of the origins `embed_in` (separated by spaces) may frame the page."""
    if not embed_in:
        return HEADERS
    policy = HEADERS["Content-Security-Policy"].replace("frame-ancestors 'none'", f"frame-ancestors {embed_in}")
    # The older header cannot name origins.
    others = {name: value for name, value in HEADERS.items() if name != "X-Frame-Options"}
    return {**others, "Content-Security-Policy": policy}


class WithHeaders:
    """Adds `headers` to every response."""

    def __init__(self, app: ASGIApp, headers: Mapping[str, str]) -> None:
        self.app = app
        self.headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)  # keeps WebSocket frames on the shortest path
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers)


def create_app(
    settings: Settings, new_source: Callable[[Limits], Source] = WorkerProcess, clock: Clock | None = None
) -> FastAPI:
    """Create the server as an ASGI application.

    Args:
        settings: the server's.
        new_source: starts a source of an experiment's numbers, within the given limits.
        clock: schedules saves, pauses and hand-backs; None: the event loop's.

    Raises:
        StoreError: the data directory cannot be used.
    """
    limits = Limits(settings.threads, settings.worker_memory, settings.data_dir)
    kept.keep_in(settings.data_dir)
    store = Store(settings.data_dir, settings.max_data * 2**20, beside=shelf.total)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        registry = app.state.registry = Registry(store, settings, partial(new_source, limits), clock)
        registry.warm_up()
        rounds = asyncio.create_task(registry.look_after())
        try:
            yield
        finally:
            rounds.cancel()
            await asyncio.gather(registry.close(), asyncio.to_thread(app.state.downloads.close))

    app = FastAPI(
        title="Kernelscope",
        version=__version__,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        servers=[{"url": "."}],  # relative to the description's own address, under any prefix of a proxy
    )
    app.state.classroom = Classroom(enabled=settings.classroom)
    if settings.classroom and (led := store.lesson()):
        app.state.classroom.resume(led)
    app.state.lesson = Lesson(settings.max_viewers)
    app.state.downloads = Downloads()
    app.state.uploads = asyncio.Semaphore(uploads.MOST_AT_ONCE)
    app.state.names = names_in(settings.allowed_hosts)
    app.state.embed_in = settings.embed_in
    routers = [room.router for room in (experiments, catalogue, own, uploads, socket, class_socket, pages, plain)]
    install_error_handlers(app, routers)

    # The middleware that is added last sees a request first.
    app.add_middleware(RelativeHeaders)
    app.add_middleware(GZipMiddleware, minimum_size=COMPRESSED_FROM, compresslevel=6)
    app.add_middleware(
        LimitedBodies,
        most=settings.max_message,
        uploads=catalogue.PATH,
        most_uploaded=uploads.most_bytes(settings.max_dataset * 2**20),
    )
    names = known_names(settings.host, settings.allowed_hosts)
    app.add_middleware(KnownHosts, names=names)  # checks the host that a proxy was called by
    app.add_middleware(Forwarded, trusted=settings.forwarded_allow_ips, root_path=settings.root_path)
    app.add_middleware(WithHeaders, headers=headers_for(settings.embed_in))
    app.add_middleware(KnownHosts, names=names)  # checks the request's own `Host`: a page can forge the proxy's headers
    app.add_middleware(Announced)
    for router in routers:
        app.include_router(router)
    app.mount("/static", pages.assets, name="static")
    return app
