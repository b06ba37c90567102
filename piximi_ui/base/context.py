"""What every page begins with: the project that the address names, and who is asking."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import NoReturn

import streamlit as st
from sqlalchemy import select

from piximi_core.errors import PiximiError
from piximi_core.jobs import engine
from piximi_core.jobs.applying import settle_project, unsettled_jobs
from piximi_core.project.database.history import Step, has_forgotten, next_steps, redo, undo
from piximi_core.project.database.schema import project as project_table
from piximi_core.project.database.store import HISTORY_STEPS, Store, current_user
from piximi_core.project.workspace import open_project
from piximi_core.vocabulary import now
from piximi_ui.base import navigation
from piximi_ui.base.error_report import draw_copy, report_of
from piximi_ui.language.texts import _, plain, told, when
from piximi_ui.server import pictures
from piximi_ui.server.sessions import this_session

__all__ = [
    "current_store",
    "end_page",
    "errors_shown",
    "find_store",
    "nothing_to_undo",
    "opened_at",
    "picture_channels",
    "picture_token",
    "redo_step",
    "say",
    "saying",
    "settled",
    "show_error",
    "step_in_words",
    "undo_step",
    "who",
]

# When this window was opened.
_OPENED = "piximi_opened"
_DONE = ":material/check_circle:"
_settled: set[Path] = set()
_settling = Lock()


def current_store() -> Store:
    """Return the project of the address; without one, say what to do and end the page."""
    try:
        store = find_store()
    except PiximiError as error:
        show_error(error)
        navigation.link("home", label=_("Go to your projects"))
        end_page()
    if store is None:
        st.info(_("No project is open. Open one, or start a new one."))
        navigation.link("home", label=_("Go to your projects"))
        end_page()
    return store


def find_store() -> Store | None:
    """Return the project of the address, None if it names none.

    Raises
    ------
    PiximiError
        It names one that cannot be opened.
    """
    address = navigation.started_at()
    if address is None:
        return None
    return settled(open_project(address))


def settled(store: Store) -> Store:
    """Return a project after what its jobs found meanwhile was brought in."""
    with _settling:
        if store.folder not in _settled:
            # Once per process: what jobs finished while no dashboard was looking.
            settle_project(store)
            for job in unsettled_jobs(store):
                if job.state().is_active:
                    engine.watch(job)
            _settled.add(store.folder)
    return store


def who() -> str | None:
    """Return who is signed in, None on a machine of one's own."""
    if st.user.get("is_logged_in"):
        return str(st.user.get("email") or st.user.get("name") or _("someone"))
    return None


def picture_token(store: Store) -> str:
    """Return the right of this browser session to see this project's pictures."""
    return pictures.issue_token(this_session(), store.folder, picture_channels(store))


def picture_channels(store: Store) -> int | None:
    """Return how many channels the project's images have, for stacks that do not say it."""
    with store.read() as db:
        channels: int | None = db.execute(select(project_table.c.channels)).scalar_one()
    return channels


def say(text: str, icon: str = _DONE) -> None:
    """Keep a message until the page is drawn; see `saying`."""
    st.session_state.setdefault("piximi_messages", []).append((text, icon))


@contextmanager
def saying() -> Iterator[None]:
    """Draw the page, and then show the messages kept by `say`, once.

    Not before: where another drawing takes this one's place, Streamlit throws away what has not
    been sent yet, and a message with it. They wait for a drawing that comes to its end.
    """
    yield
    _say_now()


def end_page() -> NoReturn:
    """Draw no more of the page than there is."""
    _say_now()
    st.stop()


def _say_now() -> None:
    for text, icon in st.session_state.pop("piximi_messages", []):
        st.toast(text, icon=icon)


@contextmanager
def errors_shown() -> Iterator[None]:
    """Show a person's mistake as one sentence where it happened, and go on."""
    try:
        yield
    except PiximiError as error:
        show_error(error)


def show_error(error: PiximiError) -> None:
    """Show an error that says itself what to do, and offer its report."""
    st.error(told(str(error)), icon=":material/error:")
    draw_copy(report_of(error, page=navigation.current()))


def undo_step(
    store: Store,
    once: str | None = None,
    *,
    seen: int | None,
    who: str | None,
    opened_at: str,
    say: Callable[[str, str], None] = say,
) -> None:
    """Undo, and say what was undone and whose it was; not what another did since a revision.

    Parameters
    ----------
    once, seen, who
        As in `piximi_core.project.database.history.undo`.
    opened_at
        When the person's window was opened.
    say
        Called with what there is to say, and its icon.
    """
    step = next_steps(store)[0]
    label = undo(store, once=once, who=who, seen=seen)
    if label is None:
        say(nothing_to_undo(store), _DONE)
        return
    known = step is not None and step.label == label
    words = _words(step, who, opened_at) if step is not None and known else _step(label)
    say(_("Undone: {step}").format(step=words), _DONE)


def opened_at() -> str:
    """Return when this window was opened; call it at every drawing."""
    return str(st.session_state.setdefault(_OPENED, now()))


def step_in_words(step: Step) -> str:
    """Return a step with whose it is and when it was done, unless this window has just done it."""
    return _words(step, who(), opened_at())


def _words(step: Step, who: str | None, opened_at: str) -> str:
    words = _step(step.label)
    if step.who != (who or current_user()):
        return _("{step} (by {who}, {moment})").format(
            step=words, who=plain(step.who), moment=when(step.at)
        )
    if step.at < opened_at:
        return _("{step} (of {moment})").format(step=words, moment=when(step.at))
    return words


def nothing_to_undo(store: Store) -> str:
    """Say that nothing can be undone, and why if there was more."""
    if not has_forgotten(store):
        return _("There is nothing to undo.")
    return _(
        "The last {n} steps are kept; what was done before them can no longer be undone."
    ).format(n=HISTORY_STEPS)


def redo_step(
    store: Store, once: str | None = None, *, say: Callable[[str, str], None] = say
) -> None:
    """Redo, and say what was done again; `once` and `say` are as in `undo_step`."""
    label = redo(store, once=once)
    say(
        _("Done again: {step}").format(step=_step(label))
        if label
        else _("There is nothing to redo."),
        _DONE,
    )


def _step(label: str) -> str:
    """Return a step's name in the language; what a person typed in it stays as it is."""
    return plain(told(label), 200)
