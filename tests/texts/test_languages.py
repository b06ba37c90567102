"""What people read in their language: texts, the core's sentences, numbers and moments."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from streamlit.testing.v1 import AppTest

from piximi_ui import texts
from piximi_ui.core_texts import Sentences, in_language
from piximi_ui.numerals import localized, written_moment, written_number, written_size, zone


def test_without_a_person_texts_are_in_english():
    assert texts._("Train") == "Train"
    assert texts.told("Label 1,200 images") == "Label 1,200 images"
    assert texts.plural("{n} image", "{n} images", 1200) == "1,200 images"
    assert texts.percent(0.954) == "95.4 %"
    assert texts.size(999) == "999 bytes"


def page() -> None:
    import streamlit as st

    from piximi_ui import languages
    from piximi_ui.texts import _, number, percent, plural, size, told, when

    if "wanted" in st.session_state:
        languages.choose(st.session_state["wanted"])
    st.text(languages.language())
    st.text(_("Train"))
    st.text(plural("{n} image", "{n} images", 1) + plural(", {n} run", "{n} runs", 12_345))
    st.text(told("Label 1,200 images"))
    st.text(f"{number(0.95, 2)} {percent(0.954)} {size(3_456_789)}")
    st.text(when("2026-03-01T09:05:00+00:00"))


def test_a_person_reads_the_language_they_chose():
    test = AppTest.from_function(page)
    test.session_state["wanted"] = "es"
    said = [text.value for text in test.run().text]
    assert said[:2] == ["es", "Entrenar"]
    assert said[2].startswith("1 imagen")
    assert said[3:] == [
        "Etiquetar 1.200 imágenes",
        "0,95 95,4 % 3,5 MB",
        "1 mar 2026, 09:05",
    ]


def test_a_language_that_we_do_not_speak_is_answered_in_english():
    test = AppTest.from_function(page)
    test.session_state["wanted"] = "xx"
    said = [text.value for text in test.run().text]
    assert said[:2] == ["en", "Train"]
    assert said[3] == "Label 1,200 images"


KNOWN = Sentences(
    {
        "'{name}' {what}": "'{name}' {what}",
        "is empty; copy it again.": "está vacío; copiarlo de nuevo.",
        "{n} image": "{n} imagen",
        "{n} images": "{n} imágenes",
        "Put {images} in {partition}": "Poner {images} en {partition}",
        "Test": "Prueba",
        "From {a} to {b}.": "De {b} antes {a}.",
    },
    "es",
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("'cell 1.png' is empty; copy it again.", "'cell 1.png' está vacío; copiarlo de nuevo."),
        ("Put 1,234 images in Test", "Poner 1.234 imágenes en Prueba"),
        ("Put 1 image in Test", "Poner 1 imagen en Prueba"),
        ("From 1 to 2.", "De 2 antes 1."),
        ("From {b} to {a}.", "De {a} antes {b}."),
        ("Some images", "Some images"),
        ("From nowhere", "From nowhere"),
        ("", ""),
    ],
)
def test_a_sentence_is_known_by_the_words_around_its_values(text, said):
    assert KNOWN.say(text) == said


def test_a_hostile_sentence_costs_no_time_and_stays_as_it_is():
    many = Sentences({"{a} x {b} x {c} x {d}.": "{d} {c} {b} {a}"}, "es")
    hostile = "x " * 1900
    assert many.say(hostile) == hostile


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "'a.png' is empty; copy or export it again.",
            "'a.png' está vacío; copiarlo o exportarlo de nuevo.",
        ),
        ("Create category Red: 'best'", "Crear la categoría Red: 'best'"),
        (
            "Right on 95 of 100 unseen images (95.0 %, 95 % interval 88.8-97.8 %); always guessing "
            "the largest category gives 50.0 %.",
            "Acierta en 95 de 100 imágenes que no vio (95,0 %, intervalo del 95 %: 88,8-97,8 %); "
            "decir siempre la categoría más numerosa acertaría el 50,0 %.",
        ),
    ],
)
def test_the_core_speaks_spanish(text, said):
    assert in_language(text, "es") == said
    assert in_language(text, "en") == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Create category Box", "Crear la categoría Box"),
        ("Create category 1,200", "Crear la categoría 1,200"),
        ("Rename category to Test", "Cambiar el nombre de una categoría a Test"),
        (
            "Rename category to Label 3 images",
            "Cambiar el nombre de una categoría a Label 3 images",
        ),
        ("Rename image to Unknown", "Cambiar el nombre de una imagen a Unknown"),
        ("Save filter Kept", None),
        ("Rename project to objects", None),
        ("Change name to Box", None),
        ("Change start to Box", None),
        ("There is already a category named 'Test'; choose another name.", None),
        ("Fewer than 10 to learn from in: Box, Test, 1,200.", None),
    ],
)
def test_what_a_person_typed_is_never_translated(text, said):
    """Each of these names is also a word or a sentence of the program."""
    spanish = in_language(text, "es")
    assert spanish != text
    assert spanish == said if said else re.search("Box|Test|Kept|objects", text)[0] in spanish


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Put 1,200 images in Test", "Poner 1.200 imágenes en Prueba"),
        ("Put 2 objects in Validation", "Poner 2 objetos en Validación"),
        ("Label 2 objects", "Etiquetar 2 objetos"),
        ("Change background of objects to Kept", None),
        ("Change crop of objects to Box", None),
    ],
)
def test_the_program_s_own_words_in_a_sentence_are_translated(text, said):
    spanish = in_language(text, "es")
    assert spanish == said if said else text.rpartition(" ")[2] not in spanish


@pytest.mark.parametrize(
    ("value", "digits", "english", "spanish"),
    [
        (0, 0, "0", "0"),
        (1234567, 0, "1,234,567", "1.234.567"),
        (0.95, 2, "0.95", "0,95"),
        (2, 1, "2.0", "2,0"),
        (-1.5, 1, "-1.5", "-1,5"),
    ],
)
def test_numbers_follow_the_language(value, digits, english, spanish):
    assert written_number(value, digits, "en") == english
    assert written_number(value, digits, "es") == spanish
    assert localized(english, "es") == spanish


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1000, "1.0 kB"),
        (34_321, "34 kB"),
        (999_499, "999 kB"),
        (999_500, "1.0 MB"),
        (3e12, "3.0 TB"),
    ],
)
def test_sizes_take_the_unit_that_fits(count, words):
    assert written_size(int(count), "en") == words


def test_moments_are_told_by_the_clock_of_the_person():
    moment = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)
    assert written_moment(moment, zone("Europe/Madrid"), "en") == "1 Feb 2026, 00:30"
    assert written_moment(moment, zone("Europe/Madrid"), "es", time=False) == "1 feb 2026"
    assert written_moment(moment, zone("Nowhere/At all"), "en") == "31 Jan 2026, 23:30"
    assert written_moment(moment, timezone(timedelta(hours=-5)), "en") == "31 Jan 2026, 18:30"
