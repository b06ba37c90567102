"""Smart tools on the Annotate page, answered by a network, and what is said of who answered."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnx.parser
import pytest
import tifffile

from piximi_core.annotation.regions import Region
from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.objects import list_objects
from piximi_core.project.contents.things import ThingFilter, find_ids
from piximi_core.project.database.store import Store, create_store
from piximi_core.project.files import ProjectFiles
from piximi_core.services.importing import add_images
from piximi_core.services.importing.sources import SourceFile
from piximi_core.services.prompting.prompter import close_prompter
from piximi_ui.annotating import networks as networks_module
from piximi_ui.annotating.networks import networks_for
from piximi_ui.annotating.shown import image_order
from piximi_ui.annotating.strokes import stroke_actions
from piximi_ui.components.annotator.contract import read_stroke
from piximi_ui.components.annotator.networks import NetworksDesk
from piximi_ui.server.actions import read_batch
from piximi_ui.server.pictures.making import close_decoders
from tests.tiny_networks import write_sam1

pytestmark = pytest.mark.slow

HEIGHT, WIDTH = 300, 400
BRIGHT = (120, 100, 260, 220)  # of the first image; the second is turned upside down


class Window:
    """The desks of one annotator."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.images = find_ids(store, ThingFilter())
        self.draw = stroke_actions(store)
        self.said: list[str] = []
        self.networks = networks_for(store, lambda: image_order(store))
        self.ahead = NetworksDesk(self.networks)

    def look(self, network: str = "tiny", **more: Any) -> dict[str, Any]:
        """Ask ahead, as the browser does when a smart tool is chosen."""
        asked = {"ask": "look_ahead", "network": network, "image": self.images[0]}
        view = {"view": [0, 0, WIDTH, HEIGHT], "channels": [], "chosen": False}
        batch = read_batch({"client": "ask", "actions": [], **asked, **view, **more})
        assert batch is not None
        return dict(self.ahead(batch))

    def ready(self, **more: Any) -> None:
        """Ask again until the network is ready."""
        deadline = time.monotonic() + 60
        while self.look(**more)["state"] != "ready":
            assert time.monotonic() < deadline
            time.sleep(0.1)

    def stroke(self, **more: Any) -> str:
        """Make a stroke; return which way answered."""
        raw = {"type": "draw", "uid": str(uuid.uuid4()), "image": self.images[0]}
        made = {"object": str(uuid.uuid4()), "new_kind": "cell", "tool": "smart_click"}
        view = {"view": [0, 0, WIDTH, HEIGHT], "network": "tiny", "points": [[190, 160]]}
        stroke = read_stroke({**raw, **made, **view, **more})
        assert stroke is not None
        return self.draw(stroke, lambda text, _icon: self.said.append(text))

    def masks(self) -> list[np.ndarray]:
        """Return the objects of the project, bool ``[H, W]``, the oldest first."""
        found = []
        for row in list_objects(self.store):
            mask = np.zeros((HEIGHT, WIDTH), bool)
            x1, y1, x2, y2 = row.box
            mask[y1:y2, x1:x2] = Region(row.box, row.runs).mask()
            found.append(mask)
        return found


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = create_store(tmp_path / "project", "Drawing")
    x1, y1, x2, y2 = BRIGHT
    pixels = np.full((HEIGHT, WIDTH), 100, np.uint16)
    pixels[y1:y2, x1:x2] = 9_000
    for name, plane in (("a.tif", pixels), ("b.tif", pixels[::-1])):
        tifffile.imwrite(tmp_path / name, plane)
    given = [SourceFile(tmp_path / name, name) for name in ("a.tif", "b.tif")]
    run_here(store, add_images.ask(store, given, add_images.AddOptions()))
    yield store
    close_prompter()
    close_decoders()


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "weights"
    folder.mkdir()
    monkeypatch.setenv("PIXIMI_WEIGHTS", str(folder))
    write_sam1(folder)
    return folder


def discs(x: float, y: float, radius: float) -> np.ndarray:
    """What the tiny network says of a click: a disc, of what is bright."""
    ys, xs = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    mask = np.hypot(xs - x, ys - y) < radius * WIDTH / 1024
    x1, y1, x2, y2 = BRIGHT
    mask &= (xs > x1) & (xs < x2) & (ys > y1) & (ys < y2)
    return mask


def alike(one: np.ndarray, other: np.ndarray) -> float:
    return float((one & other).sum() / (one | other).sum())


