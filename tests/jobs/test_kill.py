"""kill -9 at any moment: five rounds of the soak, and what people see of a killed worker."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from piximi_core.classification.settings import ModelSettings
from piximi_core.jobs import engine
from piximi_core.jobs.applying import apply_finished, unsettled_jobs
from piximi_core.jobs.folder import Job, JobState
from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.runs import find_run
from piximi_core.project.contents.things import ThingFilter, find_ids
from piximi_core.project.database.store import Store
from piximi_core.services.importing import add_images
from piximi_core.services.importing.add_images import AddOptions
from piximi_core.services.importing.sources import SourceFile
from piximi_core.services.training import train
from piximi_core.services.training.training_log import read_history
from tests.services.conftest import add, write_classes
from tests.soak.checks import check_project
from tests.soak.commands import CommandRounds
from tests.soak.workers import WorkerRounds
from tests.soak.writing import WritingRounds

RUN = """
import sys, pathlib
from piximi_core.jobs.running import run_job
run_job(pathlib.Path(sys.argv[1]))
"""


def wait_for(condition: Callable[[], Any]) -> None:
    """Wait until something is so; the test's own time limit ends it if it never is."""
    while not condition():
        time.sleep(0.01)


def importing(store: Store, folder: Path, count: int) -> Job:
    """Ask for an import of two classes of so many images."""
    write_classes(folder, count=count, shape=(200, 200), seed=sum(folder.name.encode()))
    return add_images.ask(store, [SourceFile(folder, "in")], AddOptions(labels="folders"))


def worker_of(job: Job) -> int:
    """Return the process that carries a job once it has begun."""
    wait_for(lambda: (job.folder / "started").exists())
    return int(json.loads((job.folder / "started").read_text())["pid"])


@pytest.fixture
def local_engine() -> Iterator[None]:
    """Workers of this test alone."""
    yield
    engine.shutdown()


@pytest.mark.slow
def test_five_rounds_of_kill_lose_nothing(tmp_path: Path) -> None:
    dice = random.Random(20)
    writing, commands = WritingRounds(tmp_path / "written"), CommandRounds(tmp_path / "commands")
    (tmp_path / "commands").mkdir()
    (tmp_path / "workers").mkdir()
    logged = [
        writing.round(dice),
        commands.cheap(dice),
        writing.round(dice),
        commands.cheap(dice),
        WorkerRounds(tmp_path / "workers").adding(dice),
    ]
    assert [entry["killed"] for entry in logged].count("writer") == 2
    assert all("found" in entry for entry in logged)


@pytest.mark.slow
def test_an_import_whose_worker_is_killed_is_interrupted_and_runs_again(
    store: Store, tmp_path: Path
) -> None:
    job = importing(store, tmp_path / "in", count=80)
    worker = subprocess.Popen([sys.executable, "-c", RUN, str(job.folder)])
    wait_for(lambda: job.progress().get("done", 0) > 0)
    worker.kill()
    worker.wait()
    assert job.state() is JobState.INTERRUPTED
    assert unsettled_jobs(store) == [job]
    check_project(store.folder)
    assert find_ids(store, ThingFilter()) == []
    job.reopen()
    assert job.state() is JobState.QUEUED
    assert run_here(store, job).added == 160
    check_project(store.folder)


@pytest.mark.slow
def test_a_converting_import_that_is_killed_runs_again_and_leaves_no_copies(
    store: Store, tmp_path: Path
) -> None:
    add(store, write_classes(tmp_path / "grey", ("grey",), count=1))
    folder = write_classes(tmp_path / "in", count=30, shape=(200, 200, 3))
    source = SourceFile(folder, "in")
    job = add_images.ask(store, [source], AddOptions(labels="folders", convert=True))
    worker = subprocess.Popen([sys.executable, "-c", RUN, str(job.folder)])
    wait_for(lambda: job.progress().get("done", 0) > 0)
    decoders = psutil.Process(worker.pid).children(recursive=True)
    worker.kill()
    worker.wait()
    check_project(store.folder)
    psutil.wait_procs(decoders, timeout=60)
    assert not any(decoder.is_running() for decoder in decoders)
    job.reopen()
    assert run_here(store, job).added == 60
    assert not (job.folder / "copies").exists()
    check_project(store.folder)


