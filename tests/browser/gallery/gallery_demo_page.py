"""The demo's only page: images of a folder, categories, and a journal of what was asked."""

import json
import os
import time
from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from piximi_ui.components.gallery import (
    GalleryCategory,
    GalleryItem,
    GalleryPage,
    gallery,
)
from piximi_ui.server.pictures import issue_token, thumb_address

PROJECT = Path(os.environ["PIXIMI_DEMO"])
JOURNAL = PROJECT / "journal.jsonl"
JOURNAL.touch()
PAGE_SIZE = int(os.environ.get("PIXIMI_DEMO_PAGE", "60"))
SLOWLY = float(os.environ.get("PIXIMI_DEMO_SLOWLY", "0"))
COLORS = ["#AAAAAA", "#E5446D", "#1E88E5", "#F9C22E", "#2CA58D", "#8E5BD0", "#F28123", "#0B7A75"]
NAMES = ["Unknown", "RBC", "WBC", "Platelets", *(f"Sort {n}" for n in range(4, 14))]
CATEGORIES = [
    GalleryCategory(f"c{n}", name, COLORS[n % len(COLORS)]) for n, name in enumerate(NAMES)
]


@st.cache_resource
def records() -> list[dict]:
    """Shared by all sessions, like a project's store."""
    found = []
    for n, path in enumerate(sorted((PROJECT / "images").glob("*/*"))):
        partition = ("Training", "Validation", "Unassigned")[n % 3]
        predicted = n % 5 in (2, 3)
        found.append(
            {
                "id": f"i{n}",
                "name": f"cell <b>{n:03}</b> é🦠.png",
                "sha": path.stem,
                "category": 0 if predicted or n % 7 == 0 else n % 4,
                "prediction": (
                    NAMES[n % 3 + 1],
                    COLORS[n % 3 + 1],
                    "" if n == 12 else f"{55 + n % 9 * 5}.0 %",
                )
                if predicted
                else None,
                "partition": partition,
            }
        )
    return found


def note(action):
    """Write down what was asked; a second copy, after a kill, is known by its name."""
    done = {json.loads(line)[-1] for line in JOURNAL.read_text().splitlines()}
    if action.uid not in done:
        entry = [action.type, list(action.ids), action.category or action.name, action.uid]
        with JOURNAL.open("a") as file:
            file.write(json.dumps(entry) + "\n")


def carry(action, say):
    """Do what needs no page."""
    note(action)
    if action.type == "label":
        for record in records():
            if record["id"] in action.ids:
                record["category"] = int(action.category[1:])
                record["prediction"] = None
    return action.type in ("label", "undo", "redo")


def ask(actions):
    for action in actions:
        if action.type == "delete":
            st.session_state["asked"] = len(action.ids)


def item(record, token):
    return GalleryItem(
        id=record["id"],
        name=record["name"],
        thumb=thumb_address(token, record["sha"]),
        category=record["category"],
        labelled=record["category"] > 0,
        prediction=record["prediction"],
        partition=record["partition"],
        width=96,
        height=96,
        channels=3,
        bit_depth=16,
        pixel_size="0.65 × 0.65 µm",
        labelled_by="Ada",
    )


def images():
    """The gallery."""
    everything = [] if "empty" in st.query_params else records()
    # A token belongs to a session, and ends with it.
    token = issue_token(get_script_run_ctx().session_id, PROJECT)

    def page_now(page, only=None):
        time.sleep(SLOWLY)
        pages = max(1, -(-len(everything) // PAGE_SIZE))
        page = min(page, pages)
        shown = everything[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
        return GalleryPage(
            [item(record, token) for record in shown if only is None or record["id"] in only],
            CATEGORIES,
            page=page,
            pages=pages,
            total=len(everything),
        )

    result = gallery(
        page_now,
        key="demo__images",
        texts={"empty": "No images yet.\nDrop files here or use Add."},
        in_view=lambda: [record["id"] for record in everything],
        carry=carry,
        on_asked=ask,
    )
    st.caption(f"Python sees {len(result.selected)} selected on page {result.page}")


st.set_page_config(layout="wide", page_title="Gallery")
with st.sidebar:
    st.text_input("Name", key="name")
    if "asked" in st.session_state:
        st.write(f"Delete {st.session_state['asked']}?")
if "fragment" in st.query_params:
    st.fragment(images)()
else:
    images()
