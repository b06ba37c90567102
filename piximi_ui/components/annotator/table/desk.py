"""The desk that answers what the table of objects asks: a page, in an order, through a filter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, ValidationError

from piximi_core.project.contents.notes.object_table import SortBy
from piximi_ui.server.actions import Batch

__all__ = ["Listed", "TableDesk", "TableQuestion"]

_Name = Annotated[str, Field(max_length=300)]


class TableQuestion(BaseModel):
    """Which page of which objects.

    Attributes
    ----------
    kind, category, plane, search, unlabelled
        What narrows them, as of `notes.object_table.TableView`; empty or None for all.
    page
        From 0.
    at
        The id of an object whose page is wanted.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    image: _Name
    sort: SortBy = "added"
    descending: StrictBool = False
    kind: _Name = ""
    category: _Name = ""
    unlabelled: StrictBool = False
    plane: Annotated[StrictInt, Field(ge=0, le=1_000_000)] | None = None
    search: _Name = ""
    page: Annotated[StrictInt, Field(ge=0, le=1_000_000_000)] = 0
    at: _Name = ""


Listed = Callable[[TableQuestion], Mapping[str, Any]]
"""Returns a page of the table as JSON; it must not touch the session."""


@dataclass(frozen=True)
class TableDesk:
    """Answers questions, one in a batch; nothing is changed here."""

    listed: Listed

    def __call__(self, batch: Batch) -> Mapping[str, Any]:
        """Return the page, an empty answer to what is no question."""
        try:
            question = TableQuestion.model_validate(batch.more)
        except ValidationError:
            return {}
        return self.listed(question)
