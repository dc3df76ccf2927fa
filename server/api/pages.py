"""The pages that a person sees."""

import re
from typing import Annotated

from fastapi import APIRouter, Cookie, Depends, Header, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader
from jinja2.ext import Extension

from server import __version__
from server.api import locales
from server.api.assets import Assets
from server.api.experiments import InClassroom, InRegistry, MayOpen
from server.api.origin import OwnPage, from_a_person
from server.api.registry import NoRoom, Registry
from server.api.visitor import A_YEAR, Visitor, remember
from server.experiment import ExperimentConfig
from server.settings import STATIC, TEMPLATES


class Unindented(Extension):
    """Leaves out the indentation of templates: a tenth of the page."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Before a template is compiled."""
        return re.sub(r"\n\s+", "\n", source)


router = APIRouter(include_in_schema=False)
templates = Jinja2Templates(
    env=Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, extensions=[Unindented])
)
texts = locales.load(STATIC / "locales")

assets = Assets(STATIC, TEMPLATES)


def language(
    lang: Annotated[str | None, Query()] = None,
    lang_cookie: Annotated[str | None, Cookie(alias="lang")] = None,
    accept_language: Annotated[str | None, Header()] = None,
) -> str:
    """The visitor's language."""
    return locales.choose(lang, lang_cookie, accept_language)


Lang = Annotated[str, Depends(language)]


def render(request: Request, name: str, lang: str, status: int = 200, **context: object) -> Response:
    """A page in a language, which is remembered where the address asked for it."""
    html = templates.get_template(name).render(
        lang=lang,
        t=texts[lang],
        languages=locales.LANGUAGES,
        version=__version__,
        assets=assets.newest(),
        **context,
    )
    response = HTMLResponse(html, status, {"Vary": "Accept-Language, Cookie"})
    return _remember_language(request, response, lang)


def _remember_language(request: Request, response: Response, lang: str) -> Response:
    if "lang" in request.query_params:
        response.set_cookie("lang", lang, max_age=A_YEAR, samesite="lax")
    return response


@router.get("/learn", response_class=HTMLResponse)
@router.get("/", response_class=HTMLResponse)
async def home(
    request: Request,
    registry: InRegistry,
    classroom: InClassroom,
    lang: Lang,
    visitor: Visitor,
    experiment: Annotated[str | None, Cookie()] = None,
    teacher: Annotated[str | None, Query()] = None,
) -> Response:
    """The visitor's own experiment: the one they had, or a new one; with the reading. For a class: the teacher's."""
    if teacher is not None:
        classroom.enter(visitor, teacher)
    if not classroom.may_open(visitor):
        if classroom.current is None:
            return render(request, "classroom.html", lang)
        return _remember_language(request, RedirectResponse(f"/w/{classroom.current}", 303), lang)
    if experiment is None or await registry.owner(experiment) != visitor:
        if not from_a_person(request.headers):
            raise HTTPException(403, "only a person who opens this address gets an experiment, not a page elsewhere")
        return await _open(request, registry, lang, visitor)
    return _to_own(request, lang, visitor, experiment)


@router.post("/new", response_class=HTMLResponse, dependencies=[OwnPage, MayOpen])
async def new(request: Request, registry: InRegistry, lang: Lang, visitor: Visitor) -> Response:
    """A new experiment of the visitor's own."""
    return await _open(request, registry, lang, visitor)


async def _open(request: Request, registry: Registry, lang: str, visitor: str) -> Response:
    try:
        hosted = await registry.create(ExperimentConfig(), visitor)
    except NoRoom as error:
        return render(request, "full.html", lang, 503, limit=error.limit)
    return _to_own(request, lang, visitor, hosted.saved.id)


def _to_own(request: Request, lang: str, visitor: str, experiment: str) -> Response:
    reading = "/learn" if request.url.path == "/learn" else ""
    response = RedirectResponse(f"/e/{experiment}{reading}", 303)
    response.set_cookie("experiment", experiment, max_age=A_YEAR, httponly=True, samesite="lax")
    return _remember_language(request, remember(response, visitor), lang)


@router.get("/e/{id}/learn", response_class=HTMLResponse)
@router.get("/e/{id}", response_class=HTMLResponse)
async def experiment_page(
    request: Request, registry: InRegistry, classroom: InClassroom, lang: Lang, visitor: Visitor, id: str
) -> Response:
    """One experiment: an address that can be shared and reloaded. Whoever opened it holds the controls.

    Under ``/learn`` with a text beside it that walks through what is to be seen.
    """
    reading = request.url.path.endswith("/learn")
    response = await _experiment(request, registry, lang, id, watch=False, reading=reading)
    if classroom.enabled and classroom.may_open(visitor) and response.status_code == 200:
        classroom.current = id  # what the teacher looks at is what the class sees
    return response


@router.get("/w/{id}", response_class=HTMLResponse)
async def watching_page(request: Request, registry: InRegistry, lang: Lang, id: str) -> Response:
    """The same experiment, only to watch."""
    return await _experiment(request, registry, lang, id, watch=True)


async def _experiment(
    request: Request, registry: Registry, lang: str, id: str, *, watch: bool, reading: bool = False
) -> Response:
    if await registry.view(id) is None:
        return render(request, "gone.html", lang, 404, experiment_id=id)
    return render(request, "page.html", lang, experiment_id=id, watch=watch, reading=reading)


@router.get("/docs", response_class=HTMLResponse)
async def api_page(request: Request, lang: Lang) -> Response:
    """The API, from /openapi.json; its scripts are served from here, not from somebody's network."""
    return render(request, "docs.html", lang)


@router.get("/favicon.ico")
async def favicon() -> Response:
    """For those who ask without reading the page."""
    return RedirectResponse("/static/icon.svg", 308)
