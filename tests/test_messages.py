"""A message keeps its template and values, whatever they hold, on its way through files."""

from __future__ import annotations

import copy
import json
import pickle
from decimal import Decimal

import pydantic
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from piximi_core.errors import BadInput, NotFound
from piximi_core.messages import Message, from_json, from_text, in_a_row, to_json, to_text, word

HOSTILE = ("{0.__class__}", "{name}", "{n:>999999999}", "%s", "%(a)s", "{", "}", "{{n}}", "a\nb")

texts = st.text() | st.sampled_from(HOSTILE)
numbers = st.integers() | st.floats(allow_nan=False) | st.decimals(-1000, 1000, places=2)
plain = texts | numbers
messages = st.recursive(
    st.builds(
        lambda name, n: Message("Put {name} in {n:,} places.", name=name, n=n), texts, numbers
    )
    | st.builds(
        lambda n, a: Message.plural("{n} image of {a}", "{n} images of {a}", n=n, a=a),
        st.integers(),
        plain | st.lists(plain, max_size=3),
    ),
    lambda inner: st.builds(
        lambda a, b: Message("{a!r} beside {b}", a=a, b=b), inner | texts, inner
    ),
    max_leaves=3,
)


def parts(message: Message) -> tuple[object, ...]:
    inner = {
        name: parts(value) if isinstance(value, Message) else value
        for name, value in message.values.items()
    }
    return (str.__str__(message), message.template, message.many, inner)


@settings(deadline=None)
@given(messages)
def test_a_message_comes_back_from_json_as_it_was(message):
    kept = json.loads(json.dumps(to_json({"notes": [message, "plain"], "error": message})))
    found = from_json(kept)
    assert parts(found["error"]) == parts(found["notes"][0]) == parts(message)
    assert found["notes"][1] == "plain"


@settings(deadline=None)
@given(messages)
def test_a_message_comes_back_from_a_text_and_from_other_processes(message):
    for back in (from_text(to_text(message)), pickle.loads(pickle.dumps(message))):
        assert parts(back) == parts(message)  # type: ignore[arg-type]
    assert parts(copy.deepcopy(message)) == parts(message)


@settings(deadline=None)
@given(texts, texts)
def test_values_are_shown_as_they_are(name, other):
    said = Message("Rename {name} to {other}", name=name, other=other)
    assert said == f"Rename {name} to {other}"
    assert said.said(lambda message: "{other}, antes {name}") == f"{other}, antes {name}"
    assert str(BadInput("{name}", name=name[:50])).split() == name[:50].split()


@settings(deadline=None)
@given(
    st.recursive(
        plain | st.none() | st.booleans(),
        lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
    )
)
def test_what_holds_no_message_is_kept_as_it_is(value):
    if isinstance(value, Decimal):
        return
    kept = json.loads(json.dumps(value, default=str))
    assert from_json(kept) == kept


def test_a_text_of_an_earlier_program_is_read_as_plain_text():
    assert from_json({"error": "The disk is full."}) == {"error": "The disk is full."}
    assert from_text("Label 3 images") == "Label 3 images"
    assert not isinstance(from_text("Label 3 images"), Message)
    assert from_text('{"template": 3}') == '{"template": 3}'
    assert from_text('{"template": "half') == '{"template": "half'


@pytest.mark.parametrize(
    "kept",
    [
        {"template": "{a.__class__} {a[0]} {a:>999999999}", "values": {"a": "x"}},
        {"template": "{n}", "plural": "{n}", "values": {}},
        {"template": "{n}", "plural": "{n}", "values": {"n": "many"}},
        {"template": 3, "values": {}},
        {"template": "x", "values": []},
        {"template": "x" * 100_000, "values": {}},
        {"template": "{n}", "values": {"n": {"number": "1e999999999"}}},
    ],
)
def test_files_of_strangers_neither_reach_attributes_nor_fill_the_memory(kept):
    found = from_json(kept)
    assert "class '" not in str(found)
    assert len(str(found)) <= 100_100


def test_a_message_that_grows_at_each_level_is_cut():
    kept: dict = {"template": "x" * 100, "values": {}}
    for _level in range(40):
        kept = {"template": "{a}" * 50, "values": {"a": kept}}
    assert len(str(from_json(kept))) < 1_000_000


def test_a_message_never_changes():
    message = Message("Create {name}", name="a")
    with pytest.raises(AttributeError):
        message.template = "b"  # type: ignore[misc]
    with pytest.raises(TypeError):
        message.values["name"] = "b"


def test_numbers_are_written_by_their_form_and_counts_with_thousands_apart():
    assert (
        Message("{a} {a:,} {b:.1f} {c}", a=1200, b=0.25, c=Decimal("95.0")) == "1200 1,200 0.2 95.0"
    )
    assert Message.plural("{n} run", "{n} runs", n=1) == "1 run"
    assert Message.plural("{n} run", "{n} runs", n=1200) == "1,200 runs"
    assert Message("Deleted: {names}.", names=["a", "b"]) == "Deleted: a, b."
    assert in_a_row([Message("One."), "Two."]) == "One. Two."


def test_an_error_carries_its_message_and_hands_it_on():
    inner = NotFound("There is no {name!r}.", name="{0.__class__}")
    outer = BadInput("{file}: {error}", file="a.json", error=inner, on_command_line="Give --b.")
    assert str(outer) == "a.json: There is no '{0.__class__}'."
    assert outer.on_command_line == "Give --b."
    assert str(outer) is outer.message
    assert outer.message.values["error"].template == "There is no {name!r}."  # type: ignore[attr-defined]
    again = pickle.loads(pickle.dumps(outer))
    assert parts(again.message) == parts(outer.message)  # type: ignore[arg-type]
    assert parts(BadInput.saying(inner.message).message) == parts(inner.message)  # type: ignore[arg-type]
    assert str(BadInput.saying("{name}")) == "{name}"


def test_a_typed_result_keeps_messages():
    class Result(pydantic.BaseModel):
        error: Message
        notes: list[Message]

    said = word("Training")
    result = Result(error=Message("No {a}.", a="b"), notes=[said, "of an earlier program"])
    found = Result.model_validate_json(result.model_dump_json())
    assert parts(found.error) == parts(result.error)
    assert parts(found.notes[0]) == parts(said)
    assert found.notes[1] == "of an earlier program"
