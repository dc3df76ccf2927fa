"""Memory that processes share, and a request in it.

The memory has no name: it is a file that stands in no directory, handed on as a descriptor. So no kind of death, of
any process, leaves anything behind, where a ``multiprocessing.shared_memory`` would stay in /dev/shm after the death of
the process that counts its users.

    prelude · slots · images · labels · plan

A slot holds the parameters or the gradient of one network: first come the parameters of each network, then a gradient
for each job. The plan says what is asked and where everything is. It is the same in one step after the other, so each
is read once and known by its number from then on. The prelude has what differs.
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

from kernelscope.nn.arrays import Array, Labels
from kernelscope.nn.crew.member import KINDS
from kernelscope.nn.crew.request import Request, Task, Work
from kernelscope.nn.layers.base import LayerShape
from kernelscope.nn.masks import Masks
from kernelscope.nn.parameters import Parameters
from kernelscope.nn.workspace import cut

PRELUDE = struct.Struct("<5QI")
"""The request's number; the size of the file; the plan's number, place and length; the length of the dropout masks,
pickled, behind it."""
SLOTS = 1024
"""Where the slots begin. Before them is room for the dropout masks with any seed but one of some thousand digits."""
BLOCK = 2**20
"""Bytes written at once where the memory grows."""
ALIGNED = 64
"""Bytes that every array's place is a multiple of: a line of the cache."""
PLANS = 16
"""Plans that are kept: those of steps, of an epoch's last step, of evaluations, of studies."""


class Plan(NamedTuple):
    """All of a request that stays the same from step to step: what is asked, and the shapes of its arrays."""

    task: Task
    kinds: tuple[bytes, ...]
    """The architectures, pickled."""
    networks: tuple[int, ...]
    """Each network's architecture, by its place in `kinds`."""
    counts: tuple[int, ...]
    values: int
    """The number of parameters of a network."""
    dtype: str
    images: tuple[int, ...]
    labels: str
    """Their dtype."""

    def places(self) -> "Places":
        """Find a place for everything."""
        gradients = sum(len(cut(count)) for count in self.counts) if self.task == "loss_and_gradient" else 0
        size = np.dtype(self.dtype).itemsize
        slot = _aligned(self.values * size)
        images = SLOTS + (len(self.counts) + gradients) * slot
        labels = _aligned(images + prod(self.images) * size)
        return Places(slot, images, labels, _aligned(labels + self.images[0] * np.dtype(self.labels).itemsize))


class Places(NamedTuple):
    """Where things begin, in bytes."""

    slot: int
    """The length of a slot."""
    images: int
    labels: int
    plan: int


