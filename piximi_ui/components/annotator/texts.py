"""The annotator's words. ``{n}`` and the like are filled in by the browser."""

from __future__ import annotations

from piximi_ui.components.annotator.notes.texts import notes_texts
from piximi_ui.components.annotator.table.texts import table_texts
from piximi_ui.components.gallery import gallery_texts
from piximi_ui.components.proposals import proposal_texts
from piximi_ui.components.viewer import channel_texts
from piximi_ui.language.texts import _

__all__ = ["annotator_texts"]


def annotator_texts() -> dict[str, str]:
    """Return the words by the names that the browser's side knows them by."""
    return {
        **gallery_texts(),
        **channel_texts(),
        **_around(),
        **_tools(),
        **_modes(),
        **_edits(),
        **notes_texts(),
        **table_texts(),
        **proposal_texts(),
    }


def _around() -> dict[str, str]:
    return {
        "find_key": "/",
        "key_shift": _("Shift"),
        "find_tip": _("Find or create a category by its name, then label (/)"),
        "label_tip": _("Label it “{name}” ({index})"),
        "place": _("{n} of {total}"),
        "previous": _("Previous image (left arrow)"),
        "next": _("Next image (right arrow)"),
        "plane": _("Plane {n} of {total}"),
        "pixel": _("x {x}, y {y}"),
        "filled": _("Opacity"),
        "filled_tip": _("How much the objects cover what they lie on (hold H to see without them)"),
        "several": _("Many colours"),
        "several_tip": _("Give each object a colour of its own, whatever its label"),
        "neighbours": _("Other planes"),
        "neighbours_tip": _(
            "See the objects of the plane before, blue, and of the next, orange, as faint dotted "
            "lines (Shift+H)"
        ),
        "patterns": _("Patterns"),
        "patterns_tip": _("Tell categories by solid, dashed and dotted lines, too"),
        "fingers": _("Draw with fingers"),
        "fingers_tip": _("Since a pen was seen, fingers move the image; press to draw with them"),
        "fit": _("Fit"),
        "fit_tip": _("Fit the image into the window (F)"),
        "looks": _("Channels and brightness"),
        "broken": _("This picture cannot be shown"),
        "not_yet": _("Wait for the picture, then draw"),
        "preparing": _("This large image is made ready once: {percent} %"),
        "unlabelled": _("Not labelled"),
        "kind": _("Draw"),
        "another_kind": _("Another kind …"),
        "no_kind": _("named with the first object"),
        "new_kind": _(
            "What do you draw? Type one name for all of it and press Enter; categories tell its "
            "sorts apart."
        ),
        "new_kind_example": _("such as nucleus or cell"),
        "one_object": _("1 object here"),
        "objects": _("{n} objects here"),
        "selected": _("{n} selected"),
        "other_planes": _("{n} in other planes"),
        "list": _("Objects of this plane"),
        "select_category": _("Select the objects of this plane that are “{name}”"),
        "saved": _("Saved"),
        "saving": _("Saving …"),
        "thinking": _("Looking for the outline …"),
        "offline": _("No connection: what you draw is kept and saved later"),
        "select_first": _("Select an object first: press V and click it."),
        "nothing_selected": _(
            "No object is selected to be changed: press V and click one, or choose New to draw one."
        ),
        "nothing_drawn": _(
            "Nothing is drawn here yet: choose a tool, such as Smart box (B), or open Propose "
            "objects."
        ),
    }


