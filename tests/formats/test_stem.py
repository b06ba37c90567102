"""Whatever a person calls a run, its file has a name that works everywhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piximi_core.formats.stem import safe_stem


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("cells", "cells"),
        ("cells v1.2 / final", "cells_v1_2_final"),
        ("../../etc/passwd", "etc_passwd"),
        ("..", "classifier"),
        ("", "classifier"),
        ("CON", "CON_"),
        ("com1.json", "com1_json"),
        ('a"b<c>|?*', "a_b_c"),
        ("🦠 Zellen ä", "🦠_Zellen_ä"),
        ("a\u202egpj.exe", "agpj_exe"),
        ("tab\tnull\0end", "tab_null_end"),
        ("\ud800", "classifier"),
        ("n" * 300, "n" * 80),
    ],
)
def test_known_names(name: str, stem: str) -> None:
    assert safe_stem(name) == stem


@given(st.text(max_size=400))
def test_any_name_gives_a_stem_that_works(name: str) -> None:
    stem = safe_stem(name)
    assert 1 <= len(stem) <= 80
    assert len(stem.encode("utf-8")) <= 200
    assert not set(stem) & set('./\\<>:"|?*\0\n\t ')
    assert safe_stem(stem) == stem
