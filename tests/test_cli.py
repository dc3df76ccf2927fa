import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from kernelscope import __version__
from kernelscope.cli import read_settings
from kernelscope.serve import CannotServe, class_url, listen, own_address, url
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.clients import NAVIGATION
from tests.processes import children, command, gone, server


@pytest.mark.parametrize("watched", [False, True])
def test_it_serves_says_where_and_ends_well_when_asked_to(tmp_path: Path, watched: bool) -> None:
    with server(tmp_path) as (process, address):
        assert httpx.get(f"{address}/healthz").json()["version"] == __version__
        with training(address) if watched else nullcontext() as viewer:
            offspring = children(process.pid)
            process.send_signal(signal.SIGTERM)
            if viewer:
                with suppress(ConnectionClosed):
                    while True:
                        viewer.recv(timeout=10)
                assert viewer.close_code == 1012
            assert process.wait(10) == 0
            assert gone(offspring, 5)
        assert process.stderr
        assert [line for line in process.stderr if not line.startswith("INFO kernelscope.")] == []


@contextmanager
def training(address: str, **config: Any) -> Iterator[ClientConnection]:
    """A viewer of an experiment that is training."""
    with httpx.Client(base_url=address, timeout=20) as client:
        id = client.post("/api/experiments", json=config).json()["id"]
        cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in client.cookies.items())}
    socket = f"{address.replace('http', 'ws')}/ws/experiments/{id}"
    with connect(socket, additional_headers=cookie, max_size=None, max_queue=None, close_timeout=1) as viewer:
        viewer.send('{"type": "start"}')
        while True:
            message = viewer.recv(timeout=20)
            if isinstance(message, str) and '"status":"running"' in message:
                break
        yield viewer


# Its steps take a second each, during which the worker reads no messages.
LARGE = {"batch_size": 1024, "lanes": [{"learning_rate": 0.001}] * 8}


def test_under_a_path_it_says_so_and_is_there(tmp_path: Path) -> None:
    arguments = ["--port", "0", "--no-browser", "--data-dir", str(tmp_path)]
    with command(*arguments, "--root-path", "/kernelscope/") as process:
        assert process.stdout
        found = re.fullmatch(
            r"Kernelscope: (http://127.0.0.1:\d+/kernelscope)   \(Ctrl\+C stops it\)\n", process.stdout.readline()
        )
        assert found
        with httpx.Client(headers=NAVIGATION, follow_redirects=True, timeout=20) as browser:
            page = browser.get(found[1])
            assert page.status_code == 200
            assert str(page.url).startswith(f"{found[1]}/e/")
            assert {cookie.path for cookie in browser.cookies.jar} == {"/kernelscope"}


@pytest.mark.parametrize("config", [{}, LARGE], ids=["small steps", "a long step"])
def test_a_server_that_is_killed_leaves_no_process_behind(tmp_path: Path, config: dict[str, Any]) -> None:
    with server(tmp_path) as (process, address), training(address, **config):
        offspring = children(process.pid)
        assert len(offspring) >= 2, "a worker, and what Python starts beside it"
        assert not gone(offspring, 0.1)
        process.kill()
        process.wait(10)
        assert gone(offspring, 3)