def test_a_click_is_answered_by_the_network_and_says_so(store: Store, weights: Path) -> None:
    window = Window(store)
    assert window.networks.to_data() == {"names": ["tiny"], "refused": []}
    window.ready()
    assert window.stroke() == "Outlined by tiny"
    assert window.stroke(choice=2) == "Outlined by tiny"
    assert window.stroke(tool="smart_box", points=[[150, 130], [230, 190]]) == "Outlined by tiny"
    click, third, box = window.masks()
    # By its scores: radii of 90, 120 and 60 of 1024.
    assert alike(click, discs(190, 160, 90)) > 0.95
    assert alike(third, discs(190, 160, 60)) > 0.95
    ys, xs = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    assert alike(box, np.hypot((xs - 190) / 40, (ys - 160) / 30) < 1) > 0.95
    assert not window.said


def test_zoomed_in_the_network_sees_the_crop(store: Store, weights: Path) -> None:
    window = Window(store)
    view = [180.0, 150.0, 220.0, 190.0]
    window.ready(view=view)
    assert window.stroke(view=view) == "Outlined by tiny"
    # It was shown 256 pixels, so that its disc of 90 of 1024 has a radius of 22.5 pixels.
    ys, xs = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    assert alike(window.masks()[0], np.hypot(xs - 190, ys - 160) < 22.5) > 0.95
    # A point that lies beside what is in sight is still answered.
    assert window.stroke(view=[0, 0, 30, 30], points=[[239.5, 160]]).startswith("Outlined by")


def test_the_next_image_is_looked_at_too(store: Store, weights: Path) -> None:
    window = Window(store)
    window.ready()
    seen = ProjectFiles(store.folder).cache / "seen"
    deadline = time.monotonic() + 60
    while len(list(seen.glob("*.npz"))) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert window.look(image=window.images[1])["state"] == "ready"


def test_until_it_has_looked_the_click_is_answered_without_it(
    store: Store, weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(networks_module, "PATIENCE", 0.0)
    window = Window(store)
    way = window.stroke()
    assert way == ("Outlined by brightness and edges: tiny is still looking at the picture")
    # All of what is bright, not a disc of it.
    x1, y1, x2, y2 = BRIGHT
    [mask] = window.masks()
    assert mask[y1:y2, x1:x2].mean() > 0.95
    # The click began the look.
    window.ready()
    monkeypatch.setattr(networks_module, "PATIENCE", 30.0)
    assert window.stroke() == "Outlined by tiny"


def test_the_classical_way_can_be_chosen(store: Store, weights: Path) -> None:
    window = Window(store)
    assert window.stroke(network="") == "Outlined by brightness and edges"
    assert not (ProjectFiles(store.folder).cache / "seen").exists()
    assert window.stroke(network="old") == "Outlined by brightness and edges: old is gone"


def test_without_networks_nothing_is_said(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PIXIMI_WEIGHTS", raising=False)
    window = Window(store)
    assert window.networks.to_data() == {"names": [], "refused": []}
    assert window.stroke(network="") == ""
    assert len(window.masks()) == 1


def test_a_file_that_is_none_is_told_and_the_tools_go_on(store: Store, weights: Path) -> None:
    (weights / "tiny_encoder.onnx").write_bytes(b"\x08\x08" * 40)
    window = Window(store)
    told = window.networks.to_data()
    assert told["names"] == []
    assert any("'tiny_encoder.onnx' is damaged" in each for each in told["refused"])
    assert window.stroke(network="tiny").endswith("tiny is gone")
    assert len(window.masks()) == 1


def test_a_network_that_fails_is_told_with_its_reason(store: Store, weights: Path) -> None:

    model = onnx.parser.parse_model(
        '<ir_version: 8, opset_import: ["" : 17]>'
        "wrong (float[1, 3, 1024, 1024] image) => (float[1, 256, 64, 64] image_embeddings)"
        "{ image_embeddings = MatMul (image, image, image) }"
    )
    onnx.save(model, weights / "tiny_encoder.onnx")
    window = Window(store)
    deadline = time.monotonic() + 60
    while (answer := window.look())["state"] == "looking":
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert answer["state"] == "failed"
    assert "'tiny_encoder.onnx' cannot be run" in answer["words"]
    way = window.stroke()
    assert way.startswith("Outlined by brightness and edges: 'tiny_encoder.onnx' cannot be run")
    assert len(window.masks()) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"view": [0, 0, 1]},
        {"view": ["a", 0, 1, 1]},
        {"network": 7},
        {"plane": -1},
        {"channels": "all"},
        {"ask": "other"},
    ],
)
def test_malformed_questions_are_not_answered(
    store: Store, weights: Path, wrong: dict[str, Any]
) -> None:
    assert Window(store).look(**wrong) == {}


def test_questions_about_what_is_not_there_are_answered_in_words(
    store: Store, weights: Path
) -> None:
    window = Window(store)
    assert window.look(image="gone")["state"] == "failed"
    assert window.look(network="gone")["state"] == "failed"
    # A plane that is not there: the look fails, and says why.
    deadline = time.monotonic() + 60
    while (answer := window.look(plane=7))["state"] == "looking":
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert answer == {"state": "failed", "words": "The image has no plane 8."}
