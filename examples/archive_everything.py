"""Write every project of a workspace into an archive of its own.

python examples/archive_everything.py WORKSPACE FOLDER
"""

import sys
from pathlib import Path

from piximi_core.errors import PiximiError
from piximi_core.jobs.inline import run_here
from piximi_core.project.database.store import open_store
from piximi_core.services.projects import archive


def main(workspace: Path, folder: Path) -> None:
    """Archive what can be opened; say what cannot."""
    folder.mkdir(parents=True, exist_ok=True)
    for database in sorted(workspace.glob("*/project.sqlite")):
        project = database.parent
        target = (folder / f"{project.name}.zip").absolute()
        try:
            store = open_store(project.absolute())
            written = run_here(store, archive.ask(store, target))
        except PiximiError as error:
            print(f"left out: {project.name}: {error}")
        else:
            print(f"{target.name}: {written.images} images, {written.runs} runs")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
