"""Jobs on a dask cluster that was started elsewhere, as docs/hosting.md says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from piximi_core.jobs import engine
from piximi_core.jobs.folder import JobState
from piximi_core.project.contents.things import ThingFilter, count_things
from piximi_core.project.database.store import Store
from piximi_core.services.importing import add_images
from piximi_core.services.importing.sources import SourceFile
from tests.conftest import REPOSITORY
from tests.services.conftest import grey


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """A scheduler and one worker, both started outside of the program's folder."""
    place = tmp_path / "scheduler.json"
    everywhere = ["--scheduler-file", str(place), "--no-dashboard", "--host", "127.0.0.1"]
    worker = ["--nthreads", "1", "--resources", "train=1,quick=1", "--local-directory", "room"]
    started = [
        subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.dask_{name}", *everywhere, *options],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
            stderr=subprocess.DEVNULL,
        )
        for name, options in (("scheduler", ["--port", "0"]), ("worker", worker))
    ]
    until = time.monotonic() + 60
    while not place.exists() and time.monotonic() < until:
        time.sleep(0.1)
    yield json.loads(place.read_text())["address"]
    for process in reversed(started):
        process.terminate()
        process.wait(30)


@pytest.mark.slow
def test_a_cluster_carries_a_job_to_its_end(address, store: Store, tmp_path, monkeypatch):
    monkeypatch.setenv("PIXIMI_SCHEDULER", address)
    engine.shutdown()
    source = SourceFile(grey(tmp_path / "one.png"), "one.png")
    job = add_images.ask(store, [source], add_images.AddOptions())
    try:
        engine.submit(job)
        until = time.monotonic() + 90
        while count_things(store, ThingFilter()) == 0 and time.monotonic() < until:
            time.sleep(0.1)
    finally:
        engine.shutdown()
    assert job.state() is JobState.DONE
    assert count_things(store, ThingFilter()) == 1
