"""What came of an import: added, duplicates, conflicts, failed, each with its reason."""

from __future__ import annotations

import streamlit as st

from piximi_core.jobs import engine
from piximi_core.jobs.folder import Job, JobState
from piximi_core.project.database.store import Store
from piximi_core.services.importing.add_again import ask_again
from piximi_core.services.importing.add_images import ADD, give_up
from piximi_core.services.importing.add_request import Added
from piximi_core.services.importing.file_scan import channel_choices
from piximi_core.services.importing.open_question import OpenQuestion, open_question
from piximi_ui.base.context import errors_shown, who
from piximi_ui.images.adding import add_check, equal_pixels, just_added
from piximi_ui.images.adding.folded_table import draw_folded
from piximi_ui.jobs import job_panel, job_texts
from piximi_ui.jobs.job_news import is_import, open_news, read
from piximi_ui.language.texts import _, number, plain, plural, told

__all__ = ["draw"]


def draw(store: Store) -> None:
    """Draw the outcome of every import that ended and has something to explain, the newest first.

    Of one that went well a message tells, and the page shows what it brought.
    """
    news = list(filter(is_import, open_news(store.folder)))
    for job in news:
        if _explained(job):
            _outcome(store, job)
        else:
            read(job)
    if news and news[0].state() is JobState.DONE:
        just_added.announce(store, news[0], quietly=_explained(news[0]))


def _explained(job: Job) -> bool:
    """Whether there is more to say of an import than how many came in."""
    if job.state() is not JobState.DONE:
        return True
    result = ADD.found(job) if ADD.is_of(job) else None
    if result is None:
        return False
    # Hidden files alone are told by the message: every folder of a Mac has one.
    rows = _rows(result.model_copy(update={"hidden": ()}))
    return bool(rows or result.stopped or result.renamed or result.named or result.equal)


def _outcome(store: Store, job: Job) -> None:
    if job.state() is JobState.STOPPED:
        read(job)
        return
    with st.container(border=True, key=f"outcome-{job.id}"):
        if job.state() is JobState.FAILED:
            _failed(store, job)
            return
        result = ADD.result(job)
        rows = _rows(result)
        with st.container(horizontal=True, vertical_alignment="center"):
            icon = ":material/check_circle:" if not rows else ":material/info:"
            st.markdown(f"{icon} {job_texts.outcome(job)}{_stopped(result)}", width="stretch")
            _dismiss_button(job)
        _renamed(job, result)
        equal_pixels.draw(store, job, result.equal)
        if rows:
            label = plural("{n} file was left out", "{n} files were left out", len(rows))
            columns = {
                "file": st.column_config.TextColumn(_("File")),
                "outcome": st.column_config.TextColumn(_("Outcome"), width="small"),
                "reason": st.column_config.TextColumn(_("Reason"), width="large"),
            }
            draw_folded(rows, columns, key=f"outcome-rows-{job.id}", label=label)


def _renamed(job: Job, result: Added) -> None:
    """Say which images are called otherwise, because several have one base name."""
    pairs = [*result.renamed, *result.named]
    if not pairs:
        return
    label = plural(
        "{n} image was renamed: another has the same file name",
        "{n} images were renamed: others have the same file name",
        len(pairs),
    )
    rows = [{"file": before, "name": after} for before, after in pairs]
    columns = {
        "file": st.column_config.TextColumn(_("File")),
        "name": st.column_config.TextColumn(_("Name")),
    }
    draw_folded(rows, columns, key=f"outcome-renamed-{job.id}", label=label)


def _dismiss_button(job: Job) -> None:
    st.button(
        _("Dismiss"),
        icon=":material/close:",
        type="tertiary",
        key=f"outcome-dismiss-{job.id}",
        on_click=_dismiss,
        args=(job,),
    )


def _dismiss(job: Job) -> None:
    read(job)
    give_up(job)


def _stopped(result: Added) -> str:
    return f" {_('It was stopped before the rest.')}" if result.stopped else ""


def _rows(result: Added) -> list[dict[str, str]]:
    words = {
        "failed": _("Failed"),
        "conflicts": _("Conflict"),
        "duplicates": _("Duplicate"),
        "hidden": _("Hidden"),
    }
    return [
        {"file": str(name), "outcome": word, "reason": told(str(reason))}
        for key, word in words.items()
        for name, reason in getattr(result, key)
    ]


def _failed(store: Store, job: Job) -> None:
    question = open_question(job)
    with st.container(horizontal=True, vertical_alignment="center"):
        text = told(job.error or "") if question is None else _asked(question)
        st.markdown(f":material/error: {plain(text, 400)}", width="stretch")
        _dismiss_button(job)
    if question is None:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        asks_channels = question.about == "channels"
        channels = _channels(job, question.count) if asks_channels else None
        time = None if asks_channels else _time(job, question.count)
        given = channels is not None or time is not None
        if st.button(
            _("Add again"), type="primary", disabled=not given, key=f"outcome-again-{job.id}"
        ):
            with errors_shown():
                again = ask_again(store, job, channels=channels, time=time, who=who())
                read(job)
                engine.submit(again)
                job_panel.follow(again)
                st.rerun()


def _asked(question: OpenQuestion) -> str:
    if question.about == "channels":
        text = _("Nothing was added: a stack of {n} frames does not say how many channels it has.")
    else:
        text = _("Nothing was added: a file is a series of {n} time points. Which is the image?")
    return text.format(n=number(question.count))


def _channels(job: Job, frames: int) -> int | None:
    chosen: int | None = st.selectbox(
        _("Channels"),
        channel_choices([frames]),
        index=None,
        format_func=lambda n: add_check.frames_in_words(frames, n),
        placeholder=_("Choose"),
        width=320,
        key=f"outcome-channels-{job.id}",
    )
    return chosen


def _time(job: Job, times: int) -> add_check.TimePoint:
    chosen: add_check.TimePoint = st.selectbox(
        _("Time point"),
        ["planes", *range(1, times + 1)],
        index=None,
        format_func=add_check.time_in_words,
        placeholder=_("Choose"),
        width=320,
        key=f"outcome-time-{job.id}",
    )
    return chosen
