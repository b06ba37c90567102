"""What the viewer says beside its pictures, and the list of its keys."""

from __future__ import annotations

import re
from pathlib import Path

from piximi_ui.components.viewer import ViewerImage, facts_shown, viewer_shortcuts
from piximi_ui.shell.shortcuts import shortcuts_in_words

SCRIPT = Path(__file__).resolve().parents[2] / "piximi_ui/components/viewer/viewer.js"


def image(width: int, height: int, facts: str = "1 channel", progress: str = "") -> ViewerImage:
    return ViewerImage(
        id="i", name="a.tif", plane="", levels="", look="", width=width, height=height, planes=1,
        facts=facts, progress=progress,
    )  # fmt: skip


def test_a_picture_that_is_not_shown_whole_says_so():
    assert facts_shown(image(4096, 4096)) == "1 channel"
    said = "shown reduced to 4,096 pixels at its longest side"
    assert facts_shown(image(4097, 10)) == f"1 channel · {said}"
    assert facts_shown(image(10, 9000, "")) == said
    assert facts_shown(image(10, 9000, progress="/an/address")) == "1 channel", "tiles show all"


def test_every_key_of_the_viewer_is_in_the_list():
    body = SCRIPT.read_text(encoding="utf-8").split("#key(event) {")[1].split("[event.key]")[0]
    handled = set(re.findall(r'^\s+"?([\w+=-]+)"?: \(\) =>', body, re.MULTILINE))
    assert handled == {
        "ArrowLeft",
        "ArrowRight",
        "PageUp",
        "PageDown",
        "+",
        "=",
        "-",
        "f",
        "z",
        "o",
        "d",
    }
    listed = {key for shortcut in viewer_shortcuts() for key in shortcut.keys}
    # "=" is "+" where that needs Shift.
    assert {"←", "→", "Page Up", "Page Down", "+", "-", "F", "Z", "O", "D"} <= listed
    words = shortcuts_in_words()
    assert all(f"`{key}`" in words for key in listed)
