"""How many things each category has: counted once, then kept up with what is labelled."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Lock

from sqlalchemy import Connection, func, select

from piximi_core.project.contents.relabelled import Label, relabelled_since
from piximi_core.project.database.schema import recording, things
from piximi_core.project.database.store import Store
from piximi_core.vocabulary import IMAGE_KIND

__all__ = ["count_by_category"]


def count_by_category(store: Store, kind_id: str = IMAGE_KIND) -> dict[str, dict[str, int]]:
    """Return ``{category id: {partition: count}}``; categories without things are left out."""
    counts: dict[str, dict[str, int]] = {}
    for (category_id, partition), count in _tally(store, kind_id).now().items():
        counts.setdefault(category_id, {})[partition] = count
    return counts


@dataclass
class _Tally:
    """The counts of a kind at a revision; a million things are not counted at each label."""

    store: Store
    kind_id: str
    revision: int | None = None
    counts: Counter[Label] = field(default_factory=Counter)
    lock: Lock = field(default_factory=Lock)

    def now(self) -> dict[Label, int]:
        """Return how many things have each label at this moment."""
        with self.lock:
            if self.revision is None or not self._follow(self.revision):
                with self.store.read() as db:
                    self.revision = int(db.execute(select(recording.c.revision)).scalar_one())
                    self.counts = _count(db, self.kind_id)
            return {label: count for label, count in self.counts.items() if count}

    def _follow(self, revision: int) -> bool:
        """Take over what was labelled since; tell whether nothing else was done."""
        changed = relabelled_since(self.store, revision)
        if changed is None:
            return False
        for move in changed.moves:
            if move.kind_id == self.kind_id:
                self.counts[move.before] -= 1
                self.counts[move.after] += 1
        self.revision = changed.revision
        return True


@lru_cache(maxsize=64)
def _tally(store: Store, kind_id: str) -> _Tally:
    return _Tally(store, kind_id)


def _count(db: Connection, kind_id: str) -> Counter[Label]:
    query = (
        select(things.c.category_id, things.c.partition, func.count())
        .where(things.c.kind_id == kind_id)
        .group_by(things.c.category_id, things.c.partition)
    )
    return Counter({Label(*label): count for *label, count in db.execute(query)})
