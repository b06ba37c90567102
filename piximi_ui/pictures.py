"""Pictures by HTTP: thumbnails and rendered planes, made once and named by their content.

Pictures never travel inside a rerun. A page asks for a token, builds addresses with
:func:`thumb_address` and :func:`plane_address`, and the browser fetches them here, many at a time
and from its own cache the next time.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import secrets
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from threading import Lock

from PIL import Image, ImageDraw
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from piximi_core.errors import NoSpace, PiximiError
from piximi_core.images import (
    ChannelsUnknown,
    Picture,
    default_colors,
    display_ranges,
    read_picture,
    render,
    thumbnail,
)
from piximi_core.project.files import ProjectFiles, replace_atomically
from piximi_core.project.store import open_store
from piximi_ui.assets import base_path

__all__ = [
    "issue_token",
    "plane_address",
    "revision_address",
    "revoke_session",
    "routes",
    "thumb_address",
]

# Private: the address is a secret of one session, so no shared proxy may keep the answer.
FOREVER = "private, max-age=31536000, immutable"
SOON_STALE = "private, max-age=30"
MOST_TOKENS = 4096
LONGEST_SIDE = 4096  # of a rendered plane; WebP itself ends at 16383
LOSSLESS_PIXELS = 1_000_000

_SHA256 = re.compile(r"[0-9a-f]{64}")
_PLANE = re.compile(r"[0-9]{1,6}")


@dataclass(frozen=True)
class _Grant:
    session: str
    project: Path
    channels: int | None


class _Tokens:
    """Tokens of live sessions; the longest unused is forgotten when there are too many."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._grants: OrderedDict[str, _Grant] = OrderedDict()
        self._issued: dict[_Grant, str] = {}

    def issue(self, grant: _Grant) -> str:
        with self._lock:
            token = self._issued.get(grant)
            if token is None:
                token = secrets.token_urlsafe(24)
                self._issued[grant] = token
                self._grants[token] = grant
            self._grants.move_to_end(token)
            while len(self._grants) > MOST_TOKENS:
                _, forgotten = self._grants.popitem(last=False)
                del self._issued[forgotten]
            return token

    def find(self, token: str) -> _Grant | None:
        with self._lock:
            grant = self._grants.get(token)
            if grant is not None:
                self._grants.move_to_end(token)
            return grant

    def revoke(self, session: str) -> None:
        with self._lock:
            for grant in [grant for grant in self._issued if grant.session == session]:
                del self._grants[self._issued.pop(grant)]


_tokens = _Tokens()


def issue_token(session_id: str, project_folder: Path, channels: int | None = None) -> str:
    """Give one session the right to see one project's pictures.

    Parameters
    ----------
    session_id
        Streamlit's session id; the same session and project always get the same token.
    project_folder
        The project's folder.
    channels
        The project's channel count, used for stacks that do not declare their own.

    Returns
    -------
    str
        An unguessable token for the addresses below.
    """
    return _tokens.issue(_Grant(session_id, Path(project_folder).resolve(), channels))


def revoke_session(session_id: str) -> None:
    """Forget every token of a session; its addresses answer 404 from now on."""
    _tokens.revoke(session_id)


def thumb_address(token: str, sha256: str) -> str:
    """Address of an image's thumbnail (JPEG, longest side 256 pixels)."""
    return f"{base_path()}/pictures/{token}/thumb/{sha256}.jpg"


def plane_address(token: str, sha256: str, plane: int = 0) -> str:
    """Address of one plane in full size with default colours (WebP, at most 4096 pixels)."""
    return f"{base_path()}/pictures/{token}/plane/{sha256}/{plane}.webp"


def revision_address(token: str) -> str:
    """Address of the project's present revision, a plain number that every change raises."""
    return f"{base_path()}/pictures/{token}/revision"


def routes() -> list[BaseRoute]:
    """Routes for ``st.App(routes=...)``; an unknown token, hash or plane answers 404."""
    start = f"{base_path()}/pictures/{{token}}"
    return [
        Route(f"{start}/thumb/{{sha256}}.jpg", _thumb, methods=["GET"]),
        Route(f"{start}/plane/{{sha256}}/{{plane}}.webp", _plane, methods=["GET"]),
        Route(f"{start}/revision", _revision, methods=["GET"]),
    ]


