"""Our modules are served under the hash of their content, and nothing else is."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from piximi_ui.server import assets
from tests.ui.server.asgi import get

IMPORTS = re.compile(r'from "\./([^"]+)"')


def test_the_gallery_and_everything_it_imports_is_served_for_ever() -> None:
    waiting = [assets.asset_address("gallery/gallery.js")]
    seen: dict[str, bytes] = {}
    while waiting:
        address = waiting.pop()
        [answer] = get(assets.routes(), address)
        assert answer.status == 200
        assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        digest = hashlib.sha256(answer.body).hexdigest()
        assert digest[:12] in address, "the address names what is served"
        seen[address] = answer.body
        neighbours = [f"/assets/{name}" for name in IMPORTS.findall(answer.body.decode())]
        waiting += [address for address in neighbours if address not in seen]
    folder = Path(assets.__file__).parents[1] / "components" / "gallery"
    own = [address for address in seen if address.startswith("/assets/gallery.")]
    assert len(own) == len(list(folder.rglob("*.js"))), "every module of the gallery is used"


def test_stylesheets_have_their_own_type() -> None:
    [answer] = get(assets.routes(), assets.asset_address("gallery/gallery.css"))
    assert answer.headers["content-type"] == "text/css; charset=utf-8"


@pytest.mark.parametrize(
    "path",
    [
        "/assets/gallery.js",
        "/assets/__init__.py",
        "/assets/../server/pictures.py",
        "/assets/..%2fserver%2fpictures.py",
        "/assets/gallery.gallery-000000000000.js",
        "/assets/gallery/gallery.js",
        "/assets//etc/passwd",
        "/assets/",
    ],
)
def test_everything_else_is_not_found(path: str) -> None:
    [answer] = get(assets.routes(), path)
    assert answer.status == 404


def test_a_changed_helper_changes_the_address_of_what_imports_it(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "a").mkdir()
    (tmp_path / "shared" / "helper.js").write_text("export const x = 1;")
    (tmp_path / "a" / "main.js").write_text('import { x } from "../shared/helper.js";')
    (tmp_path / "a" / "note.txt").write_text("not served")
    before = assets.collect(tmp_path)
    (tmp_path / "shared" / "helper.js").write_text("export const x = 2;")
    after = assets.collect(tmp_path)
    assert set(before) == {"a/main.js", "shared/helper.js"}
    assert before["a/main.js"].name != after["a/main.js"].name
    helper = after["shared/helper.js"].name
    assert after["a/main.js"].content.decode() == f'import {{ x }} from "./{helper}";'


def test_circles_and_missing_modules_are_reported(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text('import "./b.js";')
    (tmp_path / "b.js").write_text('import "./a.js";')
    with pytest.raises(ValueError, match="circle"):
        assets.collect(tmp_path)
    (tmp_path / "b.js").write_text('import "./c.js";')
    with pytest.raises(ValueError, match=r"c\.js, which does not exist"):
        assets.collect(tmp_path)
