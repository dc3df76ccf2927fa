"""Every limit and every path, in one place. Each can be set as ``KERNELSCOPE_…`` in the environment."""

import os
import sys
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

_HERE = Path(__file__).resolve().parent
# In a wheel the page's files lie inside the package, in a checkout beside it.
_FILES = _HERE if (_HERE / "templates").is_dir() else _HERE.parent
STATIC = _FILES / "static"
TEMPLATES = _FILES / "templates"


def default_data_dir() -> Path:
    """Where a user's data belongs on this system."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "kernelscope"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "kernelscope"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "kernelscope"


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
    no_browser: Annotated[bool, Field(description="do not open the page in a browser")] = False
    data_dir: Annotated[Path, Field(description="where experiments are kept")] = Field(default_factory=default_data_dir)
    log_level: Annotated[Literal["debug", "info", "warning", "error"], Field(description="how much to log")] = "info"
    max_experiments: Annotated[int, Field(ge=1, le=64, description="worker processes at once")] = 8
    threads: Annotated[
        int | None,
        Field(ge=1, le=64, description="threads that each worker trains with (default: the cores available)"),
    ] = None
    pause_unwatched_after: Annotated[
        float, Field(gt=0, description="seconds after which an experiment that nobody watches is paused")
    ] = 60
    max_message: Annotated[int, Field(ge=1024, description="bytes that one message of a viewer may have")] = 65536
