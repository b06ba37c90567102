"""A classifier from elsewhere is a run: it predicts, is judged, learned further and taken away."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from piximi_core.classification.settings import ModelSettings
from piximi_core.errors import BadInput, PiximiError
from piximi_core.formats.tfjs.classifier import read_classifier
from piximi_core.jobs.applying import apply_finished
from piximi_core.jobs.folder import JobState
from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.categories import (
    create_category,
    list_categories,
    rename_category,
)
from piximi_core.project.contents.labelling import label_things
from piximi_core.project.contents.runs import Run, find_run, list_runs
from piximi_core.project.contents.things import Thing, ThingFilter, find_ids, list_things
from piximi_core.project.database.store import Store, create_store
from piximi_core.services.classifiers import export, import_model, imported_run
from piximi_core.services.classifiers.class_mapping import propose_mapping
from piximi_core.services.evaluation.evaluate_run import evaluate_run, unscored_ids
from piximi_core.services.importing.uploads import UploadedFile
from piximi_core.services.scoring import predict
from piximi_core.services.training import train
from piximi_core.services.training.planning import default_settings, plan_training
from piximi_core.services.training.run_report import class_counts, read_layers, standing
from piximi_core.services.training.settings_draft import change_settings, use_settings_of
from piximi_core.services.training.starting_run import settings_to_go_on, startable_runs
from piximi_core.vocabulary import IMAGE_KIND
from tests.formats.checker_cases import document, encoded, weight_bytes
from tests.formats.foreign_models import add_labels, export_web, teachable_network
from tests.services.conftest import add, write_classes

pytestmark = pytest.mark.slow

SETTINGS = ModelSettings(name="Levels", input_shape=(16, 16, 1), epochs=2, seed=3, batch_size=8)


@pytest.fixture(scope="module")
def taken_away(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, Path]:
    """A project with a trained run, and its classifier as a zip."""
    folder = tmp_path_factory.mktemp("home")
    store = create_store(folder / "project", "Home")
    add(store, write_classes(folder / "images"), labels="folders")
    run_here(store, train.ask(store, SETTINGS))
    job = export.ask(store, find_run(store, "latest"), "piximi")
    run_here(store, job)
    return store, export.delivered(job)[0]


def names_of(store: Store) -> list[str]:
    return [category.name for category in list_categories(store)]


def bring(store: Store, *paths: Path, **more: Any) -> Run:
    found = import_model.look(paths)
    mapping = more.pop("mapping", None) or propose_mapping(found.classes, names_of(store))
    job = import_model.ask(store, paths, found, mapping, **more)
    run_here(store, job)
    return find_run(store, job.id)


def predicted(store: Store, run: Run) -> dict[str, Any]:
    run_here(store, predict.ask(store, run, find_ids(store, ThingFilter())))
    things: list[Thing] = list_things(store, ThingFilter())
    return {thing.name: thing.prediction.probabilities for thing in things if thing.prediction}


def test_it_does_all_that_a_trained_run_does(
    taken_away: tuple[Store, Path], labelled: Store, tmp_path: Path
) -> None:
    home, archive = taken_away
    dark = next(c for c in list_categories(labelled) if c.name == "dark")
    rename_category(labelled, dark.id, "Dark")
    run = bring(labelled, archive)
    assert [c.name for c in run.classes] == ["Dark", "light"]
    assert run.classes[0].id == dark.id
    assert names_of(labelled) == ["Unknown", "Dark", "light"]
    now = standing(labelled, run)
    assert (now.state, now.can_resume, now.is_under_way) == (JobState.DONE, False, False)
    assert class_counts(labelled, run) == [(0, 0), (0, 0)]
    assert sum(layer.parameters for layer in read_layers(labelled, run)) == 208 + 3216 + 16 * 2 + 2
    # The same images, the same answers as at home.
    at_home = predicted(home, find_run(home, "latest"))
    here = predicted(labelled, run)
    assert here.keys() == at_home.keys()
    for name, probabilities in at_home.items():
        np.testing.assert_allclose(here[name], probabilities, atol=1e-6)
    assert unscored_ids(labelled, run, "Unassigned") == []
    judged = evaluate_run(labelled, run, "Unassigned")
    assert np.sum(judged.figures.confusion_matrix) == 24
    job = export.ask(labelled, run, "tfjs")
    run_here(labelled, job)
    assert read_classifier(export.delivered(job)).metadata.classes == ("Dark", "light")


def test_it_is_learned_further_with_categories_that_it_does_not_know(
    taken_away: tuple[Store, Path], labelled: Store
) -> None:
    run = bring(labelled, taken_away[1], name="From home")
    new = create_category(labelled, "new")
    label_things(labelled, find_ids(labelled, ThingFilter())[:6], new.id)
    with pytest.raises(PiximiError, match="start a new run from it"):
        train.ask_to_resume(labelled, run)
    settings = settings_to_go_on(labelled, SETTINGS.model_copy(update={"name": ""}), "latest")
    job = train.ask(labelled, settings)
    start = job.request()["start"]
    assert (start["run"], start["columns"]) == (run.id, [0, 1, None])
    result = run_here(labelled, job)
    further = find_run(labelled, job.id)
    assert (further.name, len(further.classes), result.epochs) == ("From home 2", 3, 2)
    assert further.settings["start_from"] == run.id
    assert len(predicted(labelled, further)["dark-00.png"]) == 3
    assert [run.name for run in startable_runs(labelled, IMAGE_KIND)] == [
        "From home 2",
        "From home",
    ]


def test_what_was_learned_is_where_learning_goes_on(
    taken_away: tuple[Store, Path], labelled: Store
) -> None:
    """With a learning rate of next to nothing the classifier stays what it was."""
    run = bring(labelled, taken_away[1])
    still = SETTINGS.model_copy(update={"learning_rate": 1e-12, "epochs": 1})
    job = train.ask(labelled, settings_to_go_on(labelled, still, run.id))
    run_here(labelled, job)
    before = predicted(labelled, run)
    for name, probabilities in predicted(labelled, find_run(labelled, job.id)).items():
        np.testing.assert_allclose(probabilities, before[name], atol=1e-5)


def test_the_settings_page_starts_from_it_until_it_cannot(
    taken_away: tuple[Store, Path], labelled: Store
) -> None:
    run = bring(labelled, taken_away[1])
    use_settings_of(labelled, run)
    settings = default_settings(labelled)
    assert (settings.start_from, settings.input_shape) == (run.id, (16, 16, 1))
    assert plan_training(labelled, settings).obstacle is None
    # The input size is the run's, whatever was typed before.
    change_settings(labelled, {"input_shape": [32, 32, 3]})
    assert default_settings(labelled).input_shape == (16, 16, 1)
    gone = settings.model_copy(update={"start_from": "0" * 36})
    plan = plan_training(labelled, gone)
    assert plan.mend == "start"
    assert "gone" in str(plan.obstacle)


def test_uploaded_files_of_a_teachable_machine_predict_grey_images(
    labelled: Store, tmp_path: Path
) -> None:
    import PIL.Image

    web = tmp_path / "web"
    network = teachable_network()
    export_web(network, web, shard_bytes=300)
    add_labels(web)
    files = [
        UploadedFile(f"C:\\odd\\{path.name}", path.stat().st_size, io.BytesIO(path.read_bytes()))
        for path in web.iterdir()
    ]
    job_id, paths = import_model.keep_files(labelled, files)
    run = bring(labelled, *paths, job_id=job_id)
    assert run.id == job_id
    assert [c.name for c in run.classes] == ["cat", "dog", "Unknown 2"]
    assert run.settings["input_shape"] == [16, 16, 1]
    assert any("middle square" in note for note in (run.summary or {})["notes"])
    # A picture of the network's size needs no resizing, so anyone can compute its answer.
    pixels = np.random.default_rng(8).integers(0, 256, (16, 16), np.uint8)
    PIL.Image.fromarray(pixels).save(tmp_path / "own.png")
    add(labelled, tmp_path / "own.png")
    fed = np.repeat(pixels[None, ..., None] / np.float32(127.5) - 1, 3, axis=3)
    wanted = network.predict(fed, verbose=0)[0]
    np.testing.assert_allclose(predicted(labelled, run)["own.png"], wanted, atol=1e-5)
    assert not (labelled.files.jobs / job_id / "given").exists()


def test_a_crash_while_it_is_registered_leaves_nothing_and_is_made_good(
    taken_away: tuple[Store, Path], store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Crash(BaseException):
        pass

    def crash(*_: object) -> None:
        raise Crash

    before = names_of(store)
    with monkeypatch.context() as patch:
        patch.setattr(imported_run, "register_run", crash)
        with pytest.raises(Crash):
            bring(store, taken_away[1])
    assert (list_runs(store), names_of(store)) == ([], before)
    assert len(apply_finished(store)) == 1
    [run] = list_runs(store)
    assert names_of(store) == ["Unknown", "dark", "light"]
    assert read_classifier(sorted(store.files.run(run.id).glob(f"{run.name}*"))).model
    assert apply_finished(store) == []


def test_what_is_refused_late_leaves_nothing(store: Store, tmp_path: Path) -> None:
    changed = document()
    changed["modelTopology"]["config"]["layers"][-1]["config"]["activation"] = "sigmoid"
    path = tmp_path / "cells.json"
    path.write_bytes(encoded(changed))
    path.with_name("cells.weights.bin").write_bytes(weight_bytes())
    with pytest.raises(PiximiError, match="exclude each other"):
        bring(store, path)
    assert (list_runs(store), names_of(store)) == ([], ["Unknown"])
    assert not list(store.files.runs.glob("*"))


def test_files_that_are_no_set_are_refused_at_once(store: Store) -> None:
    twice = [UploadedFile(f"{folder}/a.bin", 1, io.BytesIO(b"x")) for folder in "ab"]
    with pytest.raises(BadInput, match="Two of the files"):
        import_model.keep_files(store, twice)
    with pytest.raises(BadInput, match="1 to"):
        import_model.keep_files(store, [])
    job_id, [path] = import_model.keep_files(
        store, [UploadedFile("..\\..\\.x<y>.json", 1, io.BytesIO(b"x"))]
    )
    assert path.parent == store.files.jobs / job_id / "given"
    import_model.discard(store, job_id)
    assert not path.parent.exists()
