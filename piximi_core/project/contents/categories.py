"""Categories of a kind: create, rename, recolour, delete; each one undoable step."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from piximi_core.errors import BadInput, NotFound
from piximi_core.messages import Message, word
from piximi_core.project.database.schema import categories, kinds, predictions, things
from piximi_core.project.database.store import Store
from piximi_core.vocabulary import IMAGE_KIND, is_unknown, new_id, next_color

__all__ = [
    "MAX_NAME",
    "Category",
    "category_named",
    "clean_name",
    "create_category",
    "delete_category",
    "ensure_categories",
    "list_categories",
    "recolor_category",
    "rename_category",
    "unknown_category_id",
]

MAX_NAME = 300
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")
# What nobody sees: blanks without width, marks of direction, soft hyphens. Joiners are part of
# Persian words and of emoji, so only those at an end go.
_UNSEEN = re.compile(
    r"[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
    r"|^[\u200c\u200d\s]+|[\u200c\u200d\s]+$"
)
_BLANKS = re.compile(r"[\u00a0\u2000-\u200a\u202f\u205f\u3000]")


@dataclass(frozen=True)
class Category:
    """A class within a kind."""

    id: str
    name: str
    color: str
    kind_id: str

    @property
    def is_unknown(self) -> bool:
        """Whether this is the kind's Unknown."""
        return is_unknown(self.id)


def clean_name(name: str, what: str = "category") -> str:
    """Return a name as it is stored: one line, no outer blanks, and nothing that nobody sees.

    Accents are one sign with their letter (NFC), so that names which look alike are alike.

    Raises
    ------
    BadInput
        The name is empty or longer than `MAX_NAME` characters.
    """
    shown = _BLANKS.sub(" ", _CONTROL.sub(" ", unicodedata.normalize("NFC", name)))
    cleaned = _UNSEEN.sub("", _UNSEEN.sub("", shown)).strip()
    if not cleaned:
        raise BadInput("A {what} needs a name; type one and try again.", what=word(what))
    if len(cleaned) > MAX_NAME:
        raise BadInput(
            "The {what} name {cleaned!r}… has {count} characters; shorten it to {most}.",
            what=word(what),
            cleaned=cleaned[:40],
            count=len(cleaned),
            most=MAX_NAME,
        )
    return cleaned


def list_categories(store: Store, kind_id: str = IMAGE_KIND) -> list[Category]:
    """Return the kind's categories in their order, Unknown first (index 0, as in Piximi)."""
    with store.read() as db:
        return _list(db, kind_id)


def _list(db: Connection, kind_id: str) -> list[Category]:
    query = (
        select(categories.c.id, categories.c.name, categories.c.color, categories.c.kind_id)
        .where(categories.c.kind_id == kind_id)
        .order_by(categories.c.position, categories.c.id)
    )
    return [Category(*row) for row in db.execute(query)]


def unknown_category_id(db: Connection, kind_id: str = IMAGE_KIND) -> str:
    """Return the id of the kind's Unknown category."""
    query = select(kinds.c.unknown_category_id).where(kinds.c.id == kind_id)
    found = db.execute(query).scalar_one_or_none()
    if found is None:
        raise NotFound("There is no kind {kind!r} in this project; reload the page.", kind=kind_id)
    return str(found)


def category_named(db: Connection, kind_id: str, name: str) -> Category | None:
    """Return the category of this name, or None; one that looks the same is the same."""
    known = _list(db, kind_id)
    alike = (c for c in known if _alike(c.name) == _alike(name))
    return next((c for c in known if c.name == name), None) or next(alike, None)


def _alike(name: str) -> str:
    """Return a stored name as it would be stored today."""
    try:
        return clean_name(name)
    except BadInput:
        return name  # older projects may hold names that nobody sees


