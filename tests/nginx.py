"""A real nginx, with a configuration of the test's own."""

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
NAME = "school.example"
"""What the proxy is called."""
PATH = "/kernelscope"
"""Under which the documentation has it show the server."""
NAKED = """location {path}/ {{
    proxy_pass {server}/;
    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $http_connection;
}}"""
"""A proxy that passes WebSockets on and says nothing: its `Host` is the server's own address."""
CONFIGURATION = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        server_name {name};
        listen 127.0.0.1:{port}{tls};
        {locations}
    }}
}}
"""


class Proxied(NamedTuple):
    """An nginx in front of a server.

    Attributes:
        address: where the browser finds the server, as far as its root, without a slash.
        port: of nginx, on 127.0.0.1.
    """

    address: str
    port: int


def readme() -> str:
    """The location that docs/running.md tells people to write."""
    found = re.search(r"```nginx\n(.*?)```", (ROOT / "docs" / "running.md").read_text("utf-8"), re.DOTALL)
    assert found
    return found[1]


def location(server: str, *, keep: bool = False) -> str:
    """That of the documentation, for the server at this address; `keep`: with the path left in what is passed on."""
    text = readme()
    assert "proxy_pass http://127.0.0.1:8000/;" in text
    return text.replace("http://127.0.0.1:8000/;", f"{server};" if keep else f"{server}/;")


@contextmanager
def proxying(folder: Path, locations: str, *, path: str = PATH, tls: bool = False) -> Iterator[Proxied]:
    """An nginx with these locations, for as long as the block lasts. Where none is installed: skipped, in CI failed."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if program is None or (tls and shutil.which("openssl") is None):
        reason = "no nginx found: install nginx-light" if program is None else "no openssl found: install openssl"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    folder.mkdir(exist_ok=True)
    certificate = _certify(folder) if tls else ""
    file = folder / "nginx.conf"
    for attempt in range(5):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        file.write_text(
            CONFIGURATION.format(
                folder=folder, name=NAME, port=port, tls=" ssl" if tls else "", locations=certificate + locations
            )
        )
        command = [program, "-p", str(folder), "-c", str(file), "-e", "stderr"]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as nginx:
            try:
                if _is_up(nginx, port):
                    yield Proxied(f"http{'s' if tls else ''}://{NAME}:{port}{path}", port)
                    return
            finally:
                nginx.terminate()
            complaint = nginx.stderr.read() if nginx.stderr else ""
        # Somebody else may have taken the port meanwhile.
        assert "in use" in complaint, complaint
        assert attempt < 4, complaint


def _is_up(nginx: "subprocess.Popen[str]", port: int) -> bool:
    until = time.monotonic() + 20
    while nginx.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return True
        except OSError:
            assert time.monotonic() < until, "nginx takes too long to start"
            time.sleep(0.02)
    return False


def _certify(folder: Path) -> str:
    """A certificate that nobody has signed, and what nginx is told of it."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-days", "2", "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"]
    subprocess.run([*command, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    return f"ssl_certificate {certificate}; ssl_certificate_key {key};\n"
