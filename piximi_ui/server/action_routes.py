"""Actions by HTTP: what a person does in a component, without a run of the page's script.

A page that draws a component asks for an address and says what is to be done with what comes there.
The address is unguessable, belongs to one session and ends with it; what it does is what the newest
drawing said. Each batch is one call in a thread, never on the event loop, and one at a time.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import anyio
import anyio.to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from piximi_ui.language.languages import Speech
from piximi_ui.server.actions import Batch, read_batch
from piximi_ui.server.assets import base_path
from piximi_ui.server.door import comes_from_here
from piximi_ui.server.sessions import Tokens, this_session

__all__ = ["MOST_BYTES", "Desk", "action_address", "routes"]

log = logging.getLogger("piximi")

Desk = Callable[[Batch], Mapping[str, Any]]
"""Called with each batch, in a thread and not within a page's script; returns the answer."""

# A label of all things of a project of a million.
MOST_BYTES = 48 << 20
# Threads beside those of pictures; each mostly waits for the disk.
_THREADS = 16

_desks: dict[str, tuple[Desk, Speech]] = {}
_tokens: Tokens[str] = Tokens(forgotten=lambda token: _desks.pop(token, None))
_busy: set[str] = set()


def action_address(key: str, desk: Desk) -> str:
    """Return where this browser session may send the actions of a component.

    Parameters
    ----------
    key
        Names the component in its session: the address stays from drawing to drawing.
    desk
        What is to be done there from now on.
    """
    token = _tokens.issue(this_session(), key)
    _desks[token] = (desk, Speech.here())
    return f"{base_path()}/actions/{token}"


def routes() -> list[BaseRoute]:
    """Routes for ``st.App(routes=...)``.

    Another origin answers 403, an unknown token or one whose session has ended 404, a batch while
    the one before is still being done 409, too large a body 413, anything but JSON 415, what is no
    batch 400.
    """
    return [Route(f"{base_path()}/actions/{{token}}", _act, methods=["POST"])]


async def _act(request: Request) -> Response:
    if not comes_from_here(request):
        return _answer(403)
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        return _answer(415)
    token = request.path_params["token"]
    found = _desks.get(token) if _tokens.find(token) is not None else None
    if found is None:
        return _answer(404)
    if token in _busy:
        # The browser gave up waiting for the batch before, which is still being done.
        return _answer(409)
    with _busy_with(token):
        try:
            body = await _body(request)
        except ClientDisconnect:
            return _answer(400)
        if body is None:
            return _answer(413)
        desk, speech = found

        def work() -> Mapping[str, Any] | None:
            batch = _parsed(body)
            if batch is None:
                return None
            with speech:
                return desk(batch)

        try:
            answer = await anyio.to_thread.run_sync(work, limiter=_limiter())
        except Exception:
            log.exception("A batch of actions could not be answered")
            return _answer(500)
        return _answer(400) if answer is None else _answer(200, answer)


@contextmanager
def _busy_with(token: str) -> Iterator[None]:
    _busy.add(token)
    try:
        yield
    finally:
        _busy.discard(token)


async def _body(request: Request) -> bytes | None:
    """Return the body, None as soon as it is too large."""
    promised = request.headers.get("content-length", "")
    if promised.isdecimal() and int(promised) > MOST_BYTES:
        return None
    found = bytearray()
    async for chunk in request.stream():
        found += chunk
        if len(found) > MOST_BYTES:
            return None
    return bytes(found)


def _parsed(body: bytes) -> Batch | None:
    try:
        return read_batch(json.loads(body))
    except (ValueError, RecursionError):
        return None


_limiters: list[anyio.CapacityLimiter] = []


def _limiter() -> anyio.CapacityLimiter:
    """Return the limit of threads, made where an event loop runs."""
    if not _limiters:
        _limiters.append(anyio.CapacityLimiter(_THREADS))
    return _limiters[0]


def _answer(status: int, content: Mapping[str, Any] | None = None) -> Response:
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return JSONResponse(content or {}, status_code=status, headers=headers)