def test_nobody_wants_an_interrupted_import_any_more(store: Store, tmp_path: Path) -> None:
    job = importing(store, tmp_path / "in", count=80)
    worker = subprocess.Popen([sys.executable, "-c", RUN, str(job.folder)])
    worker_of(job)
    worker.kill()
    worker.wait()
    engine.dismiss(job)
    assert job.state() is JobState.FAILED
    assert job.result()["error"].startswith("Interrupted before it was done; nothing of it")
    assert unsettled_jobs(store) == []
    assert find_ids(store, ThingFilter()) == []


@pytest.mark.slow
def test_a_training_whose_worker_is_killed_is_resumed_to_its_end(labelled: Store) -> None:
    settings = ModelSettings(input_shape=(20, 20, 1), epochs=150, batch_size=8, seed=1)
    job = train.ask(labelled, settings)
    worker = subprocess.Popen([sys.executable, "-c", RUN, str(job.folder)])
    wait_for(lambda: len(read_history(job.folder / "history.csv")) > 2)
    os.kill(worker_of(job), signal.SIGKILL)
    worker.wait()
    assert job.state() is JobState.INTERRUPTED
    check_project(labelled.folder)
    resumed = train.ask_to_resume(labelled, find_run(labelled, job.id))
    assert run_here(labelled, resumed).epochs == 150
    check_project(labelled.folder)


@pytest.mark.slow
@pytest.mark.usefixtures("local_engine")
def test_jobs_that_waited_for_a_killed_worker_go_to_the_next(store: Store, tmp_path: Path) -> None:
    first = importing(store, tmp_path / "a", count=150)
    second = importing(store, tmp_path / "b", count=3)
    engine.submit(first)
    engine.submit(second)
    os.kill(worker_of(first), signal.SIGKILL)
    wait_for(lambda: not first.state().is_active)
    assert first.state() is JobState.INTERRUPTED
    # Asked to run again at once, while the engine does not yet know of the death.
    first.reopen()
    engine.submit(first)
    wait_for(lambda: unsettled_jobs(store) == [])
    assert (first.state(), second.state()) == (JobState.DONE, JobState.DONE)
    assert len(find_ids(store, ThingFilter())) == 306


@pytest.mark.slow
@pytest.mark.usefixtures("local_engine")
def test_workers_killed_while_they_start_are_started_anew(store: Store, tmp_path: Path) -> None:
    job = importing(store, tmp_path / "in", count=3)
    engine.submit(job)
    for _ in range(5):
        for child in psutil.Process().children(recursive=True):
            if "spawn_main" in " ".join(child.cmdline()):
                child.kill()
        time.sleep(0.3)
    wait_for(lambda: not job.state().is_active)
    if job.state() is JobState.INTERRUPTED:
        job.reopen()
        engine.submit(job)
    wait_for(lambda: unsettled_jobs(store) == [])
    assert job.state() is JobState.DONE


@pytest.mark.slow
@pytest.mark.usefixtures("local_engine")
def test_a_worker_killed_while_the_engine_starts(store: Store, tmp_path: Path) -> None:
    job = importing(store, tmp_path / "in", count=3)

    def kill_the_first() -> None:
        found: list[psutil.Process] = []
        while not found:
            children = psutil.Process().children(recursive=True)
            found = [child for child in children if "spawn_main" in " ".join(child.cmdline())]
        found[0].kill()

    killer = threading.Thread(target=kill_the_first)
    killer.start()
    engine.submit(job)
    killer.join()
    wait_for(lambda: unsettled_jobs(store) == [])
    assert job.state() is JobState.DONE


@pytest.mark.slow
def test_a_second_writer_on_the_command_line_is_told_who_holds_the_project(
    labelled: Store, tmp_path: Path
) -> None:
    table = tmp_path / "labels.csv"
    table.write_text("name,category\ndark-00.png,light\n")
    script = (
        "import sys, pathlib\n"
        "from piximi_core.project.database.lock import writer_lock\n"
        "with writer_lock(pathlib.Path(sys.argv[1])):\n"
        "    print('held', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    label = [sys.executable, "-m", "piximi_core", "label", str(labelled.folder), str(table)]
    with subprocess.Popen(
        [sys.executable, "-c", script, str(labelled.folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        refused = subprocess.run(label, capture_output=True, text=True)
        assert refused.returncode == 2
        assert refused.stdout == ""
        (line,) = refused.stderr.splitlines()
        assert f"process {holder.pid} on" in line
        assert line.endswith("wait until it is done, then try again.")
        holder.kill()
    assert subprocess.run(label, capture_output=True).returncode == 0
    assert apply_finished(labelled) == []
