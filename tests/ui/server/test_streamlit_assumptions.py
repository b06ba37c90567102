"""What the interface assumes of Streamlit's insides, each of which an upgrade may change.

Nothing here is promised by Streamlit's documents. Where a test fails after an upgrade, the module
that it names has to follow. Whether it all works together, tests/browser tells.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit import net_util
from streamlit.runtime import Runtime
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.runtime import Runtime as RuntimeClass
from streamlit.runtime.scriptrunner import get_script_run_ctx, script_runner
from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext
from streamlit.runtime.session_manager import SessionManager
from streamlit.testing.v1 import AppTest
from streamlit.user_info import generate_login_redirect_url
from streamlit.web.server import server_util
from streamlit.web.server.starlette import starlette_routes
from streamlit.web.server.starlette.starlette_app_utils import (
    create_signed_value,
    decode_signed_value,
)
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

import piximi_ui
from piximi_ui.server import upload_limits
from piximi_ui.shell import preferences

OURS = Path(piximi_ui.__file__).parent
THEIRS = Path(st.__file__).parent
TEST_ID = re.compile(r"""data-testid\s*[~^$*|]?=\s*\\?["']?([A-Za-z][\w-]*)""")
VARIABLE = re.compile(r"--st-([a-z0-9-]+)")


@cache
def bundle() -> str:
    """All JavaScript that Streamlit sends to the browser."""
    files = sorted((THEIRS / "static" / "static" / "js").glob("*.js"))
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def sources() -> Iterator[tuple[str, str]]:
    """Our files that know Streamlit's elements, with their texts."""
    for suffix in ("py", "js", "css"):
        for file in sorted(OURS.rglob(f"*.{suffix}")):
            if "vendor" not in file.parts:
                yield str(file.relative_to(OURS)), file.read_text(encoding="utf-8")


def named(pattern: re.Pattern[str]) -> dict[str, str]:
    """Each name that our files use, with one file that does."""
    return {found: name for name, text in sources() for found in pattern.findall(text)}


def parameters(function: Callable[..., Any]) -> list[str]:
    return list(inspect.signature(function).parameters)


# ---- the page in the browser


def test_every_element_that_styles_and_scripts_look_for_has_that_name() -> None:
    wanted = named(TEST_ID)
    assert len(wanted) > 20
    gone = {name: where for name, where in wanted.items() if name not in bundle()}
    assert gone == {}


def test_colours_and_fonts_come_to_components_under_these_names() -> None:
    """A component's styles use ``--st-…``, which the browser's half makes of the theme's fields."""
    wanted = named(VARIABLE)
    assert "primary-color" in wanted
    assert "=`--st`)=>" in bundle()
    for name, where in wanted.items():
        field = re.sub(r"-(\w)", lambda found: found[1].upper(), name)
        assert re.search(rf"\b{field}\b", bundle()), (name, where)


def test_a_key_becomes_a_class() -> None:
    """``st-key-…``, by which styles and the page's script find what they are about."""
    assert "st-key-" in bundle()


def test_the_dialog_about_the_connection_begins_so_and_has_a_close_button() -> None:
    """components/shared/dom.js closes it; our own words are there already."""
    assert "showError(`Connection error`" in bundle()
    assert re.search(r"\"?aria-label\"?:`Close`", bundle())


def test_the_theme_is_kept_where_preferences_writes_it() -> None:
    """The chosen one lies in the browser under the page's path and this version's number."""
    assert "`stActiveTheme-${window.location.pathname}`" in bundle()
    assert re.search(r"var \w+=2,\w+=`stActiveTheme-\$", bundle())
    assert "stActiveTheme-{path}-v2" in inspect.getsource(preferences)
    assert re.search(r"\$\{\w+\}-v\$\{\w+\}", bundle())


def test_the_address_is_written_by_push_state() -> None:
    """page_script.py takes its place, so that one Back leads to the page before."""
    assert "window.history.pushState(" in bundle()


def test_a_script_in_html_runs() -> None:
    assert "unsafe_allow_javascript" in parameters(st.html)


# ---- the server


