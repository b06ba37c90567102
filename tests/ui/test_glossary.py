"""One line for every word of Piximi's that the pages use."""

from __future__ import annotations

import pytest

from piximi_core.vocabulary import PARTITIONS
from piximi_ui.language.glossary import partition_name, partition_tip, terms, tip

WORDS = [
    "kind",
    "category",
    "unknown",
    "partition",
    "training",
    "validation",
    "test",
    "inference",
    "unassigned",
    "plane",
    "channel",
    "run",
    "classifier",
    "epoch",
    "loss",
    "shuffle",
    "optimizer",
    "precision",
    "recall",
    "f1",
    "support",
    "confidence",
]


@pytest.mark.parametrize("word", [*WORDS, "batch size", "learning rate", "confusion matrix"])
def test_every_word_has_a_line_of_its_own(word: str) -> None:
    line = tip(word)
    assert line.endswith(".")
    assert len(line) < 160
    assert [term for term in terms().values() if term[1] == line] == [terms()[word]]


def test_plain_words_come_first_and_piximis_own_are_in_the_tip() -> None:
    assert partition_name("Inference") == "To predict"
    assert partition_name("Unassigned") == "Not used yet"
    assert all(partition_name(partition) in partition_tip() for partition in PARTITIONS)
    assert "Inference" in tip("inference")
    assert "Unassigned" in tip("unassigned")