def test_a_classroom_has_two_addresses_to_give_away(tmp_path: Path) -> None:
    with command("--classroom", "--port", "0", "--no-browser", "--data-dir", str(tmp_path)) as process:
        assert process.stdout
        title, for_class, teacher = (process.stdout.readline() for _ in range(3))
        assert title == "Kernelscope for a class   (Ctrl+C stops it)\n"
        found = re.fullmatch(
            r"  Class:   (http://127\.0\.0\.1:\d+)   \(only from this machine: .*--host.*\)\n", for_class
        )
        assert found
        assert re.fullmatch(rf"  Teacher: {found[1]}/\?teacher=[\w-]{{11}}\n", teacher)
        link = teacher.removeprefix("  Teacher: ").strip()
        with httpx.Client(headers=NAVIGATION, follow_redirects=True, timeout=20) as client:
            assert client.get(link).url.path.startswith("/e/")
        assert httpx.post(f"{found[1]}/api/experiments").status_code == 403
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def test_a_taken_port_is_an_error_that_names_the_flag(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with command("--port", str(port), "--no-browser", "--data-dir", str(tmp_path)) as process:
            assert process.wait(20) == 2
            assert process.stderr
            assert process.stderr.read() == (
                f"kernelscope: port {port} of 127.0.0.1 is already in use:"
                " choose another with --port, or --port 0 for any that is free\n"
            )


def test_a_data_directory_that_cannot_be_used_is_an_error_that_names_the_flag(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with command("--port", "0", "--no-browser", "--data-dir", str(tmp_path / "file")) as process:
        assert process.wait(20) == 2
        assert process.stderr
        assert "--data-dir" in process.stderr.read()


def test_who_has_no_home_is_told_what_to_give(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def nobody() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", nobody)
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    with pytest.raises(SystemExit) as ended:
        read_settings([])
    assert ended.value.code == 2
    assert capsys.readouterr().err == (
        "kernelscope: --data-dir: this user has no home directory: say where experiments and data sets are to be kept\n"
    )
    with pytest.raises(SystemExit):
        read_settings(["--help"])
    assert "--data-dir DATA_DIR  " in capsys.readouterr().out
    assert read_settings(["--data-dir", str(tmp_path)]).data_dir == tmp_path


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become somebody unknown")
def test_a_user_that_the_system_does_not_know_is_told_so_in_a_line() -> None:
    # Import first: Python itself may be readable by root only.
    script = "import os, sys, kernelscope.serve; from kernelscope.cli import main;"
    script += "os.chdir('/'); os.setgid(54321); os.setuid(54321); main(sys.argv[1:])"
    done = subprocess.run(
        [sys.executable, "-c", script, "--port", "0", "--no-browser"],
        env={"PYTHONPATH": str(Path(__file__).parents[1])},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert re.fullmatch(r"kernelscope: --data-dir: this user has no home directory: .*\n", done.stderr)


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        read_settings(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"kernelscope {__version__}\n"


def test_flags_come_before_the_environment_before_the_defaults(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert read_settings([]).port == 8000
    assert read_settings([]).threads is None
    for name, value in {
        "HOST": "::1",
        "PORT": "9000",
        "NO_BROWSER": "1",
        "DATA_DIR": str(tmp_path),
        "LOG_LEVEL": "debug",
        "MAX_EXPERIMENTS": "3",
        "THREADS": "2",
    }.items():
        monkeypatch.setenv(f"KERNELSCOPE_{name}", value)
    settings = read_settings(["--port", "9001"])
    assert settings.port == 9001
    assert (settings.host, settings.no_browser, settings.data_dir) == ("::1", True, tmp_path)
    assert (settings.log_level, settings.max_experiments, settings.threads) == ("debug", 3, 2)
    assert read_settings(["--threads", "64"]).threads == 64


def test_what_is_said_of_a_proxy_is_put_into_order() -> None:
    arguments = ["--root-path", "/user/jo/proxy/absolute/8000/", "--forwarded-allow-ips", "10.0.0.0/8, ::1"]
    settings = read_settings([*arguments, "--embed-in", "https://a.example,http://*.b.example:8080 https://[::1]:1"])
    assert settings.root_path == "/user/jo/proxy/absolute/8000"
    assert settings.forwarded_allow_ips == "10.0.0.0/8,::1"
    assert settings.embed_in == "https://a.example http://*.b.example:8080 https://[::1]:1"
    assert read_settings(["--root-path", "/"]).root_path == ""


def test_help_gives_each_option_with_its_default(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    with pytest.raises(SystemExit) as ended:
        read_settings(["--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert re.search(r"--port PORT +port to listen on; 0 takes a free one \(default: 8000\)\n", shown)
    assert re.search(
        r"--threads THREADS +threads that each worker trains with \(default: processes on all cores\)\n", shown
    )
    assert "None" not in shown


@pytest.mark.parametrize(
    ("arguments", "environment", "words"),
    [
        (["--port", "many"], {}, "--port: Input should be a valid integer"),
        (["--port", "70000"], {}, "less than or equal to 65535, got '70000'"),
        ([], {"KERNELSCOPE_PORT": "many"}, "KERNELSCOPE_PORT: Input should be a valid integer"),
        (["--log-level", "loud"], {}, "'debug', 'info', 'warning' or 'error', got 'loud'"),
        (["--max-experiments", "0"], {}, "--max-experiments: Input should be greater than or equal to 1, got '0'"),
        (["--threads", "0"], {}, "--threads: Input should be greater than or equal to 1, got '0'"),
        (["--threads", "65"], {}, "--threads: Input should be less than or equal to 64, got '65'"),
        (["--worker-memory", "16"], {}, "--worker-memory: Input should be greater than or equal to 256, got '16'"),
        (["--max-message-rate", "1"], {}, "--max-message-rate: Input should be greater than or equal to 10, got '1'"),
        (["--give-up-unwatched-after", "0"], {}, "--give-up-unwatched-after: Input should be greater than 0, got '0'"),
        (["--max-viewers", "none"], {}, "--max-viewers: Input should be a valid integer"),
        (["--threads", "all"], {}, "--threads: Input should be a valid integer"),
        ([], {"KERNELSCOPE_THREADS": "1.5"}, "KERNELSCOPE_THREADS: Input should be a valid integer"),
        (["--root-path", "kernelscope"], {}, "--root-path: expected a path such as /kernelscope, got 'kernelscope'"),
        (["--root-path", "/a b"], {}, "--root-path: expected a path"),
        (["--root-path", "/a//b"], {}, "--root-path: expected a path"),
        (["--root-path", "/a;b"], {}, "--root-path: expected a path"),
        ([], {"KERNELSCOPE_ROOT_PATH": "/a?b"}, "KERNELSCOPE_ROOT_PATH: expected a path"),
        (["--embed-in", "school.example"], {}, "--embed-in: expected origins such as https://school.example, "),
        (
            ["--embed-in", "https://a.example/page"],
            {},
            "separated by commas, not 'https://a.example/page', got 'https://a.",
        ),
        (["--embed-in", "https://a.example;script-src *"], {}, "--embed-in: expected origins"),
        (["--embed-in", "*"], {}, "--embed-in: expected origins"),
        (["--forwarded-allow-ips", "proxy"], {}, "--forwarded-allow-ips: expected addresses or networks such as"),
        (["--forwarded-allow-ips", "10.0.0.1/8"], {}, "10.0.0.1/8 has host bits set"),
        (["--forwarded-allow-ips", "*,10.0.0.1"], {}, "--forwarded-allow-ips: expected addresses or networks"),
        (["--data-dir", ""], {}, "--data-dir: expected a directory, got ''"),
        (["--colour"], {}, "unrecognized arguments: --colour"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_with_what_came(
    arguments: list[str],
    environment: dict[str, str],
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as ended:
        read_settings(arguments)
    assert ended.value.code == 2
    assert words in capsys.readouterr().err


def test_answers_are_not_held_back() -> None:
    """Asyncio sets TCP_NODELAY on accepted connections only if the listening socket names its protocol."""
    with listen("127.0.0.1", 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP


def test_a_host_that_is_not_here_is_an_error_that_names_the_flag() -> None:
    with pytest.raises(CannotServe, match="--host"):
        listen("192.0.2.1", 0)


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", "http://127.0.0.1:8000"), ("0.0.0.0", "http://127.0.0.1:8000"), ("::1", "http://[::1]:8000")],
)
def test_the_address_to_open(host: str, expected: str) -> None:
    assert url(host, 8000) == expected


ONLY_HERE = "(only from this machine: --host 0.0.0.0 lets others in; behind a proxy, its address instead)"


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", f"http://127.0.0.1:80   {ONLY_HERE}"),
        ("localhost", f"http://localhost:80   {ONLY_HERE}"),
        ("::1", f"http://[::1]:80   {ONLY_HERE}"),
        ("192.168.1.5", "http://192.168.1.5:80"),
        ("lab", "http://lab:80"),
        ("0.0.0.0", f"http://{own_address() or socket.gethostname()}:80"),
    ],
)
def test_the_address_for_a_class(host: str, expected: str) -> None:
    assert class_url(host, 80) == expected
    with_path = class_url(host, 80, "/kernelscope")
    assert with_path.partition("   ")[0] == f"{expected.partition('   ')[0]}/kernelscope"
