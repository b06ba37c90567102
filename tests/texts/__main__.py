"""Bring the catalogues up to date with the source: new texts untranslated, unused ones gone.

    python -m tests.texts

A language that has none yet gets one, in which nothing is translated.

Afterwards fill in what it lists. Until then those texts are shown in English; the tests refuse
them in CI only.
"""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from piximi_ui.language.languages import ENGLISH, LANGUAGES
from tests.conftest import REPOSITORY
from tests.texts.collect import collect

OF_OBJECTS = "object"
FOLDER = REPOSITORY / "piximi_ui" / "locale"


def current() -> Catalog:
    """All texts of the source, untranslated."""
    catalog = Catalog()
    for (context, _text), message in collect().found.items():
        catalog.add(
            (message.text, message.plural) if message.plural else message.text,
            locations=sorted({(path, 1) for path, _line in message.places}),
            context=context,
        )
    return catalog


def begin(path: Path, name: str) -> None:
    """Write a catalogue of nothing but its header; a later update keeps that."""
    catalog = Catalog(locale=path.stem)
    plurals = f"nplurals={catalog.num_plurals}; plural={catalog.plural_expr};"
    header = {
        "Language": path.stem,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": plurals,
    }
    lines = "".join(f'"{key}: {value}\\n"\n' for key, value in header.items())
    path.write_text(f'# {name}. Words that are used throughout:\nmsgid ""\nmsgstr ""\n{lines}\n')


def update(path: Path) -> list[str]:
    """Write a catalogue anew with the translations it has; return what lacks one."""
    with path.open("rb") as file:
        old = read_po(file)
    new = Catalog(locale=path.stem)
    for message in current():
        if not message.id:
            continue
        said = old.get(message.id, message.context)
        kept = said is not None and said.pluralizable == message.pluralizable
        new.add(
            message.id, said.string if kept else None, message.locations, context=message.context
        )
    # What a language says otherwise of objects has no place of its own in the source.
    for said in old:
        if said.context == OF_OBJECTS and said.id in new:
            new.add(said.id, said.string, new[said.id].locations, context=OF_OBJECTS)
    # The header is written by people, without the dates that would change with every update.
    header = path.read_text("utf-8").partition("\n\n")[0]
    written = BytesIO()
    write_po(written, new, width=100, sort_by_file=True, include_lineno=False, omit_header=True)
    path.write_text(f"{header}\n\n{written.getvalue().decode('utf-8').strip()}\n", "utf-8")
    return [str(m.id) for m in new if m.id and not (m.string and all(m.string))]


def main() -> None:
    """Update the catalogue of every language and list what is to be translated."""
    for language, name in LANGUAGES.items():
        path = FOLDER / f"{language}.po"
        if language != ENGLISH and not path.exists():
            begin(path, name)
    for path in sorted(FOLDER.glob("*.po")):
        for text in update(path):
            sys.stdout.write(f"{path.name}: {text}\n")


if __name__ == "__main__":
    main()
