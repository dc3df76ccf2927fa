"""Pages without an experiment, and parts of pages that are fetched when they are wanted."""

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from kernelscope.api.pages import gallery, links
from kernelscope.api.pages.pages import READ, Lang, render, templates, texts

PARTS = ("experiments", "help", "lane-editor", "network", "own-data", "share-dialog", "stop-dialog", "tour")
"""What a page is without until somebody opens it (static/page/fragment.js): dialogs, mostly."""

router = APIRouter(include_in_schema=False)


@router.api_route("/gallery", methods=READ)
async def gallery_page(request: Request, lang: Lang) -> Response:
    """Show comparisons that are ready to be opened."""
    return render(request, "gallery.html", lang, comparisons=gallery.COMPARISONS, steps=gallery.STEPS)


@router.api_route("/parts/{lang}/{name}", methods=READ)
async def part(lang: str, name: str) -> Response:
    """Give a part of a page in one of its languages."""
    if lang not in texts or name not in PARTS:
        raise HTTPException(404, f"expected one of {', '.join(texts)}, then one of {', '.join(PARTS)}")
    return HTMLResponse(templates.get_template(f"parts/{name}.html").render(t=texts[lang], hideable=links.HIDDEN))


@router.api_route("/docs", methods=READ)
async def api_page(request: Request, lang: Lang) -> Response:
    """Show the documentation of the API, made from /openapi.json without scripts of other servers."""
    return render(request, "docs.html", lang)


@router.api_route("/favicon.ico", methods=READ)
async def favicon() -> Response:
    """Redirect clients that ask for the icon at its traditional address."""
    return RedirectResponse("/static/icon.svg", 308)
