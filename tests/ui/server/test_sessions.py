"""Rights in addresses end with the browser session that they were given to."""

from __future__ import annotations

from pathlib import Path

import pytest

from piximi_ui.server import file_routes, sessions
from tests.ui.server.asgi import get


def test_a_right_ends_with_its_session(monkeypatch: pytest.MonkeyPatch) -> None:
    live = {"ada", "ben"}
    monkeypatch.setattr(sessions, "is_live", lambda session: session in live)
    tokens: sessions.Tokens[str] = sessions.Tokens()
    ada, ben = tokens.issue("ada", "cells"), tokens.issue("ben", "cells")
    assert ada != ben
    assert tokens.issue("ada", "cells") == ada, "the address of a picture stays"
    assert (tokens.find(ada), tokens.find(ben), tokens.find("other")) == ("cells", "cells", None)
    live.remove("ada")
    assert (tokens.find(ada), tokens.find(ben)) == (None, "cells")
    live.add("ada")
    assert tokens.find(ada) is None, "for good"
    assert tokens.issue("ada", "cells") != ada


def test_the_longest_unused_is_forgotten() -> None:
    tokens: sessions.Tokens[str] = sessions.Tokens(most=2)
    first, second = tokens.issue("s", "1"), tokens.issue("s", "2")
    assert tokens.find(first) == "1"
    tokens.issue("s", "3")
    assert (tokens.find(first), tokens.find(second)) == ("1", None)


def test_a_page_hears_that_its_session_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    address = sessions.alive_address()
    assert [answer.status for answer in get(sessions.routes(), address, address + "x")] == [
        204,
        404,
    ]
    monkeypatch.setattr(sessions, "is_live", lambda session: False)
    assert get(sessions.routes(), address)[0].status == 404


def test_a_download_is_made_when_it_is_fetched(tmp_path: Path) -> None:
    made: list[str] = []

    def table() -> bytes:
        made.append("once")
        return "Größe\n".encode()

    address = file_routes.made_address(table, "tabla ü.csv", key="table")
    assert made == []
    [answer] = get(file_routes.routes(), address)
    assert (answer.status, answer.body, made) == (200, "Größe\n".encode(), ["once"])
    assert (
        answer.headers["content-disposition"] == "attachment; filename*=UTF-8''tabla%20%C3%BC.csv"
    )
    # The newest drawing says what it gives; the link on the screen stays.
    packed = tmp_path / "both.zip"
    packed.write_bytes(b"zip")
    assert file_routes.made_address(lambda: packed, "tabla ü.csv", key="table") == address
    assert get(file_routes.routes(), address)[0].body == b"zip"

    def broken() -> bytes:
        raise RuntimeError("gone")

    file_routes.made_address(broken, "tabla ü.csv", key="table")
    [answer] = get(file_routes.routes(), address)
    assert answer.status == 500
    assert b"load the page again" in answer.body
