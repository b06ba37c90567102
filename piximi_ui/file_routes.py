"""Large files by HTTP, straight from the disk: an archive never passes through memory.

A page asks for an address and draws it as a link. It is unguessable, belongs to one session, and
serves one file under one name.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from streamlit.runtime.scriptrunner import get_script_run_ctx

from piximi_ui.assets import base_path

__all__ = ["file_address", "routes"]

_MOST = 1024


@dataclass(frozen=True)
class _Grant:
    session: str
    path: Path
    name: str


_grants: OrderedDict[str, _Grant] = OrderedDict()
_tokens: dict[_Grant, str] = {}
_lock = Lock()


def file_address(path: Path, name: str) -> str:
    """Return where this browser session can fetch a file.

    Parameters
    ----------
    name
        What the browser is to call it.
    """
    context = get_script_run_ctx(suppress_warning=True)
    grant = _Grant(context.session_id if context else "no session", path.absolute(), name)
    with _lock:
        token = _tokens.get(grant)
        if token is None:
            token = _tokens[grant] = secrets.token_urlsafe(24)
            _grants[token] = grant
            while len(_grants) > _MOST:
                _forgotten, old = _grants.popitem(last=False)
                del _tokens[old]
    return f"{base_path()}/files/{token}/{quote(name)}"


def routes() -> list[BaseRoute]:
    """Routes for ``st.App(routes=...)``; an unknown token or a file that is gone answers 404."""
    return [Route(f"{base_path()}/files/{{token}}/{{name}}", _file, methods=["GET"])]


async def _file(request: Request) -> Response:
    with _lock:
        grant = _grants.get(request.path_params["token"])
    if grant is None or not grant.path.is_file():
        return PlainTextResponse(
            "Not found", status_code=404, headers={"Cache-Control": "no-store"}
        )
    headers = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
    return FileResponse(
        grant.path, filename=grant.name, media_type="application/octet-stream", headers=headers
    )
