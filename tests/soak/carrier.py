"""What the dashboard does with jobs, without its pages: submit, watch, run again.

``python -m tests.soak.carrier PROJECT add|train FOLDER...`` imports each folder with one job, all
submitted at once, or trains. It prints ``{"job": id}`` for each and ``{"ack": id}`` once its result
is in the project; an interrupted job is run again, as a person would ask it to.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    # A spawned worker runs the main script again, under another name: it must import nothing.
    from piximi_core.classification.settings import ModelSettings
    from piximi_core.jobs import engine
    from piximi_core.jobs.applying import settle_project, unsettled_jobs
    from piximi_core.jobs.folder import Job, JobState
    from piximi_core.project.contents.runs import find_run
    from piximi_core.project.database.store import Store, open_store
    from piximi_core.services.importing import add_images
    from piximi_core.services.importing.add_images import AddOptions
    from piximi_core.services.importing.sources import SourceFile
    from piximi_core.services.training import train

    _SETTINGS = ModelSettings(input_shape=(16, 16, 1), epochs=300, batch_size=8, seed=1)

    def say(line: dict[str, Any]) -> None:
        sys.stdout.write(f"{json.dumps(line)}\n")
        sys.stdout.flush()

    def ask(store: Store, what: str, folders: list[str]) -> list[Job]:
        if what == "train":
            return [train.ask(store, _SETTINGS)]
        options = AddOptions(labels="folders")
        sources = [SourceFile(Path(folder), Path(folder).name) for folder in folders]
        return [add_images.ask(store, [source], options) for source in sources]

    def again(store: Store, job: Job) -> None:
        """Do what "Resume" and "Run again" do."""
        if job.folder.parent == store.files.runs:
            train.ask_to_resume(store, find_run(store, job.id))
        else:
            job.reopen()
        engine.submit(job)

    def carry(store: Store, jobs: list[Job]) -> None:
        waiting = {job.id: job for job in jobs}
        while waiting:
            time.sleep(0.02)
            unsettled = {job.id for job in unsettled_jobs(store)}
            for job in list(waiting.values()):
                state = job.state()
                if state is JobState.INTERRUPTED:
                    say({"interrupted": job.id})
                    again(store, job)
                elif not state.is_active and job.id not in unsettled:
                    say({"ack": job.id, "result": job.result()})
                    del waiting[job.id]

    def main(folder: Path, what: str, folders: list[str]) -> None:
        store = open_store(folder)
        settle_project(store)
        left = [job for job in unsettled_jobs(store) if job.state() is JobState.INTERRUPTED]
        for job in left:
            say({"left": job.id})
            again(store, job)
        jobs = ask(store, what, folders) if folders or what == "train" else []
        for job in jobs:
            say({"job": job.id})
            engine.submit(job)
        carry(store, [*left, *jobs])
        engine.shutdown()
        say({"end": True})

    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3:])
