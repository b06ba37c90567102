"""What the browser is told to load before it finds out by itself that it needs it.

A page of Streamlit is found out step by step: its script, then the pages' elements one by one, then
our components, and of each the modules that it imports, four deep. Each step waits for the answer
to the one before. Here the page's own answer names all that every page needs; and once a page
stands, the browser is given the widgets of the others, whose places Streamlit leaves nearly empty
until their code has come, so that what stands below jumps away from under the hand.
"""

from __future__ import annotations

import html
import json
import re
from functools import cache
from pathlib import Path

import streamlit
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from piximi_ui.server.assets import base_path, module_addresses

__all__ = ["LoadingAhead", "widgets"]

# Of Streamlit's elements, those on every page.
_AT_ONCE = ("PageLink", "Button", "Html", "BidiComponent", "TextInput")
# The components that stand on one page alone.
_COMPONENTS = {"images": ("gallery",), "annotate": ("annotator",)}
# And those that a page may have, the most used first, the largest last.
_LATER = (
    "Selectbox",
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


_THEIRS = Path(streamlit.__file__).parent / "static" / "static" / "js"
# As Streamlit's files import each other at once, and as its page names them; not what they may
# import later, in brackets.
_IMPORT = re.compile(r"""(?:from|import|href=|src=)["'`]\./(?:static/js/)?([\w.-]+\.js)["'`]""")
# Streamlit takes a page's name for a place that it may be served under, asks there for its server
# first, and tries the right one a good hundred milliseconds later; here it is told.
_TELL = (
    "<head><script>window.__streamlit = {{ BACKEND_BASE_URL: location.origin + {base} }}</script>"
)
# A page must come whole, now and as it is: neither packed, nor in parts, nor from a cache.
_LEFT_OUT = frozenset({b"accept-encoding", b"range", b"if-none-match", b"if-modified-since"})


class LoadingAhead:
    """Middleware: a page's answer names the server and the modules that the page will ask for."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and add to the answer if it is a page."""
        name = _page_asked_for(scope)
        if name is None:
            await self.app(scope, receive, send)
            return
        begun: Message = {}
        body = b""

        async def answer(message: Message) -> None:
            nonlocal begun, body
            if message["type"] == "http.response.start":
                begun = message
                return
            body += message.get("body", b"")
            if message.get("more_body"):
                return
            headers = MutableHeaders(scope=begun)
            if begun["status"] == 200 and headers.get("content-type", "").startswith("text/html"):
                body = body.replace(b"<head>", _told(), 1)
                links = _links(_COMPONENTS.get(name, ()))
                body = body.replace(b"</head>", links + b"</head>", 1)
                headers["Content-Length"] = str(len(body))
            await send(begun)
            await send({"type": "http.response.body", "body": body})

        headers = [pair for pair in scope["headers"] if pair[0] not in _LEFT_OUT]
        await self.app({**scope, "headers": headers, "extensions": {}}, receive, answer)


@cache
def widgets() -> tuple[str, ...]:
    """Addresses of the code of widgets that other pages may have."""
    return _streamlit(_LATER)


def _page_asked_for(scope: Scope) -> str | None:
    """The name of the page that is asked for, "" for the first; None if it is something else."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return None
    found = re.fullmatch(rf"{re.escape(base_path())}/?([a-z]*)/?", scope["path"])
    return found[1] if found else None


@cache
def _told() -> bytes:
    # What is inside a script ends at the first "</", whatever it stands in.
    return _TELL.format(base=json.dumps(base_path()).replace("</", "<\\/")).encode()


@cache
def _links(own: tuple[str, ...]) -> bytes:
    """What a page will need besides Streamlit's script, which is to come first."""
    theirs = _streamlit(_AT_ONCE)
    ours = module_addresses("watch", "drop", *own)
    kinds = {".css": 'rel="preload" as="style"', ".js": 'rel="modulepreload"'}
    return "".join(
        f'<link {kinds[Path(address).suffix]} fetchpriority="low" href="{html.escape(address)}">\n'
        for address in (*theirs, *_imported(theirs), *ours)
    ).encode()


def _streamlit(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Addresses of files of Streamlit; their names end in a digest, and change with upgrades."""
    found = [next(iter(sorted(_THEIRS.glob(f"{part}.*.js"))), None) for part in parts]
    return tuple(f"{base_path()}/static/js/{file.name}" for file in found if file)


def _imported(addresses: tuple[str, ...]) -> tuple[str, ...]:
    """Addresses of what files of Streamlit import, all levels deep; not of what its page names."""
    known = set(_IMPORT.findall((_THEIRS.parents[1] / "index.html").read_text(encoding="utf-8")))
    waiting = [address.rpartition("/")[2] for address in addresses]
    found: list[str] = []
    while waiting:
        name = waiting.pop()
        for other in _IMPORT.findall((_THEIRS / name).read_text(encoding="utf-8")):
            if other not in known:
                known.add(other)
                found.append(other)
                waiting.append(other)
    return tuple(f"{base_path()}/static/js/{name}" for name in found if (_THEIRS / name).is_file())
