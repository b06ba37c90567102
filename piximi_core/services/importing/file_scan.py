"""What files are, told from their headers before anything of them is added.

A look runs on a thread beside the page, and the files are opened by the same limited processes that
decode them later: whatever they hold, the dashboard does not meet it.
"""

from __future__ import annotations

import math
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from piximi_core.errors import PiximiError
from piximi_core.prefetch import work_ahead
from piximi_core.services.decoding.decoders import DecodeLimits, Decoders
from piximi_core.services.importing.sources import SourceFile, expand_sources

__all__ = ["FileSort", "Look", "Sighting", "channel_choices", "proposed_channels"]

_MOST_FILES = 2000
_MOST_OF_ZIP = 200
_MOST_SECONDS = 30.0
_MOST_CHANNELS = 100
_LIMITS = DecodeLimits(memory=2**30, seconds=10)


@dataclass(frozen=True)
class FileSort:
    """Files that are alike in all that matters; see `images.Description` for the words.

    Attributes
    ----------
    question
        What has to be asked before they can be read: "channels", "time" or None.
    """

    format: str
    bit_depth: int
    sample: str
    frames: int
    channels: int | None
    planes: int | None
    times: int
    question: str | None


@dataclass(frozen=True)
class Sighting:
    """What was seen so far.

    Attributes
    ----------
    looked
        How many files were opened.
    complete
        Whether those are all: a look ends after 2,000 files, 200 of each zip, or half a minute.
    done
        Whether it has ended.
    sorts
        How many files there are of each sort, most first.
    sizes
        The smallest and the largest (height, width) by area, of each sort.
    unreadable
        (name, reason) of files that will not come in.
    """

    looked: int = 0
    complete: bool = True
    done: bool = False
    sorts: dict[FileSort, int] = field(default_factory=dict)
    sizes: dict[FileSort, tuple[tuple[int, int], tuple[int, int]]] = field(default_factory=dict)
    unreadable: tuple[tuple[str, str], ...] = ()

    def open_questions(self, about: str) -> list[FileSort]:
        """Return the sorts that ask about "channels" or "time"."""
        return [sort for sort in self.sorts if sort.question == about]

    def channel_counts(self, channels: int | None) -> dict[int, int]:
        """Return how many files have how many channels, given what undeclared ones are to have."""
        found: Counter[int] = Counter()
        for sort, files in self.sorts.items():
            number = sort.channels or channels
            if number is not None:
                found[number] += files
        return dict(found.most_common())


class Look:
    """A look at files, under way from the moment it is made.

    Parameters
    ----------
    sources
        Files, folders and zips.
    before
        An earlier look, whose answers about the same paths are taken over.
    """

    def __init__(self, sources: Sequence[SourceFile], before: Look | None = None) -> None:
        self._sources = tuple(sources)
        self._answers: dict[Path, dict[str, Any]] = dict(before._answers) if before else {}
        self._seen: list[tuple[str, dict[str, Any]]] = []
        self._complete = True
        self._over = threading.Event()
        self._done = threading.Event()
        threading.Thread(target=self._run, name="look at files", daemon=True).start()

    def stop(self) -> None:
        """End it early."""
        self._over.set()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for its end; return whether it has ended."""
        return self._done.wait(seconds)

    def sighting(self) -> Sighting:
        """Return what was seen so far."""
        done = self._done.is_set()
        seen = list(self._seen)
        sorts: Counter[FileSort] = Counter()
        sizes: dict[FileSort, list[tuple[int, int]]] = {}
        for _name, answer in seen:
            if "error" not in answer:
                sort = _sort_of(answer)
                sorts[sort] += 1
                sizes.setdefault(sort, []).append((answer["height"], answer["width"]))
        return Sighting(
            looked=len(seen),
            complete=self._complete,
            done=done,
            sorts=dict(sorts.most_common()),
            sizes={
                sort: (min(found, key=math.prod), max(found, key=math.prod))
                for sort, found in sizes.items()
            },
            unreadable=tuple((name, a["error"]) for name, a in seen if "error" in a),
        )

    def _run(self) -> None:
        deadline = time.monotonic() + _MOST_SECONDS
        try:
            with (
                tempfile.TemporaryDirectory(prefix="piximi-look-") as room,
                Decoders(_LIMITS) as decoders,
            ):
                files = self._files(Path(room), deadline)
                for source, future in self._looked_at(files, decoders, deadline):
                    self._answers[source.path] = future.result()
                    self._seen.append((source.name, future.result()))
        except PiximiError as error:
            self._seen.append((self._sources[0].name, {"error": str(error)}))
        finally:
            self._done.set()

    def _files(self, room: Path, deadline: float) -> Iterator[SourceFile]:
        """Yield what there is to look at, no more than the limits allow."""
        refused: list[tuple[str, str]] = []
        found = expand_sources(self._sources, room, refused, most_of_zip=_MOST_OF_ZIP)
        from_zip: Counter[Path] = Counter()
        for number, source in enumerate(found):
            if number == _MOST_FILES or time.monotonic() > deadline:
                self._complete = False
                break
            if source.path.is_relative_to(room):
                from_zip[source.path.parent] += 1
            yield source
        if max(from_zip.values(), default=0) == _MOST_OF_ZIP:
            self._complete = False
        self._seen += [(name, {"error": reason}) for name, reason in refused]

    def _looked_at(
        self, files: Iterable[SourceFile], decoders: Decoders, deadline: float
    ) -> Iterator[tuple[SourceFile, Future[dict[str, Any]]]]:
        def look(source: SourceFile) -> dict[str, Any]:
            known = self._answers.get(source.path)
            if known is not None:
                return known
            try:
                return decoders.ask("look", source.path, source.name)
            except PiximiError as error:
                return {"error": str(error)}

        def is_over() -> bool:
            if self._over.is_set() or time.monotonic() > deadline + _LIMITS.seconds:
                self._complete = False
                decoders.close()
                return True
            return False

        yield from work_ahead(look, files, ahead=16, is_over=is_over)


def _sort_of(answer: dict[str, Any]) -> FileSort:
    asks = answer["question"] is not None
    return FileSort(
        format=answer["format"],
        bit_depth=answer["bit_depth"],
        sample=answer["sample"],
        # Where nothing is asked, how a file keeps its planes and channels makes no difference.
        frames=answer["frames"] if asks else 0,
        channels=answer["channels"],
        planes=answer["planes"],
        times=answer["times"],
        question=answer["question"],
    )


def channel_choices(frames: Iterable[int]) -> list[int]:
    """Return the channel counts that divide stacks of so many frames without rest."""
    common = math.gcd(*frames)
    return [n for n in range(1, min(common, _MOST_CHANNELS) + 1) if common % n == 0]


def proposed_channels(choices: Sequence[int], project_channels: int | None) -> int:
    """Return the likeliest of the choices.

    What the project has; else all of a few frames, which are colours of one plane more often than
    not; else 1, for a long stack is one of planes.
    """
    if project_channels in choices:
        return int(project_channels or 1)
    return choices[-1] if choices[-1] <= 4 else choices[0]
