"""What was said is kept with its values, so that it can be read later in another language."""

from __future__ import annotations

import json
from dataclasses import replace

from sqlalchemy import text

from piximi_core.errors import BadInput
from piximi_core.jobs.folder import Job, JobState
from piximi_core.messages import Message
from piximi_core.project.contents.categories import create_category, list_categories
from piximi_core.project.contents.labelling import label_things
from piximi_core.project.contents.things import ThingFilter, find_ids, list_things
from piximi_core.project.database.history import history, next_labels, redo, undo
from piximi_core.project.database.store import Store, open_store
from tests.project.conftest import fill, new_image


def test_a_step_is_told_with_its_values_after_the_project_was_opened_again(filled: Store) -> None:
    create_category(filled, "Box")
    label_things(filled, find_ids(filled, ThingFilter())[:2], list_categories(filled)[1].id)
    filled.close()
    again = open_store(filled.folder)
    labelled, created = (step.label for step in history(again, 2))
    assert (labelled, created) == ("Label 2 images", "Create category Box")
    assert isinstance(created, Message)
    assert isinstance(labelled, Message)
    assert created.values == {"name": "Box"}
    assert labelled.values["things"].many == "{n} images"
    for told in (undo(again), next_labels(again)[1], redo(again)):
        assert isinstance(told, Message)
        assert told == "Label 2 images"
    again.close()


def test_steps_of_earlier_programs_are_shown_as_they_are(filled: Store) -> None:
    with filled.write() as db:
        db.execute(text("UPDATE steps SET label = 'Create category {name} 50 %'"))
    assert [step.label for step in history(filled)] == ["Create category {name} 50 %"]
    assert undo(filled) == "Create category {name} 50 %"


def test_a_job_keeps_its_error_and_progress_with_their_values(filled: Store) -> None:
    job = Job.create(filled.files.jobs / "a", "archive", {})
    job.report(1, 2, Message("Reading {name}", name="{0.__class__}"))
    assert isinstance(job.progress()["text"], Message)
    assert job.progress()["text"] == "Reading {0.__class__}"
    error = BadInput("'{shown}' is empty; copy or export it again.", shown="100 %s.png")
    job.fail(str(error))
    found = Job(job.folder).result()["error"]
    assert found == "'100 %s.png' is empty; copy or export it again."
    assert isinstance(found, Message)
    assert found.values == {"shown": "100 %s.png"}


def test_jobs_of_earlier_programs_are_shown_as_they_are(filled: Store) -> None:
    job = Job.create(filled.files.jobs / "a", "archive", {})
    plain = {"error": "The disk is full.", "failed": [["a.png", "is empty"]], "state": "failed"}
    (job.folder / "result.json").write_text(json.dumps(plain))
    (job.folder / "progress.json").write_text(json.dumps({"done": 1, "total": 2, "text": "Half"}))
    assert job.state() is JobState.FAILED
    assert job.result() == plain
    assert job.progress()["text"] == "Half"


def test_lists_of_a_result_keep_messages(filled: Store) -> None:
    reason = Message("is the same picture as {name}", name="a.png")
    job = Job.create(filled.files.jobs / "a", "archive", {})
    job.finish({"duplicates": [("b.png", reason)], "plain": {"template": "x"}})
    result = job.result()
    assert result["plain"] == {"template": "x"}
    assert result["duplicates"] == [["b.png", "is the same picture as a.png"]]
    assert result["duplicates"][0][1].template == "is the same picture as {name}"


def test_notes_on_an_image_keep_their_values(store: Store) -> None:
    note = Message("only the first of {frames} frames was read", frames=12)
    fill(store, [replace(new_image(1), notes=[note, "of an earlier program"])])
    (found,) = list_things(store, ThingFilter())
    assert found.notes == ["only the first of 12 frames was read", "of an earlier program"]
    assert [isinstance(each, Message) for each in found.notes] == [True, False]
    assert found.notes[0].values == {"frames": 12}  # type: ignore[attr-defined]
