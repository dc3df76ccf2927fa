"""The pages that a person sees."""

from typing import Annotated

from fastapi import APIRouter, Cookie, Depends, Header, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.templating import Jinja2Templates

from server import __version__
from server.api import locales
from server.api.experiments import InRegistry
from server.api.registry import NoRoom
from server.experiment import ExperimentConfig
from server.settings import STATIC, TEMPLATES

router = APIRouter(include_in_schema=False)
templates = Jinja2Templates(TEMPLATES)
texts = locales.load(STATIC / "locales")

A_YEAR = 365 * 24 * 3600
# Named in the page's head, so that the browser fetches them all at once and does not find them one import at a time.
MODULES = [
    path.relative_to(STATIC).as_posix()
    for path in sorted([*STATIC.glob("*.js"), *STATIC.glob("views/*.js"), *STATIC.glob("draw/*.js")])
    if path.stem not in ("api-docs", "theme-boot", "types")
] + ["vendor/uPlot.esm.js"]


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
    response = templates.TemplateResponse(
        request,
        name,
        {"lang": lang, "t": texts[lang], "languages": locales.LANGUAGES, "version": __version__, **context},
        status,
        headers={"Vary": "Accept-Language, Cookie"},
    )
    return _remember_language(request, response, lang)


def _remember_language(request: Request, response: Response, lang: str) -> Response:
    if "lang" in request.query_params:
        response.set_cookie("lang", lang, max_age=A_YEAR, samesite="lax")
    return response


@router.get("/", response_class=HTMLResponse)
async def home(
    request: Request, registry: InRegistry, lang: Lang, experiment: Annotated[str | None, Cookie()] = None
) -> Response:
    """The visitor's own experiment: the one they had, or a new one."""
    if experiment is None or await registry.view(experiment) is None:
        try:
            experiment = (await registry.create(ExperimentConfig())).saved.id
        except NoRoom as error:
            return render(request, "full.html", lang, 503, limit=error.limit)
    response = RedirectResponse(f"/e/{experiment}", 303)
    response.set_cookie("experiment", experiment, max_age=A_YEAR, httponly=True, samesite="lax")
    return _remember_language(request, response, lang)


@router.get("/e/{id}", response_class=HTMLResponse)
async def experiment_page(request: Request, registry: InRegistry, lang: Lang, id: str) -> Response:
    """One experiment: an address that can be shared and reloaded."""
    if await registry.view(id) is None:
        return render(request, "gone.html", lang, 404, experiment_id=id)
    return render(request, "page.html", lang, experiment_id=id, modules=MODULES)


@router.get("/docs", response_class=HTMLResponse)
async def api_page(request: Request, lang: Lang) -> Response:
    """The API, from /openapi.json; its scripts are served from here, not from somebody's network."""
    return render(request, "docs.html", lang)


@router.get("/favicon.ico")
async def favicon() -> Response:
    """For those who ask without reading the page."""
    return RedirectResponse("/static/icon.svg", 308)
