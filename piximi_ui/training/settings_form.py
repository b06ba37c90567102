"""The settings of the next training: every edit is kept at once, and undo shows in the widgets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

import streamlit as st

from piximi_core.classification.choices import NETWORKS
from piximi_core.classification.learning_rates import PROPOSED_RATES, is_far_from_proposed
from piximi_core.classification.settings import (
    BACKGROUNDS,
    CROPS,
    LOSSES,
    OPTIMIZERS,
    ModelSettings,
)
from piximi_core.errors import PiximiError
from piximi_core.messages import word
from piximi_core.project.database.store import Store
from piximi_core.services.training.planning import default_settings
from piximi_core.services.training.settings_draft import change_settings
from piximi_core.services.training.starting_run import startable_runs
from piximi_core.vocabulary import IMAGE_KIND
from piximi_ui.base.context import errors_shown, who
from piximi_ui.language.texts import _, plain, told, told_word

__all__ = ["Taken", "draw", "take_edits"]

_numbers = count()
# Settings of two values that are drawn as a switch: off, on.
_SWITCHED = {"object_crop": CROPS}
_IN_PERCENT = ("training_percentage",)
_SHAPE = ("input_height", "input_width", "input_channels")


def draw(store: Store, kind_id: str, settings: ModelSettings, complaints: dict[str, str]) -> None:
    """Draw the settings that matter, and the others folded away.

    Parameters
    ----------
    settings
        Those of the kind.
    complaints
        What is wrong with what the widgets show, by `take_edits`.
    """
    form = _Form(store, kind_id, settings, complaints)
    form.text("name", placeholder=_("Named automatically"))
    names = _start_names(store, kind_id, settings.start_from)
    form.choice("start_from", tuple(names), names.__getitem__)
    form.whole("epochs", step=1)
    # The network that is learned further has its own input size.
    further = bool(settings.start_from)
    height, width = st.columns(2)
    tip = told(ModelSettings.model_fields["input_shape"].description or "")
    with height:
        form.whole("input_height", step=4, label=_("Input height"), tip=tip, fixed=further)
    with width:
        form.whole("input_width", step=4, label=_("Input width"), tip=tip, fixed=further)
    form.complain(*_SHAPE)
    if kind_id != IMAGE_KIND:
        form.switch(
            "object_crop",
            label=_("Cut objects as Piximi cuts them"),
            tip=_(
                "Piximi stretches an object by a fraction of a pixel. On: a classifier of these "
                "objects gives the same confidences there as here, so choose it for objects that "
                "go to Piximi. Off: exactly the pixels of an object's box."
            ),
        )
    hidden = any(name in _ADVANCED for name in complaints)
    with st.expander(_("More settings"), expanded=hidden, icon=":material/tune:"):
        _advanced(form, tip, of_objects=kind_id != IMAGE_KIND, further=further)


def _start_names(store: Store, kind_id: str, chosen: str) -> dict[str, str]:
    """Return what a training can start from, by run; nothing stands for a new network."""
    names = {"": _("A new network")}
    for run in startable_runs(store, kind_id):
        names[run.id] = _("Run {number} · {name}").format(number=run.number, name=run.name[:60])
    names.setdefault(chosen, _("A run that cannot be used"))
    return names


_ADVANCED = (
    "input_channels",
    "training_percentage",
    "shuffle",
    "stratify",
    "seed",
    "batch_size",
    "learning_rate",
)


def _advanced(form: _Form, tip: str, *, of_objects: bool, further: bool) -> None:
    if of_objects:
        form.choice("object_background", BACKGROUNDS)
    if not further:
        form.choice("architecture", NETWORKS.names)
    form.whole("input_channels", step=1, label=_("Input channels"), tip=tip, fixed=further)
    form.share("training_percentage")
    form.switch("shuffle")
    form.switch("stratify")
    left, right = st.columns(2)
    with left:
        form.whole("seed", step=1)
    with right:
        form.whole("batch_size", step=8)
    form.choice("optimizer", OPTIMIZERS)
    form.choice("loss", LOSSES)
    form.number("learning_rate", step=0.0005)
    form.propose_rate()
    form.switch("deterministic")


@dataclass(frozen=True)
class Taken:
    """What became of the edits: how many were kept, and a sentence for each that cannot be."""

    kept: int
    complaints: dict[str, str]


def take_edits(store: Store, kind_id: str) -> Taken:
    """Keep what was edited in the widgets, unless that has been done.

    Called after each edit, and again before the settings are read: Streamlit breaks off the first
    call when the next edit arrives meanwhile, and would not repeat it.
    """
    kept, complaints = 0, {}
    for name, shown in _shown(store, kind_id).items():
        value = st.session_state.get(shown.key, shown.value)
        if value == shown.value:
            continue
        change = {name: value}
        if name in _IN_PERCENT:
            change = {name: value / 100}
        if name in _SWITCHED:
            change = {name: _SWITCHED[name][value]}
        if name in _SHAPE:
            shape: list[Any] = list(default_settings(store, kind_id).input_shape)
            shape[_SHAPE.index(name)] = value
            change = {"input_shape": shape}
        try:
            change_settings(store, change, kind_id=kind_id, who=who())
        except PiximiError as error:
            complaints[name] = _with_title(str(error), next(iter(change)))
        else:
            shown.value = value
            kept += 1
    return Taken(kept, complaints)


@dataclass
class _Shown:
    """What a widget of this browser session shows.

    Attributes
    ----------
    value
        The project's value that it stands for.
    start
        The value that it was born with.
    key
        Another one after every change that the person did not make here, so that what the browser
        still says of the old widget is not taken for an edit.
    """

    value: Any
    start: Any
    key: str


def _shown(store: Store, kind_id: str) -> dict[str, _Shown]:
    everyone: dict[str, dict[str, _Shown]] = st.session_state.setdefault("train_shown", {})
    return everyone.setdefault(f"{store.folder.name}-{kind_id}", {})


def _stand_for(store: Store, kind_id: str, name: str, value: Any) -> _Shown:
    """Return the widget that shows the project's value: the one there was, or a new one."""
    everything = _shown(store, kind_id)
    old = everything.get(name)
    if old is not None and old.value == value and old.key in st.session_state:
        return old
    # Undo, another window or another page changed the value, or the page was left meanwhile.
    number = next(_numbers)
    new = _Shown(value, value, f"train-{store.folder.name}-{name}-{number}")
    everything[name] = new
    return new


