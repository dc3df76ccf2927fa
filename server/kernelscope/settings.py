"""The server's settings: every limit and every path. Each can be set in the environment as ``KERNELSCOPE_…``."""

import re
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from kernelscope.home import default_data_dir

_HERE = Path(__file__).resolve().parent
# In a wheel the page's files lie inside the package, in a checkout beside it.
_FILES = _HERE if (_HERE / "templates").is_dir() else _HERE.parents[1]
STATIC = _FILES / "static"
TEMPLATES = _FILES / "templates"
PREFIX = re.compile(r"""(?:/[^\s/?#;,"\\]+)+""")
"""A path under which a proxy may publish the server."""


def _directory(given: object) -> object:
    if given == "":  # for a path it would be the working directory
        raise ValueError("expected a directory")
    return given


def _root_path(text: str) -> str:
    """Validate a path, and remove trailing slashes."""
    path = text.rstrip("/")
    if path and not PREFIX.fullmatch(path):
        raise ValueError("expected a path such as /kernelscope")
    return path


def _origins(text: str) -> str:
    """Validate origins separated by commas or spaces, and separate them by spaces, as Content-Security-Policy does."""
    origins = text.replace(",", " ").split()
    for origin in origins:
        if not re.fullmatch(r"https?://(?:\*\.)?(?:[\w.-]+|\[[\da-fA-F:]+\])(?::\d+)?", origin, re.ASCII):
            raise ValueError(f"expected origins such as https://school.example, separated by commas, not {origin!r}")
    return " ".join(origins)


def _networks(text: str) -> str:
    """Validate addresses and networks separated by commas or spaces."""
    found = text.replace(",", " ").split()
    for one in found:
        try:
            if found != ["*"]:
                ip_network(one)
        except ValueError as error:
            expected = "expected addresses or networks such as 10.0.0.0/8, separated by commas, or * for any"
            raise ValueError(f"{expected} ({error})") from error
    return ",".join(found)


class Settings(BaseSettings):
    """All settings. Arguments override the environment, which overrides these defaults."""

    model_config = SettingsConfigDict(env_prefix="KERNELSCOPE_", env_ignore_empty=True, frozen=True)

    host: Annotated[str, Field(min_length=1, description="address to listen on")] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535, description="port to listen on; 0 takes a free one")] = 8000
    allowed_hosts: Annotated[
        str,
        Field(
            description="further host names of the page, separated by commas; * for any"
            " (always allowed: addresses, localhost, this machine's name)"
        ),
    ] = ""
    root_path: Annotated[
        str,
        AfterValidator(_root_path),
        Field(description="path under which a proxy publishes this server, if it forwards that path too"),
    ] = ""
    forwarded_allow_ips: Annotated[
        str,
        AfterValidator(_networks),
        Field(
            description="addresses and networks of proxies whose X-Forwarded-Proto, -Host, -Prefix and -For are"
            " trusted, separated by commas; * for any"
        ),
    ] = "127.0.0.1,::1"
    embed_in: Annotated[
        str,
        AfterValidator(_origins),
        Field(description="origins whose pages may show this one in a frame, separated by commas (otherwise none may)"),
    ] = ""
    no_browser: Annotated[bool, Field(description="do not open the page in a browser")] = False
    data_dir: Annotated[
        Path, BeforeValidator(_directory), Field(description="where experiments and data sets are kept")
    ] = Field(default_factory=default_data_dir)
    log_level: Annotated[Literal["debug", "info", "warning", "error"], Field(description="how much to log")] = "info"
    classroom: Annotated[
        bool,
        Field(description="only whoever opens the teacher's link may open and control experiments; all others watch"),
    ] = False
    frames_per_second: Annotated[
        int, Field(ge=1, le=60, description="snapshots a second at most; the page can change it")
    ] = 30
    threads: Annotated[
        int | None,
        Field(ge=1, le=64, description="threads that each worker trains with (default: processes on all cores)"),
    ] = None
    max_experiments: Annotated[int, Field(ge=1, le=64, description="largest number of worker processes")] = 8
    max_viewers: Annotated[int, Field(ge=1, le=10_000, description="largest number of viewers per experiment")] = 200
    max_connections: Annotated[
        int,
        Field(ge=16, description="largest number of connections; never more than half the limit of open files"),
    ] = 2000
    max_parameters: Annotated[int, Field(ge=1, description="largest number of weights and biases per network")] = (
        2_000_000
    )
    max_message: Annotated[
        int, Field(ge=1024, description="largest size of a viewer's message or an HTTP request's body, in bytes")
    ] = 65536
    max_message_rate: Annotated[
        int, Field(ge=10, description="largest number of messages a second from one viewer")
    ] = 200
    worker_memory: Annotated[
        int,
        Field(ge=256, description="MiB of memory that each worker may use, its helpers included (enforced on Linux)"),
    ] = 2048
    max_data: Annotated[
        int,
        Field(
            ge=1,
            description="MiB of kept experiments and data sets of one's own beyond which no new one is kept; those"
            " already kept go on",
        ),
    ] = 10_240
    max_dataset: Annotated[
        int, Field(ge=1, le=1024, description="MiB of the images of one data set of one's own, a byte for each value")
    ] = 192
    pause_unwatched_after: Annotated[
        float, Field(gt=0, description="seconds after which an experiment that nobody watches is paused")
    ] = 60
    answer_within: Annotated[
        float,
        Field(
            gt=0,
            description="seconds, beyond the time its network needs for a step, after which a silent worker counts as"
            " lost; stopping waits no longer for it",
        ),
    ] = 60
    keep_every: Annotated[
        float, Field(gt=0, description="seconds between saves of running experiments, in case the server is killed")
    ] = 60
    give_up_unwatched_after: Annotated[
        float,
        Field(gt=0, description="seconds after which an unwatched experiment's worker is ended, to be resumed later"),
    ] = 600
