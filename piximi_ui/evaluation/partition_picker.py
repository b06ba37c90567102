"""Which labelled images a run is judged on."""

from __future__ import annotations

import streamlit as st

from piximi_core.messages import Message
from piximi_core.project.contents.counts import count_by_category
from piximi_core.project.contents.runs import Run
from piximi_core.project.database.store import Store
from piximi_core.vocabulary import PARTITIONS
from piximi_ui.base import navigation
from piximi_ui.base.kinds import of_kind
from piximi_ui.language.glossary import partition_name
from piximi_ui.language.texts import _, number

__all__ = ["labelled_counts", "pick_partition"]

_ORDER = ("Validation", "Test", "Training", "Unassigned", "Inference")


def labelled_counts(store: Store, run: Run) -> dict[str, int]:
    """Return, by partition, how many images have a label that the run knows."""
    by_category = count_by_category(store, run.kind_id)
    known = [by_category.get(run_class.id, {}) for run_class in run.classes]
    return {part: sum(counts.get(part, 0) for counts in known) for part in PARTITIONS}


def pick_partition(store: Store, run: Run) -> str | None:
    """Draw the choice among partitions with labelled images, kept in the address.

    Return None, having said so, if there is none.
    """
    counts = labelled_counts(store, run)
    offered = [part for part in _ORDER if counts[part]]
    if not offered:
        st.info(
            of_kind(run.kind_id, Message("No {thing} has a label that this run knows.")),
            icon=":material/label:",
        )
        label = of_kind(run.kind_id, Message("Label {things}"))
        navigation.link("images", label=label)
        return None
    asked = st.query_params.get("partition")
    proposed = asked if asked in offered else offered[0]
    st.markdown(_("Judged on"), width="content", help=_empty_ones(run.kind_id, counts))
    chosen = st.segmented_control(
        _("Judged on"),
        offered,
        default=proposed,
        required=True,
        format_func=lambda part: f"{_names()[part]} · {number(counts[part])}",
        key=f"evaluate-partition-{run.id}-{'-'.join(offered)}",
        label_visibility="collapsed",
    )
    if chosen != offered[0] or asked is not None:
        st.query_params["partition"] = str(chosen)
    return str(chosen)


def _names() -> dict[str, str]:
    return {
        **{part: partition_name(part) for part in PARTITIONS},
        "Unassigned": _("Labelled since"),
    }


def _empty_ones(kind_id: str, counts: dict[str, int]) -> str:
    empty = [_names()[part] for part in ("Validation", "Test", "Training") if not counts[part]]
    text = of_kind(
        kind_id,
        Message(
            "{things!c} whose label is known. Only those that training did not see tell the truth."
        ),
    )
    if not empty:
        return text
    lacking = of_kind(kind_id, Message("No labelled {things} in: {names}."))
    return f"{text} " + lacking.format(names=", ".join(empty))
