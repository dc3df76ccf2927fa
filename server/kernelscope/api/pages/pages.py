"""The HTML pages."""

import json
import logging
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.routing import APIRoute
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader

from kernelscope import __version__, datasets
from kernelscope.api.errors import problem, status_of
from kernelscope.api.experiments import InClassroom, InRegistry, MayOpen
from kernelscope.api.guards import cookies
from kernelscope.api.guards.classroom import KEY
from kernelscope.api.guards.origin import OwnPage, from_a_person, is_navigation, is_only_prepared
from kernelscope.api.guards.visitor import Visitor, remember
from kernelscope.api.pages import addresses, links, locales
from kernelscope.api.pages.assets import Assets
from kernelscope.api.pages.words import in_words
from kernelscope.datasets.kept import Missing
from kernelscope.datasets.own import shelf
from kernelscope.experiment import ExperimentConfig
from kernelscope.hosting.refusals import NoRoom, TooLarge
from kernelscope.hosting.registry import Registry
from kernelscope.hosting.views import DatasetView
from kernelscope.settings import STATIC, TEMPLATES
from kernelscope.store import StoreError

log = logging.getLogger(__name__)


Role = Literal["teacher", "student"]
"""What a page of a class is, until the class's socket says it."""

READ = ["GET", "HEAD"]
ELSEWHERE = f"/?data={datasets.default()}"
"""The address of a new experiment, on data that are always here."""
NOT_STORED = {"Cache-Control": "no-store"}
templates = Jinja2Templates(
    env=Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True)
)
texts = locales.load(STATIC / "locales")

assets = Assets(STATIC)


def language(
    request: Request,
    lang: Annotated[str | None, Query()] = None,
    accept_language: Annotated[str | None, Header()] = None,
) -> str:
    """Return the visitor's language."""
    return locales.choose(lang, cookies.read(request, "lang"), accept_language)


Lang = Annotated[str, Depends(language)]


def render(request: Request, name: str, lang: str, status: int = 200, **context: object) -> Response:
    """Render a page in a language, which a cookie remembers if the address asked for it."""
    html = templates.get_template(name).render(
        lang=lang,
        t=texts[lang],
        languages=locales.LANGUAGES,
        version=__version__,
        assets=assets.newest(),
        **context,
    )
    html = addresses.in_page(html, request.scope)
    response = HTMLResponse(html, status, {"Vary": "Accept-Language, Cookie"})
    return _remember_language(request, response, lang)


def _remember_language(request: Request, response: Response, lang: str) -> Response:
    if "lang" in request.query_params:
        cookies.write(response, request, "lang", lang)
    return response


class PageRoute(APIRoute):
    """Answers errors of the store with a page in the visitor's language."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler of a request."""
        answer = super().get_route_handler()

        async def answer_in_words(request: Request) -> Response:
            try:
                return await answer(request)
            except StoreError as error:
                log.error("%s %s: %s", request.method, request.url.path, error)
                lang = language(request, request.query_params.get("lang"), request.headers.get("accept-language"))
                return render(request, "unkept.html", lang, status_of(error), kind=error.kind)

        return answer_in_words


router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.api_route("/learn", methods=READ)
@router.api_route("/", methods=READ)
async def home(
    request: Request,
    registry: InRegistry,
    classroom: InClassroom,
    lang: Lang,
    visitor: Visitor,
    teacher: Annotated[str | None, Query()] = None,
) -> Response:
    """Redirect to a new experiment with the settings in the address; without settings, to the visitor's last one.

    In a classroom everybody but the teacher is sent to the teacher's experiment. A new experiment is opened only for a
    browser's navigation. Other clients, such as health checks, crawlers and previews, get a page without an experiment,
    which a person's browser leaves by itself.
    """
    if teacher is not None:
        classroom.enter(visitor, teacher)
        return _without_key(request, visitor)
    link = links.sort(request.query_params.multi_items())
    if not classroom.may_open(visitor):
        # The teacher's experiment may have been forgotten: one in which nobody does anything is kept for a day.
        if classroom.current is None or await registry.view(classroom.current) is None:
            return render(request, "classroom.html", lang)
        return _remember_language(
            request, RedirectResponse(f"/w/{classroom.current}{links.write(link.view)}", 303), lang
        )
    experiment = cookies.read(request, "experiment")
    if not link.settings and experiment is not None and await registry.belongs_to(experiment, visitor):
        return _to_own(request, lang, visitor, experiment, link)
    if not from_a_person(request):
        raise HTTPException(403, "only a person who opens this address gets an experiment, not a page elsewhere")
    if is_only_prepared(request):
        # After a refused prefetch, browsers ask again when somebody opens the address.
        raise HTTPException(503, "an experiment is opened when somebody opens this address", NOT_STORED)
    if request.method == "HEAD" or not is_navigation(request):
        action = f"{'/learn' if request.url.path == '/learn' else '/'}{links.write(link.settings + link.view)}"
        response = render(request, "welcome.html", lang, action=action)
        response.headers.update(NOT_STORED)
        return response
    return await _open(request, registry, lang, visitor, link)


def _without_key(request: Request, visitor: str) -> Response:
    """Redirect to the address without the key, so that it is neither seen over a shoulder nor passed on."""
    rest = [(name, value) for name, value in request.query_params.multi_items() if name != KEY]
    way_on = f"{request.url.path}{links.write(rest)}"
    return remember(RedirectResponse(way_on, 303, {"Referrer-Policy": "no-referrer"}), request, visitor)


@router.post("/learn", dependencies=[OwnPage, MayOpen])
@router.post("/", dependencies=[OwnPage, MayOpen])
@router.post("/new", dependencies=[OwnPage, MayOpen])
async def new(request: Request, registry: InRegistry, lang: Lang, visitor: Visitor) -> Response:
    """Open a new experiment of the visitor's, with the settings in the address."""
    return await _open(request, registry, lang, visitor, links.sort(request.query_params.multi_items()))


