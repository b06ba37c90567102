"""Pictures by HTTP: thumbnails and rendered planes, made once and named by their content.

Pictures never travel inside a rerun. A page asks for a token, builds addresses with
:func:`thumb_address` and its neighbours, and the browser fetches them here, many at a time and
from its own cache the next time. How a picture is to look is part of its address.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from piximi_core.errors import BadInput, PiximiError
from piximi_core.images import Look
from piximi_core.project.contents.objects import masks_in
from piximi_core.project.contents.things import Thing, get_things
from piximi_core.project.database.store import open_store
from piximi_core.project.files import ProjectFiles
from piximi_ui.server import picture_making
from piximi_ui.server.assets import base_path
from piximi_ui.server.originals import Original
from piximi_ui.server.drawn_pictures import encode_outlines, placeholder
from piximi_ui.server.picture_making import (
    OBJECT_FORMS,
    OVERVIEW_SIDE,
    PREVIEW_SIDE,
    ObjectForm,
    from_cache_or,
    in_thread,
)
from piximi_ui.server.pixel_maps import (
    BadPart,
    Sort,
    encode_map,
    encode_values,
    read_asked,
    read_part,
)
from piximi_ui.server.sessions import Tokens

__all__ = [
    "draw_ahead",
    "issue_token",
    "levels_address",
    "map_address",
    "object_address",
    "outlines_address",
    "plane_address",
    "progress_address",
    "revision_address",
    "routes",
    "thumb_address",
    "values_address",
]

# Private: the address is a secret of one session, so no shared proxy may keep the answer.
FOREVER = "private, max-age=31536000, immutable"
SOON_STALE = "private, max-age=30"
MOST_TOKENS = 4096

_CLOSED = 499  # the usual word in logs for: nobody waited for the answer

_SHA256 = re.compile(r"[0-9a-f]{64}")
_PLANE = re.compile(r"[0-9]{1,6}")
# By content: thumbnails are JPEG, small planes and the placeholder WebP, outlines PNG, levels JSON.
_KINDS = {
    b"\xff\xd8": "image/jpeg",
    b"RIFF": "image/webp",
    b"\x89PNG": "image/png",
    b"{": "application/json",
    b"": "text/plain",
}


@dataclass(frozen=True)
class _Grant:
    project: Path
    channels: int | None


_tokens: Tokens[_Grant] = Tokens(MOST_TOKENS)


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
    return _tokens.issue(session_id, _Grant(Path(project_folder).resolve(), channels))


def draw_ahead(token: str, sha256: str, plane: int = 0) -> None:
    """Begin to draw a plane in the file's own look, for which the browser is about to ask."""
    grant = _tokens.find(token)
    if grant is not None:
        with suppress(FileNotFoundError):
            picture_making.make_ahead(_original(grant, sha256), sha256, plane)


def thumb_address(token: str, sha256: str, look: Look | None = None) -> str:
    """Address of an image's thumbnail (JPEG, longest side 256 pixels)."""
    asked = f"?look={quote(str(look))}" if look is not None else ""
    return f"{base_path()}/pictures/{token}/thumb/{sha256}.jpg{asked}"


def plane_address(token: str, sha256: str, plane: int | str = 0) -> str:
    """Address of one plane (at most 2048 pixels), in the colours and ranges of the file.

    The browser may add ``?look=`` (see `piximi_core.images.Look`), and ``size=1024`` for a quick
    preview or ``box=x1,y1,x2,y2`` for a part with all its pixels, or with ``step=n`` n times n of
    them as one.
    """
    return f"{base_path()}/pictures/{token}/plane/{sha256}/{plane}"


def object_address(
    token: str, object_id: str, view: str, form: ObjectForm, look: Look | None = None
) -> str:
    """Address of an object's box, cut out of its image's plane.

    Parameters
    ----------
    object_id, view
        The object's id and its `Thing.view`: drawn otherwise, it has another address.
    form
        How large, and whether without what is around it.
    look
        As of `thumb_address`; the viewer adds ``?look=`` itself.
    """
    asked = f"?look={quote(str(look))}" if look is not None else ""
    return f"{base_path()}/pictures/{token}/object/{quote(object_id, safe='')}/{view}/{form}{asked}"


def levels_address(token: str, sha256: str) -> str:
    """Address of the histograms and first looks of an image's channels (JSON)."""
    return f"{base_path()}/pictures/{token}/levels/{sha256}.json"


def progress_address(token: str, sha256: str) -> str:
    """Address of how far a large image is made ready, 0…1 (JSON); null while nothing is made."""
    return f"{base_path()}/pictures/{token}/progress/{sha256}.json"


