"""Kinds and categories as files say them, made to obey the rules that everything else relies on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from piximi_core.formats.piximi_project.content import IMAGE, PiximiCategory, PiximiKind
from piximi_core.formats.piximi_project.repairs import Repairs
from piximi_core.messages import Message
from piximi_core.vocabulary import UNKNOWN_COLOR, UNKNOWN_NAME, UniqueNames, new_id, new_unknown_id

__all__ = ["Labels", "free_id", "listed", "plain_text", "read_labels"]

_LONGEST = 300
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_ID = re.compile(r"[\w .+()-]{1,100}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")
_PALETTE = ("#C84C4C", "#009292", "#490092", "#006ddb", "#b66dff", "#924900", "#237700")


def listed(found: Any) -> list[Any]:
    """Return a list, empty if it is none."""
    return found if isinstance(found, list) else []


def plain_text(found: Any, otherwise: str = "") -> str:
    """Return a text as one line of at most 300 characters."""
    text = _CONTROL.sub(" ", found).strip()[:_LONGEST] if isinstance(found, str) else ""
    # Half of a surrogate pair is no text that a database takes.
    return text.encode("utf-8", "replace").decode() or otherwise


def _usable_id(found: Any) -> bool:
    """Whether an id can be kept: words, not a way through folders."""
    return isinstance(found, str) and bool(_ID.fullmatch(found)) and found.strip(". ") != ""


def free_id(found: Any, taken: set[str], repairs: Repairs, name: str) -> str:
    """Return an image's or object's id, another one if it cannot be kept; it is taken then."""
    if _usable_id(found) and found not in taken:
        kept = str(found)
    else:
        repairs.note(
            Message("Images or objects whose id is missing or taken got another one."), name
        )
        kept = new_id()
    taken.add(kept)
    return kept


@dataclass(frozen=True)
class Labels:
    """The kinds of a project, and where the ids of its file lead.

    Attributes
    ----------
    kind_ids, category_ids
        Ids as the file has them to ids as they are kept, and, of a category, its kind.
    """

    kinds: tuple[PiximiKind, ...]
    kind_ids: Mapping[str, str]
    category_ids: Mapping[str, tuple[str, str]]
    unknown: Mapping[str, str] = field(default_factory=dict)

    def category(self, found: Any, kind_id: str, repairs: Repairs, name: str) -> str:
        """Return the category of a thing of this kind, Unknown where the file's makes no sense."""
        kept = self.category_ids.get(found) if isinstance(found, str) else None
        if kept is None or kept[0] != kind_id:
            repairs.note(
                Message("Images or objects whose category is not in the file are unlabelled."), name
            )
            return self.unknown[kind_id]
        return kept[1]


@dataclass
class _Draft:
    """A kind while it is put together."""

    id: str
    name: str
    unknown_id: str
    categories: dict[str, PiximiCategory] = field(default_factory=dict)


def read_labels(
    kinds: Mapping[str, Any], categories: Mapping[str, Any], repairs: Repairs
) -> Labels:
    """Put kinds and categories together from the parallel lists of the file.

    Parameters
    ----------
    kinds, categories
        The attributes of both groups.
    repairs
        Takes what had to be done.
    """
    drafts, kind_ids = _kinds(kinds, repairs)
    category_ids: dict[str, tuple[str, str]] = {}
    taken: set[str] = set()
    rows = _rows(categories, ("category_id", "name", "color", "kind"))
    names = {draft.id: UniqueNames() for draft in drafts}
    by_id = {draft.id: draft for draft in drafts}
    for each in drafts:
        _find_unknown(each, rows, kind_ids)
    unknowns = {draft.unknown_id for draft in drafts}
    for old, name, color, kind in sorted(rows, key=lambda row: _text(row[0]) not in unknowns):
        draft = by_id.get(kind_ids.get(_text(kind), ""))
        if draft is None or not isinstance(old, str) or old in category_ids:
            repairs.note(
                Message("Categories without a kind, or listed twice, were left out."), str(name)
            )
            continue
        known = _category(old, name, color, old == draft.unknown_id, taken, repairs)
        unique = names[draft.id].give(known.name)
        if unique != known.name:
            repairs.note(Message("Categories of the same name were numbered."), known.name)
        draft.categories[old] = replace(known, name=unique)
        category_ids[old] = (draft.id, known.id)
    finished = tuple(_finished(draft, kinds, kind_ids, taken, repairs) for draft in drafts)
    return Labels(finished, kind_ids, category_ids, {kind.id: kind.unknown.id for kind in finished})


