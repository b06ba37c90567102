"""Train a classifier on images in class-named folders.

python examples/train_from_folders.py CROPS PROJECT [EPOCHS]
"""

import sys
from pathlib import Path

from piximi_core.classification.settings import with_overrides
from piximi_core.jobs.inline import run_here
from piximi_core.project.database.store import create_store
from piximi_core.services.importing import add_images
from piximi_core.services.importing.sources import SourceFile
from piximi_core.services.training import train
from piximi_core.services.training.planning import default_settings


def main(crops: Path, project: Path, epochs: int = 20) -> None:
    """Make a project of the folders and train in it."""
    store = create_store(project.absolute(), project.name)
    options = add_images.AddOptions(labels="folders")
    added = run_here(store, add_images.ask(store, [SourceFile(crops, crops.name)], options))
    for name, reason in added.failed:
        print(f"left out: {name}: {reason}")
    # The size of the input is proposed from the images.
    settings = with_overrides(default_settings(store), [f"epochs={epochs}", "seed=1"])
    summary = run_here(store, train.ask(store, settings))
    print(f"{added.added} images; right on {summary.val_accuracy:.0%} in validation")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *map(int, sys.argv[3:4]))