def values_address(token: str, sha256: str, plane: int | str) -> str:
    """Address of what the file has at a pixel (JSON), with ``?x=`` and ``y=``."""
    return f"{base_path()}/pictures/{token}/values/{sha256}/{plane}"


def map_address(token: str, sha256: str, plane: int | str, sort: str) -> str:
    """Address of a map of a part of a plane (see `pixel_maps`), with ``?box=`` and more."""
    return f"{base_path()}/pictures/{token}/map/{sha256}/{plane}/{sort}"


def outlines_address(token: str, image_id: str, revision: int) -> str:
    """Address of the objects in an image (JSON); with ``&labels=1`` without their masks."""
    return f"{base_path()}/pictures/{token}/outlines/{quote(image_id, safe='')}?revision={revision}"


def revision_address(token: str) -> str:
    """Address of the project's present revision, a plain number that every change raises."""
    return f"{base_path()}/pictures/{token}/revision"


def routes() -> list[BaseRoute]:
    """Routes for ``st.App(routes=...)``.

    An unknown token, hash or plane answers 404; a look or size that is none answers 400.
    """
    start = f"{base_path()}/pictures/{{token}}"
    return [
        Route(f"{start}/thumb/{{sha256}}.jpg", _thumb, methods=["GET"]),
        Route(f"{start}/plane/{{sha256}}/{{plane}}", _plane, methods=["GET"]),
        Route(f"{start}/object/{{object_id}}/{{view}}/{{form}}", _object, methods=["GET"]),
        Route(f"{start}/levels/{{sha256}}.json", _levels, methods=["GET"]),
        Route(f"{start}/progress/{{sha256}}.json", _progress, methods=["GET"]),
        Route(f"{start}/values/{{sha256}}/{{plane}}", _values, methods=["GET"]),
        Route(f"{start}/map/{{sha256}}/{{plane}}/{{sort}}", _map, methods=["GET"]),
        Route(f"{start}/outlines/{{image_id}}", _outlines, methods=["GET"]),
        Route(f"{start}/tile-outlines/{{image_id}}", _tile_outlines, methods=["GET"]),
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


async def _outlines(request: Request) -> Response:
    grant = _tokens.find(request.path_params["token"])
    if grant is None:
        return _missing()
    image_id, of_labels = request.path_params["image_id"], "labels" in request.query_params

    def found() -> list[tuple[object, ...]]:
        masks = masks_in(open_store(grant.project), image_id)
        return [(m.id, m.category_id, m.predicted) if of_labels else tuple(m) for m in masks]

    try:
        objects = await in_thread("reading", found)
    except PiximiError:
        return _missing()
    return JSONResponse({"objects": objects}, headers={"Cache-Control": "no-store"})


async def _thumb(request: Request) -> Response:
    async def make(grant: _Grant, sha256: str, look: Look | None) -> bytes:
        path = ProjectFiles(grant.project).thumbnail(sha256)
        sort = f"{sha256}-" if look is not None else None
        if look is not None:
            name = hashlib.sha256(str(look).encode()).hexdigest()[:16]
            path = path.with_name(f"{sha256}-{name}.jpg")
        return await from_cache_or(
            path, lambda: picture_making.encode_thumbnail(_original(grant, sha256), look), sort
        )

    return await _answer(request, make)


async def _plane(request: Request) -> Response:
    text, size = request.path_params["plane"], request.query_params.get("size")
    if not _PLANE.fullmatch(text):
        return _missing()
    if size not in (None, str(PREVIEW_SIDE)):
        return _refused(f"The size is {PREVIEW_SIDE} or left out.")
    plane, longest = int(text), PREVIEW_SIDE if size else OVERVIEW_SIDE
    try:
        part = read_part(request.query_params) if "box" in request.query_params else None
    except BadPart as error:
        return _refused(str(error))

    async def make(grant: _Grant, sha256: str, look: Look | None) -> bytes:
        async def encode() -> bytes:
            original = _original(grant, sha256)
            if part is not None:
                return await picture_making.encode_part(original, plane, part.box, look, part.step)
            return await picture_making.encode_plane(original, plane, look, longest)

        if look is not None or size or part:
            # Tried looks are many and short-lived: the browser keeps them, the disk does not.
            return await encode()
        return await from_cache_or(picture_making.plane_path(grant.project, sha256, plane), encode)

    return await _answer(request, make)


async def _object(request: Request) -> Response:
    view, form = request.path_params["view"], request.path_params["form"]
    if form not in OBJECT_FORMS:
        return _missing()

    async def make(grant: _Grant, object_id: str, look: Look | None) -> bytes:
        async def encode() -> bytes:
            thing = await in_thread("reading", lambda: _find_object(grant, object_id))
            if thing is None or thing.box is None or thing.view != view:
                raise FileNotFoundError(object_id)
            original = _original(grant, thing.file_sha256)
            return await picture_making.encode_object(thing, original, form, look)

        sort = hashlib.sha256(f"{object_id} {form}".encode()).hexdigest()[:24]
        name = hashlib.sha256(f"{view} {look}".encode()).hexdigest()[:16]
        folder = ProjectFiles(grant.project).cache / "objects" / sort[:2]
        return await from_cache_or(folder / f"{sort}-{name}", encode, f"{sort}-")

    return await _answer(request, make, named="object_id")


async def _tile_outlines(request: Request) -> Response:
    async def make(grant: _Grant, image_id: str, look: Look | None) -> bytes:
        return await encode_outlines(grant.project, image_id)

    return await _answer(request, make, named="image_id")


def _find_object(grant: _Grant, object_id: str) -> Thing | None:
    return next(iter(get_things(open_store(grant.project), [object_id])), None)


async def _levels(request: Request) -> Response:
    async def make(grant: _Grant, sha256: str, look: Look | None) -> bytes:
        path = ProjectFiles(grant.project).cache / "levels" / sha256[:2] / f"{sha256}.json"
        return await from_cache_or(
            path, lambda: picture_making.encode_levels(_original(grant, sha256))
        )

    return await _answer(request, make)


async def _progress(request: Request) -> Response:
    grant, sha256 = _tokens.find(request.path_params["token"]), request.path_params["sha256"]
    if grant is None or not _SHA256.fullmatch(sha256):
        return _missing()
    try:
        # Beside the pictures' own threads, all of which may wait for what is made.
        share = await asyncio.to_thread(lambda: _original(grant, sha256).share_prepared())
    except FileNotFoundError:
        return _missing()
    return JSONResponse({"share": share}, headers={"Cache-Control": "no-store"})


async def _values(request: Request) -> Response:
    text, query = request.path_params["plane"], request.query_params
    x, y = query.get("x", ""), query.get("y", "")
    if not all(map(_PLANE.fullmatch, (text, x, y))):
        return _refused("Say which pixel, as x and y.")

    async def make(grant: _Grant, sha256: str, look: Look | None) -> bytes:
        def read() -> bytes:
            return encode_values(_original(grant, sha256), int(text), int(x), int(y))

        return await in_thread("reading", read)

    return await _answer(request, make)


async def _map(request: Request) -> Response:
    text, sort = request.path_params["plane"], request.path_params["sort"]
    if not _PLANE.fullmatch(text) or sort not in get_args(Sort):
        return _missing()

    async def make(grant: _Grant, sha256: str, look: Look | None) -> bytes:
        asked = read_asked(_original(grant, sha256), int(text), request.query_params)
        return await in_thread("making", lambda: encode_map(sort, asked))

    return await _answer(request, make)


async def _answer(
    request: Request,
    make: Callable[[_Grant, str, Look | None], Awaitable[bytes]],
    named: Literal["sha256", "object_id", "image_id"] = "sha256",
) -> Response:
    name = request.path_params[named]
    grant = _tokens.find(request.path_params["token"])
    if grant is None or (named == "sha256" and not _SHA256.fullmatch(name)):
        return _missing()
    asked = request.query_params.get("look")
    try:
        look = None if asked is None else Look.parse(asked)
    except BadInput as error:
        return _refused(str(error))
    try:
        content = await picture_making.unless_gone(request.receive, make(grant, name, look))
    except (FileNotFoundError, IndexError):
        return _missing()
    except (picture_making.LookUnfit, BadPart) as error:
        return _refused(str(error))
    except PiximiError:
        # The page goes on; a mended original is asked for again after a moment.
        return _picture(placeholder(), SOON_STALE)
    if content is None:
        return Response(status_code=_CLOSED)
    return _picture(content, FOREVER)


def _original(grant: _Grant, sha256: str) -> Original:
    return Original.find(grant.project, sha256, grant.channels)


def _picture(content: bytes, keep: str) -> Response:
    kind = next(kind for start, kind in _KINDS.items() if content.startswith(start))
    headers = {"Cache-Control": keep, "X-Content-Type-Options": "nosniff"}
    return Response(content, media_type=kind, headers=headers)


def _refused(text: str) -> Response:
    return PlainTextResponse(text, status_code=400, headers={"Cache-Control": "no-store"})


def _missing() -> Response:
    return PlainTextResponse("Not found", status_code=404, headers={"Cache-Control": "no-store"})