def _kinds(kinds: Mapping[str, Any], repairs: Repairs) -> tuple[list[_Draft], dict[str, str]]:
    rows = _rows(kinds, ("kind_id", "display_name", "unknown_category_id"))
    if not any(row[0] == IMAGE for row in rows):
        repairs.note(Message("The kind Image was missing and was made."))
        rows.insert(0, (IMAGE, IMAGE, None))
    drafts: list[_Draft] = []
    kind_ids: dict[str, str] = {}
    names = UniqueNames(fold=True)
    for old, name, unknown in sorted(rows, key=lambda row: row[0] != IMAGE):
        if not isinstance(old, str) or old in kind_ids:
            repairs.note(Message("Kinds listed twice were left out."), str(name))
            continue
        kind_ids[old] = old if _usable_id(old) else new_id()
        if kind_ids[old] != old:
            repairs.note(
                Message("Kinds whose id cannot be one got another one."), plain_text(name, old)
            )
        wanted = IMAGE if old == IMAGE else plain_text(name, plain_text(old, "objects"))
        unique = names.give(wanted)
        if unique != wanted:
            repairs.note(Message("Kinds of the same name were numbered."), wanted)
        drafts.append(_Draft(kind_ids[old], unique, _text(unknown)))
    return drafts, kind_ids


def _find_unknown(
    draft: _Draft, rows: Sequence[tuple[Any, ...]], kind_ids: Mapping[str, str]
) -> None:
    """Take the category whose id begins with 0 where the kind does not say which is Unknown."""
    own = [_text(old) for old, _, _, kind in rows if kind_ids.get(_text(kind)) == draft.id]
    if draft.unknown_id not in own:
        draft.unknown_id = next((old for old in own if old.startswith("0")), "")


def _text(found: Any) -> str:
    return found if isinstance(found, str) else ""


def _rows(group: Mapping[str, Any], names: Sequence[str]) -> list[tuple[Any, ...]]:
    """Return parallel lists as rows, as many as the first has; what is missing is None."""
    columns = [listed(group.get(name)) for name in names]
    return [
        tuple(column[number] if number < len(column) else None for column in columns)
        for number in range(len(columns[0]))
    ]


def _category(
    old: str, name: Any, color: Any, is_unknown: bool, taken: set[str], repairs: Repairs
) -> PiximiCategory:
    """Return a category whose id says whether it is an Unknown."""
    kept = old
    if not _usable_id(old) or old in taken or old.startswith("0") != is_unknown:
        repairs.note(
            Message("Categories whose id breaks Piximi's rule got another one."), str(name)
        )
        kept = _fresh(old if _usable_id(old) else "", is_unknown, taken)
    taken.add(kept)
    shown = plain_text(name, UNKNOWN_NAME if is_unknown else "unnamed")
    if not plain_text(name):
        repairs.note(Message("Categories without a name got one."), shown)
    if not (isinstance(color, str) and _COLOR.fullmatch(color)):
        repairs.note(Message("Categories without a usable colour got one."), shown)
        color = UNKNOWN_COLOR if is_unknown else _PALETTE[len(taken) % len(_PALETTE)]
    return PiximiCategory(kept, shown, color)


def _fresh(old: str, is_unknown: bool, taken: Iterable[str]) -> str:
    """Return an id of the right beginning: the old one with its first sign changed, if free."""
    first = "0" if is_unknown else "1"
    changed = first + old[1:]
    if len(old) > 8 and changed not in taken:
        return changed
    return new_unknown_id() if is_unknown else new_id()


def _finished(
    draft: _Draft,
    kinds: Mapping[str, Any],
    kind_ids: Mapping[str, str],
    taken: set[str],
    repairs: Repairs,
) -> PiximiKind:
    """Return the kind with Unknown first, and the others in the order in which it lists them."""
    by_old = dict(draft.categories)
    unknown = by_old.pop(draft.unknown_id, None)
    if unknown is None:
        # Piximi goes by the id alone: a category that begins with 0 is one.
        repairs.note(Message("Kinds without their Unknown category got one."), draft.name)
        fresh = _fresh("", True, taken)
        taken.add(fresh)
        name = UniqueNames()
        for category in by_old.values():
            name.give(category.name)
        unknown = PiximiCategory(fresh, name.give(UNKNOWN_NAME), UNKNOWN_COLOR)
    order = {}
    for old, owned in _rows(kinds, ("kind_id", "categories")):
        if isinstance(old, str) and kind_ids.get(old) == draft.id:
            order = {category: number for number, category in enumerate(map(str, listed(owned)))}
    olds = sorted(by_old, key=lambda old: order.get(old, len(order)))
    return PiximiKind(draft.id, draft.name, (unknown, *(by_old[old] for old in olds)))
