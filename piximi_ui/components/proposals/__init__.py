"""Proposals in the annotator: looked for while a slider moves, stored, answered by painting."""

from piximi_ui.components.proposals.contract import Answer, Look, Sought, read_answer, read_look
from piximi_ui.components.proposals.desk import Found, LookDesk, Proposing
from piximi_ui.components.proposals.texts import proposal_shortcuts, proposal_texts

__all__ = [
    "Answer",
    "Found",
    "Look",
    "LookDesk",
    "Proposing",
    "Sought",
    "proposal_shortcuts",
    "proposal_texts",
    "read_answer",
    "read_look",
]
