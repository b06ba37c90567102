"""What people do in a component, on its way to the project: one queue, one protocol.

The browser (``shared/queue.js``) posts batches ``{"client": str, "actions": [...]}``, with what
the component takes along, and repeats every action until an answer acknowledges its number
(``nonce``, counted by client: one queue in one browser tab). So a :class:`Ledger` hands each one on
once, in their order. What it cannot know, because another session or process took the first copy,
the project knows by the action's ``uid`` (`piximi_core.project.database.once`).

An answer is ``{"ack": int, "busy": bool}`` and what the component draws at once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from piximi_core.errors import ProjectBusy

__all__ = ["Action", "Batch", "Done", "Ledger", "read_action", "read_batch"]

log = logging.getLogger("piximi")

_CLIENTS_REMEMBERED = 8
_LONGEST_NAME = 64  # of a client, and of an action's uid


@dataclass(frozen=True)
class Action:
    """One thing the person did.

    ``type`` is one of the component's; ``category`` a category id where it is about one, ``name``
    that of a category to be made. ``uid`` names the action beyond this session: a second copy of
    it, after a restart, is to be refused. ``seen`` is the project's revision that the person looked
    at, as text, empty where none was given.
    """

    type: str
    ids: tuple[str, ...]
    category: str | None
    nonce: int
    uid: str
    name: str = ""
    seen: str = ""

    @property
    def revision(self) -> int | None:
        """The revision that the person looked at, None where none was given."""
        return int(self.seen) if self.seen.isdecimal() and len(self.seen) < 16 else None


@dataclass(frozen=True)
class Batch:
    """What the browser sent: everything of one client that is not acknowledged, and more."""

    client: str
    actions: Sequence[object]
    more: Mapping[str, Any] = field(default_factory=dict)


class Done(NamedTuple):
    """How far a batch is done: up to which number, and whether the project was busy then."""

    ack: int
    busy: bool


def read_batch(value: object) -> Batch | None:
    """Return a batch from the browser's JSON; None for what is none."""
    if not isinstance(value, Mapping):
        return None
    client, actions = value.get("client"), value.get("actions")
    if not isinstance(client, str) or not 0 < len(client) <= _LONGEST_NAME:
        return None
    return Batch(client, actions, value) if isinstance(actions, list) else None


def read_action(raw: object, types: frozenset[str]) -> Action | None:
    """Return an action of one of these types from the browser's JSON; None for anything else."""
    if not isinstance(raw, Mapping):
        return None
    kind, ids, nonce = raw.get("type"), raw.get("ids"), raw.get("nonce")
    category, uid = raw.get("category"), raw.get("uid")
    name, seen = raw.get("name", ""), raw.get("seen", "")
    if kind not in types or not isinstance(nonce, int):
        return None
    if not isinstance(name, str) or not isinstance(seen, str):
        return None
    if not isinstance(uid, str) or not 0 < len(uid) <= _LONGEST_NAME:
        return None
    if not isinstance(ids, list) or not all(isinstance(i, str) for i in ids):
        return None
    if category is not None and not isinstance(category, str):
        return None
    return Action(str(kind), tuple(ids), category, nonce, uid, name, seen)


@dataclass
class Ledger:
    """The highest number that was done, by client; the clients longest unheard are forgotten."""

    done: dict[str, int] = field(default_factory=dict)

    def work_off(self, batch: Batch, do: Callable[[Mapping[str, Any]], None]) -> Done:
        """Do what is new in a batch, in its order; return how far it is done.

        What meets `ProjectBusy` is not done, nor what comes after it: the browser repeats both. Any
        other error counts as done, because it would only happen again; ``do`` tells the person of
        those that they can mend.
        """
        last = self.done.pop(batch.client, 0)
        busy = False
        try:
            for raw in batch.actions:
                nonce = raw.get("nonce") if isinstance(raw, Mapping) else None
                if not isinstance(raw, Mapping) or type(nonce) is not int or nonce <= last:
                    continue
                try:
                    do(raw)
                except ProjectBusy:
                    busy = True
                    break
                except Exception:
                    log.exception("An action could not be carried out")
                last = nonce
        finally:
            self.done[batch.client] = last
            while len(self.done) > _CLIENTS_REMEMBERED:
                del self.done[next(iter(self.done))]
        return Done(last, busy)
