"""What the annotator is told of networks that answer smart tools, and asks of them ahead."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from piximi_ui.server.actions import Batch

__all__ = ["Ahead", "Networks", "NetworksDesk"]

Name = Annotated[str, Field(max_length=300)]
Coordinate = Annotated[float, Field(allow_inf_nan=False, ge=-1e7, le=1e7)]


class Ahead(BaseModel):
    """What a network may be asked about soon.

    Attributes
    ----------
    network
        Its name.
    image, plane, view, channels
        As of `contract.Stroke`: what is seen now.
    chosen
        Whether a person chose these channels, for the images that follow too.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    ask: Literal["look_ahead"]
    network: Name
    image: Name
    plane: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    view: tuple[Coordinate, Coordinate, Coordinate, Coordinate]
    channels: Annotated[tuple[Annotated[int, Field(ge=0)], ...], Field(max_length=1_000)] = ()
    chosen: bool = False


@dataclass(frozen=True)
class Networks:
    """What the desk asks of the project; nothing of it may touch the session.

    Attributes
    ----------
    names
        The networks that can be chosen.
    refused
        Why other files are not used, a sentence for each.
    look_ahead
        Has a network look at what is seen, and at what comes next; returns how far that is:
        ``state`` ("ready", "looking" or "failed") and ``words``.
    """

    names: tuple[str, ...]
    refused: tuple[str, ...]
    look_ahead: Callable[[Ahead], Mapping[str, Any]]

    def to_data(self) -> dict[str, Any]:
        """Build its JSON."""
        return {"names": list(self.names), "refused": list(self.refused)}


@dataclass(frozen=True)
class NetworksDesk:
    """Answers what is asked ahead: one question in a batch, no actions, nothing that takes long."""

    networks: Networks

    def __call__(self, batch: Batch) -> Mapping[str, Any]:
        """Return how far the network is, nothing to what is no question."""
        try:
            asked = Ahead.model_validate(batch.more)
        except ValidationError:
            return {}
        return self.networks.look_ahead(asked)
