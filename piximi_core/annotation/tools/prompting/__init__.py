"""Objects from a box or a few clicks, by a network of the segment-anything family.

All that is reckoned around the network, free of files and of the library that runs it: which file
is which by the names of its tensors (`families`), the part of the image that it is shown
(`sights`), how that lies in its picture (`frames`), what it is asked (`prompts`), and what becomes
of its answer (`answers`).
"""

from __future__ import annotations

from piximi_core.annotation.tools.prompting.answers import candidates
from piximi_core.annotation.tools.prompting.families import FAMILIES, Family
from piximi_core.annotation.tools.prompting.frames import Frame
from piximi_core.annotation.tools.prompting.prompts import Prompt
from piximi_core.annotation.tools.prompting.sights import WIDEST_SIDE, crop_in_sight
from piximi_core.annotation.tools.prompting.signatures import Signature, Tensor

__all__ = [
    "FAMILIES",
    "WIDEST_SIDE",
    "Family",
    "Frame",
    "Prompt",
    "Signature",
    "Tensor",
    "candidates",
    "crop_in_sight",
]
