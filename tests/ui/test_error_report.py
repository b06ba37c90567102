"""The report of an error tells where it happened and nothing of whom it happened to."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from piximi_core import __version__
from piximi_core.errors import BadInput
from piximi_core.project.workspace import open_project
from piximi_ui.base.error_report import report_of

SECRETS = (
    "Anna Smith",
    "patient-4711.dcm",
    "/home/anna",
    "C:\\Users\\Anna Smith\\piximi_ui\\x.py",
    "Müllers Projekt",
    "<script>alert(1)</script>",
    "lab@example.org",
)


def raised(act: Callable[[], object]) -> Exception:
    try:
        act()
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


def compiled(path: str, source: str) -> Callable[[], object]:
    """A function whose traceback names a path of the test's choice."""
    space: dict[str, object] = {}
    exec(compile(source, path, "exec"), space)  # the source is the test's own
    return lambda: space["f"]()


@pytest.mark.parametrize("secret", SECRETS)
def test_no_message_of_an_error_is_in_its_report(secret: str) -> None:
    def fail() -> None:
        try:
            raise OSError(secret)
        except OSError as error:
            raise BadInput(f"{secret} cannot be read") from error

    report = report_of(raised(fail), page=secret, number="abc123")
    assert secret not in report
    assert "Error: BadInput" in report
    assert "Caused by: OSError" in report
    assert "Page: unknown" in report


@pytest.mark.parametrize(
    "path",
    [
        "/home/anna smith/secret/work.py",
        "/srv/secret/piximi_ui/Anna Smith/x.py",
        "/mnt/secret/site-packages/",
        "/mnt/secret/site-packages/numpy/lib/secret.py",
        "/mnt/secret/site-packages/Anna Smith.py",
        "secret.py",
        "<secret>",
    ],
)
def test_no_folder_outside_the_program_is_in_a_report(path: str) -> None:
    report = report_of(raised(compiled(path, "def f():\n    raise ValueError('x')")))
    assert "secret" not in report
    assert "Anna" not in report


def test_names_made_at_run_time_are_left_out() -> None:
    kind = type("Anna Smith's error", (Exception,), {})

    def fail() -> None:
        raise kind("x")

    assert "Anna" not in report_of(raised(fail))


def test_a_report_says_where_the_program_failed() -> None:
    report = report_of(
        raised(lambda: open_project("no such place!")), page="train", number="a1b2c3"
    )
    assert "piximi_core/project/workspace.py" in report
    assert "open_project" in report
    assert "Error: NotFound" in report
    assert f"Piximi Dashboard {__version__}" in report
    assert f"Python {sys.version_info.major}.{sys.version_info.minor}" in report
    assert "Page: train" in report
    assert "Number: a1b2c3" in report


def test_errors_that_cause_each_other_end() -> None:
    first, second = ValueError("a"), KeyError("b")
    first.__cause__, second.__cause__ = second, first
    assert report_of(first).count("Caused by") == 1


def _page_with_our_fault() -> None:
    from piximi_ui.base.script_errors import on_script_error

    try:
        _ = {}["secret-sample-name"]
    except KeyError as error:
        on_script_error(error)


def test_an_error_that_nobody_expected_offers_its_report() -> None:
    app = AppTest.from_function(_page_with_our_fault, default_timeout=30).run()
    (drawn,) = (element.proto.body for element in app.get("html"))
    assert "Copy report" in drawn
    assert "Error: KeyError" in drawn
    assert "secret-sample-name" not in drawn
