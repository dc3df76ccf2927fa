"""The HTTP API: the list of data sets, and the downloads of those that have to be downloaded first."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException
from starlette.requests import HTTPConnection

from kernelscope import datasets
from kernelscope.api.errors import problem, readable
from kernelscope.api.experiments import ANY, MayOpen
from kernelscope.api.guards.origin import OwnPage
from kernelscope.api.guards.visitor import Visitor
from kernelscope.api.pages.words import in_words
from kernelscope.datasets.downloads.downloadable import Downloadable
from kernelscope.datasets.downloads.places import glimpse
from kernelscope.datasets.own import shelf
from kernelscope.hosting.downloads import Downloads
from kernelscope.hosting.views import DatasetView, DownloadView, ListedDatasetView, Problem
from kernelscope.impossible import Impossible
from kernelscope.store import hashed

PATH = "/api/datasets"
DOWNLOAD = PATH + "/{name}/download"
TO_DOWNLOAD: dict[int | str, dict[str, Any]] = {
    403: {"description": "A page of another origin; or a classroom, and the visitor is not its teacher"},
    404: {"description": "There is no data set of this name that could be downloaded"},
}
router = APIRouter(responses=ANY)


def downloads_of(connection: HTTPConnection) -> Downloads:
    """Return the application's downloads."""
    downloads: Downloads = connection.app.state.downloads
    return downloads


InDownloads = Annotated[Downloads, Depends(downloads_of)]


@router.get(PATH)
async def list_datasets(visitor: Visitor, downloads: InDownloads) -> list[ListedDatasetView]:
    """List the data sets that an experiment can train on; some have to be downloaded first."""
    return await asyncio.to_thread(lambda: [listed(one.name, visitor, downloads) for one in datasets.available()])


@router.post(DOWNLOAD, status_code=202, responses=TO_DOWNLOAD, dependencies=[OwnPage, MayOpen])
async def begin_download(visitor: Visitor, downloads: InDownloads, name: str) -> ListedDatasetView:
    """Begin to download a data set, or continue what was stopped. `GET /api/datasets` tells how far it is."""
    await asyncio.to_thread(downloads.begin, _to_download(name))
    return await asyncio.to_thread(listed, name, visitor, downloads)


@router.delete(DOWNLOAD, responses=TO_DOWNLOAD, dependencies=[OwnPage, MayOpen])
async def stop_download(visitor: Visitor, downloads: InDownloads, name: str) -> ListedDatasetView:
    """Stop a download. What has come stays, and the next one continues it."""
    _to_download(name)
    downloads.stop(name)
    return await asyncio.to_thread(listed, name, visitor, downloads)


def _to_download(name: str) -> Downloadable:
    if (data := datasets.downloadable(name)) is None:
        raise HTTPException(404, f"there is no data set {readable(name)!r} to download: GET {PATH} lists them")
    return data


def listed(name: str, visitor: str, downloads: Downloads) -> ListedDatasetView:
    """Describe a data set as the list has it, for this visitor."""
    about = DatasetView.of(name).model_dump()
    if (which := shelf.within(name)) is not None:
        return ListedDatasetView(**about, bytes=shelf.size(which), mine=is_mine(which, visitor))
    data = datasets.downloadable(name)
    taken = data.unpacked if data and data.is_here else None
    return ListedDatasetView(**about, bytes=taken, mine=False, download=data and _download(data, downloads))


def is_mine(which: str, visitor: str) -> bool:
    """Tell whether a visitor may delete a data set of one's own."""
    return shelf.describe(which).owner in (None, hashed(visitor))


def _download(data: Downloadable, downloads: Downloads) -> DownloadView:
    name = data.INFO.name
    # In this order: one that ends meanwhile is here, or has failed.
    progress = downloads.progress(name)
    failure, here = downloads.failure(name), data.is_here
    folder = None if here or progress is not None else glimpse(data)
    return DownloadView(
        size=data.size,
        came=data.came if here or progress is None else progress,
        here=here,
        under_way=not here and progress is not None,
        found=_shown(folder) if folder else "",
        problem=failure and _public(failure),
        source=data.INFO.source,
        licence=data.INFO.licence,
    )


def _shown(folder: Path) -> str:
    """A path without the name of the user."""
    try:
        return str(Path("~") / folder.relative_to(Path.home()))
    except (ValueError, RuntimeError):
        return str(folder)


def _public(failure: Impossible) -> Problem:
    """Say what has failed without the server's paths, which its log has."""
    found = problem(failure)
    found.values.pop("folder", None)
    found.message = in_words(found, "en")
    return found
