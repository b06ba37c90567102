"""What a run was made of: its settings, its network, its classes."""

from __future__ import annotations

import json
from typing import Any

import streamlit as st

from piximi_core.classification.settings import ModelSettings
from piximi_core.messages import word
from piximi_core.project.contents.runs import Run
from piximi_core.project.database.store import Store
from piximi_core.services.classifiers.imported_run import is_imported
from piximi_core.services.scoring.class_names import classes_today
from piximi_core.services.training.run_report import (
    class_counts,
    layers_csv,
    read_layers,
    read_repeat_facts,
)
from piximi_core.vocabulary import TRAINING, VALIDATION
from piximi_ui.base.class_titles import titled
from piximi_ui.language.glossary import partition_name, tip
from piximi_ui.language.texts import _, plural, told
from piximi_ui.server.file_routes import download_link, made_address
from piximi_ui.training.start_panel import swatch

__all__ = ["draw", "setting_rows"]


def draw(store: Store, run: Run) -> None:
    """Draw the details in tabs."""
    classes, settings, network = st.tabs([_("Classes"), _("Settings"), _("Network")])
    with classes:
        _classes(store, run)
    with settings:
        _settings(store, run)
    with network:
        _network(store, run)


def _classes(store: Store, run: Run) -> None:
    st.caption(
        _("The names of today; the run keeps its own, which stand beside them where they differ.")
    )
    counts = zip(classes_today(store, run), class_counts(store, run), strict=True)
    rows = [
        {
            "color": swatch(c.color),
            "name": titled(c.name, c.was),
            "learned": learned,
            "checked": checked,
        }
        for c, (learned, checked) in counts
    ]
    st.dataframe(
        rows,
        key=f"classes-{run.id}",
        hide_index=True,
        width=420,
        column_config={
            "color": st.column_config.ImageColumn(" ", width=36),
            "name": st.column_config.TextColumn(_("Class"), help=tip("class")),
            "learned": st.column_config.NumberColumn(partition_name(TRAINING), width=100),
            "checked": st.column_config.NumberColumn(partition_name(VALIDATION), width=100),
        },
    )


def setting_rows(run: Run, facts: dict[str, Any]) -> list[dict[str, str]]:
    """Return a run's settings by their titles, then its device and the library versions."""
    rows = _origin_rows(facts)
    skipped = {"start_from"}
    if facts.get("start"):
        skipped.add("architecture")
    elif is_imported(run):
        skipped = ModelSettings.model_fields.keys() - {"name", "input_shape"}
    for key, field in ModelSettings.model_fields.items():
        value = run.settings.get(key)
        if key in skipped:
            continue
        if isinstance(value, bool):
            shown = _("on") if value else _("off")
        elif isinstance(value, list):
            shown = " x ".join(str(part) for part in value)
        else:
            shown = str(value) if key == "name" else told(word(str(value)))
        rows.append({"setting": told(field.title or key), "value": shown})
    device = facts.get("device")
    if device:
        rows.append({"setting": _("Device"), "value": f"{device['kind']}: {device['name']}"})
    for library, found in (facts.get("versions") or {}).items():
        rows.append({"setting": library, "value": str(found)})
    return rows


def _origin_rows(facts: dict[str, Any]) -> list[dict[str, str]]:
    """Say what a run started from, or where its classifier is from; nothing for a new network."""
    start, origin = facts.get("start"), facts.get("imported")
    if start:
        text = _("Run {number} · {name}").format(number=start["number"], name=start["name"])
        return [{"setting": _("Start from"), "value": text}]
    if not origin:
        return []
    return [
        {"setting": _("From"), "value": origin["sort"]},
        {"setting": _("Its name there"), "value": origin["name"]},
        {"setting": _("Its classes there"), "value": ", ".join(origin["classes"])},
        {"setting": _("Values it takes"), "value": origin["values"]},
    ]


def _settings(store: Store, run: Run) -> None:
    facts = read_repeat_facts(store, run)
    st.dataframe(
        setting_rows(run, facts),
        key=f"settings-{run.id}",
        hide_index=True,
        width=560,
        column_config={"setting": _("Setting"), "value": _("Value")},
    )
    settings = json.dumps(facts.get("settings") or run.settings, ensure_ascii=False, indent=2)
    address = made_address(
        settings.encode, f"run-{run.number}-settings.json", key=f"settings-{run.id}"
    )
    download_link(_("Settings as JSON"), address)


def _network(store: Store, run: Run) -> None:
    layers = read_layers(store, run)
    if not layers:
        st.caption(_("The network is built when the training begins."))
        return
    total = sum(layer.parameters for layer in layers)
    st.caption(plural("{n} parameter", "{n} parameters", total))
    rows = [
        {
            "layer": layer.layer,
            "shape": " x ".join(str(side) for side in layer.output_shape),
            "parameters": layer.parameters,
            "trainable": layer.trainable,
        }
        for layer in layers
    ]
    st.dataframe(
        rows,
        key=f"network-{run.id}",
        hide_index=True,
        width=620,
        column_config={
            "layer": _("Layer"),
            "shape": _("Output shape"),
            "parameters": st.column_config.NumberColumn(_("Parameters"), format="localized"),
            "trainable": _("Trainable"),
        },
    )
    table = layers_csv(layers)
    address = made_address(table.encode, f"run-{run.number}-network.csv", key=f"network-{run.id}")
    download_link(_("Summary as CSV"), address)
