"""What people read in their language: texts, the core's sentences, numbers and moments."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from piximi_core.classification.evaluation.measures import Evaluation, evaluate
from piximi_core.errors import BadInput
from piximi_core.messages import Message, word
from piximi_core.project.contents.labelling import thing_word, things_word
from piximi_core.services.training.settings_draft import in_words
from piximi_core.vocabulary import IMAGE_KIND
from piximi_ui.language import texts
from piximi_ui.language.languages import in_language
from piximi_ui.language.numerals import (
    localized,
    written_moment,
    written_number,
    written_size,
    zone,
)

HOSTILE = ("{0.__class__}", "{name}", "%s", "{", "{{n}}")
IMAGES = Message.plural("{n} image", "{n} images", n=1200)
LABELLED = Message("Label {things}", things=IMAGES)


def test_without_a_person_texts_are_in_english():
    assert texts._("Train") == "Train"
    assert texts.told(LABELLED) == "Label 1,200 images"
    assert texts.plural("{n} image", "{n} images", 1200) == "1,200 images"
    assert texts.percent(0.954) == "95.4 %"
    assert texts.size(999) == "999 bytes"


def page() -> None:
    import streamlit as st

    from piximi_core.messages import Message
    from piximi_ui.language import languages
    from piximi_ui.language.texts import _, number, percent, plural, size, told, when

    if "wanted" in st.session_state:
        languages.choose(st.session_state["wanted"])
    st.text(languages.language())
    st.text(_("Train"))
    st.text(plural("{n} image", "{n} images", 1) + plural(", {n} run", "{n} runs", 12_345))
    images = Message.plural("{n} image", "{n} images", n=1200)
    st.text(told(Message("Label {things}", things=images)))
    st.text(f"{number(0.95, 2)} {percent(0.954)} {size(3_456_789)}")
    st.text(when("2026-03-01T09:05:00+00:00"))


def test_a_person_reads_the_language_they_chose():
    test = AppTest.from_function(page, default_timeout=60)
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
    test = AppTest.from_function(page, default_timeout=60)
    test.session_state["wanted"] = "xx"
    said = [text.value for text in test.run().text]
    assert said[:2] == ["en", "Train"]
    assert said[3] == "Label 1,200 images"


def figures() -> Evaluation:
    probabilities = np.array([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7], [0.6, 0.4]])
    return evaluate(probabilities, np.array([0, 0, 1, 1]), ["a", "b"])


def objects(count: int) -> Message:
    return Message.plural("{n} object", "{n} objects", n=count)


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (
            BadInput("'{shown}' is empty; copy or export it again.", shown="a.png").message,
            "'a.png' está vacío; copiarlo o exportarlo de nuevo.",
        ),
        (Message("Create category {name}", name="Red: 'best'"), "Crear la categoría Red: 'best'"),
        (
            figures().sentence(noun="images"),
            "Acierta en 3 de 4 imágenes que no vio (75,0 %, intervalo del 95 %: 30,1-95,4 %); "
            "decir siempre la categoría más numerosa acertaría el 50,0 %.",
        ),
    ],
)
def test_the_core_speaks_spanish(message, said):
    assert in_language(message, "es") == said
    assert in_language(message, "en") == message


@pytest.mark.parametrize("typed", ["Box", "Test", "1,200", "Label 3 images", "Unknown", *HOSTILE])
def test_what_a_person_typed_is_never_translated(typed):
    """Each of these names is also a word, a sentence or a form of the program."""
    for message, said in (
        (Message("Create category {name}", name=typed), f"Crear la categoría {typed}"),
        (
            Message("Rename category to {name}", name=typed),
            f"Cambiar el nombre de una categoría a {typed}",
        ),
        (Message("Save filter {name}", name=typed), f"Guardar el filtro {typed}"),
        (
            BadInput(
                "There is already a category named {name!r}; choose another name.", name=typed
            ).message,
            f"Ya hay una categoría llamada {typed!r}; elegir otro nombre.",
        ),
        (
            Message("Fewer than 10 to learn from in: {names}.", names=[typed, "1,200"]),
            f"Menos de 10 de los que aprender en: {typed}, 1,200.",
        ),
    ):
        assert in_language(message, "es") == said  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (
            Message("Put {things} in {partition}", things=IMAGES, partition=word("Test")),
            "Poner 1.200 imágenes en Prueba",
        ),
        (
            Message("Put {things} in {partition}", things=objects(1), partition=word("Validation")),
            "Poner 1 objeto en Validación",
        ),
        (Message("Label {things}", things=objects(2)), "Etiquetar 2 objetos"),
        (
            Message("Change {what}", what=[in_words("object_crop", "Box")]),
            "Cambiar el recorte de los objetos a Caja",
        ),
        (
            Message("Change {what}", what=[in_words("name", "Box"), in_words("epochs", 20)]),
            "Cambiar el nombre a Box, las épocas a 20",
        ),
    ],
)
def test_the_program_s_own_words_in_a_sentence_are_translated(message, said):
    assert in_language(message, "es") == said


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 canales"), (1, "1 canal"), (2, "2 canales"), (1200, "1.200 canales")]
)
def test_the_form_fits_the_number(count, said):
    channels = Message.plural("{n} channel", "{n} channels", n=count)
    assert in_language(channels, "es") == said


def test_a_sentence_about_objects_bends_with_its_noun():
    template = "No {thing} has a label yet: label some on the Images page."
    said = [
        in_language(Message(template, thing=thing_word(kind)), "es") for kind in (IMAGE_KIND, "x")
    ]
    assert said[0].startswith("Ninguna imagen tiene etiqueta todavía: etiquetar algunas")
    assert said[1].startswith("Ningún objeto tiene etiqueta todavía: etiquetar algunos")


@pytest.mark.parametrize(
    ("kind", "count", "said"),
    [
        (IMAGE_KIND, 1, "1 imagen seleccionada"),
        (IMAGE_KIND, 2, "2 imágenes seleccionadas"),
        ("nucleus", 1, "1 objeto seleccionado"),
        ("nucleus", 2, "2 objetos seleccionados"),
    ],
)
def test_a_form_fits_both_the_number_and_the_noun(kind, count, said):
    nouns = {"thing": thing_word(kind), "things": things_word(kind)}
    selected = Message.plural("{n} {thing} selected", "{n} {things} selected", n=count, **nouns)
    assert in_language(selected, "es") == said


def test_what_nobody_has_translated_is_said_in_english():
    assert in_language(Message("Never said of {name}.", name="Box"), "es") == "Never said of Box."
    assert texts.told("Label 3 images, as an earlier program kept it") == (
        "Label 3 images, as an earlier program kept it"
    )


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
