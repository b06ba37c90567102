"""Files whose names begin with a dot are left out, counted and told, wherever they come from."""

from __future__ import annotations

import zipfile
from pathlib import Path

from piximi_core.cli.adding import added, reasons
from piximi_core.jobs.inline import run_here
from piximi_core.project.database.store import Store
from piximi_core.services.importing import add_images
from piximi_core.services.importing.sources import SourceFile
from tests.services.conftest import write_classes


def test_hidden_files_of_a_folder_and_of_a_zip_are_counted(store: Store, tmp_path: Path) -> None:
    folder = write_classes(tmp_path / "in", count=1)
    pictures = sorted(folder.rglob("*.png"))
    (folder / ".hidden.png").write_bytes(pictures[0].read_bytes())
    (folder / ".thumbs").mkdir()
    (folder / ".thumbs" / "a.png").write_bytes(b"x")
    packed = tmp_path / "more.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(pictures[0], "sub/again.png")
        archive.writestr("sub/.secret.png", b"x")
        archive.writestr("__MACOSX/sub/._again.png", b"x")
    given = [SourceFile(folder, "in"), SourceFile(packed, "more.zip")]
    job = add_images.ask(store, given, add_images.AddOptions())
    result = run_here(store, job)
    assert [name for name, _reason in result.hidden] == [
        ".hidden.png",
        ".thumbs/",
        "sub/.secret.png",
    ]
    assert result.added == len(pictures)
    assert added(result).endswith("hidden and left out 3.")
    assert "hidden: sub/.secret.png: its name begins with a dot" in reasons(result)
