"""What a person sees when our code fails, and what the server does at its end."""

from __future__ import annotations

import asyncio
import logging
import re

import pytest
from streamlit import net_util
from streamlit.testing.v1 import AppTest

from piximi_ui.base.script_errors import on_script_error
from piximi_ui.server import life


def _page_with_our_fault() -> None:
    from piximi_ui.base.script_errors import on_script_error

    try:
        _ = {}["secret-sample-name"]
    except KeyError as error:
        on_script_error(error)


def _page_with_a_mistake_of_the_person() -> None:
    from piximi_core.errors import BadInput
    from piximi_ui.base.script_errors import on_script_error

    on_script_error(BadInput("cell.png is empty: export it again."))


def test_our_fault_is_one_line_with_a_number_that_the_log_has(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.ERROR, logger="piximi"):
        app = AppTest.from_function(_page_with_our_fault, default_timeout=30).run()
    assert not app.exception
    (shown,) = (error.value for error in app.error)
    number = re.search(r"\(error ([0-9a-f]{6})\)", shown)
    assert number is not None
    assert "secret-sample-name" not in shown
    assert number[1] in caplog.text
    assert "Traceback" in caplog.text
    assert "secret-sample-name" in caplog.text


def test_a_mistake_of_the_person_is_told_as_it_is() -> None:
    app = AppTest.from_function(_page_with_a_mistake_of_the_person, default_timeout=30).run()
    assert [error.value for error in app.error] == ["cell.png is empty: export it again."]


def test_streamlit_is_told_to_show_nothing_of_its_own() -> None:
    assert on_script_error(ValueError("x")) is True


def test_the_server_lives_without_asking_the_web_and_ends_cleanly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(net_util, "get_external_ip", net_util.get_external_ip)

    async def live() -> str | None:
        async with life.lifespan(None):
            return net_util.get_external_ip()

    assert asyncio.run(live()) is None
