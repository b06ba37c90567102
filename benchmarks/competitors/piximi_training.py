"""Our training, as a run does it: with progress, a Stop file to look for, and checkpoints."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.processes import answer, task
from piximi_core.classification.runtime import import_quietly


def rate(case: dict[str, Any], epochs: int, repeatable: bool) -> float:
    """Return images per second from the end of the first epoch to the end of the last."""
    from piximi_core.classification.networks.architectures import build
    from piximi_core.classification.settings import ModelSettings
    from piximi_core.classification.training.checkpoints import CheckpointStore
    from piximi_core.classification.training.loop import train
    from piximi_core.classification.training.progress import Progress, TrainingData

    x, y = np.load(case["x"]), np.load(case["y"])
    settings = ModelSettings(
        input_shape=tuple(case["shape"]),
        epochs=epochs,
        batch_size=case["batch"],
        deterministic=repeatable,
    )
    ends: list[float] = []

    def progress(report: Progress) -> None:
        if report.row is not None:
            ends.append(time.perf_counter())

    data = TrainingData(x, y, x[:0], y[:0], case["classes"])
    with tempfile.TemporaryDirectory() as room:
        stop = Path(room) / "stop"
        train(
            build(settings, case["classes"]),
            data,
            settings,
            store=CheckpointStore(Path(room) / "checkpoints"),
            on_progress=progress,
            should_stop=stop.exists,
        )
    return (len(ends) - 1) * len(x) / (ends[-1] - ends[0])


def main() -> None:
    """Train every case."""
    import_quietly()
    wanted = task()
    rates = {
        case["name"]: rate(case, wanted["epochs"], wanted["repeatable"]) for case in wanted["cases"]
    }
    answer({"rates": rates})


if __name__ == "__main__":
    main()