async def _revision(request: Request) -> Response:
    grant = _tokens.find(request.path_params["token"])
    if grant is None:
        return _missing()
    try:
        # Beside the pictures' own threads: a page of fresh thumbnails must not delay it.
        number = await asyncio.to_thread(lambda: open_store(grant.project).revision())
    except PiximiError:
        return _missing()
    return PlainTextResponse(str(number), headers={"Cache-Control": "no-store"})


async def _thumb(request: Request) -> Response:
    return await _answer(request, ProjectFiles.thumbnail, thumbnail)


async def _plane(request: Request) -> Response:
    plane = request.path_params["plane"]
    if not _PLANE.fullmatch(plane):
        return _missing()
    index = int(plane)

    def cached(files: ProjectFiles, sha256: str) -> Path:
        return files.cache / "planes" / sha256[:2] / f"{sha256}-{index}.webp"

    return await _answer(request, cached, lambda picture: _encode_plane(picture, index))


async def _answer(
    request: Request,
    cached: Callable[[ProjectFiles, str], Path],
    make: Callable[[Picture], bytes],
) -> Response:
    sha256 = request.path_params["sha256"]
    grant = _tokens.find(request.path_params["token"])
    if grant is None or not _SHA256.fullmatch(sha256):
        return _missing()
    path = cached(ProjectFiles(grant.project), sha256)
    try:
        content = await asyncio.get_running_loop().run_in_executor(
            _workers(), _load, grant, sha256, path, make
        )
    except (FileNotFoundError, IndexError):
        return _missing()
    except PiximiError:
        # The page goes on; a mended original is asked for again after a moment.
        return _picture(_placeholder(), SOON_STALE)
    return _picture(content, FOREVER)


def _picture(content: bytes, keep: str) -> Response:
    # By content: thumbnails are JPEG, planes and the placeholder WebP.
    media_type = "image/jpeg" if content.startswith(b"\xff\xd8") else "image/webp"
    headers = {"Cache-Control": keep, "X-Content-Type-Options": "nosniff"}
    return Response(content, media_type=media_type, headers=headers)


def _load(grant: _Grant, sha256: str, path: Path, make: Callable[[Picture], bytes]) -> bytes:
    """From the cache, or made from the original and put there."""
    with contextlib.suppress(OSError):
        return path.read_bytes()
    folder = ProjectFiles(grant.project).original(sha256, "").parent
    originals = sorted(folder.glob(f"{sha256}.*"))
    if not originals:
        raise FileNotFoundError(sha256)
    content = make(_read(originals[0], grant.channels))
    _keep(path, content)
    return content


def _read(path: Path, channels: int | None) -> Picture:
    try:
        return read_picture(path)
    except ChannelsUnknown:
        return read_picture(path, channels=channels)


def _keep(path: Path, content: bytes) -> None:
    """Write whole or not at all; a full disk costs the cache, never the answer."""
    with contextlib.suppress(OSError, NoSpace), replace_atomically(path, durable=False) as part:
        part.write_bytes(content)


def _encode_plane(picture: Picture, index: int) -> bytes:
    if index >= picture.planes:
        raise IndexError(index)
    colors = picture.channel_colors or default_colors(picture.channels)
    image = Image.fromarray(render(picture.pixels[index], display_ranges(picture), colors))
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    out = BytesIO()
    if image.width * image.height <= LOSSLESS_PIXELS:
        image.save(out, "WEBP", lossless=True, method=0)
    else:
        image.save(out, "WEBP", quality=90, method=0)
    return out.getvalue()


@cache
def _placeholder() -> bytes:
    """A small grey picture with a cross: the original cannot be read."""
    image = Image.new("RGBA", (64, 64), (128, 128, 128, 48))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((18, 18, 46, 46), radius=4, outline=(128, 128, 128, 255), width=2)
    draw.line((24, 40, 40, 24), fill=(128, 128, 128, 255), width=2)
    out = BytesIO()
    image.save(out, "WEBP", lossless=True)
    return out.getvalue()


@cache
def _workers() -> ThreadPoolExecutor:
    # Few, so that a page of fresh thumbnails leaves cores for the pages themselves.
    return ThreadPoolExecutor(
        max_workers=max(2, min(4, (os.cpu_count() or 2) - 1)), thread_name_prefix="pictures"
    )


def _missing() -> Response:
    return PlainTextResponse("Not found", status_code=404, headers={"Cache-Control": "no-store"})
