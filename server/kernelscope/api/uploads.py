"""The HTTP API: data sets of one's own, which a page has decoded, cropped and scaled."""

import asyncio
import json
from collections.abc import AsyncIterator
from tempfile import TemporaryFile
from typing import IO, Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import Field, ValidationError
from starlette.requests import ClientDisconnect

from kernelscope.api.catalogue import PATH, InDownloads, is_mine, listed
from kernelscope.api.errors import readable
from kernelscope.api.experiments import ANY, CREATED, InRegistry, MayOpen, content_type
from kernelscope.api.guards.origin import OwnPage
from kernelscope.api.guards.visitor import Visitor, remember
from kernelscope.api.socket.connection import CONNECTION, PATIENCE
from kernelscope.datasets.kept import Missing
from kernelscope.datasets.own import draft, shelf
from kernelscope.datasets.own.draft import Draft
from kernelscope.experiment.config import Seed
from kernelscope.experiment.lane_config import Strict
from kernelscope.experiment.texts import NAME
from kernelscope.hosting.views import ListedDatasetView, Problems
from kernelscope.store import StoreError, hashed
from kernelscope.store.errors import kind_of

MOST_HEAD = 2**16
MOST_AT_ONCE = 4
router = APIRouter(responses=ANY)

BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        "description": "the length of a head of JSON (4 bytes, little-endian), the head, labels, pixels",
    }
}
NOT_OWN: dict[int | str, dict[str, Any]] = {
    403: {"description": "A page of another origin; a classroom, and not its teacher; or somebody else added it"},
    404: {"description": "There is no data set of one's own of this name"},
}
UNFIT: dict[int | str, dict[str, Any]] = {
    400: {"description": "The body ends too early or too late, or its head is not JSON"},
    408: {"description": "Nothing more of the body has come for too long"},
    415: {"description": "The body's content type is not application/octet-stream"},
    422: {"model": Problems, "description": "It can be no data set: everything that is wrong with it"},
}


class Head(Strict):
    """What a body says of its images."""

    title: Annotated[str, Field(max_length=draft.LONGEST_TITLE), NAME]
    classes: list[str]
    channels: Literal[1, 3]
    size: Annotated[int, Field(ge=draft.LEAST_SIDE, le=draft.MOST_SIDE, description="rows and columns")]
    images: Annotated[int, Field(ge=1)]
    tests: Annotated[int, Field(ge=0, description="so many of the last images are for tests; 0: held_out")] = 0
    held_out: Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)] = draft.HELD_OUT
    seed: Seed = 1


def most_bytes(values: int) -> int:
    """Return the most bytes of a body with so many values of pixels: a head, a label for each image, and these."""
    return 4 + MOST_HEAD + values // draft.LEAST_SIDE**2 + values


@router.post(PATH, status_code=201, responses=CREATED | UNFIT, openapi_extra=BODY, dependencies=[OwnPage, MayOpen])
async def add_dataset(
    registry: InRegistry, downloads: InDownloads, visitor: Visitor, request: Request, response: Response
) -> ListedDatasetView:
    """Keep images as a data set of one's own, named by a hash of them. One that is here already stays as it is."""
    if (kind := content_type(request)) != "application/octet-stream":
        raise HTTPException(415, f"expected a body of application/octet-stream, got {readable(kind)}")
    length = int(request.headers.get("content-length", "0"))
    await asyncio.to_thread(registry.store.require_room, length)
    uploads: asyncio.Semaphore = request.app.state.uploads
    try:
        if uploads.locked():
            raise HTTPException(503, f"{MOST_AT_ONCE} data sets are being added already: try again in a moment")
        async with uploads:
            await asyncio.to_thread(shelf.folder().mkdir, parents=True, exist_ok=True, mode=0o700)
            with TemporaryFile(dir=shelf.folder()) as file:
                async for some in _body(request):
                    await asyncio.to_thread(file.write, some)
                which = await asyncio.to_thread(lambda: shelf.add(_read(file, length), hashed(visitor)))
    except OSError as error:
        raise StoreError(kind_of(error), shelf.folder(), error) from error
    except asyncio.CancelledError as error:
        raise HTTPException(503, "the server is being stopped: add them again when it is back") from error
    remember(response, request, visitor)
    response.headers["Location"] = PATH
    return listed(f"{shelf.FAMILY}:{which}", visitor, downloads)


@router.delete(PATH + "/{name}", status_code=204, responses=NOT_OWN, dependencies=[OwnPage, MayOpen])
async def delete_dataset(visitor: Visitor, name: str) -> None:
    """Delete a data set of one's own. Experiments that train on it go on; those that are asleep wait for it."""
    which = shelf.within(name)
    if which is None or not shelf.is_here(which):
        raise HTTPException(404, f"there is no data set of one's own {readable(name)!r}: GET {PATH} lists them")
    if not is_mine(which, visitor):
        raise HTTPException(403, f"data set {name!r} is somebody else's: only who added it may delete it")
    try:
        await asyncio.to_thread(shelf.delete, which)
    except Missing as error:
        raise HTTPException(404, str(error)) from error
    except OSError as error:
        raise StoreError(kind_of(error), shelf.folder(), error) from error


async def _body(request: Request) -> AsyncIterator[bytes]:
    """Yield the body in parts. A long one may take long, but must not stand still."""
    parts = request.stream()
    connection = request.scope.get("state", {}).get(CONNECTION)
    if connection:
        connection.begun()
    while True:
        try:
            yield await asyncio.wait_for(anext(parts), PATIENCE)
        except StopAsyncIteration:
            return
        except ClientDisconnect as error:  # nobody is left to hear it, and the log need not
            raise HTTPException(400, "expected a whole body, got its beginning") from error
        except TimeoutError as error:
            raise HTTPException(
                408, f"expected a body that goes on, got none of it for {PATIENCE:g} seconds"
            ) from error


def _read(file: IO[bytes], length: int) -> Draft:
    """Read a body. Its pixels are not read into memory.

    Raises:
        HTTPException: it is none.
        RequestValidationError: its head is impossible.
        Impossible: its images can be no data set.
    """
    file.flush()
    file.seek(0)
    size = int.from_bytes(file.read(4), "little")
    if size > MOST_HEAD:
        raise HTTPException(400, f"expected a head of at most {MOST_HEAD} bytes, got one of {size}")
    try:
        head = Head.model_validate(json.loads(file.read(size)))
    except ValidationError as error:
        raise RequestValidationError([one | {"loc": ("body", *one["loc"])} for one in error.errors()]) from error
    except (ValueError, RecursionError) as error:
        raise HTTPException(400, f"expected a head of JSON: {error}") from error
    shape = (head.images, head.channels, head.size, head.size)
    start = 4 + size + head.images
    expected = start + head.images * head.channels * head.size**2
    if length != expected:
        raise HTTPException(400, f"expected a body of {expected} bytes for images of shape {shape}, got {length}")
    return Draft(
        title=head.title,
        classes=head.classes,
        labels=np.memmap(file, np.uint8, "r", start - head.images, (head.images,)),
        pixels=np.memmap(file, np.uint8, "r", start, shape),
        tests=head.tests,
        held_out=head.held_out,
        seed=head.seed,
    )