def test_routes_have_these_names() -> None:
    """door.py lets health pass, upload_limits.py counts what goes to upload_file."""
    assert starlette_routes.BASE_ROUTE_UPLOAD_FILE == "_stcore/upload_file"
    assert "/_stcore/upload_file/{session_id}/{file_id}" in inspect.getsource(starlette_routes)
    assert upload_limits._PATH.fullmatch("/_stcore/upload_file/session/file")
    assert starlette_routes.BASE_ROUTE_CORE == "_stcore"
    assert "_stcore/health" in bundle()
    assert "`/_stcore/upload_file`" in bundle()


def test_the_address_of_this_machine_is_asked_for_by_this_name() -> None:
    """access.py answers "none" in its place, so nobody is asked on the network."""
    assert "net_util.get_external_ip" in inspect.getsource(server_util)
    assert parameters(net_util.get_external_ip) == []


def test_hosts_are_judged_by_this_function() -> None:
    assert is_host_allowed("evil.example") is False
    assert is_host_allowed("localhost:8501") is True


def test_the_cookie_of_a_sign_in_is_signed_so() -> None:
    assert USER_COOKIE_NAME == "_streamlit_user"
    raw = create_signed_value("secret", USER_COOKIE_NAME, json.dumps({"email": "a@lab.example"}))
    text = raw if isinstance(raw, bytes) else raw.encode()
    value = decode_signed_value("secret", USER_COOKIE_NAME, text)
    assert value is not None
    assert json.loads(value) == {"email": "a@lab.example"}
    assert decode_signed_value("other", USER_COOKIE_NAME, text) is None
    assert parameters(server_util.get_cookie_secret) == []
    assert parameters(generate_login_redirect_url)[:1] == ["provider"]


# ---- sessions and runs of the script


def test_a_session_is_found_by_its_id() -> None:
    """sessions.py asks the runtime itself whether a session still lives."""
    assert parameters(SessionManager.get_session_info) == ["self", "session_id"]
    assert "self._session_mgr" in inspect.getsource(RuntimeClass.__init__)
    assert not Runtime.exists()


def test_outside_a_page_there_is_no_context_and_no_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """languages.py and sessions.py ask for it where a page may or may not be being drawn."""
    assert get_script_run_ctx(suppress_warning=True) is None
    assert caplog.text == ""
    assert "session_id" in ScriptRunContext.__annotations__


def test_within_a_page_it_names_the_session() -> None:
    def page() -> None:
        import streamlit
        from streamlit.runtime.scriptrunner import get_script_run_ctx

        context = get_script_run_ctx(suppress_warning=True)
        streamlit.text(type(context.session_id).__name__ if context else "none")

    test = AppTest.from_function(page).run()
    assert [text.value for text in test.text] == ["str"]


def test_a_queue_of_messages_has_what_the_repair_changes() -> None:
    """See streamlit_repairs.py; its own tests tell whether it is still needed."""
    clear = inspect.unwrap(ForwardMsgQueue.clear)
    assert parameters(clear) == ["self", "retain_lifecycle_msgs", "fragment_ids_this_run"]
    queue = ForwardMsgQueue()
    assert list(queue._queue) == []
    assert queue._delta_index_map == {}


def test_a_run_ends_with_what_tests_of_pages_leave_out() -> None:
    """tests/pages/conftest.py replaces both, which no dashboard needs."""
    from streamlit.components.v2 import manifest_scanner

    assert parameters(script_runner._clean_problem_modules) == []
    assert parameters(manifest_scanner.scan_component_manifests) == []


def test_the_page_tells_whether_its_script_runs() -> None:
    """components/shared/presses.js lets an undo wait for it."""
    assert '"data-test-script-state"' in bundle()
    assert "`notRunning`" in bundle() or '"notRunning"' in bundle()


def test_garbage_is_not_collected_after_each_drawing() -> None:
    """Set in .streamlit/config.toml; Python's own collector is enough."""
    assert "postScriptGC" in inspect.getsource(script_runner)
    assert st.get_option("runner.postScriptGC") is False
