"""The README, the manuals and the help name buttons, commands and variables that exist."""

from __future__ import annotations

import re

import pytest
from typer.main import get_command

from piximi_core.cli.main import app
from piximi_core.services.examples.digits import create_example
from piximi_core.services.training.planning import default_settings, plan_training
from piximi_ui.language.languages import ENGLISH, messages
from piximi_ui.shell.help_pages import QUESTIONS, answer
from tests.conftest import REPOSITORY

README = (REPOSITORY / "README.md").read_text("utf-8")
HOSTING = (REPOSITORY / "docs" / "hosting.md").read_text("utf-8")
HELP = [name for names in QUESTIONS.values() for name in names]
HELP_FILES = sorted(
    (path.parts[-3], path.stem) for path in (REPOSITORY / "piximi_ui" / "help").glob("*/*/*.md")
)
SLANTED = re.compile(r"(?<!\*)\*(?!\*)([^*]+)\*(?!\*)")
# Slanted for another reason: examples of names, stress, and a menu of Piximi.
NO_LABELS = {"nucleus", "cell", "núcleo", "célula", "in the picture", "en la imagen",
             "Open → Project → Project from Zip"}  # fmt: skip


def slanted(text: str) -> set[str]:
    """Return what stands in single stars, on one line each."""
    plain = text.replace("***", "*").replace("**", "")
    return {" ".join(found.split()) for found in SLANTED.findall(plain)}


def said(language: str) -> set[str]:
    """Return every text of the program in a language; any catalogue holds the English too."""
    texts: set[str] = set()
    for message in messages("es" if language == ENGLISH else language):
        is_said = language != ENGLISH and message.string and all(message.string)
        chosen = message.string if is_said else message.id
        texts.update([chosen] if isinstance(chosen, str) else chosen)  # type: ignore[arg-type]
    return texts


@pytest.mark.parametrize(("language", "name"), HELP_FILES)
def test_the_help_names_buttons_and_questions_that_exist(language, name):
    # Another answer is named by its question, or by how that begins.
    questions = tuple(answer(each, language)[0].strip("¿?") for each in HELP)
    unknown = slanted(answer(name, language)[1]) - said(language) - NO_LABELS
    assert {label for label in unknown if not any(q.startswith(label) for q in questions)} == set()


def test_the_tour_of_the_readme_names_buttons_that_exist(tmp_path, monkeypatch):
    monkeypatch.setenv("PIXIMI_WORKSPACE", str(tmp_path))
    store, _training = create_example()
    plan = plan_training(store, default_settings(store))
    train = f"Train on {plan.count('Training'):,}, validate on {plan.count('Validation'):,}"
    tour = README.partition("## A tour")[2].partition("\n## ")[0]
    assert train in slanted(tour)
    assert slanted(tour) - said(ENGLISH) == {train}
    pages = set(re.findall(r"^\d\. \*\*(\w+)\*\*", tour, re.MULTILINE))
    assert len(pages) == 6
    assert pages <= said(ENGLISH)


def test_the_readme_lists_every_command():
    listed = re.findall(r"^\| (`[^|]+) \|", README, re.MULTILINE)
    names = [name for cell in listed for name in re.findall(r"`([\w-]+)`", cell)]
    assert sorted(names) == sorted(get_command(app).commands)  # type: ignore[attr-defined]


def test_the_scripts_that_the_documents_name_exist():
    documents = [README, *(p.read_text("utf-8") for p in (REPOSITORY / "docs").glob("*.md"))]
    named = {name for text in documents for name in re.findall(r"(?:scripts|\.ci)/\w+", text)}
    assert {"scripts/run", ".ci/run"} <= named
    assert {name for name in named if not (REPOSITORY / name).is_file()} == set()


def test_every_variable_is_in_the_manual_and_every_one_there_is_read():
    listed = set(re.findall(r"^\| `(PIXIMI_\w+)`", HOSTING, re.MULTILINE))
    places = [REPOSITORY / "scripts" / "lib" / "environment.sh"]
    for room in ("piximi_core", "piximi_ui"):
        places += sorted((REPOSITORY / room).rglob("*.py"))
    source = "\n".join(place.read_text("utf-8") for place in places)
    read = re.findall(r'(?:environ\.get\(|VARIABLE = )"(PIXIMI_\w+)"|\$\{(PIXIMI_\w+)', source)
    assert listed == {name for pair in read for name in pair if name}


def test_what_the_image_is_built_from_is_let_in():
    let_in = re.findall(r"^!(.+)$", (REPOSITORY / ".dockerignore").read_text("utf-8"), re.MULTILINE)
    assert {line for line in let_in if not (REPOSITORY / line).exists()} == set()
    copied = re.findall(
        r"^COPY (?!--from)(.+) \S+$", (REPOSITORY / "Dockerfile").read_text("utf-8"), re.MULTILINE
    )
    wanted = {path for line in copied for path in line.split()} - {"."}
    assert {"requirements.txt", "scripts/setup", "scripts/lib"} <= wanted
    assert {path for path in wanted if path.split("/")[0] not in let_in} == set()


def test_the_files_that_contributors_are_sent_to_exist():
    text = (REPOSITORY / "CONTRIBUTING.md").read_text("utf-8")
    named = set(
        re.findall(r"`((?:pages|piximi_core|piximi_ui|tests|examples|docs)/[\w./-]*)`", text)
    )
    assert len(named) > 20
    assert {name for name in named if not (REPOSITORY / name).exists()} == set()


def test_the_modules_that_the_documents_name_exist():
    rooms = [REPOSITORY / room for room in (".", "piximi_core", "piximi_ui")]
    named = set()
    for document in (REPOSITORY / "docs").glob("*.md"):
        named |= set(re.findall(r"`((?:\w+/)*\w+\.(?:py|js))`", document.read_text("utf-8")))
    assert len(named) > 30
    gone = {name for name in named if "/" in name and not any((r / name).is_file() for r in rooms)}
    alone = {path.name for room in rooms[1:] for path in room.rglob("*.[pj][ys]")}
    gone |= {name for name in named if "/" not in name} - alone - {"app.py", "setup.py"}
    assert gone == set()
