"""What the browser is told to load before it finds out by itself that it needs it.

A page of Streamlit is found out step by step: its script, then the pages' elements one by one, then
our components, and of each the modules that it imports, four deep. Each step waits for the answer
to the one before. Here the page's own answer names all that every page needs; and once a page
stands, the browser is given the widgets of the others, whose places Streamlit leaves nearly empty
until their code has come, so that what stands below jumps away from under the hand.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from piximi_ui.server.assets import base_path, module_addresses

__all__ = ["LoadingAhead", "widgets"]

# Of Streamlit's elements, those on every page, and what they import by themselves.
_AT_ONCE = ("PageLink", "Button", "Html", "purify", "BidiComponent", "serialization", "recordbatch")
# And those that a page may have, the most used first, the largest last.
_LATER = (
    "Selectbox",
    "TextInput",
    "ButtonGroup",
    "Radio",
    "NumberInput",
    "Checkbox",
    "Slider",
    "LinkButton",
    "Metric",
    "MenuButton",
    "TextArea",
    "Multiselect",
    "FileUploader",
    "DataFrame",
    "PlotlyChart",
)


class LoadingAhead:
    """Middleware: a page's answer names the modules that the page will ask for."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and add to the answer if it is a page."""

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200:
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers["Link"] = _links(_is_of_images(scope))
            await send(message)

        await self.app(scope, receive, answer if scope["type"] == "http" else send)


@cache
def widgets() -> tuple[str, ...]:
    """Addresses of the code of widgets that other pages may have."""
    return _streamlit(_LATER)


def _is_of_images(scope: Scope) -> bool:
    return bool(scope["path"].rstrip("/").endswith("/images"))


@cache
def _links(has_gallery: bool) -> str:
    ours = module_addresses("watch", "drop", *(["gallery"] if has_gallery else []))
    return ", ".join(
        f"<{address}>; rel=preload; as=style"
        if address.endswith(".css")
        else f"<{address}>; rel=modulepreload"
        for address in (*_streamlit(_AT_ONCE), *ours)
    )


def _streamlit(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Addresses of files of Streamlit; their names end in a digest, and change with upgrades."""
    folder = Path(streamlit.__file__).parent / "static" / "static" / "js"
    found = [next(iter(sorted(folder.glob(f"{part}.*js"))), None) for part in parts]
    return tuple(f"{base_path()}/static/js/{file.name}" for file in found if file)
