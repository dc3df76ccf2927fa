"""Every limit and every path, in one place. Each can be set as ``KERNELSCOPE_…`` in the environment."""

import os
import re
import sys
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

_HERE = Path(__file__).resolve().parent
# In a wheel the page's files lie inside the package, in a checkout beside it.
_FILES = _HERE if (_HERE / "templates").is_dir() else _HERE.parents[1]
STATIC = _FILES / "static"
TEMPLATES = _FILES / "templates"
PREFIX = re.compile(r"""(?:/[^\s/?#;,"\\]+)+""")
"""A path under which a server may be shown."""


class NoHome(Exception):
    """There is no place for data by default."""


def default_data_dir() -> Path:
    """Where a user's data belongs on this system.

    Raises:
        NoHome: this user has no directory of their own.
    """
    try:
        return _default_data_dir()
    except RuntimeError as error:  # neither $HOME nor an entry in the list of users
        raise NoHome("this user has no home directory: say where experiments are to be kept") from error


def _default_data_dir() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "kernelscope"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "kernelscope"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "kernelscope"


def _directory(given: object) -> object:
    if given == "":  # for a path it would be the working directory
        raise ValueError("expected a directory")
    return given


def _root_path(text: str) -> str:
    """Without the slash that it may end with."""
    path = text.rstrip("/")
    if path and not PREFIX.fullmatch(path):
        raise ValueError("expected a path such as /kernelscope")
    return path


def _origins(text: str) -> str:
    """Origins with commas or spaces between, as a policy lists them: with spaces."""
    origins = text.replace(",", " ").split()
    for origin in origins:
        if not re.fullmatch(r"https?://(?:\*\.)?(?:[\w.-]+|\[[\da-fA-F:]+\])(?::\d+)?", origin, re.ASCII):
            raise ValueError(f"expected origins such as https://school.example, with commas between, not {origin!r}")
    return " ".join(origins)


def _networks(text: str) -> str:
    """Addresses and networks."""
    found = text.replace(",", " ").split()
    for one in found:
        try:
            if found != ["*"]:
                ip_network(one)
        except ValueError as error:
            expected = "expected addresses or networks such as 10.0.0.0/8, with commas between, or * for any"
            raise ValueError(f"{expected} ({error})") from error
    return ",".join(found)


class Settings(BaseSettings):
    """How to serve. Arguments given come first, then the environment, then these defaults."""

    model_config = SettingsConfigDict(env_prefix="KERNELSCOPE_", env_ignore_empty=True, frozen=True)

    host: Annotated[str, Field(min_length=1, description="address to listen on")] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535, description="port to listen on; 0 takes a free one")] = 8000
    allowed_hosts: Annotated[
        str,
        Field(
            description="further names by which the page may be called, with commas between; * for any"
            " (always: addresses, localhost, this machine's name)"
        ),
    ] = ""
    root_path: Annotated[
        str,
        AfterValidator(_root_path),
        Field(description="the path that a proxy shows this server under and leaves in what it passes on"),
    ] = ""
    forwarded_allow_ips: Annotated[
        str,
        AfterValidator(_networks),
        Field(
            description="addresses and networks of proxies whose X-Forwarded-Proto, -Host, -Prefix and -For are"
            " believed, with commas between; * for any"
        ),
    ] = "127.0.0.1,::1"
    embed_in: Annotated[
        str,
        AfterValidator(_origins),
        Field(description="origins whose pages may show this one in a frame, with commas between (otherwise none may)"),
    ] = ""
    no_browser: Annotated[bool, Field(description="do not open the page in a browser")] = False
    data_dir: Annotated[Path, BeforeValidator(_directory), Field(description="where experiments are kept")] = Field(
        default_factory=default_data_dir
    )
    log_level: Annotated[Literal["debug", "info", "warning", "error"], Field(description="how much to log")] = "info"
    classroom: Annotated[
        bool, Field(description="only who opens the teacher's link may open and steer experiments; all others watch")
    ] = False
    frames_per_second: Annotated[int, Field(ge=1, le=60, description="snapshots a second, at most, at first")] = 30
    threads: Annotated[
        int | None,
        Field(ge=1, le=64, description="threads that each worker trains with (default: the cores available)"),
    ] = None
    max_experiments: Annotated[int, Field(ge=1, le=64, description="worker processes at once")] = 8
    max_viewers: Annotated[int, Field(ge=1, le=10_000, description="viewers of one experiment at once")] = 200
    max_connections: Annotated[
        int,
        Field(ge=16, description="connections at once; half as many as the system lets it have files at most"),
    ] = 2000
    max_parameters: Annotated[int, Field(ge=1, description="weights and biases of one network")] = 2_000_000
    max_message: Annotated[
        int, Field(ge=1024, description="bytes that a viewer's message, or the body of an HTTP request, may have")
    ] = 65536
    max_message_rate: Annotated[int, Field(ge=10, description="messages a second that a viewer may send")] = 200
    worker_memory: Annotated[
        int, Field(ge=256, description="MiB of memory that each worker may use (enforced on Linux)")
    ] = 2048
    max_data: Annotated[
        int,
        Field(ge=1, description="MiB of kept experiments beyond which no further one is kept; those that are go on"),
    ] = 10_240
    pause_unwatched_after: Annotated[
        float, Field(gt=0, description="seconds after which an experiment that nobody watches is paused")
    ] = 60
    answer_within: Annotated[
        float,
        Field(
            gt=0,
            description="seconds after which a worker that should say something and does not is lost"
            " (besides what its network may compute for); stopping waits no longer for it",
        ),
    ] = 60
    keep_every: Annotated[
        float, Field(gt=0, description="seconds between savings of experiments that go on, should the server be killed")
    ] = 60
    give_up_unwatched_after: Annotated[
        float, Field(gt=0, description="seconds after which its worker is ended, to go on later where it stood")
    ] = 600
