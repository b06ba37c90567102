"""Where ImageJ says that an object lies in a stack, and which plane of an image that is."""

from __future__ import annotations

from dataclasses import dataclass

from piximi_core.errors import BadInput

__all__ = ["Stack", "StackPlace"]


@dataclass(frozen=True)
class Stack:
    """How the file of an image is laid out in pages, channel fastest, then plane, then time.

    Attributes
    ----------
    channels
        How many pages each plane has; 1 for colours within a page.
    time
        The one time point, counted from 1, that the image holds of several; None for all of
        them, as further planes.
    """

    channels: int = 1
    planes: int = 1
    times: int = 1
    time: int | None = None


@dataclass(frozen=True)
class StackPlace:
    """A place in a stack, counted from 1; what is 0 is not said.

    Attributes
    ----------
    page
        Of all pages, where channel, slice and frame are not said.
    """

    page: int = 0
    channel: int = 0
    slice: int = 0
    frame: int = 0

    def plane_in(self, stack: Stack) -> int:
        """Return the plane, counted from 0, of an image that is made of a stack.

        It may be more than the image has.

        Raises
        ------
        BadInput
            It lies in another time point than the image.
        """
        depth, frame = self._place(stack)
        if stack.time is not None:
            if frame not in (0, stack.time):
                raise BadInput(
                    "It lies in time point {frame}, but the image holds time point {time}.",
                    frame=frame,
                    time=stack.time,
                )
            return depth - 1
        return (max(frame, 1) - 1) * stack.planes + depth - 1

    def _place(self, stack: Stack) -> tuple[int, int]:
        """Return plane and time point, counted from 1; time point 0 is every one."""
        depth, frame = max(self.slice, 0), max(self.frame, 0)
        if not (self.channel > 0 or depth or frame):
            if self.page <= 0:
                return 1, 0
            rest = (self.page - 1) // max(stack.channels, 1)
            frame, depth = divmod(rest, max(stack.planes, 1))
            if stack.times > 1:
                return depth + 1, frame + 1
            return rest + 1, 0
        # ImageJ takes the planes of a plain stack for time points, and the reverse.
        if stack.times == 1 and stack.planes > 1 and frame > 1 and depth <= 1:
            return frame, 0
        if stack.planes == 1 and stack.times > 1 and depth > 1 and frame <= 1:
            return 1, depth
        if stack.times == 1:
            frame = 0
        return max(depth, 1), frame
