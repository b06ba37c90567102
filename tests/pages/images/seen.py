"""What a person sees of the Images page, and small images to add."""

from __future__ import annotations

import io
import json

from PIL import Image
from streamlit.testing.v1 import AppTest

from piximi_ui.components.gallery.contract import GalleryMemory

GALLERY = "gallery-memory:images-digits"


def words(test: AppTest) -> str:
    """Return the texts of the page, one after the other."""
    return " ".join(str(e.value) for e in [*test.markdown, *test.caption])


def select(test: AppTest, ids: list[str]) -> AppTest:
    """Select images in the gallery of Digits, and draw the page anew."""
    memory = GalleryMemory()
    memory.selected = tuple(ids)
    test.session_state[GALLERY] = memory
    return test.run()


def shown_total(test: AppTest) -> int:
    """Return how many images the gallery says there are."""
    data = [json.loads(component.proto.json) for component in test.get("bidi_component")]
    return next(each["total"] for each in data if "total" in each)


def png(shade: int) -> bytes:
    """Return a small grey image as a file."""
    stream = io.BytesIO()
    Image.new("L", (6, 5), shade).save(stream, "PNG")
    return stream.getvalue()


def looked(test: AppTest) -> AppTest:
    """Wait until the dialog shows what the chosen files are; the test's time limit ends it."""
    while "The files are being looked at" in words(test):
        test.run()
    return test
