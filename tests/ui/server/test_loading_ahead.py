"""A page's answer names what the page will ask for, and all of it is there."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
import streamlit
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route

from piximi_ui.server import assets, loading_ahead
from tests.ui.server.asgi import Answer, fetch, get

STREAMLIT = Path(streamlit.__file__).parent / "static"


async def page(request: object) -> HTMLResponse:
    return HTMLResponse("<!doctype html>")


async def health(request: object) -> PlainTextResponse:
    return PlainTextResponse("ok")


def asked(path: str) -> Answer:
    app = Starlette(
        routes=[Route("/health", health), Route("/broken", page, methods=["POST"])]
        + [Route(name, page) for name in ("/", "/images", "/train")],
        middleware=[Middleware(loading_ahead.LoadingAhead)],
    )
    return asyncio.run(fetch(app, path))


def linked(path: str) -> list[str]:
    return re.findall(
        r"<([^>]+)>; rel=(?:modulepreload|preload; as=style)", asked(path).headers["link"]
    )


@pytest.mark.parametrize("path", ["/", "/images", "/train"])
def test_all_that_a_page_names_is_served(path: str) -> None:
    ours = [address for address in linked(path) if address.startswith("/assets/")]
    theirs = [address for address in linked(path) if address not in ours]
    assert {answer.status for answer in get(assets.routes(), *ours)} == {200}
    assert len(theirs) == len(loading_ahead._AT_ONCE), "an upgrade has renamed some"
    assert all((STREAMLIT / address.lstrip("/")).is_file() for address in theirs)


def test_the_page_of_images_names_the_gallery_with_all_it_imports() -> None:
    names = {Path(address).name.rpartition("-")[0] for address in linked("/images")}
    folder = Path(assets.__file__).parents[1] / "components" / "gallery"
    assert {f"gallery.{file.stem}" for file in folder.glob("*.js")} <= names
    assert len(linked("/images")) == len(set(linked("/images")))
    assert not any("gallery" in address for address in linked("/train"))


def test_only_pages_name_anything() -> None:
    assert "link" not in asked("/health").headers
    assert "link" not in asked("/nowhere").headers
    assert "link" not in asked("/broken").headers


def test_the_widgets_of_other_pages_are_there() -> None:
    """If this fails after an upgrade of Streamlit, look for their new names."""
    found = loading_ahead.widgets()
    assert len(found) == len(loading_ahead._LATER)
    assert all((STREAMLIT / address.lstrip("/")).is_file() for address in found)
