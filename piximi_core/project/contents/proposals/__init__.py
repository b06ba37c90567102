"""Objects that a program found and nobody has answered yet: put there, listed, answered."""

from piximi_core.project.contents.proposals.answering import (
    Accepted,
    accept_proposals,
    reject_proposals,
)
from piximi_core.project.contents.proposals.listing import (
    count_proposals,
    objects_there,
    proposals_in,
    usual_diameter,
)
from piximi_core.project.contents.proposals.putting import put_proposals, replace_proposals

__all__ = [
    "Accepted",
    "accept_proposals",
    "count_proposals",
    "objects_there",
    "proposals_in",
    "put_proposals",
    "reject_proposals",
    "replace_proposals",
    "usual_diameter",
]
