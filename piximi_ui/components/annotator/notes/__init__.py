"""What stands beside the drawing: locks, comments, done images, complete regions, the strip.

What is noted goes by the annotator's queue, as strokes do. What is only asked (pictures of the
strip, which objects stand out) has an address of its own, so that no stroke waits for it.
"""

from __future__ import annotations

from piximi_ui.components.annotator.notes.contract import Note, read_note
from piximi_ui.components.annotator.notes.desk import Noted, NotesDesk
from piximi_ui.components.annotator.notes.texts import notes_shortcuts, notes_texts

__all__ = ["Note", "Noted", "NotesDesk", "notes_shortcuts", "notes_texts", "read_note"]
