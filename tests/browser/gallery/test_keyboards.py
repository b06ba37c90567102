"""Keys of six keyboards, of a number pad and of input methods, as a real browser sends them."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.browser.gallery.gallery_driver import Start, chosen, saved, tiles

pytestmark = pytest.mark.browser

ALT, CONTROL, SHIFT = 1, 2, 8


class Key(NamedTuple):
    """One key: where it is, what it writes, and with what it is pressed."""

    code: str
    key: str
    modifiers: int = 0
    number: int = 0  # the event's keyCode


class Hands:
    """Presses keys as hardware does: where they are, and what the layout makes of them."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.wire: CDPSession = page.context.new_cdp_session(page)

    def _send(self, kind: str, stroke: Key) -> None:
        self.wire.send(
            "Input.dispatchKeyEvent",
            {
                "type": kind,
                "code": stroke.code,
                "key": stroke.key,
                "modifiers": stroke.modifiers,
                "windowsVirtualKeyCode": stroke.number,
            },
        )

    def down(self, stroke: Key) -> None:
        self._send("rawKeyDown", stroke)

    def press(self, stroke: Key) -> None:
        self._send("rawKeyDown", stroke)
        self._send("keyUp", stroke)

    def with_shift(self, *strokes: Key) -> None:
        self._send("rawKeyDown", Key("ShiftLeft", "Shift", SHIFT, 16))
        for stroke in strokes:
            self.press(stroke._replace(modifiers=SHIFT))
        self._send("keyUp", Key("ShiftLeft", "Shift", 0, 16))


# Each layout: the key of 3, the same with Shift, "/", C, U, and Ctrl+Z, as it writes them.
LAYOUTS = {
    "American": ("3", "#", Key("Slash", "/"), "c", "u", Key("KeyZ", "z", CONTROL)),
    "German": ("3", "§", Key("Digit7", "/", SHIFT), "c", "u", Key("KeyY", "z", CONTROL)),
    "Spanish": ("3", "·", Key("Digit7", "/", SHIFT), "c", "u", Key("KeyZ", "z", CONTROL)),
    "French": ('"', "3", Key("Period", "/", SHIFT), "c", "u", Key("KeyW", "z", CONTROL)),
    "Russian": ("3", "№", Key("Backslash", "/", SHIFT), "с", "г", Key("KeyZ", "я", CONTROL)),
    "Greek": ("3", "#", Key("Slash", "/"), "ψ", "θ", Key("KeyZ", "ζ", CONTROL)),
}


def test_every_layout_labels_finds_and_undoes(start: Start) -> None:
    demo, page = start()
    hands = Hands(page)
    finder = page.locator(".find-input")
    wanted: list[tuple[str, list[str], str]] = []
    for row, (plain, shifted, slash, letter_c, letter_u, undo) in enumerate(LAYOUTS.values()):
        first = row * 4
        tiles(page).nth(first).click()
        hands.press(Key("Digit3", plain))
        assert chosen(page) == [first + 1], "a plain digit labels"
        hands.with_shift(Key("Digit3", shifted))
        assert chosen(page) == [first + 2], "so does one with Shift"
        if slash.modifiers:
            hands.with_shift(slash)
        else:
            hands.press(slash)
        expect(finder).to_be_focused()
        page.keyboard.press("Escape")
        hands.press(Key("KeyC", letter_c))
        expect(finder).to_be_focused()
        page.keyboard.press("Escape")
        assert chosen(page) == [first + 2], "finding labels nothing"
        hands.press(Key("KeyU", letter_u))
        hands.press(undo)
        wanted += [
            ("label", [f"i{first}"], "c3"),
            ("label", [f"i{first + 1}"], "c3"),
            ("label", [f"i{first + 2}"], "c0"),
            ("undo", [], ""),
        ]
    saved(page)
    assert demo.journal() == wanted


def test_a_key_without_shift_that_writes_no_digit_counts_by_its_place(start: Start) -> None:
    """French without Shift, Czech, and Arabic digits; a plain slash in the row of digits finds."""
    demo, page = start()
    hands = Hands(page)
    tiles(page).nth(0).click()
    for stroke in (Key("Digit2", "é"), Key("Digit4", "č"), Key("Digit5", "٥")):
        hands.press(stroke)
    hands.press(Key("Digit9", "/"))  # bépo
    expect(page.locator(".find-input")).to_be_focused()
    page.keyboard.press("Escape")
    saved(page)
    assert [category for _, _, category in demo.journal()] == ["c2", "c4", "c5"]


def test_the_number_pad_labels_with_its_digits_and_moves_without(start: Start) -> None:
    demo, page = start()
    hands = Hands(page)
    tiles(page).nth(0).click()
    hands.press(Key("Numpad2", "2", 0, 98))
    assert chosen(page) == [1]
    hands.press(Key("Numpad6", "ArrowRight", 0, 39))
    expect(tiles(page).nth(2)).to_be_focused()
    assert chosen(page) == [1]
    hands.press(Key("NumpadDivide", "/", 0, 111))
    expect(page.locator(".find-input")).to_be_focused()
    page.keyboard.press("Escape")
    # Windows with NumLock and Shift: Shift is let go, the key moves, Shift is pressed again.
    page.evaluate(
        """() => {
            const send = (type, key, code, more = {}) => document.dispatchEvent(
                new KeyboardEvent(
                    type, { key, code, bubbles: true, modifierNumLock: true, ...more }));
            send("keydown", "Shift", "ShiftLeft", { shiftKey: true });
            send("keyup", "Shift", "ShiftLeft");
            send("keydown", "End", "Numpad1");
            send("keyup", "End", "Numpad1");
            send("keydown", "Shift", "ShiftLeft", { shiftKey: true });
            send("keyup", "Shift", "ShiftLeft");
            send("keydown", "PageDown", "Numpad3");
        }"""
    )
    saved(page)
    assert demo.journal() == [("label", ["i0"], "c2"), ("label", ["i1"], "c13")]


def test_what_an_input_method_takes_is_no_command(start: Start) -> None:
    """Japanese and Korean input say 229 for every key; dead keys write nothing by themselves."""
    demo, page = start()
    hands = Hands(page)
    tiles(page).nth(0).click()
    for stroke in (
        Key("Digit3", "Process", 0, 229),
        Key("KeyC", "Process", 0, 229),
        Key("KeyU", "ㅕ", 0, 229),
        Key("Backspace", "Process", 0, 229),
        Key("BracketLeft", "Dead", 0, 219),
        Key("Digit3", "#", ALT),
        Key("Digit3", "#", ALT | CONTROL),
    ):
        hands.press(stroke)
    expect(page.locator(".find-input")).to_be_hidden()
    assert chosen(page) == [0]
    page.evaluate(
        """() => document.dispatchEvent(new KeyboardEvent("keydown",
            { key: "3", code: "Digit3", bubbles: true, isComposing: true }))"""
    )
    assert chosen(page) == [0]
    # The accent of Shift+6 waits for its letter (US International); its place is a digit's.
    hands.with_shift(Key("Digit6", "Dead", 0, 54))
    saved(page)
    assert demo.journal() == [("label", ["i0"], "c6")]


def test_a_key_that_is_held_labels_once(start: Start) -> None:
    demo, page = start()
    tiles(page).nth(0).click()
    for _ in range(5):
        page.keyboard.down("3")
    page.keyboard.up("3")
    assert chosen(page) == [1]
    saved(page)
    assert demo.journal() == [("label", ["i0"], "c3")]