def _values(settings: ModelSettings) -> dict[str, Any]:
    """Return the settings as the widgets hold them: the size in three parts, shares in percent."""
    values = settings.model_dump()
    values.update({name: round(100 * values[name]) for name in _IN_PERCENT})
    values.update({name: values[name] == on for name, (_off, on) in _SWITCHED.items()})
    values.update(zip(_SHAPE, values.pop("input_shape"), strict=True))
    return values


class _Form:
    """Widgets whose values are those of the project."""

    def __init__(
        self, store: Store, kind_id: str, settings: ModelSettings, complaints: dict[str, str]
    ) -> None:
        self._store = store
        self._kind_id = kind_id
        self._complaints = complaints
        self._values = _values(settings)

    def text(self, name: str, **options: Any) -> None:
        self._draw(st.text_input, name, max_chars=300, **options)
        self.complain(name)

    def whole(
        self,
        name: str,
        *,
        step: int,
        label: str | None = None,
        tip: str | None = None,
        fixed: bool = False,
    ) -> None:
        # Without limits of its own, so that every wrong value gets our sentence.
        self._draw(st.number_input, name, label=label, tip=tip, step=step, disabled=fixed)
        if name not in _SHAPE:
            self.complain(name)

    def number(self, name: str, *, step: float) -> None:
        self._draw(st.number_input, name, step=step, format="%g")
        self.complain(name)

    def propose_rate(self) -> None:
        """Offer the rate of the optimizer where a person has set another."""
        optimizer, rate = self._values["optimizer"], self._values["learning_rate"]
        proposed = PROPOSED_RATES[optimizer]
        if rate == proposed:
            return
        if is_far_from_proposed(self._values):
            text = _("Far from what {optimizer} learns at: little or nothing may be learned.")
            shown = text.format(optimizer=plain(told(word(optimizer))))
            st.caption(f":orange[:material/warning: {shown}]")
        label = _("Use {rate}, which is proposed for {optimizer}").format(
            rate=f"{proposed:g}", optimizer=plain(told(word(optimizer)))
        )
        if st.button(label, icon=":material/tune:", type="tertiary", key="train-proposed-rate"):
            with errors_shown():
                change = {"learning_rate": proposed}
                change_settings(self._store, change, kind_id=self._kind_id, who=who())
                st.rerun()

    def share(self, name: str) -> None:
        options: dict[str, Any] = {"min_value": 10, "max_value": 99, "step": 1, "format": "%d %%"}
        self._draw(st.slider, name, **options)
        self.complain(name)

    def switch(self, name: str, *, label: str | None = None, tip: str | None = None) -> None:
        self._draw(st.toggle, name, label=label, tip=tip)

    def choice(
        self, name: str, options: tuple[str, ...], in_words: Callable[[str], str] = told_word
    ) -> None:
        self._draw(st.selectbox, name, options=options, format_func=in_words)

    def complain(self, *names: str) -> None:
        """Say what is wrong with the values above."""
        for name in names:
            sentence = self._complaints.get(name)
            if sentence:
                st.caption(f":red[:material/error: {plain(sentence, 400)}]")

    def _draw(
        self,
        widget: Callable[..., Any],
        name: str,
        *,
        label: str | None = None,
        tip: str | None = None,
        **options: Any,
    ) -> None:
        field = ModelSettings.model_fields.get(name)
        shown = _stand_for(self._store, self._kind_id, name, self._values[name])
        start = shown.start
        if "options" in options:
            options["index"] = options["options"].index(start)
        else:
            options["value"] = start
        widget(
            label or told((field and field.title) or name),
            key=shown.key,
            help=tip or told((field and field.description) or ""),
            on_change=take_edits,
            args=(self._store, self._kind_id),
            **options,
        )


def _with_title(sentence: str, name: str) -> str:
    """Name a setting as the page does, not as files do."""
    title = told(ModelSettings.model_fields[name].title or name)
    return told(sentence).replace(f"{_('The setting')} '{name}'", title)
