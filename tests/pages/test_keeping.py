"""Keeping projects from the list: recover one that is damaged, restore a backup, clear space."""

from __future__ import annotations

from pathlib import Path

import pytest

from piximi_core.project.contents.categories import create_category, list_categories
from piximi_core.project.database.backups import back_up, list_backups
from piximi_core.project.workspace import list_projects, open_project
from piximi_core.services.projects.upkeep import space_of
from piximi_ui.server import file_routes
from tests.pages.conftest import open_menu
from tests.ui.server.asgi import get


def words(test) -> str:
    return " ".join(str(e.value) for e in [*test.markdown, *test.caption, *test.title])


def test_a_damaged_project_is_recovered_with_one_click_and_the_loss_is_told(open_page, digits):
    create_category(digits, "kept")
    back_up(digits.folder)
    create_category(digits, "lost")
    digits.close()
    with digits.files.database.open("r+b") as database:
        database.write(b"\0" * 100)
    test = open_page("home")
    assert "This project cannot be opened." in words(test)
    test.button(key="recover-digits").click().run()
    assert "“Digits” is recovered." in words(test)
    [project] = list_projects()
    assert (project.trouble, project.images, project.runs) == (None, 200, 1)
    names = [category.name for category in list_categories(open_project("digits"))]
    assert "kept" in names
    assert "lost" not in names
    test.button(key="recovered-close").click().run()
    assert "is recovered" not in words(test)


@pytest.mark.slow
def test_backups_and_space_are_kept_from_their_dialogs(open_page, digits):
    back_up(digits.folder)
    create_category(digits, "later")
    test = open_page("home")
    open_menu(test, "menu-digits")
    test.button(key="backups-digits").click().run()
    [backup] = list_backups(digits.folder)
    test.button(key=f"put-back-{backup.name}").click().run()
    assert "later" not in [category.name for category in list_categories(digits)]
    assert {b.reason for b in list_backups(digits.folder)} == {"asked", "restore", "hour"}
    open_menu(test, "menu-digits")
    test.button(key="space-digits").click().run()
    test.button(key="clear-backups").click().run()
    assert len(list_backups(digits.folder)) == 1
    assert {part.name: part.clearable for part in space_of(digits)}["backups"] == 0
    # Beside the project's own pages stands that everything is saved.
    assert "Everything is saved" in words(open_page("images", project="digits"))


def test_a_file_is_fetched_under_its_own_address_only(tmp_path: Path) -> None:
    made = tmp_path / "cells.zip"
    made.write_bytes(b"archive")
    address = file_routes.file_address(made, "my cells ü.zip")
    assert file_routes.file_address(made, "my cells ü.zip") == address
    token = address.split("/")[-2]
    found, other = get(file_routes.routes(), address, address.replace(token, "x" * len(token)))
    assert (found.status, found.body, other.status) == (200, b"archive", 404)
    assert found.headers["content-disposition"].startswith("attachment")
    assert "no-store" in found.headers["cache-control"]
    made.unlink()
    assert get(file_routes.routes(), address)[0].status == 404
