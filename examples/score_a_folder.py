"""Write what the newest classifier of a project says of files that are in no project.

python examples/score_a_folder.py PROJECT FOLDER OUT.csv
"""

import csv
import sys
from pathlib import Path

from piximi_core.project.contents.runs import find_run
from piximi_core.project.database.store import open_store
from piximi_core.services.importing.sources import SourceFile
from piximi_core.services.scoring.class_names import names_of
from piximi_core.services.scoring.predict_files import predict_files


def main(project: Path, folder: Path, out: Path) -> None:
    """Predict the files; nothing of them is kept."""
    store = open_store(project.absolute())
    run = find_run(store, "latest")
    classes = names_of(store, run)
    scores = predict_files(store.files.run(run.id), [SourceFile(folder, folder.name)])
    with out.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["name", "category", "confidence"])
        for name, row in zip(scores.names, scores.probabilities, strict=True):
            table.writerow([name, classes[row.argmax()], f"{row.max():.4f}"])
    for name, reason in scores.failed:
        print(f"left out: {name}: {reason}")
    print(f"{len(scores.names)} files by the run {run.name}")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
