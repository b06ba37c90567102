"""Objects that a plane may hold, for a person to accept or reject, from one size: a diameter."""

from piximi_core.annotation.tools.proposing.beside import Places, beside
from piximi_core.annotation.tools.proposing.find import Method, Tone, Wanted, propose
from piximi_core.annotation.tools.proposing.sizes import diameter_of, propose_diameter

__all__ = [
    "Method",
    "Places",
    "Tone",
    "Wanted",
    "beside",
    "diameter_of",
    "propose",
    "propose_diameter",
]
