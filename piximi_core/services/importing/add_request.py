"""What an import is asked, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Literal

from pydantic import model_validator

from piximi_core.images.request import Reading
from piximi_core.jobs.service import Request, Result, Said
from piximi_core.services.importing.sources import SourceFile
from piximi_core.vocabulary import IMAGE_KIND

__all__ = ["AddOptions", "AddRequest", "Added", "Equal"]

Equal = Literal["keep", "leave-out"]


@dataclass(frozen=True)
class AddOptions(Reading):
    """How images come in, and what they get; the answers to its questions are those of `Reading`.

    Attributes
    ----------
    labels
        ``"folders"`` takes the name of each file's folder as its category, another text is the
        path of a CSV table (`LabelTable.match` says which row is whose), None gives no labels.
    category, partition
        Given to every image that the labels say nothing about.
    equal
        What becomes of images whose pixels are in the project, in another file: ``"keep"`` them,
        beside each other on one side of the split, or ``"leave-out"``.
    """

    labels: str | None = None
    category: str | None = None
    partition: str | None = None
    kind_id: str = IMAGE_KIND
    equal: Equal = "keep"

    @property
    def reading(self) -> Reading:
        """The answers alone."""
        return Reading(**{field.name: getattr(self, field.name) for field in fields(Reading)})


class AddRequest(Request):
    """What is to come in, and how.

    Attributes
    ----------
    project_channels
        How many channels the project's images have; None while there are none.
    """

    sources: tuple[SourceFile, ...]
    options: AddOptions
    project_channels: int | None = None

    @model_validator(mode="before")
    @classmethod
    def _as_earlier(cls, kept: Any) -> Any:
        """Earlier programs wrote the range beside the options."""
        if isinstance(kept, dict) and kept.get("float_range") and "options" in kept:
            return {**kept, "options": {**kept["options"], "float_range": kept["float_range"]}}
        return kept


Reasons = tuple[tuple[str, Said], ...]
# What is known only once the images enter the project.
_ENTERED = (
    *("added", "renamed", "named", "there"),
    *("labels_came", "labels_given", "label_conflicts"),
)


class Added(Result):
    """What came of an import; files are told by name, each with its reason.

    Attributes
    ----------
    added, total
        How many images are new, and how many files there were.
    hidden
        Left out because their names begin with a dot.
    equal
        Images of the same pixels as another one.
    renamed, named
        Old and new names of images that were there, and of new ones, called otherwise than their
        files.
    there, labels_came, labels_given, label_conflicts
        How many were in the project already, how many labels came with them, and what became of
        these.
    float_range
        The smallest and largest value of float images.
    stopped
        Someone ended it before the rest.
    """

    added: int
    total: int = 0
    duplicates: Reasons = ()
    conflicts: Reasons = ()
    failed: Reasons = ()
    hidden: Reasons = ()
    equal: Reasons = ()
    renamed: tuple[tuple[str, str], ...] = ()
    named: tuple[tuple[str, str], ...] = ()
    there: int = 0
    labels_came: int = 0
    labels_given: int = 0
    label_conflicts: int = 0
    float_range: tuple[float, float] | None = None
    stopped: bool = False

    def amended(self, told: Added) -> Added:
        """Return this with what was found while the images entered the project.

        What is brought in twice, after a crash, is told once.
        """
        listed = {
            key: (*mine, *(pair for pair in getattr(told, key) if pair not in mine))
            for key in ("duplicates", "conflicts", "failed", "equal")
            for mine in (getattr(self, key),)
        }
        return self.model_copy(update={name: getattr(told, name) for name in _ENTERED} | listed)