class Views(NamedTuple):
    """The arrays of a plan, as views of the memory."""

    task: Task
    params: list[Parameters]
    grads: list[list[Parameters]]
    images: Array
    labels: Labels
    counts: Sequence[int]


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
        self._views: dict[int, Views] = {}  # by the plan's number
        self._known: dict[Plan, tuple[int, bytes, Places]] = {}  # each plan's number and pickle
        self._last = 0  # the highest number of a plan
        self._written = 0  # the number of the plan that is in the memory
        self._request = 0  # the number of the request last written or read
        self._work = Work("loss", (), (), (), ())  # that of this request
        self._pickled: list[tuple[Sequence[LayerShape], bytes]] = []
        if file is None:
            self._grow(mmap.PAGESIZE)
        else:
            self._map(mmap.PAGESIZE)

    def write(self, request: Request, about_to_grow: Callable[[int], None] = lambda size: None) -> Work:
        """Copy a request to the memory, and return it as `read` does.

        If the memory has to grow, `about_to_grow` is called before, with the bytes that it is to have.

        Raises:
            MemoryError: the system has no room for it, or as `about_to_grow`; or the prelude none for the masks.
            ValueError: as `Request.parts`.
        """
        plan = self._plan(request)
        masks = pickle.dumps(request.masks, pickle.HIGHEST_PROTOCOL)
        if PRELUDE.size + len(masks) > SLOTS:
            raise MemoryError(f"no room to share dropout masks with a seed of {len(masks):,} bytes")
        number, pickled, places = self._known.get(plan) or self._number(plan)
        if places.plan + len(pickled) > self.size:
            size = -(-(places.plan + len(pickled)) // mmap.PAGESIZE) * mmap.PAGESIZE
            about_to_grow(size)
            self._grow(size)
        views = self._views.get(number) or self._view(number, plan)
        for shared, params in zip(views.params, request.params, strict=True):
            np.copyto(shared.flat, params.flat)
        np.copyto(views.images, request.images)
        np.copyto(views.labels, request.labels)
        if number != self._written:
            self._bytes[places.plan : places.plan + len(pickled)] = np.frombuffer(pickled, np.uint8)
            self._written = number
        self._request += 1
        PRELUDE.pack_into(self._bytes.data, 0, self._request, self.size, number, places.plan, len(pickled), len(masks))
        self._at(PRELUDE.size, (len(masks),), self._bytes.dtype)[...] = np.frombuffer(masks, np.uint8)
        self._work = _work(views, request.masks)
        return self._work

    def read(self) -> Work:
        """Return the work of the request, as views of the memory; the same for all jobs of one."""
        request, size, number, start, length, masked = PRELUDE.unpack_from(self._bytes.data)
        if request == self._request:
            return self._work
        if size > self.size:
            self._map(size)
        views = self._views.get(number) or self._view(number, pickle.loads(self._bytes[start : start + length].data))
        masks = pickle.loads(self._bytes[PRELUDE.size : PRELUDE.size + masked].data)
        self._request, self._work = request, _work(views, masks)
        return self._work

    def _plan(self, request: Request) -> Plan:
        images, labels = request.images, request.labels
        pickled = [self._pickle(params.shapes) for params in request.params]
        kinds = tuple(dict.fromkeys(pickled))
        networks = tuple(map(kinds.index, pickled))
        values = request.params[0].flat.size if request.params else 0
        counts, dtype = tuple(request.counts), images.dtype.str
        return Plan(request.task, kinds, networks, counts, values, dtype, images.shape, labels.dtype.str)

    def _number(self, plan: Plan) -> tuple[int, bytes, Places]:
        if len(self._known) == PLANS:
            self._known.clear()
        self._last += 1
        self._known[plan] = found = self._last, pickle.dumps(plan, pickle.HIGHEST_PROTOCOL), plan.places()
        return found

    def _pickle(self, shapes: Sequence[LayerShape]) -> bytes:
        found = next((pickled for kind, pickled in self._pickled if kind is shapes or kind == shapes), None)
        if found is None:
            found = pickle.dumps(shapes, pickle.HIGHEST_PROTOCOL)
            self._pickled = [*self._pickled[1 - KINDS :], (shapes, found)]
        return found

    def _grow(self, size: int) -> None:
        """Have so many bytes, which are really there: else the first access to one that is not would end the process.

        Raises:
            MemoryError: there is no room for them.
        """
        zeros, written = bytes(min(size - self.size, BLOCK)), self.size
        try:
            while written < size:  # where little room is left, a call writes a part
                written += os.pwrite(self.file, zeros[: size - written], written)
            self._map(size)
        except OSError as error:
            raise MemoryError(f"no room for {size:,} bytes to share between processes: {error}") from error

    def _map(self, size: int) -> None:
        """Map the file; views of an earlier map keep that alive."""
        self._bytes = np.frombuffer(mmap.mmap(self.file, size), np.uint8)
        self._views.clear()
        self.size = size

    def _view(self, number: int, plan: Plan) -> Views:
        if len(self._views) == PLANS:
            self._views.clear()
        places, dtype = plan.places(), np.dtype(plan.dtype)
        kinds: list[Sequence[LayerShape]] = [pickle.loads(kind) for kind in plan.kinds]
        slots = iter(range(SLOTS, places.images, places.slot or 1))

        def params(kind: int) -> Parameters:
            return Parameters(kinds[kind], dtype, self._at(next(slots), (plan.values,), dtype))

        of_networks = [params(kind) for kind in plan.networks]
        grads: list[list[Parameters]] = []
        if plan.task == "loss_and_gradient":
            grads = [[params(kind) for _ in cut(count)] for kind, count in zip(plan.networks, plan.counts, strict=True)]
        images = self._at(places.images, plan.images, dtype)
        labels = self._at(places.labels, plan.images[:1], np.dtype(plan.labels))
        self._views[number] = found = Views(plan.task, of_networks, grads, images, labels, plan.counts)
        return found

    def _at(self, start: int, shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
        return self._bytes[start : start + prod(shape) * dtype.itemsize].view(dtype).reshape(shape)


def portable(shapes: Sequence[LayerShape]) -> bool:
    """Tell whether any process can import these layers' types. One's own may be defined in a notebook."""
    return all(type(shape.spec).__module__.startswith("kernelscope.") for shape in shapes)


def _work(views: Views, masks: Masks | None) -> Work:
    parts = Request(views.task, views.params, views.images, views.labels, views.counts, masks).parts()
    return Work(views.task, views.params, parts, views.counts, views.grads)


def _aligned(size: int) -> int:
    return -(-size // ALIGNED) * ALIGNED


def _nameless() -> int:
    """Create a file without a name: in memory where the system can (Linux), else in the directory for such files."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("kernelscope")
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())
