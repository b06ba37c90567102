"""Objects drawn by real mouse and keys, compared with what the project has then."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from skimage import draw as reference

from piximi_core.project.contents.kinds import list_kinds
from tests.browser.annotate.drawing_room import (
    NUCLEI,
    SIDE,
    Hand,
    begin,
    disc,
    open_dashboard,
    overlap,
    pixels,
)
from tests.browser.dashboard import Dashboard

pytestmark = pytest.mark.browser
SHAPE = (SIDE, SIDE)


@pytest.fixture
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    yield from open_dashboard(tmp_path_factory.mktemp("annotate"))


@pytest.fixture
def hand(page: Page, dashboard: Dashboard) -> Hand:
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    hand = begin(Hand(page, dashboard))
    assert problems == []
    return hand


def polygon(*points: tuple[float, float]) -> np.ndarray:
    """Pixels whose centres lie inside; scikit-image's pixels have their centres at integers."""
    corners = np.array([(y - 0.5, x - 0.5) for x, y in points])
    return reference.polygon2mask(SHAPE, corners)


def test_every_shape_comes_out_as_it_was_drawn(hand: Hand) -> None:
    page = hand.page
    [first] = hand.objects(1)
    assert first.box == (10, 10, 30, 24)
    assert pixels(first).sum() == 20 * 14
    assert [kind.name for kind in list_kinds(hand.store)] == ["Image", "nucleus"]
    page.keyboard.press("e")
    hand.drag((40, 10), (80, 30))
    page.keyboard.press("l")
    hand.drag((100, 10), (140, 20), (120, 50), (102, 14))
    page.keyboard.press("p")
    hand.click((160, 10), (200, 20), (180, 50))
    page.keyboard.press("Enter")
    page.keyboard.press("d")
    hand.drag((20, 120), (60, 120))
    rows = hand.objects(5)[1:]
    ellipse, lasso, corners, pen = rows
    ys, xs = np.mgrid[:SIDE, :SIDE] + 0.5
    assert overlap(ellipse, ((xs - 60) / 20) ** 2 + ((ys - 20) / 10) ** 2 <= 1) > 0.95
    assert overlap(lasso, polygon((100, 10), (140, 20), (120, 50))) > 0.9
    assert overlap(corners, polygon((160, 10), (200, 20), (180, 50))) > 0.95
    wanted = disc(20, 120, 6) | disc(60, 120, 6)
    wanted[114:126, 20:60] = True
    assert overlap(pen, wanted) > 0.9


def test_tools_that_look_at_pixels_find_the_nuclei(hand: Hand) -> None:
    page = hand.page
    page.keyboard.press("b")
    x, y, radius = NUCLEI[0]
    hand.drag((x - radius - 4, y - radius - 4), (x + radius + 4, y + radius + 4))
    hand.objects(2)
    page.keyboard.press("s")
    x, y, radius = NUCLEI[1]
    hand.click((x, y))
    hand.objects(3)
    page.keyboard.press("t")
    x, y, radius = NUCLEI[2]
    hand.drag((x - radius - 4, y - radius - 4), (x + radius + 4, y + radius + 4))
    hand.objects(4)
    page.keyboard.press("c")
    x, y, radius = NUCLEI[3]
    hand.drag((x, y), (x + 12, y))
    rows = hand.objects(5)[1:]
    for row, (x, y, radius) in zip(rows, NUCLEI, strict=True):
        assert overlap(row, disc(x, y, radius)) > 0.9, row.name


def test_a_selected_object_is_added_to_cut_and_taken_back(hand: Hand) -> None:
    page = hand.page
    page.keyboard.press("r")
    page.keyboard.down("Shift")
    hand.drag((25, 10), (40, 24))
    page.keyboard.up("Shift")
    expect(page.locator(".object .soft")).to_have_text(f"{30 * 14} px")
    page.keyboard.down("Control")
    hand.drag((10, 10), (20, 30))
    page.keyboard.up("Control")
    expect(page.locator(".object .soft")).to_have_text(f"{20 * 14} px")
    page.keyboard.press("Control+z")
    expect(page.locator(".object .soft")).to_have_text(f"{30 * 14} px")
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    hand.objects(0)
    page.keyboard.press("Control+Shift+z")
    [row] = hand.objects(1)
    assert row.box == (10, 10, 30, 24)


