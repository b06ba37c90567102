"""Our own ES modules and stylesheets, served under addresses that name their content.

A component's script imports its neighbours by relative path (``./queue.js``). When a module is
served, those paths are rewritten to the hashed addresses, so that a changed helper changes the
address of everything that imports it and browsers may keep each file for ever. A stylesheet that
imports another is served with it.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

__all__ = [
    "Asset",
    "asset_address",
    "base_path",
    "collect",
    "component",
    "module_addresses",
    "routes",
]

COMPONENTS = Path(__file__).resolve().parents[1] / "components"
MEDIA_TYPES = {".js": "text/javascript", ".css": "text/css"}
FOREVER = "public, max-age=31536000, immutable"

_SHEET = re.compile(r"""^@import "(\.{1,2}/[^"\n]+\.css)";$""", re.MULTILINE)
_IMPORT = re.compile(r"""(\b(?:from|import)\s*\(?\s*)(["'])(\.{1,2}/[^"'\n]+\.js)\2""")


@dataclass(frozen=True)
class Asset:
    """One file as it is served: its address name, its bytes and its media type."""

    name: str
    content: bytes
    media_type: str


def collect(folder: Path) -> dict[str, Asset]:
    """Find every module and stylesheet below a folder.

    Parameters
    ----------
    folder
        The folder to search, all levels deep.

    Returns
    -------
    dict[str, Asset]
        By path relative to ``folder`` (POSIX). ``Asset.name`` is ``<stem>-<hash>.<ext>``, where the
        stem joins the folders and the file name with dots.

    Raises
    ------
    ValueError
        If modules import each other in a circle, or import a file that is not there.
    """
    sources = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in MEDIA_TYPES
    }
    done: dict[str, Asset] = {}
    for relative in sources:
        _finish(relative, sources, done, ())
    return done


def asset_address(relative: str) -> str:
    """Address of a file below ``piximi_ui/components``, for example ``gallery/gallery.js``.

    Raises
    ------
    KeyError
        If there is no such module or stylesheet.
    """
    return f"{base_path()}/assets/{_assets()[relative].name}"


@cache
def module_addresses(*components: str) -> tuple[str, ...]:
    """Addresses of these components' modules, of all that they import, and of their styles."""
    waiting = [f"{name}/{name}{suffix}" for name in components for suffix in (".js", ".css")]
    names = [_assets()[relative].name for relative in waiting if relative in _assets()]
    for name in names:  # which grows meanwhile
        if name.endswith(".js"):
            imported = _IMPORT.findall(_by_name()[name].content.decode())
            names += [path[2:] for _before, _quote, path in imported if path[2:] not in names]
    return tuple(f"{base_path()}/assets/{name}" for name in names)


@cache
def component(name: str) -> Any:
    """Return the component in the folder of this name, registered once per process.

    Called where it is drawn, not on import. Its module ``<name>/<name>.js`` exports
    ``mount(component, style)``; the style is the address of ``<name>.css``, if there is one.
    """
    script = asset_address(f"{name}/{name}.js")
    sheet = f"{name}/{name}.css"
    style = f'origin + "{asset_address(sheet)}"' if sheet in _assets() else "null"
    return st.components.v2.component(
        f"piximi_{name}",
        js=f"""
const origin = window.location.origin;
export default async (component) => {{
  let module;
  try {{
    module = await import(origin + "{script}");
  }} catch {{
    const words = window.piximiWords ?? {{ broken: "Reload the page.", reload: "Reload" }};
    const told = document.createElement("p");
    told.setAttribute("role", "alert");
    told.textContent = words.broken + " ";
    const button = document.createElement("button");
    button.textContent = words.reload;
    button.onclick = () => window.location.reload();
    told.append(button);
    component.parentElement.replaceChildren(told);
    return;
  }}
  return module.mount(component, {style});
}};
""",
    )


@cache  # asked for every thumbnail; Streamlit looks it up under a lock that all threads share
def base_path() -> str:
    """The path Streamlit is served under (``server.baseUrlPath``): ``""`` or ``"/name"``."""
    stripped = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{stripped}" if stripped else ""


def routes() -> list[BaseRoute]:
    """Routes for ``st.App(routes=...)``: ``/assets/<name>-<hash>.<ext>``."""
    return [Route(f"{base_path()}/assets/{{name}}", _serve, methods=["GET"])]


async def _serve(request: Request) -> Response:
    asset = _by_name().get(request.path_params["name"])
    if asset is None:
        return PlainTextResponse("Not found", status_code=404)
    headers = {"Cache-Control": FOREVER, "X-Content-Type-Options": "nosniff"}
    return Response(asset.content, media_type=asset.media_type, headers=headers)


@cache
def _assets() -> dict[str, Asset]:
    return collect(COMPONENTS)


@cache
def _by_name() -> dict[str, Asset]:
    # The allow-list: a request is looked up here and never turned into a path.
    return {asset.name: asset for asset in _assets().values()}


def _finish(
    relative: str, sources: dict[str, bytes], done: dict[str, Asset], above: tuple[str, ...]
) -> Asset:
    """Rewrite one file's imports, hash the result, and remember it."""
    if relative in done:
        return done[relative]
    if relative in above:
        raise ValueError(f"Modules import each other in a circle: {' -> '.join(above)}.")
    suffix = posixpath.splitext(relative)[1]
    content = sources[relative]
    if suffix == ".js":
        here = posixpath.dirname(relative)

        def address(match: re.Match[str]) -> str:
            target = posixpath.normpath(posixpath.join(here, match[3]))
            if target not in sources:
                raise ValueError(f"{relative} imports {match[3]}, which does not exist.")
            neighbour = _finish(target, sources, done, (*above, relative))
            return f"{match[1]}{match[2]}./{neighbour.name}{match[2]}"

        content = _IMPORT.sub(address, content.decode()).encode()
    else:
        here = posixpath.dirname(relative)

        def whole(match: re.Match[str]) -> str:
            target = posixpath.normpath(posixpath.join(here, match[1]))
            if target not in sources:
                raise ValueError(f"{relative} imports {match[1]}, which does not exist.")
            return _finish(target, sources, done, (*above, relative)).content.decode()

        content = _SHEET.sub(whole, content.decode()).encode()
    digest = hashlib.sha256(content).hexdigest()[:12]
    stem = posixpath.splitext(relative)[0].replace("/", ".")
    done[relative] = Asset(f"{stem}-{digest}{suffix}", content, MEDIA_TYPES[suffix])
    return done[relative]