async def _open(request: Request, registry: Registry, lang: str, visitor: str, link: links.Link) -> Response:
    try:
        try:
            hosted = await registry.create(links.read(link), visitor, kept=False)
        except TooLarge as error:
            raise links.NotAnExperiment([problem(error, "net")], links.without(link, {"net", "lanes"})) from error
        except Missing as error:
            if offer := _to_download(request, lang, str(error.values["got"])):
                return offer
            raise links.NotAnExperiment([problem(error, "data")], links.without(link, {"data"})) from error
    except links.NotAnExperiment as error:
        way_on = f"{request.url.path}{links.write(error.rest.settings + error.rest.view)}"
        wrong = [(one.field, in_words(one, lang)) for one in error.problems]
        return render(request, "impossible.html", lang, 422, wrong=wrong, way_on=way_on)
    except NoRoom as error:
        return render(request, "full.html", lang, 503, limit=error.limit)
    return _to_own(request, lang, visitor, hosted.saved.id, link)


def _to_own(request: Request, lang: str, visitor: str, experiment: str, link: links.Link) -> Response:
    reading = "/learn" if request.url.path == "/learn" else ""
    response = RedirectResponse(f"/e/{experiment}{reading}{links.write(link.view)}", 303)
    cookies.write(response, request, "experiment", experiment)
    return _remember_language(request, remember(response, request, visitor), lang)


@router.api_route("/e/{id}/learn", methods=READ)
@router.api_route("/e/{id}", methods=READ)
async def experiment_page(
    request: Request, registry: InRegistry, classroom: InClassroom, lang: Lang, visitor: Visitor, id: str
) -> Response:
    """Show one experiment, at an address that can be shared and reloaded. Its owner has control.

    Under ``/learn`` a text beside it explains what is to be seen.
    """
    reading = request.url.path.endswith("/learn")
    leads = classroom.enabled and classroom.may_open(visitor)
    role: Role | None = "teacher" if leads else "student" if classroom.enabled else None
    response = await _experiment(request, registry, lang, id, watch=False, reading=reading, role=role)
    if leads and response.status_code == 200:
        classroom.current = id  # the class follows what the teacher looks at
    return remember(response, request, visitor) if role == "student" else response


@router.api_route("/w/{id}", methods=READ)
async def watching_page(
    request: Request, registry: InRegistry, classroom: InClassroom, lang: Lang, visitor: Visitor, id: str
) -> Response:
    """Show an experiment without controls. In a classroom it follows the teacher's, and one visitor has one vote."""
    if not classroom.enabled:
        return await _experiment(request, registry, lang, id, watch=True)
    return remember(await _experiment(request, registry, lang, id, watch=True, role="student"), request, visitor)


async def _experiment(
    request: Request,
    registry: Registry,
    lang: str,
    id: str,
    *,
    watch: bool,
    reading: bool = False,
    role: Role | None = None,
) -> Response:
    view = await registry.view(id)
    if view is None:
        return render(request, "gone.html", lang, 404, experiment_id=id, way_on=_anew(request))
    if view.status == "asleep" and (about := _missing(view.dataset.name)):
        return render(request, "missing.html", lang, 409, dataset=view.dataset.name, about=about, way_on=ELSEWHERE)
    if view.status == "asleep" and (offer := _to_download(request, lang, view.dataset.name)):
        return offer
    hidden, unknown = links.hidden(request.query_params.getlist("hide"))
    return render(
        request,
        "page.html",
        lang,
        experiment_id=id,
        watch=watch,
        reading=reading,
        class_role=role,
        projection=request.query_params.get("projection") == "1",
        hidden=hidden,
        unknown_flags=", ".join(unknown),
        class_words=_class_words(view.dataset, lang),
        other_settings=_other(request, view.config),
    )


def _class_words(dataset: DatasetView, lang: str) -> str:
    """Return what a language calls classes, as JSON: those that it calls otherwise. One's own keep their names."""
    words = {}
    for name in dataset.classes if dataset.origin != "own" else ():
        with suppress(KeyError):
            words[name] = texts[lang](f"class_name.{name}")
    return json.dumps(words, ensure_ascii=False) if words else ""


def _to_download(request: Request, lang: str, name: str) -> Response | None:
    """Offer the download of an experiment's data set, if that has yet to be downloaded."""
    data = datasets.downloadable(name)
    if data is None or data.is_here:
        return None
    try:
        title = texts[lang](f"dataset.{name}")
    except KeyError:
        title = data.INFO.title
    return render(request, "download.html", lang, 409, about=data.INFO, title=title, way_on=ELSEWHERE)


def _missing(dataset: str) -> shelf.Description | None:
    """Describe a data set of one's own whose images have been deleted; None: it is none, or is here."""
    which = shelf.within(dataset)
    return None if which is None or shelf.is_here(which) else shelf.describe(which)


def _other(request: Request, config: ExperimentConfig) -> str | None:
    """Return an address for the settings in the query, if they differ from those of the experiment shown."""
    link = links.sort(request.query_params.multi_items())
    try:
        same = not link.settings or links.read(link) == config
    except links.NotAnExperiment:
        same = False
    return None if same else f"/{links.write(link.settings + link.view)}"


def _anew(request: Request) -> str | None:
    """Return an address for a new experiment with the settings in the query, if there are any."""
    link = links.sort(request.query_params.multi_items())
    try:
        links.read(link)
    except links.NotAnExperiment:
        return None
    return f"/{links.write(link.settings + link.view)}" if link.settings else None
