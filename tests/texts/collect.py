"""Finds the texts people read: the interface's by ``_`` and ``plural``, the core's sentences."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product

from piximi_core.classification.settings import ModelSettings
from piximi_core.vocabulary import PARTITIONS
from piximi_ui.languages import CORE
from tests.conftest import REPOSITORY

# Read on the command line or in a log only.
UNREAD = (
    "piximi_core/cli/",
    "piximi_core/__main__.py",
    "piximi_core/services/examples/doctor.py",
    "piximi_core/jobs/inline.py",
    "piximi_core/services/scoring/predict_files.py",
    "piximi_core/project/database/schema.py",
    "piximi_core/images/deidentify.py",
    "piximi_core/images/rendering.py",
    # About what we write ourselves, whose faults are ours; and names that Piximi's files use.
    "piximi_core/formats/tfjs/checker.py",
    "piximi_core/formats/tfjs/metadata.py",
    "piximi_core/formats/tfjs/tfjs_rules.py",
)
TITLED = [field.title for field in ModelSettings.model_fields.values() if field.title]
# Words of the core that stand alone on a page.
WORDS = (
    *(*PARTITIONS, "Unknown", "Image", "CPU", "validation", "training", "unseen", "images"),
    "labelled",
    *("category", "image", "project", "filter", "renamed", "recoloured", "deleted", "someone"),
    *("objects", "object", "kind", "hidden", "cleared"),
    # Values of settings.
    *("Kept", "Blanked", "Box"),
    # The steps of the Train page, whose texts are put together from the titles of the settings.
    *(f"Change {title.lower()} to {{value}}" for title in TITLED if title != "Start from"),
    *("Change start to {run}", "Change start to a new network"),
)
# Names of threads, keys and what other libraries say: two words, but nobody reads them.
NO_TEXTS = {
    "warm train",
    "warm {resource}",
    "job watcher",
    "model name",
    "a valid integer",
    "a valid number",
    "a valid boolean",
    "a valid string",
    "greater than or equal to",
    "less than or equal to",
    "should be",
    "disk is full",
    "unable to open",
    "no such table",
    "piximi-dashboard project archive",
    "Categorical accuracy",
    "heartbeat {id}",
    "add others",
    "train again",
    "add more",
    "label by hand",
}
SHORT = {"step", "report", "problem"}  # functions whose text is read however short it is
LOGGED = {"debug", "info", "warning", "exception", "error", "ValueError", "RuntimeError"}
TITLES = {"title", "description", "text"}
SENTENCE = re.compile(r"^an? [A-Z]|[A-Za-z]{2,}[,;:]? +[a-z]{2,}|^[A-Z'].*[a-z]{2,}[.…]$")
CODE = re.compile(r"\n|PRAGMA|ATTACH |UPDATE |BEGIN |CREATE |SELECT|INSERT|^[a-z_]+ = |%[sd]")


@dataclass
class Message:
    """A text to be translated, its plural, and where it stands."""

    text: str
    plural: str | None = None
    places: list[tuple[str, int]] = field(default_factory=list)


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
    return str(node.value) if is_text else None  # type: ignore[union-attr]


def interface() -> tuple[dict[tuple[str | None, str], Message], list[str]]:
    """The texts of the interface by their senses, and the places where one is not a literal."""
    found: dict[tuple[str | None, str], Message] = {}
    wrong = []
    for path, tree in sources("pages", "piximi_ui"):
        for node in ast.walk(tree):
            name = called(node)
            if name not in ("_", "plural") or not isinstance(node, ast.Call):
                continue
            texts = [literal(arg) for arg in node.args[:2]]
            if None in texts or not texts:
                wrong.append(f"{path}:{node.lineno}")
                continue
            text, more = str(texts[0]), str(texts[1]) if len(texts) > 1 else None
            sense, many = (more, None) if name == "_" else (None, more)
            message = found.setdefault((sense, text), Message(text, many))
            message.plural = message.plural or many
            message.places.append((path, node.lineno))
    return found, wrong


def core() -> dict[tuple[str | None, str], Message]:
    """The core's sentences as templates; values in them are ``{named}``."""
    found: dict[tuple[str | None, str], Message] = {(CORE, w): Message(w) for w in WORDS}
    for path, tree in sources("piximi_core"):
        if path.startswith(UNREAD):
            continue
        for text, line in _sentences(tree):
            found.setdefault((CORE, text), Message(text)).places.append((path, line))
    return found


