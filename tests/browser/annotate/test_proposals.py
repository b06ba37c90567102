"""Proposals by real mouse and keys: looked for, stored, accepted and rejected by painting."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from piximi_core.project.contents.objects import ObjectRow
from piximi_core.project.contents.proposals import count_proposals, proposals_in
from piximi_core.project.database.history import undo
from tests.browser.annotate.drawing_room import NUCLEI, SIDE, Hand, open_dashboard, pixels
from tests.browser.dashboard import Dashboard

pytestmark = pytest.mark.browser
PATIENCE = 60_000


@pytest.fixture
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    yield from open_dashboard(tmp_path_factory.mktemp("propose"))


@pytest.fixture
def hand(page: Page, dashboard: Dashboard) -> Iterator[Hand]:
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield Hand(page, dashboard)
    assert problems == []


def proposed(hand: Hand, count: int) -> None:
    """Wait until so many proposals are shown."""
    badge = hand.page.locator(".proposals .badge")
    if count:
        expect(badge).to_have_text(str(count), timeout=PATIENCE)
    else:
        expect(badge).to_be_hidden(timeout=PATIENCE)


def propose(hand: Hand) -> None:
    """Have the four nuclei proposed, as a kind that is named then."""
    page = hand.page
    page.keyboard.press("Shift+G")
    expect(page.locator(".found")).to_have_text("4 objects found", timeout=PATIENCE)
    assert count_proposals(hand.store) == 0, "nothing is stored before one asks for it"
    page.keyboard.press("Enter")
    page.get_by_text("What do you draw?").wait_for()
    page.keyboard.type("nucleus")
    page.keyboard.press("Enter")
    proposed(hand, 4)
    hand.saved()


def overlap(row: ObjectRow, x: float, y: float, radius: float) -> float:
    """Intersection over union with a disc."""
    ys, xs = np.mgrid[:SIDE, :SIDE] + 0.5
    disc = np.hypot(xs - x, ys - y) <= radius
    mask = pixels(row)
    return float((mask & disc).sum() / (mask | disc).sum())


def test_the_count_follows_the_slider_and_nothing_is_stored(hand: Hand) -> None:
    page = hand.page
    page.keyboard.press("Shift+G")
    found = page.locator(".found")
    expect(found).to_have_text("4 objects found", timeout=PATIENCE)
    slider = page.locator(".proposals input.diameter")
    slider.focus()
    for _press in range(3):
        page.keyboard.press("PageUp")
    slider.evaluate("slider => { slider.value = 1000; slider.dispatchEvent(new Event('input')); }")
    expect(page.locator(".proposals .size span")).to_have_text(f"Diameter {SIDE // 2} px")
    expect(found).not_to_have_text("Looking …", timeout=PATIENCE)
    expect(found).not_to_have_text("4 objects found", timeout=PATIENCE)
    page.keyboard.press("Escape")
    expect(found).to_have_text("")
    assert count_proposals(hand.store) == 0


def test_other_channels_have_a_diameter_of_their_own_unless_it_was_chosen(hand: Hand) -> None:
    page = hand.page

    def asked_when_turned(channel: int) -> float | None:
        box = page.locator(".channel input[type=checkbox]").nth(channel)
        with page.expect_request(lambda sent: '"ask":"look"' in (sent.post_data or "")) as sent:
            box.set_checked(not box.is_checked())
        expect(page.locator(".found")).to_contain_text("found", timeout=PATIENCE)
        return sent.value.post_data_json["diameter"]

    page.locator(".looks summary").click()
    page.keyboard.press("Shift+G")
    expect(page.locator(".found")).to_have_text("4 objects found", timeout=PATIENCE)
    assert asked_when_turned(0) is None
    slider = page.locator(".proposals input.diameter")
    slider.evaluate("slider => { slider.value = 600; slider.dispatchEvent(new Event('input')); }")
    assert asked_when_turned(0) == 29


def test_proposals_are_accepted_and_rejected_by_painting(hand: Hand, dashboard: Dashboard) -> None:
    page = hand.page
    propose(hand)
    page.keyboard.press("a")
    (x1, y1, _r1), (x2, y2, _r2), (x3, y3, _r3), (x4, y4, _r4) = NUCLEI
    hand.drag((x1, y1), (x2, y2))
    rows = hand.objects(2)
    proposed(hand, 2)
    assert [row.kind_name for row in rows] == ["nucleus"] * 2
    best = [max(overlap(row, *nucleus) for nucleus in NUCLEI[:2]) for row in rows]
    assert min(best) > 0.9
    page.keyboard.down("Control")
    hand.click((x3, y3))
    page.keyboard.up("Control")
    proposed(hand, 1)
    assert len(hand.objects(2)) == 2
    page.keyboard.press("Control+z")
    proposed(hand, 2)
    page.keyboard.press("Control+z")
    hand.objects(0)
    proposed(hand, 4)
    # A second window sees them, and takes one.
    other = Hand(page.context.new_page(), dashboard)
    proposed(other, 4)
    other.page.keyboard.press("a")
    other.click((x4, y4))
    other.objects(1)
    page.bring_to_front()
    proposed(hand, 3)
    hand.objects(1)
    other.page.close()


def test_answers_in_bulk_leave_what_is_drawn(hand: Hand) -> None:
    page = hand.page
    x, y, radius = NUCLEI[0]
    page.keyboard.press("e")
    hand.drag((x - radius, y - radius), (x + radius, y + radius))
    page.get_by_text("What do you draw?").wait_for()
    page.keyboard.type("nucleus")
    page.keyboard.press("Enter")
    [drawn] = hand.objects(1)
    page.keyboard.press("Shift+G")
    expect(page.locator(".found")).to_have_text("3 objects found", timeout=PATIENCE)
    page.keyboard.press("Enter")
    proposed(hand, 3)
    page.keyboard.press("Shift+X")
    proposed(hand, 0)
    page.keyboard.press("Control+z")
    proposed(hand, 3)
    page.keyboard.press("Shift+A")
    rows = hand.objects(4)
    proposed(hand, 0)
    assert (rows[0].id, rows[0].box, rows[0].runs) == (drawn.id, drawn.box, drawn.runs)


def test_an_answer_survives_a_cut_and_a_reload(hand: Hand) -> None:
    page = hand.page
    propose(hand)
    page.keyboard.press("a")
    page.context.set_offline(True)
    x, y, _radius = NUCLEI[0]
    hand.click((x, y))
    expect(page.locator(".state")).to_contain_text("No connection", timeout=PATIENCE)
    page.context.set_offline(False)
    hand.objects(1)
    proposed(hand, 3)
    page.reload()
    hand.ready()
    hand.objects(1)
    proposed(hand, 3)


def test_many_images_are_a_job_and_one_step(hand: Hand) -> None:
    page = hand.page
    propose(hand)
    page.locator('[data-propose="many"]').click()
    page.locator('[data-propose="many_do"]').click()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".image-name")).to_have_text("second.tif", timeout=PATIENCE)
    proposed(hand, 4)
    assert count_proposals(hand.store) >= 8
    undo(hand.store)
    proposed(hand, 0)
    page.keyboard.press("ArrowLeft")
    proposed(hand, 4)
    image = page.evaluate("new URL(location.href).searchParams.get('image')")
    assert len(proposals_in(hand.store, image)) == 4
