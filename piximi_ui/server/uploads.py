"""Files from a browser by HTTP, straight to the upload folder of a job, in lots that are counted.

Streamlit's own uploader starts all files at once and drops those that the browser refuses to send
beyond about 1,400, and it keeps the others in memory. Here the component `upload` sends one lot
after the other under a token of the session and the project; see
`piximi_core.services.importing.arriving`.
"""

from __future__ import annotations

import logging
from pathlib import Path

import streamlit as st
from cachetools import LRUCache
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from piximi_core.errors import BadInput, NoSpace, NotFound
from piximi_core.project.database.store import Store
from piximi_core.project.files import ProjectFiles
from piximi_core.services.importing.arriving import Conflict, Receiver, arriving, upload_folder
from piximi_core.services.importing.uploads import keep
from piximi_ui.server.assets import base_path
from piximi_ui.server.door import comes_from_here
from piximi_ui.server.sessions import Tokens, this_session

__all__ = ["routes", "upload_address"]

log = logging.getLogger("piximi")

_CHUNK = 1 << 20
_MOST_UPLOADS = 256
_tokens: Tokens[Path] = Tokens()
# What is known of the uploads under way, and which of them takes a lot at this moment.
_known: LRUCache[Path, dict[int, tuple[str, int]]] = LRUCache(_MOST_UPLOADS)
_busy: set[Path] = set()


def upload_address(store: Store) -> str:
    """Return where this browser session may send files for this project.

    The browser adds an upload's id: GET tells what has arrived of it, POST sends a lot.
    """
    token = _tokens.issue(this_session(), store.folder.absolute())
    return f"{base_path()}/uploads/{token}"


def most_bytes() -> int:
    """Return how large one file may be, as the operator says (``server.maxUploadSize``)."""
    return int(st.get_option("server.maxUploadSize")) * 1_000_000


def routes() -> list[BaseRoute]:
    """Routes for ``st.App(routes=...)``.

    An unknown token or one whose session has ended answers 404, another origin 403, what does not
    fit what has arrived 409, a lie 400, a full disk 507.
    """
    address = f"{base_path()}/uploads/{{token}}/{{upload}}"
    return [
        Route(address, _arrived, methods=["GET"]),
        Route(address, _lot, methods=["POST"]),
    ]


def _folder(request: Request) -> Path:
    """Return the folder of the upload that is meant.

    Raises
    ------
    NotFound
        The token is unknown, or its session has ended.
    Conflict
        Its files are being added already.
    """
    project = _tokens.find(request.path_params["token"])
    if project is None or not project.is_dir():
        raise NotFound("This page is out of date.")
    return upload_folder(ProjectFiles(project).jobs, request.path_params["upload"])


async def _arrived(request: Request) -> Response:
    try:
        folder = _folder(request)
    except NotFound:
        return _answer(404)
    except Conflict:
        return _answer(409, error="asked")
    files = await run_in_threadpool(arriving, folder)
    keep(folder)
    return _answer(200, files=[[f.number, f.name, f.size, f.arrived] for f in files])


async def _lot(request: Request) -> Response:
    if not comes_from_here(request):
        return _answer(403, error="origin")
    try:
        folder = _folder(request)
    except NotFound:
        return _answer(404)
    except Conflict:
        return _answer(409, error="asked")
    if folder in _busy:
        # The lot before is still being written, though the browser no longer waits for it.
        return _answer(409, error="busy")
    _busy.add(folder)
    try:
        return await _receive(request, folder)
    except (BadInput, Conflict) as error:
        _known.pop(folder, None)
        status = 409 if isinstance(error, Conflict) else 400
        return _answer(status, error="again" if status == 409 else "bad", text=str(error))
    except NoSpace as error:
        _known.pop(folder, None)
        return _answer(507, error="full", text=str(error))
    except OSError:
        _known.pop(folder, None)
        log.exception("An upload could not be written")
        return _answer(500, error="disk")
    except ClientDisconnect:
        return _answer(400, error="bad")
    finally:
        _busy.discard(folder)


async def _receive(request: Request, folder: Path) -> Response:
    known = _known.setdefault(folder, {})
    receiver = Receiver(folder, most_bytes(), known)
    waiting = bytearray()
    try:
        async for chunk in request.stream():
            waiting += chunk
            if len(waiting) >= _CHUNK:
                await run_in_threadpool(receiver.feed, bytes(waiting))
                waiting.clear()
        await run_in_threadpool(receiver.feed, bytes(waiting))
        return _answer(200, arrived=receiver.finish())
    finally:
        receiver.close()


def _answer(status: int, **content: object) -> Response:
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return JSONResponse(content, status_code=status, headers=headers)
