"""In the dialog Add images: what the chosen files are, and what only a person can say of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st

from piximi_core.images.request import Reading, TimePoint
from piximi_core.services.importing.file_scan import (
    FileSort,
    Look,
    Sighting,
    channel_choices,
    proposed_channels,
)
from piximi_core.services.importing.sources import SourceFile
from piximi_ui.language.texts import _, number, plain, plural, told

__all__ = [
    "Answers",
    "TimePoint",
    "draw",
    "forget",
    "frames_in_words",
    "time_in_words",
    "what_is_added",
]

_LOOK = "piximi_look"
_MOST_ROWS = 12
_MOST_REASONS = 50
# Seconds as a number: of a text, Streamlit would import pandas to read it.
_EVERY = 0.5


@dataclass(frozen=True)
class Answers:
    """What a person said of the files.

    Attributes
    ----------
    missing
        Why nothing can be added yet, in one sentence; None once it can.
    reading
        How they are to be read.
    pictures
        How many can be added, what zips hold included; None if not all were looked at.
    """

    missing: str | None = None
    reading: Reading = field(default_factory=Reading)
    pictures: int | None = None


def forget() -> None:
    """End the look at files that are no longer wanted."""
    _key, look = st.session_state.pop(_LOOK, (None, None))
    if look is not None:
        look.stop()


def draw(sources: Sequence[SourceFile], project_channels: int | None) -> Answers:
    """Draw what the files are and what has to be asked; return the answers.

    Parameters
    ----------
    sources
        The chosen files, at least one.
    project_channels
        The project's channel count, None while it has no image.
    """
    look = _look_at(sources)
    sighting = look.sighting()
    if not sighting.done:
        st.fragment(_wait, run_every=_EVERY)(look)
        return Answers(_("The files are being looked at."))
    _sorts(sighting)
    _unreadable(sighting)
    if not sighting.sorts:
        return Answers(_("None of these files can be added.") if sighting.complete else None)
    channels = _ask_channels(sighting, project_channels)
    time = _ask_time(sighting)
    conversion = _ask_conversion(sighting, channels, project_channels)
    missing = None
    if conversion is None:
        missing = _("Say first what is to become of images with another number of channels.")
    convert, keep_channels = conversion or (False, None)
    if channels is None and sighting.open_questions("channels"):
        missing = _("Say first how many channels the stacks have.")
    elif time is None and sighting.open_questions("time"):
        missing = _("Say first which time point is meant.")
    pictures = sum(sighting.sorts.values()) if sighting.complete else None
    reading = Reading(channels, time, convert, keep_channels)
    return Answers(missing, reading, pictures)


def what_is_added(sources: Sequence[SourceFile], answers: Answers) -> str:
    """Return what the button that adds the files says: how many pictures come of what."""
    zips = sum(source.name.lower().endswith(".zip") for source in sources)
    pictures = answers.pictures
    of_zips = plural("{n} zip", "{n} zips", zips)
    if zips < len(sources):
        # Before they were looked at, or if there were too many for that, all are expected.
        count = pictures or len(sources)
        if zips:
            return plural("Add {n} picture", "Add {n} pictures", count)
        return plural("Add {n} file", "Add {n} files", count)
    if not pictures:
        return _("Add the pictures of {zips}").format(zips=of_zips)
    text = plural("Add {n} picture of {zips}", "Add {n} pictures of {zips}", pictures)
    return text.replace("{zips}", of_zips)


def _look_at(sources: Sequence[SourceFile]) -> Look:
    wanted: tuple[Path, ...] = tuple(source.path for source in sources)
    key, look = st.session_state.get(_LOOK, (None, None))
    if key != wanted:
        if look is not None:
            look.stop()
        look = Look(sources, look)
        st.session_state[_LOOK] = (wanted, look)
    found: Look = look
    return found


def _wait(look: Look) -> None:
    if look.wait(0):
        # The whole dialog shows what was seen, and this stops asking.
        st.rerun()
    seen = look.sighting().looked
    text = plural("Looking at the files: {n} so far…", "Looking at the files: {n} so far…", seen)
    st.caption(f":material/hourglass_top: {text}")


def _sorts(sighting: Sighting) -> None:
    sorts = list(sighting.sorts.items())
    if len(sorts) == 1:
        [(sort, files)] = sorts
        words = ", ".join((_depth(sort), *_layout(sort), _extent(sort, sighting)))
        st.markdown(f":material/image: **{number(files)} {sort.format}**, {words}")
    elif sorts:
        head = (_("Files"), _("Format"), _("Depth"), _("Channels"), _("Planes"), _("Size"))
        lines = [" | ".join(head), " | ".join(["---"] * len(head))]
        for sort, files in sorts[:_MOST_ROWS]:
            cells = (sort.format, _depth(sort), *_counts(sort), _extent(sort, sighting))
            lines.append(" | ".join((number(files), *cells)))
        with st.container(key="add-sorts"):
            st.markdown("\n".join(f"| {line} |" for line in lines))
        if len(sorts) > _MOST_ROWS:
            more = len(sorts) - _MOST_ROWS
            st.caption(plural("and {n} more sort", "and {n} more sorts", more))
    if not sighting.complete:
        text = plural(
            "Looked at {n} file; the others are checked while they are added.",
            "Looked at the first {n} files; the others are checked while they are added.",
            sighting.looked,
        )
        st.caption(text)


def _depth(sort: FileSort) -> str:
    samples = {
        "unsigned": _("{n} bit"),
        "signed": _("{n} bit with sign"),
        "float": _("{n} bit real numbers"),
    }
    return samples[sort.sample].format(n=sort.bit_depth)


def _layout(sort: FileSort) -> list[str]:
    """Return channels, planes and time points in words."""
    if sort.channels is None or sort.planes is None:
        return [_frames(sort)]
    words = [
        plural("{n} channel", "{n} channels", sort.channels),
        plural("{n} plane", "{n} planes", sort.planes),
    ]
    return [*words, _times(sort)] if sort.times > 1 else words


def _counts(sort: FileSort) -> tuple[str, str]:
    """Return channels and planes for a table whose head names them."""
    if sort.channels is None or sort.planes is None:
        return "?", _frames(sort)
    planes = number(sort.planes)
    return number(sort.channels), f"{planes}, {_times(sort)}" if sort.times > 1 else planes


def _frames(sort: FileSort) -> str:
    return plural("{n} frame", "{n} frames", sort.frames)


def _times(sort: FileSort) -> str:
    return plural("{n} time point", "{n} time points", sort.times)


def _extent(sort: FileSort, sighting: Sighting) -> str:
    small, large = (f"{width}×{height}" for height, width in sighting.sizes[sort])
    return small if small == large else _("{small} to {large}").format(small=small, large=large)


def _unreadable(sighting: Sighting) -> None:
    count = len(sighting.unreadable)
    if not count:
        return
    title = plural("{n} file cannot be added", "{n} files cannot be added", count)
    with st.expander(title, icon=":material/error:", key="add-unreadable", expanded=count < 4):
        for _name, reason in sighting.unreadable[:_MOST_REASONS]:
            st.markdown(f"- {plain(told(reason), 300)}")
        if count > _MOST_REASONS:
            st.caption(_("and {n} more").format(n=number(count - _MOST_REASONS)))


def frames_in_words(frames: int, channels: int) -> str:
    """Return what becomes of a stack: "9 frames = 3 channels × 3 planes"."""
    return " ".join(
        (
            plural("{n} frame", "{n} frames", frames),
            "=",
            plural("{n} channel", "{n} channels", channels),
            "×",
            plural("{n} plane", "{n} planes", frames // channels),
        )
    )


def _ask_channels(sighting: Sighting, project_channels: int | None) -> int | None:
    asking = sighting.open_questions("channels")
    if not asking:
        return None
    frames = sorted({sort.frames for sort in asking})
    choices = channel_choices(frames)
    proposed = proposed_channels(choices, project_channels)
    key = f"add-channels-{'-'.join(map(str, frames))}"
    files = sum(sighting.sorts[sort] for sort in asking)
    st.markdown(
        plural(
            "**{n} stack does not say how many channels it has.** How many?",
            "**{n} stacks do not say how many channels they have.** How many?",
            files,
        )
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            _("Channels"),
            choices,
            index=None,
            format_func=lambda n: frames_in_words(frames[0], n),
            placeholder=_("Choose"),
            label_visibility="collapsed",
            width=320,
            key=key,
        )
        if chosen is None:
            st.button(
                _("Suggestion: {number}").format(
                    number=plural("{n} channel", "{n} channels", proposed)
                ),
                key="add-channels-proposed",
                on_click=_choose,
                args=(key, proposed),
            )
    if chosen is not None and len(frames) > 1:
        st.caption("; ".join(frames_in_words(n, chosen) for n in frames[:4]))
    found: int | None = chosen
    return found


def _choose(key: str, value: int) -> None:
    st.session_state[key] = value


def _ask_time(sighting: Sighting) -> TimePoint:
    asking = sighting.open_questions("time")
    if not asking:
        return None
    times = min(sort.times for sort in asking)
    files = sum(sighting.sorts[sort] for sort in asking)
    st.markdown(
        plural(
            "**{n} file is a series of time points; an image is one of them.** Which?",
            "**{n} files are series of time points; an image is one of them.** Which?",
            files,
        )
    )
    chosen: TimePoint = st.selectbox(
        _("Time point"),
        ["planes", *range(1, times + 1)],
        index=None,
        format_func=time_in_words,
        placeholder=_("Choose"),
        label_visibility="collapsed",
        width=320,
        key=f"add-time-{times}",
    )
    return chosen


def time_in_words(point: int | str) -> str:
    """Return what one choice of a time point means."""
    if point == "planes":
        return _("All time points, as planes")
    return _("Time point {n}").format(n=point)


def _ask_conversion(
    sighting: Sighting, channels: int | None, project_channels: int | None
) -> tuple[bool, int | None] | None:
    """Ask what to do with images of another channel count.

    Return convert and keep_channels, None while that was not said.
    """
    counts = sighting.channel_counts(channels)
    keep = project_channels
    if project_channels is None and len(counts) > 1:
        keep = st.selectbox(
            _("All images of a project have the same number of channels. Which is it here?"),
            list(counts),
            index=None,
            placeholder=_("Choose"),
            format_func=lambda n: (
                f"{plural('{n} channel', '{n} channels', n)} "
                f"({plural('{n} file', '{n} files', counts[n])})"
            ),
            key=f"add-keep-{'-'.join(map(str, counts))}",
        )
    if keep is None:
        return None if len(counts) > 1 else (False, None)
    other = {n: files for n, files in counts.items() if n != keep}
    # Nothing says what further channels would hold, unless there is one to repeat.
    convertible = {n: files for n, files in other.items() if n == 1 or n > keep}
    kept = None if project_channels else keep
    _say_left_out(sum(other.values()) - sum(convertible.values()), keep)
    if not convertible:
        return False, kept
    images = sum(convertible.values())
    words = {
        "leave": plural("Leave {n} image out", "Leave {n} images out", images),
        "convert": _conversion(images, set(convertible), keep),
    }
    chosen = st.radio(
        plural(
            "{n} image has another number of channels than this project ({keep}).",
            "{n} images have another number of channels than this project ({keep}).",
            images,
        ).replace("{keep}", number(keep)),
        list(words),
        index=None,
        format_func=words.__getitem__,
        key=f"add-convert-{keep}",
    )
    return None if chosen is None else (chosen == "convert", kept)


def _say_left_out(images: int, keep: int) -> None:
    if images:
        text = plural(
            "{n} image has fewer channels than this project ({keep}) and will be left out.",
            "{n} images have fewer channels than this project ({keep}) and will be left out.",
            images,
        )
        st.caption(f":material/info: {text.replace('{keep}', number(keep))}")


def _conversion(images: int, counts: set[int], keep: int) -> str:
    """Say what converting does with images of these channel counts."""
    if counts == {1}:
        how = _("the same grey in each")
    elif keep > 1:
        how = _("the first ones kept")
    elif counts == {3}:
        how = _("brightness")
    else:
        how = _("brightness of RGB, else the first one")
    text = plural("Convert {n} image to {channels}", "Convert {n} images to {channels}", images)
    channels = plural("{n} channel", "{n} channels", keep)
    return f"{text.replace('{channels}', channels)} ({how})"
