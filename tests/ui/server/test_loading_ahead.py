"""A page's answer names what the page will ask for, and all of it is there."""

from __future__ import annotations

import asyncio
import html
import re
from pathlib import Path

import pytest
import streamlit
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route

from piximi_ui.server import assets, loading_ahead
from tests.ui.server.asgi import Answer, fetch, get
from tests.ui.server.test_streamlit_assumptions import bundle

STREAMLIT = Path(streamlit.__file__).parent / "static"


async def page(request: Request) -> HTMLResponse:
    assert "accept-encoding" not in request.headers, "it is read, and must not be packed"
    return HTMLResponse("<!doctype html><head><title>Streamlit</title></head>")


async def health(request: Request) -> PlainTextResponse:
    return PlainTextResponse("ok")


def asked(path: str) -> Answer:
    app = Starlette(
        routes=[Route("/health", health), Route("/broken", page, methods=["POST"])]
        + [Route(name, page) for name in ("/", "/images", "/train", "/annotate", "/lab's/images")],
        middleware=[Middleware(loading_ahead.LoadingAhead)],
    )
    return asyncio.run(fetch(app, path, headers={"Accept-Encoding": "gzip"}))


def linked(path: str) -> list[str]:
    head, _, rest = asked(path).body.decode().partition("</head>")
    assert "preload" not in rest
    return [html.unescape(address) for address in re.findall(r'href="(/[^"]+)"', head)]


@pytest.mark.parametrize("path", ["/", "/images", "/train", "/annotate"])
def test_all_that_a_page_names_is_served(path: str) -> None:
    ours = [address for address in linked(path) if address.startswith("/assets/")]
    theirs = [address for address in linked(path) if address not in ours]
    assert {answer.status for answer in get(assets.routes(), *ours)} == {200}
    names = [Path(address).name.partition(".")[0] for address in theirs]
    assert {*loading_ahead._AT_ONCE, "serialization"} <= set(names), "an upgrade has renamed some"
    assert len(theirs) == len(set(theirs))
    assert all((STREAMLIT / address.lstrip("/")).is_file() for address in theirs)


def test_the_page_of_images_names_the_gallery_with_all_it_imports() -> None:
    names = {Path(address).name.rpartition("-")[0] for address in linked("/images")}
    folder = Path(assets.__file__).parents[1] / "components" / "gallery"
    assert {f"gallery.{file.stem}" for file in folder.glob("*.js")} <= names
    assert len(linked("/images")) == len(set(linked("/images")))
    assert not any("gallery" in address for address in linked("/train"))


@pytest.mark.parametrize("base", ["", "/lab's"])
def test_a_page_says_where_its_server_is(base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading_ahead, "base_path", lambda: base)
    loading_ahead._told.cache_clear()
    answer = asked(f"{base}/images")
    loading_ahead._told.cache_clear()
    said = f'{{ BACKEND_BASE_URL: location.origin + "{base}" }}'
    assert answer.body.decode().index(said) < answer.body.index(b"<title>")
    assert answer.headers["content-length"] == str(len(answer.body))


def test_streamlits_page_has_a_head_that_its_server_can_be_named_in() -> None:
    """And reads what is named there; if this fails after an upgrade, look at both again."""
    assert (STREAMLIT / "index.html").read_text(encoding="utf-8").count("<head>") == 1
    assert "get BACKEND_BASE_URL(){" in bundle()


def test_only_pages_name_anything() -> None:
    assert asked("/health").body == b"ok"
    assert asked("/nowhere").status == 404
    assert asked("/broken").status == 405


def test_the_widgets_of_other_pages_are_there() -> None:
    """If this fails after an upgrade of Streamlit, look for their new names."""
    found = loading_ahead.widgets()
    assert len(found) == len(loading_ahead._LATER)
    assert all((STREAMLIT / address.lstrip("/")).is_file() for address in found)


def test_the_page_to_draw_on_names_the_annotator_with_all_it_imports() -> None:
    names = {Path(address).name.rpartition("-")[0] for address in linked("/annotate")}
    folder = Path(assets.__file__).parents[1] / "components" / "annotator"
    assert {f"annotator.{file.stem}" for file in folder.glob("*.js")} <= names
    assert "viewer.stage" in names
    assert not any("annotator.annotator" in address for address in linked("/images"))
