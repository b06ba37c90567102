"""A classifier is brought in from the Train page, and learned further from there."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from piximi_core.jobs import engine
from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.runs import find_run, list_runs
from piximi_core.project.database.store import Store, open_store
from piximi_core.services.classifiers import export
from piximi_core.services.classifiers.fetch_model import fetch_classifier
from piximi_core.services.training.planning import default_settings
from tests.pages.results import texts, wait_until

OpenPage = Callable[..., AppTest]


@pytest.fixture
def pair(trained_project: Path, tmp_path: Path) -> list[Path]:
    """The description and the weights of a classifier that another project exported."""
    shutil.copytree(trained_project, tmp_path / "trained")
    home = open_store(tmp_path / "trained")
    job = export.ask(home, find_run(home, "latest"), "piximi-files")
    run_here(home, job)
    return export.delivered(job)


@pytest.mark.slow
def test_files_become_a_run_that_the_next_training_starts_from(
    open_page: OpenPage, pair: list[Path], untrained: Store
) -> None:
    description, weights = pair
    page = open_page("train", project="digits")
    page.button(key="bring-open").click().run()
    assert "becomes a run" in texts(page)
    page.file_uploader[0].upload(description.name, description.read_bytes(), "application/json")
    page.run(timeout=120)
    assert f"'{weights.name}', which is not there" in texts(page)
    both = [
        (path.name, path.read_bytes(), "application/octet-stream")
        for path in (description, weights)
    ]
    page.file_uploader[0].set_value(both).run(timeout=120)
    assert "10 classes · 20 × 20 pixels · 1 channel" in texts(page)
    page.button(key="bring-start").click().run(timeout=60)
    assert "Where is the classifier" not in texts(page)
    wait_until(page, lambda _: bool(list_runs(untrained)), 120)
    page.run()
    [run] = list_runs(untrained)
    assert "From Piximi, where it is called" in texts(page)
    page.button(key=f"run-further-{run.id}").click().run()
    assert default_settings(untrained).start_from == run.id
    [start] = [box for box in page.selectbox if box.label == "Start from"]
    assert start.value == run.id
    sides = [box for box in page.number_input if box.label in ("Input height", "Input width")]
    assert all(box.disabled for box in sides)
    start.set_value("").run()
    assert default_settings(untrained).start_from == ""


def page_with_address(open_page: OpenPage, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The dialog, open at an address that was typed."""
    monkeypatch.setattr("piximi_ui.classifiers.fetch.is_hosted", lambda: False)
    page = open_page("train", project="digits")
    page.button(key="bring-open").click().run()
    page.session_state["bring-way"] = "web"
    page.run()
    return page.text_input(key="bring-address").set_value("https://models.example/pets/").run()


@pytest.mark.slow
def test_nothing_is_fetched_where_others_use_the_dashboard(
    open_page: OpenPage, untrained: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = page_with_address(open_page, monkeypatch)
    assert "would ask **models.example**" in texts(page).replace("\\", "")
    assert any(button.key == "bring-fetch" for button in page.button)
    for switched_off in ("hosted", "offline"):
        if switched_off == "hosted":
            monkeypatch.setattr("piximi_ui.classifiers.fetch.is_hosted", lambda: True)
        else:
            monkeypatch.setattr("piximi_ui.classifiers.fetch.is_hosted", lambda: False)
            monkeypatch.setenv("PIXIMI_OFFLINE", "1")
        page.run()
        assert "Fetching is switched off here" in texts(page)
        assert not any(button.key == "bring-fetch" for button in page.button)


class Under:
    """What a worker was asked that fetches from a network which tests have not."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.done: list[Path] | None = None

    def wait(self, seconds: float) -> bool:
        return self.done is not None

    def answer(self) -> list[Path]:
        assert self.done is not None
        return self.done


@pytest.mark.slow
def test_fetching_shows_how_far_it_is_until_it_is_stopped_or_done(
    open_page: OpenPage,
    untrained: Store,
    monkeypatch: pytest.MonkeyPatch,
    pair: list[Path],
) -> None:
    asked: list[Under] = []
    really = engine.call

    def call(resource: str, function: Callable[..., Any], *arguments: Any) -> Any:
        if function is not fetch_classifier:
            return really(resource, function, *arguments)
        asked.append(Under(arguments[1]))
        return asked[-1]

    monkeypatch.setattr(engine, "call", call)
    page = page_with_address(open_page, monkeypatch)
    page.button(key="bring-fetch").click().run()
    (asked[0].folder / "model.json").write_bytes(bytes(1_500_000))
    page.run()
    assert "Fetching from **models.example**: 1.5 MB so far" in texts(page).replace("\\", "")
    page.button(key="bring-stop").click().run()
    assert not asked[0].folder.exists()
    assert "so far" not in texts(page)

    page.button(key="bring-fetch").click().run()
    asked[1].done = [Path(shutil.copy(path, asked[1].folder)) for path in pair]
    page.run(timeout=120)
    assert "10 classes · 20 × 20 pixels · 1 channel" in texts(page)
