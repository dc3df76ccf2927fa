"""The server as a process of its own, as a person starts it; what else runs on this machine."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]


@contextmanager
def command(*arguments: str, before: Sequence[str] = (), **environment: str) -> Iterator["subprocess.Popen[str]"]:
    """``kernelscope`` with these arguments, in a group of processes of its own; killed at the end where it still runs.

    `before`: the command that starts it, as ``nohup``.
    """
    process = subprocess.Popen(
        [*before, sys.executable, "-m", "kernelscope", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        start_new_session=True,
        env={**os.environ, **environment},
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def server(data: Path, *arguments: str, before: Sequence[str] = ()) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """A server that is up, with its address."""
    with command("--port", "0", "--no-browser", "--data-dir", str(data), *arguments, before=before) as process:
        yield process, greeting(process)


def greeting(process: "subprocess.Popen[str]") -> str:
    """The address that it says first."""
    assert process.stdout
    found = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
    assert found
    return found[0]


def status(pid: int) -> tuple[str, int] | None:
    """A process's state (one letter) and parent, where there is one (Linux)."""
    try:
        state, parent, *_ = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return state, int(parent)


def children(parent: int) -> list[int]:
    """The processes that one has started."""
    pids = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    return [pid for pid in pids if (found := status(pid)) and found[1] == parent]


def gone(pids: Sequence[int], seconds: float) -> bool:
    """Whether none of them runs any more, after at most so long. One that nobody has waited for is still listed."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if all((found := status(pid)) is None or found[0] == "Z" for pid in pids):
            return True
        time.sleep(0.02)
    return False


@contextmanager
def busy(count: int) -> Iterator[None]:
    """Beside so many programs that want a processor each."""
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def memory(pid: int) -> int:
    """Bytes that a process has in memory."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found
    return 1024 * int(found[1])
