"""What the tests of pages share: projects to open, and pages opened at an address."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.scriptrunner import script_runner
from streamlit.testing.v1 import AppTest

from piximi_core.classification.settings import ModelSettings
from piximi_core.jobs import engine
from piximi_core.jobs.cluster import RESOURCES
from piximi_core.jobs.inline import run_here
from piximi_core.project.database.store import Store, create_store, open_store
from piximi_core.project.workspace import create_project
from piximi_core.services.examples.digits import add_digits
from piximi_core.services.training import train

MAIN = Path(__file__).resolve().parents[2] / "piximi_ui" / "main.py"

OpenPage = Callable[..., AppTest]


@pytest.fixture(scope="package")
def workers() -> Iterator[None]:
    """Workers that the first job starts and later tests use: importing TensorFlow costs seconds."""
    yield
    engine.shutdown()


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: None) -> Iterator[Path]:
    """A workspace of this test alone, with nothing left at work in it afterwards."""
    folder = tmp_path / "workspace"
    folder.mkdir()
    monkeypatch.setenv("PIXIMI_WORKSPACE", str(folder))
    # Getting a worker ready takes half a core for ten seconds; jobs start those they need.
    monkeypatch.setenv("PIXIMI_WARM", "0")
    yield folder
    _end_work()


def _end_work() -> None:
    """Stop the jobs that a test left to the workers, or the workers if that takes long."""
    end = time.monotonic() + 5
    while left := [job for job in map(engine.busy_with, RESOURCES) if job is not None]:
        if time.monotonic() > end:
            engine.shutdown()
            return
        for job in left:
            job.ask_to_stop()
            if job.claim():  # nobody was going to do it
                job.fail("The test that asked for this is over.")
        time.sleep(0.05)


@pytest.fixture(scope="package", autouse=True)
def pages_drawn_as_in_the_dashboard() -> Iterator[None]:
    """Spare pages what they cost in no dashboard: most of the time of these tests.

    Each AppTest looks anew through all packages for components; and where Keras is imported, as
    in this process and never in a dashboard's, each run ends with a full garbage collection.
    """
    found = manifest_scanner.scan_component_manifests()
    patch = pytest.MonkeyPatch()
    patch.setattr(manifest_scanner, "scan_component_manifests", lambda: found)
    patch.setattr(script_runner, "_clean_problem_modules", lambda: None)
    yield
    patch.undo()


@pytest.fixture(scope="session")
def trained_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of 200 Digits, 160 of them labelled, with one finished run; copy, never change."""
    folder = tmp_path_factory.mktemp("trained") / "digits"
    store = create_store(folder, "Digits")
    add_digits(store, limit=200)
    settings = ModelSettings(name="Digits", input_shape=(20, 20, 1), epochs=2, seed=1)
    run_here(store, train.ask(store, settings))
    store.close()
    return folder


@pytest.fixture
def digits(trained_project: Path, workspace: Path) -> Store:
    """The project ``digits`` in this test's workspace: 200 images and one finished run."""
    shutil.copytree(trained_project, workspace / "digits")
    return open_store(workspace / "digits")


@pytest.fixture
def untrained(workspace: Path) -> Store:
    """The project ``digits`` with 60 images, 48 of them labelled, and no run."""
    store = create_project("Digits")
    add_digits(store, limit=60)
    return store


@pytest.fixture
def open_page(workspace: Path) -> OpenPage:
    """Open a page as its address would: ``open_page("images", project="digits")``."""

    def open_at(name: str, **query: str) -> AppTest:
        test = AppTest.from_file(MAIN, default_timeout=30)
        test.run()
        for key, value in query.items():
            test.query_params[key] = value
        test.switch_page(f"../pages/{name}.py").run()
        assert not test.exception, test.exception
        return test

    return open_at


def open_menu(test: AppTest, key: str) -> None:
    """Open the menu of this key; a popover tells by its state alone that it is open."""
    test.session_state[key] = True
    test.run()
