"""Say how good each run of a project is by the labels of this moment.

python examples/compare_runs.py PROJECT [PARTITION]
"""

import sys
from pathlib import Path

from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.runs import list_runs
from piximi_core.project.database.store import open_store
from piximi_core.services.evaluation.evaluate_run import evaluate_run, unscored_ids
from piximi_core.services.scoring import predict


def main(project: Path, partition: str = "Validation") -> None:
    """Predict what has no scores yet, then compare."""
    store = open_store(project.absolute())
    for run in list_runs(store):
        if not run.has_classifier:
            continue
        missing = unscored_ids(store, run, partition)
        if missing:
            run_here(store, predict.ask(store, run, missing, purpose="evaluate"))
        figures = evaluate_run(store, run, partition).figures.to_dict()
        seen = sum(map(sum, figures["confusion_matrix"]))
        print(f"{run.number}  {run.name}: {figures['accuracy']:.1%} of {seen}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:3])