def test_objects_are_selected_labelled_merged_split_and_deleted(hand: Hand) -> None:
    page = hand.page
    page.keyboard.press("r")
    hand.drag((12, 24), (28, 40))
    hand.objects(2)
    page.keyboard.press("/")
    page.keyboard.type("round")
    page.keyboard.press("Enter")
    expect(page.locator(".object .object-name", has_text="round")).to_have_count(1)
    page.keyboard.press("v")
    hand.drag((5, 5), (60, 60))
    expect(hand.count).to_contain_text("2 selected")
    page.keyboard.press("1")
    expect(page.locator(".object .object-name", has_text="round")).to_have_count(2)
    page.keyboard.press("j")
    [whole] = hand.objects(1)
    assert pixels(whole).sum() == 20 * 14 + 16 * 16
    page.keyboard.press("x")
    hand.drag((4, 24), (44, 24))
    parts = hand.objects(2)
    assert sum(int(pixels(part).sum()) for part in parts) == 20 * 14 + 16 * 16
    assert {part.category_name for part in parts} == {"round"}
    page.keyboard.press("v")
    hand.click((15, 15))
    page.keyboard.press("Delete")
    [left] = hand.objects(1)
    assert left.box[1] >= 23


def test_a_reload_in_the_middle_of_an_outline_loses_nothing(hand: Hand) -> None:
    page = hand.page
    page.keyboard.press("p")
    hand.click((50, 50), (90, 50))
    page.reload()
    hand.ready()
    hand.objects(1)
    hand.click((70, 90))
    page.keyboard.press("Enter")
    row = hand.objects(2)[1]
    assert overlap(row, polygon((50, 50), (90, 50), (70, 90))) > 0.95
    page.keyboard.press("p")
    hand.click((100, 50), (120, 50))
    page.keyboard.press("Backspace")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    assert len(hand.objects(2)) == 2


def test_what_is_drawn_while_the_connection_is_cut_comes_once(hand: Hand) -> None:
    page = hand.page
    page.context.set_offline(True)
    page.keyboard.press("r")
    for left in (50, 80, 110):
        hand.drag((left, 50), (left + 20, 70))
    expect(page.locator(".state")).to_contain_text("No connection", timeout=10_000)
    page.wait_for_timeout(20_000)
    page.context.set_offline(False)
    boxes = [row.box for row in hand.objects(4)[1:]]
    assert boxes == [(left, 50, left + 20, 70) for left in (50, 80, 110)]


def test_another_window_sees_it_and_images_are_walked_through(
    hand: Hand, dashboard: Dashboard
) -> None:
    page = hand.page
    other = Hand(page.context.new_page(), dashboard)
    other.objects(1)
    page.bring_to_front()
    page.keyboard.press("e")
    hand.drag((100, 100), (140, 140))
    hand.objects(2)
    other.page.bring_to_front()
    expect(other.count).to_contain_text("2 objects here", timeout=6_000)
    other.page.close()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".image-name")).to_have_text("second.tif")
    expect(hand.count).to_contain_text("0 objects here")
    page.keyboard.press("r")
    hand.drag((20, 20), (40, 40))
    hand.objects(1)
    page.keyboard.press("ArrowRight")
    expect(page.locator(".image-name")).to_have_text("stack.tif")
    page.keyboard.press("PageDown")
    hand.drag((20, 20), (40, 40))
    rows = hand.objects(1)
    assert [(row.image_name, row.plane) for row in rows] == [
        *[("first.tif", 0)] * 2,
        ("second.tif", 0),
        ("stack.tif", 1),
    ]
    page.keyboard.press("Shift+PageDown")
    expect(hand.count).to_contain_text("1 in other planes")
    page.reload()
    hand.ready()
    expect(page.locator(".image-name")).to_have_text("stack.tif")


def test_nothing_is_drawn_on_the_picture_that_was_there_before(hand: Hand) -> None:
    page, held = hand.page, []
    page.route("**/plane/**", lambda route: held.append(route))
    page.keyboard.press("r")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".image-name")).to_have_text("stack.tif")
    # The picture that is still seen is the one of the first image, and 256 pixels wide.
    box = page.locator(".frame").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 + 60, box["y"] + box["height"] / 2 + 60, steps=4)
    page.mouse.up()
    expect(page.locator(".said")).to_have_text("Wait for the picture, then draw")
    hand.objects(0)
    for route in held:
        route.continue_()
    page.unroute("**/plane/**")
    hand.drag((20, 20), (40, 40))
    rows = hand.objects(1)
    assert [(row.image_name, row.box) for row in rows[1:]] == [("stack.tif", (20, 20, 40, 40))]


