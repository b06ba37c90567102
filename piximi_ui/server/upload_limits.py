"""How much may be uploaded: by one browser session, and by all together.

Streamlit keeps what is uploaded in memory until a page has taken it, and counts neither files nor
bytes. Here they are counted as they arrive, so that nobody fills the memory of everyone.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from typing import Any

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import runtime

from piximi_ui.language.texts import _, size
from piximi_ui.server.assets import base_path

__all__ = ["UploadLimits", "most_bytes", "most_bytes_of_session"]

_PATH = re.compile(r"/_stcore/upload_file/([^/]+)/[^/]+")
_SESSION_BYTES = 2**32  # as large as one file may be (server.maxUploadSize)


class _TooMuch(Exception):
    """More arrived than is allowed."""


def most_bytes() -> int:
    """Return what all sessions may hold at once: ``PIXIMI_MAX_UPLOADS``, or half the memory."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return _number(os.environ.get("PIXIMI_MAX_UPLOADS", ""), memory // 2)


def most_bytes_of_session() -> int:
    """Return what one session may hold at once: ``PIXIMI_MAX_SESSION_UPLOADS``, or 4 GiB."""
    wanted = os.environ.get("PIXIMI_MAX_SESSION_UPLOADS", "")
    return min(_number(wanted, _SESSION_BYTES), most_bytes())


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isdecimal() and int(text) > 0 else otherwise


class UploadLimits:
    """Middleware: an upload beyond the limits ends with 413 and a sentence."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.arriving: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; count the bytes of one that uploads a file."""
        upload = (
            _PATH.fullmatch(scope["path"].removeprefix(base_path()))
            if scope["type"] == "http" and scope["method"] == "PUT"
            else None
        )
        if upload is None:
            await self.app(scope, receive, send)
            return
        session, mine = upload[1], 0
        refusal: str | None = None
        answered = False

        async def counted() -> Message:
            nonlocal mine, refusal
            message = await receive()
            arrived = len(message.get("body", b""))
            mine += arrived
            self.arriving[session] += arrived
            refusal = self._refusal(session)
            if refusal is not None:
                raise _TooMuch
            return message

        async def answer(message: Message) -> None:
            nonlocal answered
            answered = True
            await send(message)

        try:
            promised = dict(scope["headers"]).get(b"content-length", b"")
            expected = int(promised) if promised.isdigit() else 0
            refusal = self._refusal(session, expected)
            if refusal is None:
                await self.app(scope, counted, answer)
        except _TooMuch:
            pass
        finally:
            self.arriving[session] -= mine
            if self.arriving[session] <= 0:
                del self.arriving[session]
        if refusal is not None and not answered:
            headers = {"Connection": "close", "Cache-Control": "no-store"}
            words = PlainTextResponse(refusal, status_code=413, headers=headers)
            await words(scope, receive, send)

    def _refusal(self, session: str, more: int = 0) -> str | None:
        """Say why no more may be uploaded, None if it may."""
        allowed = most_bytes_of_session()
        if _kept(session) + self.arriving[session] + more > allowed:
            return _(
                "This is more than {size} at once: add what is chosen already, then go on, or let "
                "whoever runs the dashboard raise PIXIMI_MAX_SESSION_UPLOADS."
            ).format(size=size(allowed))
        if _kept(None) + self.arriving.total() + more > most_bytes():
            return _(
                "Others are uploading too much at this moment: try again in a minute, or let "
                "whoever runs the dashboard raise PIXIMI_MAX_UPLOADS."
            )
        return None


def _kept(session: str | None) -> int:
    """Return the bytes that Streamlit keeps of one session, or of all."""
    if not runtime.exists():
        return 0
    manager: Any = runtime.get_instance().uploaded_file_mgr
    if session is None:
        return int(manager._total_bytes)
    return sum(len(file.data) for file in list(manager.file_storage.get(session, {}).values()))
