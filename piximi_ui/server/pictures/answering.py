"""Pictures by HTTP: thumbnails and rendered planes, made once and named by their content.

Pictures never travel inside a rerun. A page asks for a token, builds addresses with those of
`addresses`, and the browser fetches them here, many at a time and from its own cache the next time.
How a picture is to look is part of its address.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable
from typing import Literal, get_args

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from piximi_core.errors import BadInput, PiximiError
from piximi_core.images import Look
from piximi_core.project.contents.objects import masks_in
from piximi_core.project.contents.things import Thing, get_things
from piximi_core.project.database.store import open_store
from piximi_core.project.files import ProjectFiles
from piximi_ui.server.assets import base_path
from piximi_ui.server.pictures import making
from piximi_ui.server.pictures.addresses import Grant, tokens
from piximi_ui.server.pictures.drawn import encode_outlines, placeholder
from piximi_ui.server.pictures.making import (
    OBJECT_FORMS,
    OVERVIEW_SIDE,
    PREVIEW_SIDE,
    from_cache_or,
    in_thread,
)
from piximi_ui.server.pictures.maps import (
    BadPart,
    Sort,
    encode_map,
    encode_values,
    read_asked,
    read_part,
)
from piximi_ui.server.pictures.originals import Original

__all__ = ["routes"]

# Private: the address is a secret of one session, so no shared proxy may keep the answer.
FOREVER = "private, max-age=31536000, immutable"
SOON_STALE = "private, max-age=30"

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
    grant = tokens.find(request.path_params["token"])
    if grant is None:
        return _missing()
    try:
        # Beside the pictures' own threads: a page of fresh thumbnails must not delay it.
        number = await asyncio.to_thread(lambda: open_store(grant.project).revision())
    except PiximiError:
        return _missing()
    return PlainTextResponse(str(number), headers={"Cache-Control": "no-store"})


async def _outlines(request: Request) -> Response:
    grant = tokens.find(request.path_params["token"])
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
    async def make(grant: Grant, sha256: str, look: Look | None) -> bytes:
        path = ProjectFiles(grant.project).thumbnail(sha256)
        sort = f"{sha256}-" if look is not None else None
        if look is not None:
            name = hashlib.sha256(str(look).encode()).hexdigest()[:16]
            path = path.with_name(f"{sha256}-{name}.jpg")
        return await from_cache_or(
            path, lambda: making.encode_thumbnail(_original(grant, sha256), look), sort
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

    async def make(grant: Grant, sha256: str, look: Look | None) -> bytes:
        async def encode() -> bytes:
            original = _original(grant, sha256)
            if part is not None:
                return await making.encode_part(original, plane, part.box, look, part.step)
            return await making.encode_plane(original, plane, look, longest)

        if look is not None or size or part:
            # Tried looks are many and short-lived: the browser keeps them, the disk does not.
            return await encode()
        return await from_cache_or(making.plane_path(grant.project, sha256, plane), encode)

    return await _answer(request, make)


async def _object(request: Request) -> Response:
    view, form = request.path_params["view"], request.path_params["form"]
    if form not in OBJECT_FORMS:
        return _missing()

    async def make(grant: Grant, object_id: str, look: Look | None) -> bytes:
        async def encode() -> bytes:
            thing = await in_thread("reading", lambda: _find_object(grant, object_id))
            if thing is None or thing.box is None or thing.view != view:
                raise FileNotFoundError(object_id)
            original = _original(grant, thing.file_sha256)
            return await making.encode_object(thing, original, form, look)

        sort = hashlib.sha256(f"{object_id} {form}".encode()).hexdigest()[:24]
        name = hashlib.sha256(f"{view} {look}".encode()).hexdigest()[:16]
        folder = ProjectFiles(grant.project).cache / "objects" / sort[:2]
        return await from_cache_or(folder / f"{sort}-{name}", encode, f"{sort}-")

    return await _answer(request, make, named="object_id")


async def _tile_outlines(request: Request) -> Response:
    async def make(grant: Grant, image_id: str, look: Look | None) -> bytes:
        return await encode_outlines(grant.project, image_id)

    return await _answer(request, make, named="image_id")


def _find_object(grant: Grant, object_id: str) -> Thing | None:
    return next(iter(get_things(open_store(grant.project), [object_id])), None)


async def _levels(request: Request) -> Response:
    async def make(grant: Grant, sha256: str, look: Look | None) -> bytes:
        path = ProjectFiles(grant.project).cache / "levels" / sha256[:2] / f"{sha256}.json"
        return await from_cache_or(path, lambda: making.encode_levels(_original(grant, sha256)))

    return await _answer(request, make)


async def _progress(request: Request) -> Response:
    grant, sha256 = tokens.find(request.path_params["token"]), request.path_params["sha256"]
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

    async def make(grant: Grant, sha256: str, look: Look | None) -> bytes:
        def read() -> bytes:
            return encode_values(_original(grant, sha256), int(text), int(x), int(y))

        return await in_thread("reading", read)

    return await _answer(request, make)


async def _map(request: Request) -> Response:
    text, sort = request.path_params["plane"], request.path_params["sort"]
    if not _PLANE.fullmatch(text) or sort not in get_args(Sort):
        return _missing()

    async def make(grant: Grant, sha256: str, look: Look | None) -> bytes:
        asked = read_asked(_original(grant, sha256), int(text), request.query_params)
        return await in_thread("making", lambda: encode_map(sort, asked))

    return await _answer(request, make)


async def _answer(
    request: Request,
    make: Callable[[Grant, str, Look | None], Awaitable[bytes]],
    named: Literal["sha256", "object_id", "image_id"] = "sha256",
) -> Response:
    name = request.path_params[named]
    grant = tokens.find(request.path_params["token"])
    if grant is None or (named == "sha256" and not _SHA256.fullmatch(name)):
        return _missing()
    asked = request.query_params.get("look")
    try:
        look = None if asked is None else Look.parse(asked)
    except BadInput as error:
        return _refused(str(error))
    try:
        content = await making.unless_gone(request.receive, make(grant, name, look))
    except (FileNotFoundError, IndexError):
        return _missing()
    except (making.LookUnfit, BadPart) as error:
        return _refused(str(error))
    except PiximiError:
        # The page goes on; a mended original is asked for again after a moment.
        return _picture(placeholder(), SOON_STALE)
    if content is None:
        return Response(status_code=_CLOSED)
    return _picture(content, FOREVER)


def _original(grant: Grant, sha256: str) -> Original:
    return Original.find(grant.project, sha256, grant.channels)


def _picture(content: bytes, keep: str) -> Response:
    kind = next(kind for start, kind in _KINDS.items() if content.startswith(start))
    headers = {"Cache-Control": keep, "X-Content-Type-Options": "nosniff"}
    return Response(content, media_type=kind, headers=headers)


def _refused(text: str) -> Response:
    return PlainTextResponse(text, status_code=400, headers={"Cache-Control": "no-store"})


def _missing() -> Response:
    return PlainTextResponse("Not found", status_code=404, headers={"Cache-Control": "no-store"})