def _tools() -> dict[str, str]:
    return {
        "tools": _("Tools"),
        "select": _("Select"),
        "select_tip": _("Click an object, or drag a box around several; Shift adds (V)"),
        "smart_box": _("Smart box"),
        "smart_box_tip": _("Drag a box around an object: its outline is found (B)"),
        "smart_click": _("Smart click"),
        "smart_click_tip": _(
            "Click an object: its outline is found. Then Shift+click what is missing, Ctrl+click "
            "what is too much, Y for another proposal (S)"
        ),
        "pen": _("Pen"),
        "pen_tip": _("Paint; with Shift more of the selected object, with Ctrl less (D)"),
        "lasso": _("Lasso"),
        "lasso_tip": _(
            "Drag around an object; or click, go around it without holding, and come back to where "
            "you began (L)"
        ),
        "magnetic": _("Magnetic"),
        "magnetic_tip": _(
            "Click along an edge: the line keeps to it; a double click, Enter or the first corner "
            "closes it (Shift+M)"
        ),
        "quick": _("Quick"),
        "quick_tip": _("Click or drag over the patches that make up an object (Shift+Q)"),
        "polygon": _("Polygon"),
        "polygon_tip": _(
            "Click the corners; a double click, Enter or the first corner closes it (P)"
        ),
        "rectangle": _("Rectangle"),
        "rectangle_tip": _("Drag from corner to corner (R)"),
        "ellipse": _("Ellipse"),
        "ellipse_tip": _("Drag the box that the ellipse fills (E)"),
        "color": _("Fill"),
        "color_tip": _(
            "Click a pixel for what is like it around it; drag, or move the slider, for more (C)"
        ),
        "threshold": _("Threshold"),
        "threshold_tip": _(
            "Drag a box: what is brighter inside becomes the object; then move the slider (T)"
        ),
        "point": _("Point"),
        "point_tip": _(
            "Click each thing that you count: it becomes a point with the kind and label chosen (,)"
        ),
        "split": _("Split"),
        "split_tip": _("Draw a line through the selected object from edge to edge (X)"),
        "move": _("Move"),
        "move_tip": _("Drag the selected objects to another place (M)"),
        "radius_setting": _("Radius {n} px"),
        "size_setting": _("Patches of {n} px"),
        "tolerance_setting": _("Tolerance {n}"),
        "level_setting": _("Level {n} %"),
        "choice_setting": _("Proposal {n} of 3"),
        "level_proposed": _("Level as proposed"),
        "found_by": _("Outlines by"),
        "found_by_tip": _(
            "A network looks at the picture first, for some seconds; until it has, outlines are "
            "found by brightness and edges"
        ),
        "by_network": _("the network {name}"),
        "classical": _("brightness and edges"),
    }


def _modes() -> dict[str, str]:
    return {
        "mode_new": _("New"),
        "mode_new_tip": _("Each stroke is an object of its own (Q goes on to the next of these)"),
        "mode_add": _("Add"),
        "mode_add_tip": _("What is drawn belongs to the selected objects too (hold Shift)"),
        "mode_subtract": _("Subtract"),
        "mode_subtract_tip": _("What is drawn is taken from the selected objects (hold Ctrl)"),
        "mode_intersect": _("Intersect"),
        "mode_intersect_tip": _("Of the selected objects stays what is drawn over"),
        "mode_invert": _("Invert"),
        "mode_invert_tip": _("The selected object becomes all that it is not"),
        "mode_select": _("Select"),
        "mode_select_tip": _("What is drawn around or passed over is selected; Shift adds"),
        "overlap": _("Where objects meet"),
        "overlap_allow": _("they may overlap"),
        "overlap_protect": _("those that are there stay whole"),
        "overlap_take": _("the new one takes over"),
    }


def _edits() -> dict[str, str]:
    return {
        "fill": _("Fill holes"),
        "fill_tip": _("Fill the holes of the selected objects"),
        "largest": _("Largest part"),
        "largest_tip": _("Keep only the largest of several parts"),
        "smooth": _("Smooth"),
        "smooth_tip": _("Smooth the outline of the selected objects"),
        "grow": _("Grow"),
        "grow_tip": _("Make the selected objects a pixel larger all around"),
        "shrink": _("Shrink"),
        "shrink_tip": _("Make the selected objects a pixel smaller all around"),
        "merge": _("Merge"),
        "merge_tip": _("Make one object of those that are selected"),
        "interpolate": _("Draw between planes"),
        "interpolate_tip": _(
            "Press with the object selected in one plane, then with it selected in another: what "
            "it is between them is shown, and drawn once you accept it"
        ),
        "between": _(
            "Now go to another plane, select what this object is there, and press I again."
        ),
        "between_one": _("1 plane lies between: Enter draws what is dashed, Esc drops it."),
        "between_some": _("{n} planes lie between: Enter draws what is dashed, Esc drops it."),
        "between_accept": _("Draw what is dashed"),
        "between_failed": _("The planes between could not be asked for; press I again."),
        "copy_back": _("Copy to previous plane"),
        "copy_back_tip": _("Copy the selected objects to the plane before"),
        "copy_on": _("Copy to next plane"),
        "copy_on_tip": _("Copy the selected objects to the next plane"),
        "remove": _("Delete"),
        "remove_tip": _("Delete the selected objects; undo brings them back (Delete)"),
    }
