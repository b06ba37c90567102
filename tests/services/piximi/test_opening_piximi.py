"""Where an opened Piximi project comes to lie, and that nothing stays of one that fails."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from piximi_core.errors import BadInput
from piximi_core.jobs.inline import run_apart
from piximi_core.project.contents.categories import list_categories
from piximi_core.project.database.store import open_store
from piximi_core.services.piximi import open_piximi
from piximi_core.services.projects.opening import dismiss, opening_jobs
from tests.conftest import REPOSITORY
from tests.formats.piximi_project import piximi_files as made
from tests.formats.piximi_project.piximi_reader import strict_read


def test_nothing_stays_of_a_project_that_cannot_be_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIXIMI_WORKSPACE", str(tmp_path / "workspace"))
    files = made.things_project("1.1.4")
    for name in ("a.png", "b.png"):
        del files[f"project/things/{name}/{name}/.zarray"]
    with made.zipped(files, tmp_path / "a.zip").open("rb") as content:
        job = open_piximi.ask_uploaded(content, "mine.zip", 1000)
    assert opening_jobs(tmp_path / "workspace", open_piximi.OPEN_PIXIMI) == [job]
    with pytest.raises(Exception, match="can be read"):
        run_apart(job)
    dismiss(job)
    assert list((tmp_path / "workspace").iterdir()) == []


def test_a_stopped_opening_leaves_nothing(tmp_path: Path) -> None:
    given = made.zipped(made.things_project("1.1.4"), tmp_path / "a.zip")
    job = open_piximi.ask(given, target=tmp_path / "project")
    job.ask_to_stop()
    with pytest.raises(Exception, match="Stopped"):
        run_apart(job)
    assert not (tmp_path / "project").exists()
    assert not (job.project_folder / "draft").exists()


def test_an_opened_project_lies_in_the_workspace_under_a_free_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIXIMI_WORKSPACE", str(tmp_path / "workspace"))
    given = made.zipped(made.things_project("1.1.4"), tmp_path / "a.zip")
    results = [run_apart(open_piximi.ask(given)) for _ in range(2)]
    assert [result.address for result in results] == ["blood", "blood-2"]
    assert [result.name for result in results] == ["Blood", "Blood 2"]
    store = open_store(tmp_path / "workspace" / "blood-2")
    assert [c.name for c in list_categories(store)] == ["Unknown", "red", "white"]


@pytest.mark.slow
def test_the_command_line_opens_and_saves(tmp_path: Path) -> None:
    given = made.zipped(made.things_project("1.1.4"), tmp_path / "a.zip")

    def command(*arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "piximi_core", *map(str, arguments)],
            cwd=REPOSITORY, capture_output=True, text=True, check=False,
        )  # fmt: skip

    done = command("open", given, tmp_path / "project", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["images"] == 2
    done = command("save", tmp_path / "project", tmp_path / "out.zip")
    assert done.returncode == 0, done.stderr
    assert "2 images, 1 object" in done.stdout
    assert strict_read(tmp_path / "out.zip")["name"] == "Blood"
    refused = command("open", tmp_path / "out.zip", tmp_path / "project")
    assert refused.returncode == 2
    assert "holds something already" in refused.stderr
    refused = command("open", REPOSITORY / "README.md", tmp_path / "other")
    assert refused.returncode == 2
    assert "is no zip" in refused.stderr
    assert not list(tmp_path.glob(".opening-*"))
    with pytest.raises(BadInput, match="There is no file"):
        open_piximi.ask(tmp_path / "gone.zip", target=tmp_path / "third")
