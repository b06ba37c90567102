"""The gallery in a real browser: mouse, keyboard, paging, and nothing lost in a hurry."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.gallery.gallery_driver import (
    IMAGES,
    PAGE_SIZE,
    UNSURE,
    Start,
    chosen,
    python_sees,
    saved,
    tiles,
    type_category,
)

pytestmark = pytest.mark.browser


def test_mouse_selection_and_labels(start: Start) -> None:
    demo, page = start()
    expect(page.locator(".count")).to_have_text(f"1–{PAGE_SIZE} of {IMAGES}")
    expect(tiles(page).nth(0).locator(".name")).to_have_text("cell <b>000</b> é🦠.png")
    tiles(page).nth(2).click()
    tiles(page).nth(5).click(modifiers=["Shift"])
    assert chosen(page) == [2, 3, 4, 5]
    tiles(page).nth(3).click(modifiers=["Control"])
    tiles(page).nth(8).click(modifiers=["Control"])
    assert chosen(page) == [2, 4, 5, 8]
    expect(page.locator(".count")).to_have_text(f"4 of {IMAGES} selected")
    python_sees(page, 4)
    page.locator("[data-category='2']").click()
    expect(tiles(page).nth(8).locator(".chip.label")).to_have_text("WBC")
    saved(page)
    assert demo.journal() == [("label", ["i2", "i4", "i5", "i8"], "c2")]
    assert chosen(page) == [9], "a label moves the selection on to the next"
    tiles(page).nth(6).click()
    assert chosen(page) == [6], "a plain click selects that one alone"
    tiles(page).nth(7).locator(".check").click()
    assert chosen(page) == [6, 7], "its check mark picks one more"
    page.locator("[data-act='delete']").click()
    expect(page.get_by_text("Delete 2?")).to_be_visible()
    tiles(page).nth(11).dblclick()
    saved(page)
    assert demo.journal()[1:] == [("delete", ["i6", "i7"], ""), ("open", ["i11"], "")]


def test_the_switch_to_go_on_is_remembered(start: Start) -> None:
    demo, page = start()
    page.get_by_label("Go on to the next").uncheck()
    tiles(page).nth(2).click()
    page.keyboard.press("2")
    expect(tiles(page).nth(2).locator(".chip.label")).to_have_text("WBC")
    assert chosen(page) == [2], "a label keeps the selection"
    saved(page)
    page.reload()
    expect(tiles(page)).to_have_count(PAGE_SIZE, timeout=30_000)
    expect(page.get_by_label("Go on to the next")).not_to_be_checked()
    page.get_by_label("Go on to the next").check()
    tiles(page).nth(2).click()
    page.keyboard.press("3")
    assert chosen(page) == [3]
    saved(page)
    assert demo.journal() == [("label", ["i2"], "c2"), ("label", ["i2"], "c3")]


def test_a_label_and_a_prediction_look_different(start: Start) -> None:
    _, page = start()
    label = tiles(page).nth(1).locator(".chip.label")
    prediction = tiles(page).nth(2).locator(".chip.prediction")
    expect(label).to_have_text("RBC")
    expect(prediction).to_have_text("Platelets65.0 %")
    expect(label).to_have_css("background-color", "rgb(229, 68, 109)")
    expect(prediction).to_have_css("border-style", "dashed")
    expect(prediction).to_have_css("font-style", "italic")
    expect(tiles(page).nth(0).locator(".chip")).to_have_count(0)
    assert "Predicted: Platelets, 65.0 %" in tiles(page).nth(2).get_attribute("aria-label")
    # Piximi's files do not say how sure it was.
    name_alone = tiles(page).nth(UNSURE).locator(".chip.prediction")
    expect(name_alone).to_have_text("RBC")
    loaded = "nodes => nodes.slice(0, 12).every(n => n.complete && n.naturalWidth > 0)"
    images = page.locator(".tile img")
    for _ in range(100):
        if images.evaluate_all(loaded):
            break
        page.wait_for_timeout(100)
    assert images.evaluate_all(loaded), "thumbnails come through the picture route"


def take_off(page: Page) -> None:
    """Take the gallery off the page until `window.back()`, as Streamlit does when it is busy."""
    page.evaluate(
        """() => {
            const hosts = [...document.querySelectorAll("*")];
            const host = hosts.find((one) => one.shadowRoot?.querySelector(".tile"));
            const { parentNode, nextSibling } = host;
            window.back = () => parentNode.insertBefore(host, nextSibling);
            host.remove();
        }"""
    )


def test_a_click_counts_although_the_gallery_moved_under_it(start: Start) -> None:
    """The browser makes no click of a press whose tile left the page before the release."""
    demo, page = start()
    for n, returns_before in ((3, True), (4, False)):
        tiles(page).nth(n).hover()
        page.mouse.down()
        take_off(page)
        if returns_before:
            page.evaluate("window.back()")
        page.mouse.up()
        if not returns_before:
            page.evaluate("window.back()")
    expect(tiles(page).nth(4)).to_have_attribute("aria-selected", "true")
    assert chosen(page) == [4]
    type_category(page, "2")
    saved(page)
    assert demo.journal() == [("label", ["i4"], "c2")]


def test_keys_count_while_the_gallery_is_off_the_page_for_a_moment(start: Start) -> None:
    demo, page = start()
    tiles(page).nth(0).focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    take_off(page)
    expect(tiles(page)).to_have_count(0)
    page.keyboard.press("Space")
    type_category(page, "1")
    type_category(page, "2")
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    page.evaluate("window.back()")
    columns = tiles(page).evaluate_all(
        "nodes => nodes.filter(n => n.offsetTop === nodes[0].offsetTop).length"
    )
    assert chosen(page) == [columns + 1]
    saved(page)
    assert demo.journal() == [("label", ["i0"], "c1"), ("label", ["i1"], "c2")]


def test_the_keyboard_alone(start: Start) -> None:
    demo, page = start()
    tiles(page).nth(0).focus()
    columns = tiles(page).evaluate_all(
        "nodes => nodes.filter(n => n.offsetTop === nodes[0].offsetTop).length"
    )
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    assert chosen(page) == [columns + 1]
    expect(tiles(page).nth(columns + 1)).to_be_focused()
    page.keyboard.press("Shift+ArrowRight")
    assert chosen(page) == [columns + 1, columns + 2]
    python_sees(page, 2)
    page.keyboard.down("Shift")
    page.keyboard.press("Digit1")
    page.keyboard.press("Digit2")
    expect(page.locator(".typed-line")).to_have_text("12Sort 12")
    page.keyboard.press("Backspace")
    expect(page.locator(".typed-line")).to_have_text("1RBC")
    page.keyboard.press("Digit1")
    page.keyboard.up("Shift")
    expect(page.locator(".typed")).to_be_hidden()
    expect(tiles(page).nth(columns + 1).locator(".chip.label")).to_have_text("Sort 11")
    assert chosen(page) == [columns + 3]
    page.keyboard.press("Delete")
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+Shift+Z")
    page.keyboard.press("Control+y")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    assert chosen(page) == []
    saved(page)
    ids = [f"i{columns + 1}", f"i{columns + 2}"]
    assert demo.journal() == [
        ("label", ids, "c11"),
        ("delete", [f"i{columns + 3}"], ""),
        ("undo", [], ""),
        ("redo", [], ""),
        ("redo", [], ""),
        ("open", [f"i{columns + 3}"], ""),
    ]
    python_sees(page, 0)
    type_category(page, "99")
    type_category(page, "1")
    expect(page.locator(".typed-line")).to_have_text("Select images first")
    page.get_by_label("Name").click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    type_category(page, "1")
    assert chosen(page) == [], "keys typed into a field are the field's"
    assert len(demo.journal()) == 6


def test_pages_and_selecting_all(start: Start) -> None:
    demo, page = start()
    tiles(page).nth(0).click()
    page.locator("[data-page='next']").first.click()
    expect(page.locator(".page-text").first).to_have_text("Page 2 of 3")
    expect(tiles(page).nth(0).locator(".name")).to_have_text("cell <b>060</b> é🦠.png")
    assert chosen(page) == [], "what is on another page is not selected"
    python_sees(page, 0)
    tiles(page).nth(1).click()
    python_sees(page, 1)
    page.locator("[data-page='last']").first.click()
    expect(tiles(page)).to_have_count(IMAGES - 2 * PAGE_SIZE)
    expect(page.locator("[data-page='next']").first).to_be_disabled()
    page.locator("[data-page='first']").first.click()
    expect(tiles(page)).to_have_count(PAGE_SIZE)
    assert chosen(page) == []
    page.keyboard.press("Control+a")
    assert chosen(page) == list(range(PAGE_SIZE))
    page.keyboard.press("Control+a")
    python_sees(page, IMAGES)
    said = f"{IMAGES} selected, {IMAGES - PAGE_SIZE} of them on other pages"
    expect(page.locator(".count")).to_have_text(said)
    page.locator("[data-page='next']").first.click()
    expect(page.locator(".page-text").first).to_have_text("Page 2 of 3")
    assert chosen(page) == list(range(PAGE_SIZE)), "all pages were asked for"
    tiles(page).nth(5).click(modifiers=["Control"])
    said = f"{IMAGES - 1} selected, {IMAGES - PAGE_SIZE} of them on other pages"
    expect(page.locator(".count")).to_have_text(said)
    page.keyboard.press("2")
    assert chosen(page) == [], "after all pages there is no next one"
    saved(page)
    ((kind, _, _), (_, labelled, category)) = demo.journal()
    assert (kind, category) == ("select_all", "c2")
    assert sorted(labelled) == sorted(f"i{n}" for n in range(IMAGES) if n != PAGE_SIZE + 5)
    tiles(page).nth(3).click()
    assert chosen(page) == [3]
    python_sees(page, 1)


def test_fifty_quick_labels_arrive_once_each_in_order(start: Start) -> None:
    demo, page = start(slowly=0.3)
    for n in range(50):
        tiles(page).nth(n).click()
        type_category(page, str(n % 14))
        page.keyboard.press("Escape")
    expect(page.locator(".unsaved")).to_contain_text("not yet saved")
    wanted = page.locator(".tile:nth-child(13) .chip.label")
    expect(wanted).to_have_text("Sort 12")
    saved(page)
    assert demo.journal() == [("label", [f"i{n}"], f"c{n % 14}") for n in range(50)]


def test_labels_given_while_the_server_is_away_arrive_when_it_is_back(start: Start) -> None:
    demo, page = start()
    tiles(page).nth(0).click()
    python_sees(page, 1)
    demo.stop()
    type_category(page, "12")
    page.keyboard.press("Escape")
    tiles(page).nth(1).click()
    type_category(page, "3")
    expect(page.locator(".unsaved")).to_have_text("2 not yet saved")
    expect(tiles(page).nth(0).locator(".chip.label")).to_have_text("Sort 12")
    demo.start()
    saved(page)
    assert demo.journal() == [("label", ["i0"], "c12"), ("label", ["i1"], "c3")]
    expect(tiles(page).nth(0).locator(".chip.label")).to_have_text("Sort 12")


def test_a_label_survives_a_reload_of_the_page(start: Start) -> None:
    demo, page = start(slowly=1)
    tiles(page).nth(0).click()
    type_category(page, "12")
    page.reload()
    expect(tiles(page).nth(0).locator(".chip.label")).to_have_text("Sort 12", timeout=30_000)
    saved(page)
    assert ("label", ["i0"], "c12") in demo.journal()


def test_the_thumbnails_have_the_size_the_person_chose(start: Start) -> None:
    _, page = start()
    before = tiles(page).nth(0).bounding_box()["width"]
    page.locator(".size").focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    larger = tiles(page).nth(0).bounding_box()["width"]
    assert larger > before + 40
    page.reload()
    expect(tiles(page)).to_have_count(PAGE_SIZE, timeout=30_000)
    assert tiles(page).nth(0).bounding_box()["width"] == pytest.approx(larger, abs=2)


def test_a_picture_that_does_not_come_leaves_a_word_in_its_place(start: Start) -> None:
    _, page = start()
    address = tiles(page).nth(1).locator("img").get_attribute("src")
    # The session of the reloaded page sees it by another token.
    picture = address.split("/pictures/")[1].split("/", 1)[1]
    page.route(f"**/pictures/*/{picture}", lambda route: route.fulfill(status=404))
    page.reload()
    expect(tiles(page).nth(1).get_by_text("Cannot be shown")).to_be_visible(timeout=30_000)
    expect(tiles(page).nth(0).get_by_text("Cannot be shown")).to_be_hidden()


def test_a_project_without_images_says_so(start: Start) -> None:
    demo, page = start()
    page.goto(demo.url + "?empty=1")
    expect(page.locator(".empty")).to_have_text("No images yet.\nDrop files here or use Add.")
    expect(page.locator(".grid")).to_be_hidden()


def test_drawn_in_a_fragment_it_loses_nothing_either(start: Start) -> None:
    demo, page = start()
    page.goto(f"{demo.url}?fragment=1")
    expect(tiles(page)).to_have_count(PAGE_SIZE, timeout=30_000)
    page.locator("[data-page='next']").first.click()
    expect(page.locator(".page-text").first).to_have_text("Page 2 of 3")
    for n in range(12):
        tiles(page).nth(n).click()
        type_category(page, str(n))
        page.keyboard.press("Escape")
    saved(page)
    assert demo.journal() == [("label", [f"i{PAGE_SIZE + n}"], f"c{n}") for n in range(12)]
    expect(tiles(page).nth(11).locator(".chip.label")).to_have_text("Sort 11")
    python_sees(page, 0)
