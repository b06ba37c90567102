"""Names made safe, formats told by content."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from piximi_core.errors import BadInput
from piximi_core.images import extension_for, read_picture, safe_name


@given(st.text(max_size=400))
def test_a_safe_name_is_short_printable_and_never_empty(name: str) -> None:
    shown = safe_name(name)
    assert 1 <= len(shown) <= 80
    assert not [sign for sign in shown if unicodedata.category(sign).startswith("C")]


def test_a_long_name_keeps_its_suffix() -> None:
    assert safe_name("a" * 300 + ".ome.tif").endswith(".ome.tif")
    assert safe_name("plain name.png") == "plain name.png"


@pytest.mark.parametrize(
    ("format_name", "extension"),
    [
        *(("PNG", "png"), ("JPEG", "jpg"), ("BMP", "bmp")),
        *(("TIFF", "tif"), ("GIF", "gif"), ("WEBP", "webp")),
    ],
)
def test_the_extension_follows_the_content(
    tmp_path: Path, format_name: str, extension: str
) -> None:
    path = tmp_path / "wrong.xyz"
    Image.new("RGB", (5, 4), "red").save(path, format_name)
    assert extension_for(path) == extension
    assert read_picture(path).pixels.shape == (1, 4, 5, 3)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"RIFF" + bytes(40), "is a film or a sound"),
        (b"PK\x03\x04" + bytes(40), "is a zip archive"),
        (b"%PDF-1.7", "PDF"),
        (b"hello", "named like an image, but is none that we know; it may be damaged"),
        (b"ZISRAWFILE" + bytes(40), "Zeiss CZI"),
    ],
)
def test_other_files_are_named_for_what_they_are(
    tmp_path: Path, content: bytes, words: str
) -> None:
    path = tmp_path / "x.png"
    path.write_bytes(content)
    for call in (extension_for, read_picture):
        with pytest.raises(BadInput, match=words) as caught:
            call(path, name="<b>\nnice</b>.png")
        assert str(caught.value).startswith("'<b>nice</b>.png'")
        assert "\n" not in str(caught.value)


def test_only_a_file_that_is_not_named_like_an_image_is_to_be_saved_as_one(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(b"hello")
    with pytest.raises(BadInput, match=r"'notes.txt' is not an image we know; save it as PNG"):
        extension_for(path)


def test_a_missing_file_and_a_folder_are_said_to_be_so(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="No such file"):
        read_picture(tmp_path / "none.png")
    with pytest.raises(BadInput, match="directory"):
        read_picture(tmp_path)
    with pytest.raises(BadInput, match="cannot be opened"):
        read_picture(tmp_path / ("n" * 400))
