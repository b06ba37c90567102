"""Bring the objects of an annotation file (COCO, GeoJSON, ImageJ …) into a project.

python examples/import_annotations.py PROJECT FILE
"""

import sys
from pathlib import Path

from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.objects import list_objects
from piximi_core.project.database.store import open_store
from piximi_core.services.annotations import add_annotations, read_annotations
from piximi_core.services.importing.sources import SourceFile


def main(project: Path, file: Path) -> None:
    """Look first, say what does not fit, then add what does, as one step that can be undone."""
    store = open_store(project.absolute())
    look = read_annotations.ask(store, SourceFile(file.absolute(), file.name))
    found = run_here(store, look)
    for row in found.unmatched:
        print(f"no image: {row.image}: {row.reason}")
    if found.new:
        run_here(store, add_annotations.ask(store, look))
    kinds = {row.kind_name for row in list_objects(store)}
    print(f"{found.new} objects added; kinds: {', '.join(sorted(kinds)) or 'none'}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
