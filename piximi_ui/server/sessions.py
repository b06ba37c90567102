"""Rights of one browser session: unguessable tokens in addresses, which end with the session.

Streamlit keeps a session for two minutes after its connection broke; whoever comes back later gets
another one, and the page on the screen belongs to none. Every page asks after its own token, and
loads itself anew when that has ended.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextlib import suppress
from threading import Lock
from typing import Any, Generic, TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from streamlit.runtime import Runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from piximi_ui.server.assets import base_path

__all__ = [
    "Tokens",
    "alive_address",
    "end",
    "forget_ended",
    "is_live",
    "routes",
    "this_session",
    "watch",
]

NO_SESSION = "no session"
_MOST = 4096
_WATCH_SECONDS = 10.0

Right = TypeVar("Right", bound=Hashable)

_all_tokens: list[Tokens[Any]] = []


class Tokens(Generic[Right]):
    """What each token allows; the longest unused is forgotten when there are too many.

    Parameters
    ----------
    forgotten
        Called with each token that ends, so that what belongs to it can be let go.
    """

    def __init__(
        self, most: int = _MOST, forgotten: Callable[[str], object] = lambda _token: None
    ) -> None:
        self._most = most
        self._forgotten = forgotten
        self._lock = Lock()
        self._rights: OrderedDict[str, tuple[str, Right]] = OrderedDict()
        self._tokens: dict[tuple[str, Right], str] = {}
        _all_tokens.append(self)

    def issue(self, session_id: str, right: Right) -> str:
        """Return the token of a session for something; always the same one."""
        key = (session_id, right)
        with self._lock:
            token = self._tokens.get(key)
            if token is None:
                token = self._tokens[key] = secrets.token_urlsafe(24)
                self._rights[token] = key
            self._rights.move_to_end(token)
            while len(self._rights) > self._most:
                oldest, old = self._rights.popitem(last=False)
                del self._tokens[old]
                self._forgotten(oldest)
            return token

    def find(self, token: str) -> Right | None:
        """Return what a token allows; None if it is unknown, or its session has ended."""
        with self._lock:
            found = self._rights.get(token)
            if found is None:
                return None
            self._rights.move_to_end(token)
        session_id, right = found
        if is_live(session_id):
            return right
        end(session_id)
        return None

    def end(self, session_id: str) -> None:
        """Forget all tokens of a session."""
        with self._lock:
            for key in [key for key in self._tokens if key[0] == session_id]:
                token = self._tokens.pop(key)
                del self._rights[token]
                self._forgotten(token)

    def sessions(self) -> set[str]:
        """Return the sessions that have tokens."""
        with self._lock:
            return {session_id for session_id, _right in self._tokens}


def this_session() -> str:
    """Return the id of the session whose page is being drawn."""
    context = get_script_run_ctx(suppress_warning=True)
    return context.session_id if context else NO_SESSION


def is_live(session_id: str) -> bool:
    """Tell whether a session is connected, or was until just now and may come back."""
    if session_id == NO_SESSION or not Runtime.exists():
        return True
    return Runtime.instance()._session_mgr.get_session_info(session_id) is not None


async def watch() -> None:
    """Forget the sessions that have ended, again and again, while the server runs."""
    while True:
        await asyncio.sleep(_WATCH_SECONDS)
        forget_ended()


def forget_ended() -> None:
    """Forget the tokens of sessions that have ended, and what was uploaded in them."""
    if not Runtime.exists():
        return
    with suppress(AttributeError):
        # Streamlit drops them, and their uploads with them, only when it needs the room.
        Runtime.instance()._session_mgr._session_storage._cache.expire()  # type: ignore[attr-defined]
    known = set().union(*(tokens.sessions() for tokens in _all_tokens))
    for session_id in known:
        if not is_live(session_id):
            end(session_id)


def end(session_id: str) -> None:
    """Forget every right of a session; its addresses answer 404 from now on."""
    for tokens in _all_tokens:
        tokens.end(session_id)


_pages: Tokens[str] = Tokens()


def alive_address() -> str:
    """Return where a page asks whether its session still lives (204), or has ended (404)."""
    return f"{base_path()}/alive/{_pages.issue(this_session(), 'page')}"


def routes() -> list[BaseRoute]:
    """Routes for ``st.App(routes=...)``."""
    return [Route(f"{base_path()}/alive/{{token}}", _alive, methods=["GET"])]


async def _alive(request: Request) -> Response:
    known = _pages.find(request.path_params["token"]) is not None
    return Response(status_code=204 if known else 404, headers={"Cache-Control": "no-store"})