def _sentences(tree: ast.Module) -> Iterator[tuple[str, int]]:
    skipped, short = _not_read(tree), _read_anyway(tree)
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if called(node) == "plural" and isinstance(node, ast.Call) and len(node.args) > 1:
            noun = literal(node.args[1])
            if noun:
                yield f"{{n}} {noun}", node.lineno
                yield f"{{n}} {noun}s", node.lineno
        for text in _templates(node):
            own = re.sub(r"\{[a-z_0-9]*\}", "", text)
            if text in NO_TEXTS or not re.search(r"[A-Za-z]|'", own):
                continue
            if id(node) in short or (SENTENCE.search(own) and not CODE.search(text)):
                yield text, node.lineno  # type: ignore[attr-defined]


def _not_read(tree: ast.Module) -> set[int]:
    """Docstrings and other bare texts, the insides of f-strings, what goes into the log."""
    skipped = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and literal(node.value) is not None:
            skipped.add(id(node.value))
        elif isinstance(node, ast.JoinedStr):
            skipped |= {id(inner) for inner in ast.walk(node) if isinstance(inner, ast.Constant)}
        elif called(node) in LOGGED or isinstance(node, ast.Assert):
            skipped |= {id(inner) for inner in ast.walk(node)}
    return skipped


def _read_anyway(tree: ast.Module) -> set[int]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name == "label":
            # What the step of a job is called.
            ends = [end.value for end in ast.walk(node) if isinstance(end, ast.Return)]
            found |= {id(end) for end in ends if isinstance(end, ast.JoinedStr | ast.Constant)}
        if not isinstance(node, ast.Call):
            continue
        if called(node) in SHORT:
            found |= {id(arg) for arg in node.args if isinstance(arg, ast.JoinedStr | ast.Constant)}
        found |= {id(word.value) for word in node.keywords if word.arg in TITLES}
    return found


def _templates(node: ast.AST) -> Iterator[str]:
    """The template of a text; several where a value is one of two literals."""
    if (text := literal(node)) is not None:
        if text.strip():
            yield text.strip()
    elif isinstance(node, ast.JoinedStr):
        taken: list[str] = []
        choices = [_choices(part, taken) for part in node.values]
        for parts in product(*choices):
            yield "".join(parts).strip()


def _choices(part: ast.expr, taken: list[str]) -> list[str]:
    if (text := literal(part)) is not None:
        return [text]
    assert isinstance(part, ast.FormattedValue)
    value = part.value
    if isinstance(value, ast.IfExp):
        either = [literal(value.body), literal(value.orelse)]
        if None not in either:
            return [str(text) for text in either]
    name = base = _named(value)
    number = 2
    while name in taken:
        name, number = f"{base}{number}", number + 1
    taken.append(name)
    return [f"{{{name}}}"]


def _named(value: ast.expr) -> str:
    """A word for a value: its own name, or that of what it is made from."""
    names = [
        node.attr if isinstance(node, ast.Attribute) else node.id
        for node in ast.walk(value)
        if isinstance(node, ast.Attribute | ast.Name)
    ]
    dull = {"len", "round", "int", "str", "float", "join", "plural", "sorted", "self", "map", "max"}
    for name in names:
        if name not in dull and re.fullmatch(r"[a-z_0-9]+", name) and name != "n":
            return name.strip("_")
    return "value"
