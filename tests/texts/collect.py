"""Finds the texts people read, by a plain look for calls whose first argument is a literal.

The interface's are given to ``_`` and ``plural``; the core's to ``Message``, ``Message.plural``
and the errors.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.conftest import REPOSITORY

__all__ = ["Message", "Texts", "called", "collect", "collect_from", "literal", "sources"]

ROOMS = ("pages", "piximi_ui", "piximi_core")
# The command line speaks English, as its options do.
COMMAND_LINE = re.compile(
    r"piximi_core/(cli\.py|cli/|commands/|reports\.py|__main__\.py|.*(doctor|inline|predict_files)\.py)"
)
# Where messages are made of texts that were made elsewhere.
MAKERS = ("piximi_core/messages.py", "piximi_core/errors.py")


@dataclass
class Message:
    """A text to be translated, its plural, and where it stands."""

    text: str
    plural: str | None = None
    places: list[tuple[str, int]] = field(default_factory=list)


@dataclass
class Texts:
    """What was found.

    Attributes
    ----------
    found
        The texts by their sense (None for most) and themselves.
    wrong
        Where a text is not written out, so that it cannot be found.
    """

    found: dict[tuple[str | None, str], Message] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def add(self, place: tuple[str, int], text: str, plural: str | None, sense: str | None) -> None:
        """Note one text; without a word of its own there is nothing to translate."""
        if not re.search(r"[A-Za-z]", re.sub(r"\{[^}]*\}", "", text)):
            return
        message = self.found.setdefault((sense, text), Message(text, plural))
        message.plural = message.plural or plural
        message.places.append(place)


def sources(*rooms: str) -> Iterator[tuple[str, ast.Module]]:
    """Every module of some rooms, with its path in the repository."""
    for room in rooms:
        for path in sorted((REPOSITORY / room).rglob("*.py")):
            yield str(path.relative_to(REPOSITORY)), ast.parse(path.read_text("utf-8"))


def called(node: ast.AST) -> str:
    """The last name of what a call calls."""
    if not isinstance(node, ast.Call):
        return ""
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def literal(node: ast.AST | None) -> str | None:
    """The text of a literal."""
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return str(node.value) if is_text else None


def collect() -> Texts:
    """All texts of the source."""
    modules = list(sources(*ROOMS))
    errors = error_classes([tree for _path, tree in modules])
    texts = Texts()
    for path, tree in modules:
        if path not in MAKERS:
            collect_from(tree, path, errors, texts, read=not COMMAND_LINE.match(path))
    return texts


def error_classes(trees: list[ast.Module]) -> set[str]:
    """The names of `PiximiError` and of all classes made from it."""
    bases = {
        node.name: {getattr(base, "id", "") for base in node.bases}
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    found = {"PiximiError"}
    while more := {name for name, of in bases.items() if of & found} - found:
        found |= more
    return found


def collect_from(
    tree: ast.Module, path: str, errors: set[str], texts: Texts, *, read: bool = True
) -> None:
    """Find the texts of one module; of one that nobody reads, only those not written out."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or (path.startswith("piximi_core") and _is_ui(node)):
            continue
        name, place = called(node), (path, node.lineno)
        takes = 2 if name == "plural" else 1
        if name not in ("_", "plural", "Message", *errors) or not node.args:
            continue
        if name in errors and _is_message(node.args[0]):
            continue
        given = [_texts_of(arg) for arg in node.args[:takes]]
        if not all(given):
            texts.wrong.append(f"{path}:{node.lineno}")
        elif read and name == "plural":
            texts.add(place, given[0][0], given[1][0] if len(given) > 1 else None, None)
        elif read:
            sense = literal(node.args[1]) if name == "_" and len(node.args) > 1 else None
            for text in given[0]:
                texts.add(place, text, None, sense)


def _is_ui(node: ast.Call) -> bool:
    """Whether a call is of the interface's functions; the core has others of these names."""
    return isinstance(node.func, ast.Name) and node.func.id in ("_", "plural")


def _is_message(node: ast.expr) -> bool:
    return called(node) in ("Message", "plural")


def _texts_of(node: ast.expr) -> list[str]:
    """The text of a literal, or the texts of a choice between literals; else nothing."""
    if isinstance(node, ast.IfExp):
        either = [*_texts_of(node.body), *_texts_of(node.orelse)]
        return either if len(either) == 2 else []
    text = literal(node)
    return [] if text is None else [text]
