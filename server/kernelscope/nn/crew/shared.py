"""Memory that processes share, and a request in it.

The memory has no name: it is a file that stands in no directory, handed on as a descriptor. So no kind of death, of
any process, leaves anything behind, where a ``multiprocessing.shared_memory`` would stay in /dev/shm after the death of
the process that counts its users.

    prelude · slots · images · labels · header

A slot holds the parameters or the gradient of one network: first come the parameters of each network, then a gradient
for each job. The header says what is asked and where everything is; the prelude, where the header is.
"""

import mmap
import os
import pickle
import struct
import tempfile
from collections.abc import Callable, Sequence
from math import prod
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kernelscope.nn.crew.member import KINDS
from kernelscope.nn.crew.request import Request, Task, Work
from kernelscope.nn.layers.base import LayerShape
from kernelscope.nn.masks import Masks
from kernelscope.nn.parameters import Parameters
from kernelscope.nn.workspace import cut

PRELUDE = struct.Struct("<QQQ")
"""The size of the file, and the place and the length of the header."""
ALIGNED = 64
"""Bytes that every array's place is a multiple of: a line of the cache."""


class Header(NamedTuple):
    """A request, but for its numbers."""

    task: Task
    kinds: list[bytes]
    """Each architecture once, pickled."""
    networks: list[int]
    """Each network's place in `kinds`."""
    dtype: str
    images: tuple[int, ...]
    labels: str
    """Their dtype."""
    counts: tuple[int, ...]
    masks: Masks | None


class Shared:
    """A request in memory that processes share.

    Args:
        file: the descriptor of the memory; None: a new one.

    Attributes:
        file: the descriptor.
        size: the bytes of the memory.
    """

    def __init__(self, file: int | None = None) -> None:
        self.file = _nameless() if file is None else file
        self.size = 0
        self._bytes: NDArray[np.uint8]
        self._kinds: dict[bytes, Sequence[LayerShape]] = {}
        self._pickled: list[tuple[Sequence[LayerShape], bytes]] = []
        self._slots: dict[tuple[bytes, int], Parameters] = {}
        if file is None:
            os.ftruncate(self.file, mmap.PAGESIZE)
        self._map(mmap.PAGESIZE)

    def write(self, request: Request, about_to_grow: Callable[[int], None]) -> None:
        """Copy a request to the memory.

        If that has to grow, `about_to_grow` is called before, with the bytes that it is to have.

        Raises:
            OSError: the system has no room for it.
            MemoryError: as `about_to_grow` says.
        """
        pickled = [self._pickle(one.shapes) for one in request.params]
        kinds = list(dict.fromkeys(pickled))
        networks = [kinds.index(one) for one in pickled]
        images, labels = request.images, request.labels
        masks, counts = request.masks, tuple(request.counts)
        header = Header(request.task, kinds, networks, images.dtype.str, images.shape, labels.dtype.str, counts, masks)
        packed = pickle.dumps(header, pickle.HIGHEST_PROTOCOL)
        slot = _aligned(request.params[0].flat.nbytes) if request.params else 0
        places = _places(header, slot)
        size = places.header + len(packed)
        if size > self.size:
            size = -(-size // mmap.PAGESIZE) * mmap.PAGESIZE
            about_to_grow(size)
            os.ftruncate(self.file, size)
            self._map(size)
        for place, params in enumerate(request.params):
            self._at(places.slots + place * slot, params.flat.shape, params.flat.dtype)[...] = params.flat
        self._at(places.images, images.shape, images.dtype)[...] = images
        self._at(places.labels, labels.shape, labels.dtype)[...] = labels
        self._bytes[places.header : places.header + len(packed)] = np.frombuffer(packed, np.uint8)
        PRELUDE.pack_into(self._bytes.data, 0, self.size, places.header, len(packed))

    def read(self) -> Work:
        """Return the work of the request, as views of the memory."""
        size, start, length = PRELUDE.unpack_from(self._bytes.data)
        if size > self.size:
            self._map(size)
        header: Header = pickle.loads(self._bytes[start : start + length].data)
        dtype = np.dtype(header.dtype)
        kinds = [self._unpickle(kind) for kind in header.kinds]
        values = sum(shape.parameters for shape in kinds[0]) if kinds else 0
        slot = _aligned(values * dtype.itemsize)
        places = _places(header, slot)

        def in_slot(kind: int, number: int) -> Parameters:
            key = header.kinds[kind], number
            if (found := self._slots.get(key)) is None:
                flat = self._at(places.slots + number * slot, (values,), dtype)
                found = self._slots[key] = Parameters(kinds[kind], dtype, flat)
            return found

        images = self._at(places.images, header.images, dtype)
        labels = self._at(places.labels, header.images[:1], np.dtype(header.labels))
        params = [in_slot(kind, place) for place, kind in enumerate(header.networks)]
        parts = Request(header.task, params, images, labels, header.counts, header.masks).parts()
        grads: list[list[Parameters]] = []
        if header.task == "loss_and_gradient":
            free = iter(range(len(params), len(params) + sum(map(len, parts))))
            grads = [
                [in_slot(kind, next(free)) for _ in its_parts]
                for kind, its_parts in zip(header.networks, parts, strict=True)
            ]
        return Work(header.task, params, parts, header.counts, grads)

    def _map(self, size: int) -> None:
        """Map the whole file; views of an earlier map keep that alive."""
        self._bytes = np.frombuffer(mmap.mmap(self.file, size), np.uint8)
        self._slots.clear()
        self.size = size

    def _at(self, start: int, shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
        return self._bytes[start : start + prod(shape) * dtype.itemsize].view(dtype).reshape(shape)

    def _pickle(self, shapes: Sequence[LayerShape]) -> bytes:
        found = next((pickled for kind, pickled in self._pickled if kind is shapes or kind == shapes), None)
        if found is None:
            found = pickle.dumps(shapes, pickle.HIGHEST_PROTOCOL)
            self._pickled = [*self._pickled[1 - KINDS :], (shapes, found)]
        return found

    def _unpickle(self, kind: bytes) -> Sequence[LayerShape]:
        if kind not in self._kinds:
            if len(self._kinds) == KINDS:
                self._kinds.clear()
                self._slots.clear()
            self._kinds[kind] = pickle.loads(kind)
        return self._kinds[kind]


def portable(shapes: Sequence[LayerShape]) -> bool:
    """Tell whether any process can import these layers' types. One's own may be defined in a notebook."""
    return all(type(shape.spec).__module__.startswith("kernelscope.") for shape in shapes)


class _Places(NamedTuple):
    """Where things begin, in bytes."""

    slots: int
    images: int
    labels: int
    header: int


def _places(header: Header, slot: int) -> _Places:
    gradients = sum(len(cut(count)) for count in header.counts) if header.task == "loss_and_gradient" else 0
    slots = _aligned(PRELUDE.size)
    images = slots + (len(header.counts) + gradients) * slot
    labels = _aligned(images + prod(header.images) * np.dtype(header.dtype).itemsize)
    return _Places(slots, images, labels, _aligned(labels + header.images[0] * np.dtype(header.labels).itemsize))


def _aligned(size: int) -> int:
    return -(-size // ALIGNED) * ALIGNED


def _nameless() -> int:
    """Create a file without a name: in memory where the system can (Linux), else in the directory for such files."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("kernelscope")
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())