def ensure_categories(db: Connection, kind_id: str, names: list[str]) -> dict[str, str]:
    """Return the id of every named category, creating those that are missing, in order.

    "Unknown" is the kind's own Unknown, whatever its place.
    """
    present = _list(db, kind_id)
    by_name = {_alike(category.name): category.id for category in reversed(present)}
    colors = [category.color for category in present]
    position = _next_position(db, kind_id)
    for raw in names:
        name = clean_name(raw)
        if name in by_name:
            continue
        colors.append(next_color(colors))
        by_name[name] = _insert(db, kind_id, name, colors[-1], position)
        position += 1
    return {raw: by_name[clean_name(raw)] for raw in names}


def _next_position(db: Connection, kind_id: str) -> int:
    query = select(func.max(categories.c.position)).where(categories.c.kind_id == kind_id)
    return int(db.execute(query).scalar_one_or_none() or 0) + 1


def _insert(db: Connection, kind_id: str, name: str, color: str, position: int) -> str:
    category_id = new_id()
    db.execute(
        categories.insert().values(
            id=category_id,
            kind_id=kind_id,
            name=name,
            color=color,
            visible=True,
            position=position,
        )
    )
    return category_id


def create_category(
    store: Store,
    name: str,
    *,
    color: str | None = None,
    kind_id: str = IMAGE_KIND,
    who: str | None = None,
) -> Category:
    """Create a category, in the next free colour unless one is given.

    Raises
    ------
    BadInput
        The name is empty, too long or taken, or the colour is not ``#rrggbb``.
    """
    name = clean_name(name)
    if color is not None:
        _check_color(color)
    with store.step(Message("Create category {name}", name=name), who=who) as db:
        _refuse_taken(db, kind_id, name)
        color = color or next_color([c.color for c in _list(db, kind_id)])
        category_id = _insert(db, kind_id, name, color, _next_position(db, kind_id))
    return Category(category_id, name, color, kind_id)


def _check_color(color: str) -> None:
    if not _COLOR.fullmatch(color):
        raise BadInput(
            "{color!r} is not a colour; give it as #rrggbb, such as #009292.", color=color
        )


def _refuse_taken(db: Connection, kind_id: str, name: str) -> None:
    if category_named(db, kind_id, name) is not None:
        raise BadInput(
            "There is already a category named {name!r}; choose another name.", name=name
        )


def _known(db: Connection, category_id: str, action: str) -> Category:
    row = db.execute(
        select(categories.c.id, categories.c.name, categories.c.color, categories.c.kind_id).where(
            categories.c.id == category_id
        )
    ).first()
    if row is None:
        raise NotFound("That category is gone; reload the page to see the present ones.")
    category = Category(*row)
    if category.is_unknown:
        raise BadInput(
            "Unknown means 'not labelled yet' and cannot be {action}.", action=word(action)
        )
    return category


def rename_category(store: Store, category_id: str, name: str, *, who: str | None = None) -> None:
    """Rename a category; its things, its number and earlier runs are untouched."""
    name = clean_name(name)
    with store.step(Message("Rename category to {name}", name=name), who=who) as db:
        category = _known(db, category_id, "renamed")
        if category.name != name:
            _refuse_taken(db, category.kind_id, name)
            db.execute(categories.update().where(categories.c.id == category_id).values(name=name))


def recolor_category(store: Store, category_id: str, color: str, *, who: str | None = None) -> None:
    """Give a category another colour, ``#rrggbb``."""
    _check_color(color)
    with store.step(Message("Recolour category"), who=who) as db:
        category = _known(db, category_id, "recoloured")
        if category.color != color:
            db.execute(
                categories.update().where(categories.c.id == category_id).values(color=color)
            )


def delete_category(store: Store, category_id: str, *, who: str | None = None) -> int:
    """Delete a category; its things become Unknown. Return how many did."""
    with store.step(Message("Delete category"), who=who) as db:
        category = _known(db, category_id, "deleted")
        unknown = unknown_category_id(db, category.kind_id)
        freed = db.execute(
            things.update()
            .where(things.c.category_id == category_id)
            .values(category_id=unknown, partition="Inference", labelled_by=None, labelled_at=None)
        ).rowcount
        db.execute(
            predictions.update()
            .where(predictions.c.category_id == category_id)
            .values(category_id=None)
        )
        db.execute(categories.delete().where(categories.c.id == category_id))
    return freed
