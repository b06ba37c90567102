"""Rounds of damaged files: each comes in or is refused in a sentence; nothing crashes or hangs."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from piximi_core.jobs.applying import jobs_of
from piximi_core.jobs.folder import JobState
from piximi_core.project.database.store import Store, create_store
from piximi_core.services.importing.add_images import ADD
from piximi_core.services.importing.add_request import Added
from tests.soak.checks import check_project, require
from tests.soak.damage import damaged, specimens
from tests.soak.killing import REPOSITORY, environment

__all__ = ["PER_ROUND", "FuzzRounds"]

PER_ROUND = 100
_PATIENCE = 280  # seconds for a round; one file may take 10
_LIMITS = {"PIXIMI_MAX_IMAGE_BYTES": str(64 * 2**20), "PIXIMI_MAX_IMAGE_SECONDS": "10"}
# What a reader should have refused itself, before its process died of it.
_FINDING = re.compile(r"made its reader crash|took longer than|more memory than there is")


class FuzzRounds:
    """Damaged files, added by the command line as a person would.

    Parameters
    ----------
    folder
        Where they and the projects lie; a round that finds nothing deletes its own.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.number = 0
        self.good = specimens()

    def round(self, dice: random.Random, count: int = PER_ROUND) -> dict[str, Any]:
        """Damage files, add them, and look at what was said of each.

        Raises
        ------
        Lost
            A crash, a hang, more than a sentence, or a project that is not whole.
        """
        self.number += 1
        room = self.folder / f"round-{self.number}"
        files = room / "files"
        files.mkdir(parents=True)
        for number in range(count):
            name, content = damaged(self.good, dice)
            (files / f"{number:04d} {name}").write_bytes(content)
        create_store(room / "project", "Damaged").close()
        result = self._add(room)
        reasons = [reason for _name, reason in result.failed]
        for name, reason in result.failed:
            require(_is_sentence(reason), f"{name} in {files}: {reason!r}")
            require(not _FINDING.search(reason), f"{name} in {files}: {reason}")
        told = sum(map(len, (result.failed, result.duplicates, result.conflicts)))
        require(result.added + told >= result.total, f"some of {files} were not told of")
        check_project(room / "project")
        shutil.rmtree(room)
        return {"damaged": count, "added": result.added, "refused": len(reasons)}

    def _add(self, room: Path) -> Added:
        options = ["--channels", "1", "--time", "planes", "--convert"]
        done = subprocess.run(
            [
                *(sys.executable, "-m", "piximi_core", "add"),
                *(str(room / "project"), str(room / "files"), *options),
            ],
            cwd=REPOSITORY,
            env=environment(**_LIMITS),
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=False,
        )
        require(done.returncode in (0, 2), f"{room}: exit {done.returncode}, {done.stderr[-2000:]}")
        require("Traceback" not in done.stderr + done.stdout, f"{room}: {done.stderr[-2000:]}")
        store = Store(room / "project")
        try:
            [job] = jobs_of(store)
        finally:
            store.close()
        log = (job.folder / "decoder.log").read_text(errors="replace")
        # What a reader did not foresee; the person still got a sentence.
        require("Traceback" not in log, f"{room}: {log[-3000:]}")
        require(job.state() is JobState.DONE, f"{room}: {job.error}")
        return ADD.result(job)


def _is_sentence(text: str) -> bool:
    return text.endswith(".") and "\n" not in text and "Error" not in text and len(text) < 500