KEYS = (
    "v",
    "b",
    "s",
    "d",
    "l",
    "p",
    "Shift+M",
    "Shift+Q",
    "r",
    "Shift+R",
    "e",
    "c",
    "Shift+C",
    "t",
    ",",
    "x",
    "m",
)


def test_no_key_reaches_streamlit(hand: Hand) -> None:
    """R would draw its page anew and C open its menu, wherever the focus is."""
    page = hand.page
    page.evaluate(
        """() => { window.heard = [];
        document.addEventListener("keydown", ({ key }) => key === "Shift" || heard.push(key)); }"""
    )
    for place in (".frame", '[data-testid="stSidebar"] a'):
        page.locator(place).first.focus() if place != ".frame" else hand.click((240, 240))
        page.keyboard.press("Escape")
        for key in KEYS:
            page.keyboard.press(key)
            expect(page.locator(".tool[aria-pressed=true]")).to_have_count(1)
    assert page.evaluate("heard") == []


def test_a_category_that_is_there_is_found_by_its_name(hand: Hand) -> None:
    page = hand.page
    for typed in ("round", "rou"):
        page.keyboard.press("/")
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
        hand.saved()
        page.keyboard.press("r")
        # In the middle of an outline it is that one which is meant.
        hand.drag((50, 50), (70, 70)) if typed == "round" else hand.drag((90, 50), (110, 70))
        page.keyboard.press("v")
        hand.click((15, 15))
    expect(page.locator(".tool[aria-pressed=true]")).to_have_count(1)
    assert [row.category_name for row in hand.objects(3)] == ["round"] * 3
    page.keyboard.press("p")
    hand.click((130, 50), (150, 50))
    page.keyboard.press("/")
    page.keyboard.type("long")
    page.keyboard.press("Enter")
    hand.click((140, 80))
    page.keyboard.press("Enter")
    assert [row.category_name for row in hand.objects(4)] == ["round"] * 3 + ["long"]


def test_what_is_selected_while_a_stroke_is_on_its_way_is_what_is_meant(hand: Hand) -> None:
    page, held = hand.page, []
    page.route("**/actions/**", lambda route: held.append(route))
    page.keyboard.press("r")
    hand.drag((50, 50), (70, 70))
    page.keyboard.press("v")
    hand.click((15, 15))
    page.keyboard.press("Delete")
    for route in held:
        route.continue_()
    page.unroute("**/actions/**")
    [left] = hand.objects(1)
    assert left.box == (50, 50, 70, 70)


def test_buttons_are_pressed_by_keyboard(hand: Hand) -> None:
    page = hand.page
    lasso = page.get_by_role("button", name="Lasso")
    page.get_by_role("button", name="Pen").focus()
    page.keyboard.press("Tab")
    expect(lasso).to_be_focused()
    page.keyboard.press("Space")
    expect(lasso).to_have_attribute("aria-pressed", "true")
    # The keyboard is with the picture again: Enter confirms what is drawn.
    page.keyboard.press("p")
    hand.click((50, 50), (90, 50), (70, 90))
    page.keyboard.press("Enter")
    hand.objects(2)
    undo = page.get_by_role("button", name="Undo").first
    page.keyboard.press("Tab")
    undo.focus()
    page.keyboard.press("Enter")
    hand.objects(1)


@pytest.mark.parametrize("wait", [0, 60, 250])
def test_a_server_that_is_killed_in_the_middle_loses_and_doubles_nothing(
    hand: Hand, dashboard: Dashboard, wait: int
) -> None:
    page = hand.page
    for left in (50, 80, 110):
        hand.drag((left, 50), (left + 20, 70))
    page.keyboard.press("p")
    hand.click((150, 150), (190, 150))
    page.wait_for_timeout(wait)
    dashboard.kill()
    page.wait_for_timeout(500)
    dashboard.start()
    expect(hand.count).to_contain_text("4 objects here", timeout=30_000)
    hand.click((170, 190))
    page.keyboard.press("Enter")
    rows = hand.objects(5)
    assert [row.box for row in rows[1:4]] == [(left, 50, left + 20, 70) for left in (50, 80, 110)]
    assert overlap(rows[4], polygon((150, 150), (190, 150), (170, 190))) > 0.95
