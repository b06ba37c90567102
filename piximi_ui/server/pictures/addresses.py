"""Where the browser finds pictures: under a token, the right of one session to see one project.

A page asks for a token and builds addresses with :func:`thumb_address` and its neighbours; how a
picture is to look is part of its address.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from piximi_core.images import Look
from piximi_ui.server.assets import base_path
from piximi_ui.server.pictures.making import ObjectForm
from piximi_ui.server.sessions import Tokens

__all__ = [
    "Grant",
    "issue_token",
    "levels_address",
    "map_address",
    "object_address",
    "outlines_address",
    "plane_address",
    "progress_address",
    "revision_address",
    "thumb_address",
    "tile_outlines_address",
    "tokens",
    "values_address",
]

_MOST_TOKENS = 4096


@dataclass(frozen=True)
class Grant:
    """A project, and its channel count for stacks that do not declare their own."""

    project: Path
    channels: int | None


tokens: Tokens[Grant] = Tokens(_MOST_TOKENS)


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
    return tokens.issue(session_id, Grant(Path(project_folder).resolve(), channels))


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
    """Address of a map of a part of a plane (see `maps`), with ``?box=`` and more."""
    return f"{base_path()}/pictures/{token}/map/{sha256}/{plane}/{sort}"


def outlines_address(token: str, image_id: str, revision: int) -> str:
    """Address of the objects in an image (JSON); with ``&labels=1`` without their masks."""
    return f"{base_path()}/pictures/{token}/outlines/{quote(image_id, safe='')}?revision={revision}"


def revision_address(token: str) -> str:
    """Address of the project's present revision, a plain number that every change raises."""
    return f"{base_path()}/pictures/{token}/revision"


def tile_outlines_address(token: str) -> str:
    """Address of the outlines over an image's thumbnail (PNG), with a place for ``{id}``.

    The browser adds ``?revision=``: with another one it is another picture.
    """
    return f"{base_path()}/pictures/{token}/tile-outlines/{{id}}"
