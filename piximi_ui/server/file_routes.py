"""Files by HTTP: large ones straight from the disk, tables made when they are asked for.

A page asks for an address and draws it as a link. It is unguessable, belongs to one session, and
serves one file under one name. Such a link works as long as its session lives, whatever became of
the connection meanwhile; afterwards the page loads itself anew (`page_script`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import quote

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from piximi_ui.server.assets import base_path
from piximi_ui.server.sessions import Tokens, this_session

__all__ = ["download_link", "file_address", "made_address", "routes"]

log = logging.getLogger("piximi")

_MOST = 1024
_HEADERS = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}


@dataclass(frozen=True)
class _Grant:
    path: Path | None
    name: str
    key: str = ""


_makers: dict[str, Callable[[], bytes | Path]] = {}
_tokens: Tokens[_Grant] = Tokens(_MOST, forgotten=lambda token: _makers.pop(token, None))


def file_address(path: Path, name: str) -> str:
    """Return where this browser session can fetch a file.

    Parameters
    ----------
    name
        What the browser is to call it.
    """
    token = _tokens.issue(this_session(), _Grant(path.absolute(), name))
    return f"{base_path()}/files/{token}/{quote(name, safe='')}"


def made_address(make: Callable[[], bytes | Path], name: str, *, key: str) -> str:
    """Return where this browser session can fetch what is made at that moment.

    Parameters
    ----------
    make
        Return the content or a file with it; called outside the page, so it draws nothing.
    key
        Names the download in its session: the address stays, what it gives is what the newest
        drawing said.
    """
    token = _tokens.issue(this_session(), _Grant(None, name, key))
    _makers[token] = make
    return f"{base_path()}/files/{token}/{quote(name, safe='')}"


def download_link(
    label: str,
    address: str,
    *,
    icon: str = ":material/download:",
    primary: bool = False,
    disabled: bool = False,
    help_text: str | None = None,
    width: Literal["stretch", "content"] = "content",
) -> None:
    """Draw a link to an address of this module, in the form of a button."""
    st.link_button(
        label,
        address,
        icon=icon,
        type="primary" if primary else "secondary",
        disabled=disabled,
        help=help_text,
        width=width,
    )


def routes() -> list[BaseRoute]:
    """Routes for ``st.App(routes=...)``; an unknown token or a file that is gone answers 404."""
    return [Route(f"{base_path()}/files/{{token}}/{{name}}", _file, methods=["GET"])]


async def _file(request: Request) -> Response:
    token = request.path_params["token"]
    grant = _tokens.find(token)
    if grant is None:
        return _refusal("Not found", 404)
    path, make = grant.path, _makers.get(token)
    if path is None:
        if make is None:
            return _refusal("Not found", 404)
        if request.method == "HEAD":
            return Response(headers=_HEADERS)
        try:
            made = await run_in_threadpool(make)
        except Exception:
            log.exception("The download %s could not be made", grant.name)
            return _refusal("This file could not be made; load the page again and try once more.")
        if isinstance(made, bytes):
            told = f"attachment; filename*=UTF-8''{quote(grant.name, safe='')}"
            return Response(
                made,
                media_type="application/octet-stream",
                headers={**_HEADERS, "Content-Disposition": told},
            )
        path = made
    if not path.is_file():
        return _refusal("Not found", 404)
    return FileResponse(
        path, filename=grant.name, media_type="application/octet-stream", headers=_HEADERS
    )


def _refusal(text: str, status: int = 500) -> Response:
    return PlainTextResponse(text, status_code=status, headers={"Cache-Control": "no-store"})
