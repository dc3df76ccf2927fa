"""A small data set of each format, and a server on this machine that has its files, or behaves badly."""

import gzip
import hashlib
import io
import struct
import tarfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection

import numpy as np
from kernelscope.datasets import DatasetInfo
from kernelscope.datasets.downloads.downloadable import Downloadable, File, Original
from kernelscope.runner.limits import Limits
from kernelscope.runner.main import run_worker
from kernelscope.runner.process import WorkerProcess

from tests.listed import listed

RNG = np.random.default_rng(5)
TRAIN, TEST = 40, 10


def packed(array: np.ndarray) -> bytes:
    """An IDX file of bytes."""
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


IMAGES = {
    "train": RNG.integers(0, 256, (TRAIN, 28, 28), np.uint8),
    "t10k": RNG.integers(0, 256, (TEST, 28, 28), np.uint8),
}
LABELS = {"train": (np.arange(TRAIN) % 10).astype(np.uint8), "t10k": (np.arange(TEST) % 10).astype(np.uint8)}
CONTENTS = {
    "train-images-idx3-ubyte": packed(IMAGES["train"]),
    "train-labels-idx1-ubyte": packed(LABELS["train"]),
    "t10k-images-idx3-ubyte": packed(IMAGES["t10k"]),
    "t10k-labels-idx1-ubyte": packed(LABELS["t10k"]),
}
FILES = {f"{name}.gz": gzip.compress(content, mtime=0) for name, content in CONTENTS.items()}


def digits(*mirrors: str, files: Mapping[str, bytes] = FILES) -> Downloadable:
    """Noise in MNIST's format; `files` are those whose checksums are known."""
    about = DatasetInfo(
        "small", "Small", TRAIN, TEST, (1, 28, 28), tuple("0123456789"), "made", "none", origin="download"
    )
    originals = [
        Original(
            f"{name}.gz",
            len(files[f"{name}.gz"]),
            _sha256(files[f"{name}.gz"]),
            (File(name, len(content), _sha256(content)),),
        )
        for name, content in CONTENTS.items()
    ]
    npz = npz_file()
    return Downloadable(about, originals, mirrors, ("small",), [[Original("mnist.npz", len(npz), _sha256(npz))]])


def npz_file() -> bytes:
    """The same as Keras has it."""
    out = io.BytesIO()
    np.savez(out, x_train=IMAGES["train"], y_train=LABELS["train"], x_test=IMAGES["t10k"], y_test=LABELS["t10k"])
    return out.getvalue()


PIXELS = RNG.integers(0, 256, (6, 3, 3 * 32 * 32), np.uint8)
BATCHES = {
    f"batches/{name}.bin": np.concatenate([np.full((3, 1), index, np.uint8), PIXELS[index]], 1).tobytes()
    for index, name in enumerate(
        ["data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch"]
    )
}


def colours(archive: bytes, *mirrors: str) -> Downloadable:
    """Noise in the format of CIFAR-10's binary version, three images a file, in this archive."""
    about = DatasetInfo(
        "colours", "Colours", 15, 3, (3, 32, 32), tuple("abcdefghij"), "made", "none", origin="download"
    )
    contents = tuple(File(name, len(content), _sha256(content)) for name, content in BATCHES.items())
    return Downloadable(about, [Original("colours.tar.gz", len(archive), _sha256(archive), contents)], mirrors, ("",))


def archive(members: Mapping[str, bytes | tarfile.TarInfo]) -> bytes:
    """A tar file, packed."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, content in members.items():
            if isinstance(content, tarfile.TarInfo):
                tar.addfile(content)
            else:
                info = tarfile.TarInfo(name)
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


class Answer(BaseHTTPRequestHandler):
    """An answer to one request; what it has to say is on the server."""

    server: "Mirror"

    def do_GET(self) -> None:
        """Send a file, as the server is told to."""
        name = self.path.rpartition("/")[2]
        self.server.asked.append((name, self.headers["Range"]))
        self.server.behave(self, self.server.files.get(name))

    def log_message(self, *said: object) -> None:
        """Say nothing."""

    def say(self, status: int, headers: Mapping[str, object], *parts: bytes) -> None:
        """Send an answer."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, str(value))
        self.end_headers()
        for part in parts:
            self.wfile.write(part)


Behaviour = Callable[[Answer, bytes | None], None]


def well(answer: Answer, content: bytes | None) -> None:
    """As a server should."""
    begun = int((answer.headers["Range"] or "bytes=0-").removeprefix("bytes=").removesuffix("-"))
    if content is None:
        answer.say(404, {})
    elif begun >= len(content):
        answer.say(416, {"Content-Range": f"bytes */{len(content)}"})
    elif begun:
        rest = content[begun:]
        where = f"bytes {begun}-{len(content) - 1}/{len(content)}"
        answer.say(206, {"Content-Length": len(rest), "Content-Range": where}, rest)
    else:
        answer.say(200, {"Content-Length": len(content)}, content)


def without_ranges(answer: Answer, content: bytes | None) -> None:
    """Always the whole."""
    answer.say(200, {"Content-Length": len(content or b"")}, content or b"")


def cut_after(count: int) -> Behaviour:
    """Well, but each connection ends after so many bytes."""

    def behave(answer: Answer, content: bytes | None) -> None:
        assert content is not None
        begun = int((answer.headers["Range"] or "bytes=0-").removeprefix("bytes=").removesuffix("-"))
        rest = content[begun:]
        where = {"Content-Range": f"bytes {begun}-{len(content) - 1}/{len(content)}"} if begun else {}
        answer.say(206 if begun else 200, {"Content-Length": len(rest), **where}, rest[:count])

    return behave


def without_end(answer: Answer, content: bytes | None) -> None:
    """More and more, and no length, as long as somebody reads."""
    answer.say(200, {})
    try:
        while True:
            answer.wfile.write(bytes(2**16))
    except OSError:
        pass


class Slow:
    """Sends a file's first bytes, and the rest once it may."""

    def __init__(self) -> None:
        self.may = threading.Event()

    def __call__(self, answer: Answer, content: bytes | None) -> None:
        """Send it."""
        if content is None or self.may.is_set() or answer.headers["Range"]:
            well(answer, content)
            return
        answer.say(200, {"Content-Length": len(content)}, content[:100])
        self.may.wait(20)
        answer.wfile.write(content[100:])


class Mirror(ThreadingHTTPServer):
    """A server of files.

    Attributes:
        asked: the name and the range of each request.
    """

    daemon_threads = True

    def __init__(self, files: Mapping[str, bytes], behave: Behaviour) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.files, self.behave = dict(files), behave
        self.asked: list[tuple[str, str | None]] = []

    @property
    def address(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_port}/"


@contextmanager
def mirror(files: Mapping[str, bytes] = FILES, behave: Behaviour = well) -> Iterator[Mirror]:
    """Such a server, while the block lasts."""
    server = Mirror(files, behave)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def run_listed(pipe: Connection, limits: Limits) -> None:
    """What a worker runs that knows the small data set too."""
    with listed(digits()):
        run_worker(pipe, limits)


def worker(limits: Limits) -> WorkerProcess:
    """Such a worker."""
    return WorkerProcess(limits, run_listed)
