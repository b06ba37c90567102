"""What the tests of the Evaluate, Predict and Export pages share."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from streamlit.testing.v1 import AppTest

from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.runs import find_run
from piximi_core.project.contents.things import ThingFilter, find_ids
from piximi_core.project.database.store import Store
from piximi_core.services.next_step import Stage
from piximi_core.services.scoring.predict import ask

_STEPS = len(Stage)  # the guide above every page of a project has one link for each


def predict_here(store: Store, **wanted: Any) -> list[str]:
    """Let the newest run predict the unlabelled images, or those wanted; return their ids."""
    run = find_run(store, "latest")
    ids = find_ids(store, ThingFilter(**(wanted or {"labelled": False})))
    run_here(store, ask(store, run, ids))
    return ids


def texts(page: AppTest) -> str:
    """All that the page says."""
    parts = [*page.title, *page.subheader, *page.markdown, *page.caption]
    parts += [*page.info, *page.warning, *page.error]
    return "\n".join(element.value for element in parts)


def button(page: AppTest, label: str):
    """The button with a label that begins so."""
    found = [b for b in page.button if b.label.startswith(label)]
    assert found, f"no button {label!r} among {[b.label for b in page.button]}"
    return found[0]


def drawn(page: AppTest, having: str) -> dict[str, Any] | None:
    """The data of the component that was given something of this name."""
    found = [json.loads(each.proto.json) for each in page.get("bidi_component")]
    return next((data for data in found if having in data), None)


def links(page: AppTest) -> list[str]:
    """The labels of the links in the page's body, those of the guide apart."""
    return [link.proto.label for link in page.main.get("page_link")][_STEPS:]


def wait_until(page: AppTest, done: Callable[[AppTest], bool], seconds: float = 60) -> None:
    """Draw the page again and again, as its timer does, until something is so."""
    end = time.monotonic() + seconds
    while not done(page):
        assert time.monotonic() < end, texts(page)
        time.sleep(0.3)
        page.run()
