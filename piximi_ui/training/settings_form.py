"""The settings of the next training: every edit is kept at once, and undo shows in the widgets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from piximi_core.classification.settings import ARCHITECTURES, LOSSES, OPTIMIZERS, ModelSettings
from piximi_core.errors import PiximiError
from piximi_core.jobs.planning import default_settings
from piximi_core.jobs.settings_draft import change_settings
from piximi_core.project.store import Store
from piximi_ui.context import who
from piximi_ui.texts import _, plain

__all__ = ["complaints", "draw"]

_SHAPE = ("input_height", "input_width", "input_channels")


def draw(store: Store, settings: ModelSettings) -> None:
    """Draw the settings that matter, and the others folded away."""
    form = _Form(store, settings)
    form.text("name", placeholder=_("Named automatically"))
    form.whole("epochs", step=1)
    height, width = st.columns(2)
    tip = _(ModelSettings.model_fields["input_shape"].description or "")
    with height:
        form.whole("input_height", step=4, label=_("Input height"), tip=tip)
    with width:
        form.whole("input_width", step=4, label=_("Input width"), tip=tip)
    form.complain(*_SHAPE)
    hidden = [key for key in complaints(store) if key in _ADVANCED]
    with st.expander(_("More settings"), expanded=bool(hidden), icon=":material/tune:"):
        _advanced(form, tip)


_ADVANCED = (
    "input_channels",
    "training_percentage",
    "shuffle",
    "stratify",
    "seed",
    "batch_size",
    "learning_rate",
)


def _advanced(form: _Form, tip: str) -> None:
    form.choice("architecture", ARCHITECTURES)
    form.whole("input_channels", step=1, label=_("Input channels"), tip=tip)
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
    form.switch("deterministic")


def complaints(store: Store) -> dict[str, str]:
    """Return a sentence for every shown value that cannot be used, by widget."""
    everyone: dict[str, dict[str, str]] = st.session_state.setdefault("train_complaints", {})
    return everyone.setdefault(store.folder.name, {})


def _values(settings: ModelSettings) -> dict[str, Any]:
    """Return the settings as the widgets hold them: the input size in three parts."""
    values = settings.model_dump()
    values.update(zip(_SHAPE, values.pop("input_shape"), strict=True))
    return values


class _Form:
    """Widgets whose values are those of the project."""

    def __init__(self, store: Store, settings: ModelSettings) -> None:
        self._store = store
        self._values = _values(settings)

    def text(self, name: str, **options: Any) -> None:
        self._draw(st.text_input, name, max_chars=300, **options)
        self.complain(name)

    def whole(
        self, name: str, *, step: int, label: str | None = None, tip: str | None = None
    ) -> None:
        # Without limits of its own, so that every wrong value gets our sentence.
        self._draw(st.number_input, name, label=label, tip=tip, step=step)
        if name not in _SHAPE:
            self.complain(name)

    def number(self, name: str, *, step: float) -> None:
        self._draw(st.number_input, name, step=step, format="%g")
        self.complain(name)

    def share(self, name: str) -> None:
        options = {"min_value": 0.1, "max_value": 0.99, "step": 0.01, "format": "percent"}
        self._draw(st.slider, name, **options)
        self.complain(name)

    def switch(self, name: str) -> None:
        self._draw(st.toggle, name)

    def choice(self, name: str, options: tuple[str, ...]) -> None:
        self._draw(st.selectbox, name, options=options)

    def complain(self, *names: str) -> None:
        """Say what is wrong with the values above."""
        for name in names:
            sentence = complaints(self._store).get(name)
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
        key = _key(self._store, name)
        _show_stored(self._store, name, key, self._values[name])
        widget(
            label or _((field and field.title) or name),
            key=key,
            help=tip or _((field and field.description) or ""),
            on_change=_keep,
            args=(self._store, name),
            **options,
        )


def _key(store: Store, name: str) -> str:
    return f"train-{store.folder.name}-{name}"


def _show_stored(store: Store, name: str, key: str, value: Any) -> None:
    """Put the project's value into a widget when undo, another tab or another page changed it."""
    seen: dict[str, Any] = st.session_state.setdefault("train_seen", {})
    if key not in st.session_state or seen.get(key) != value:
        st.session_state[key] = value
        seen[key] = value
        complaints(store).pop(name, None)


def _keep(store: Store, name: str) -> None:
    """Keep an edit in the project, or note why it cannot be used."""
    key = _key(store, name)
    seen: dict[str, Any] = st.session_state.setdefault("train_seen", {})
    value = st.session_state.get(key)
    if value == seen.get(key):
        # Back at the project's value, or a report that came twice.
        complaints(store).pop(name, None)
        return
    change = {name: value}
    if name in _SHAPE:
        shape: list[Any] = list(default_settings(store).input_shape)
        shape[_SHAPE.index(name)] = value
        change = {"input_shape": shape}
    try:
        change_settings(store, change, who=who())
    except PiximiError as error:
        complaints(store)[name] = _with_title(str(error), next(iter(change)))
    else:
        seen[key] = value
        complaints(store).pop(name, None)


def _with_title(sentence: str, name: str) -> str:
    """Name a setting as the page does, not as files do."""
    title = _(ModelSettings.model_fields[name].title or name)
    return sentence.replace(f"The setting '{name}'", title)
