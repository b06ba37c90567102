"""Thousands of files, large ones and broken ones on their way from a real browser."""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from piximi_core.project.contents.things import ThingFilter, count_things
from piximi_core.project.database.store import create_store, open_store
from tests.browser.dashboard import Dashboard
from tests.browser.wire import Wire

pytestmark = pytest.mark.browser


@pytest.fixture
def dashboard(tmp_path: Path) -> Iterator[Dashboard]:
    server = Dashboard(tmp_path / "workspace")
    create_store(server.workspace / "cells", "Cells").close()
    server.start()
    yield server
    server.stop()


def png(number: int) -> bytes:
    """Return a small picture that no other number gives."""
    stream = BytesIO()
    pixels = np.frombuffer(number.to_bytes(4, "big") * 16, np.uint8).reshape(8, 8)
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def write_folder(folder: Path, count: int) -> Path:
    for number in range(count):
        path = folder / ("RBC", "WBC")[number % 2] / f"{number:05d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png(number))
    return folder


def open_dialog(page: Page, address: str) -> Locator:
    page.goto(f"{address}/images?project=cells")
    page.get_by_role("button", name="Add images").first.click(timeout=60_000)
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Choose files or zips")).to_be_visible(timeout=60_000)
    return dialog


def choose_folder(dialog: Locator, folder: Path) -> None:
    dialog.get_by_text("Folder", exact=True).click()
    expect(dialog.get_by_role("button", name="Choose a folder")).to_be_visible(timeout=30_000)
    dialog.locator("input[type=file][webkitdirectory]").set_input_files(folder)


def arrived(dashboard: Dashboard) -> list[Path]:
    """Return the files of the one upload that waits."""
    return sorted((dashboard.workspace / "cells" / "jobs").glob("*/upload/*"))


def count_images(dashboard: Dashboard) -> int:
    store = open_store(dashboard.workspace / "cells")
    try:
        return count_things(store, ThingFilter())
    finally:
        store.close()


def add_all(page: Page, dialog: Locator, dashboard: Dashboard, count: int, minutes: int) -> None:
    add = dialog.get_by_role("button", name=re.compile(rf"Add {count:,} files?"))
    expect(add).to_be_enabled(timeout=minutes * 60_000)
    add.click()
    for _ in range(minutes * 60):
        if count_images(dashboard) == count:
            break
        page.wait_for_timeout(1000)
    assert count_images(dashboard) == count


@pytest.mark.parametrize(
    ("count", "minutes"),
    [
        (2_500, 5),
        pytest.param(20_000, 30, marks=[pytest.mark.long, pytest.mark.timeout(3600)]),
    ],
)
def test_every_file_of_a_large_folder_arrives(
    page: Page, dashboard: Dashboard, tmp_path: Path, count: int, minutes: int
) -> None:
    folder = write_folder(tmp_path / "cells", count)
    (folder / ".DS_Store").write_bytes(b"x")
    dialog = open_dialog(page, dashboard.url)
    choose_folder(dialog, folder)
    expect(dialog.get_by_text(f"{count:,} files uploaded")).to_be_visible(timeout=minutes * 60_000)
    expect(dialog.get_by_text("1 hidden file was left out")).to_be_visible()
    assert len(arrived(dashboard)) == count
    add_all(page, dialog, dashboard, count, minutes)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_a_zip_of_two_gigabytes_passes_through_no_memory(
    page: Page, dashboard: Dashboard, tmp_path: Path
) -> None:
    packed = tmp_path / "large.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("one.png", png(1))
        with archive.open("notes.bin", "w", force_zip64=True) as member:
            for _ in range(2_000):
                member.write(os.urandom(1 << 20))
    dialog = open_dialog(page, dashboard.url)
    before = resident(dashboard)
    dialog.locator("input[type=file]").set_input_files(packed)
    most = before
    ready = dialog.get_by_text("1 file uploaded, 2.1 GB")
    for _ in range(1200):
        if ready.count():
            break
        most = max(most, resident(dashboard))
        page.wait_for_timeout(500)
    expect(ready).to_be_visible()
    [kept] = arrived(dashboard)
    assert kept.stat().st_size == packed.stat().st_size
    assert most - before < 300_000_000, "the dashboard held the file in memory"


def resident(dashboard: Dashboard) -> int:
    import psutil

    assert dashboard.process is not None
    return int(psutil.Process(dashboard.process.pid).memory_info().rss)


def test_what_cannot_be_read_is_named_and_the_others_arrive(
    page: Page, dashboard: Dashboard, tmp_path: Path
) -> None:
    folder = write_folder(tmp_path / "cells", 900)
    dialog = open_dialog(page, dashboard.url)
    # While the first lot is on its way, files of the last one change under the browser's hands.
    gate, opened = [], []
    page.route(
        "**/uploads/**",
        lambda route: (
            gate.append(route)
            if route.request.method == "POST" and not opened
            else route.continue_()
        ),
    )
    choose_folder(dialog, folder)
    for _ in range(100):
        if gate:
            break
        page.wait_for_timeout(100)
    shrunk, gone = folder / "WBC" / "00899.png", folder / "WBC" / "00897.png"
    shrunk.write_bytes(b"short")
    gone.unlink()
    opened.append(True)
    for route in gate:
        route.continue_()
    failed = dialog.get_by_role("alert").filter(has_text="2 files could not be sent")
    expect(failed).to_be_visible(timeout=60_000)
    expect(failed).to_contain_text("cells/WBC/00899.png")
    expect(failed).to_contain_text("cells/WBC/00897.png")
    expect(dialog.get_by_text("898 files uploaded")).to_be_visible(timeout=30_000)
    # Chosen again, only what is missing is sent.
    shrunk.write_bytes(png(899))
    gone.write_bytes(png(897))
    dialog.locator("input[type=file][webkitdirectory]").set_input_files(folder)
    expect(dialog.get_by_text("900 files uploaded")).to_be_visible(timeout=60_000)
    expect(failed).to_have_count(0)
    assert len(arrived(dashboard)) == 900


def test_a_cut_line_and_stop_lose_nothing_and_go_on_at_the_byte(
    page: Page, dashboard: Dashboard, tmp_path: Path
) -> None:
    large = tmp_path / "large.zip"
    with zipfile.ZipFile(large, "w") as archive:
        archive.writestr("one.png", png(1))
        archive.writestr("notes.bin", os.urandom(60_000_000))
    wire = Wire(dashboard.port)
    try:
        dialog = open_dialog(page, f"http://127.0.0.1:{wire.port}")
        lots: list[int] = []
        held = []

        def slowly(route) -> None:
            lots.append(1)
            if len(lots) == 3:
                wire.cut()
            if cut_was_seen and not held:
                held.append(route)  # until it is stopped
                return
            route.continue_()

        cut_was_seen: list[bool] = []
        page.route("**/uploads/**", slowly)
        dialog.locator("input[type=file]").set_input_files(large)
        away = dialog.locator(".line").filter(has_text="No connection; it goes on by itself")
        expect(away).to_be_visible(timeout=60_000)
        cut_was_seen.append(True)
        wire.mend()
        for _ in range(300):
            if held:
                break
            page.wait_for_timeout(100)
        dialog.get_by_role("button", name="Stop").click()
        expect(dialog.locator(".line").filter(has_text="Stopped: 0 of 1 files")).to_be_visible()
        assert 0 < sum(path.stat().st_size for path in arrived(dashboard)) < large.stat().st_size
        dialog.get_by_role("button", name="Go on").click()
        page.unroute("**/uploads/**")
        expect(dialog.get_by_text("1 file uploaded, 60 MB")).to_be_visible(timeout=120_000)
        [kept] = arrived(dashboard)
        assert kept.read_bytes() == large.read_bytes()
    finally:
        wire.close()


def test_what_had_arrived_before_a_reload_is_offered(
    page: Page, dashboard: Dashboard, tmp_path: Path
) -> None:
    folder = write_folder(tmp_path / "cells", 900)
    dialog = open_dialog(page, dashboard.url)
    held = []

    def second(route) -> None:
        # The first lot goes through; the second is on its way when the page is loaded again.
        if route.request.method == "POST" and len(held) < 2:
            held.append(route)
            if len(held) == 2:
                return
        route.continue_()

    page.route("**/uploads/**", second)
    choose_folder(dialog, folder)
    for _ in range(200):
        if len(held) == 2:
            break
        page.wait_for_timeout(100)
    asked = []
    page.on("dialog", lambda box: (asked.append(box.type), box.accept()))  # type: ignore[call-overload]
    page.get_by_role("dialog").click(position={"x": 5, "y": 5})
    page.reload()
    assert asked == ["beforeunload"], "the browser asks before the files are given up"
    page.unroute("**/uploads/**")
    page.get_by_role("button", name="Add images").first.click(timeout=60_000)
    dialog = page.get_by_role("dialog")
    offer = dialog.locator(".line").filter(has_text="had arrived before this page was loaded")
    expect(offer).to_contain_text("400 files", timeout=60_000)
    dialog.get_by_role("button", name="Go on").click()
    expect(dialog.get_by_text("400 files uploaded")).to_be_visible(timeout=60_000)
    choose_folder(dialog, folder)
    expect(dialog.get_by_text("900 files uploaded")).to_be_visible(timeout=60_000)
    assert len(arrived(dashboard)) == 900
    # Once more: left out, it is gone from the disk.
    page.reload()
    page.get_by_role("button", name="Add images").first.click(timeout=60_000)
    expect(dialog.locator(".line").filter(has_text="900 files of")).to_be_visible(timeout=60_000)
    dialog.get_by_role("button", name="Leave out").click()
    for _ in range(100):
        if not arrived(dashboard):
            break
        page.wait_for_timeout(100)
    assert arrived(dashboard) == []


def test_two_tabs_send_at_once(page: Page, dashboard: Dashboard, tmp_path: Path) -> None:
    first, second = write_folder(tmp_path / "a", 600), tmp_path / "b"
    for number in range(600, 1200):
        (second / "x").mkdir(parents=True, exist_ok=True)
        (second / "x" / f"{number}.png").write_bytes(png(number))
    other = page.context.new_page()
    dialogs = [open_dialog(tab, dashboard.url) for tab in (page, other)]
    for tab, dialog, folder in zip((page, other), dialogs, (first, second), strict=True):
        tab.bring_to_front()
        choose_folder(dialog, folder)
    for dialog in dialogs:
        expect(dialog.get_by_text("600 files uploaded")).to_be_visible(timeout=120_000)
    for tab, dialog, count in zip((page, other), dialogs, (600, 1200), strict=True):
        tab.bring_to_front()
        add = dialog.get_by_role("button", name="Add 600 files")
        expect(add).to_be_enabled(timeout=120_000)
        add.click()
        for _ in range(120):
            if count_images(dashboard) == count:
                break
            tab.wait_for_timeout(1000)
        assert count_images(dashboard) == count


def test_a_picture_is_pasted(page: Page, dashboard: Dashboard) -> None:
    page.goto(f"{dashboard.url}/images?project=cells")
    expect(page.get_by_text("No images yet")).to_be_visible(timeout=60_000)
    page.wait_for_timeout(1500)
    page.evaluate(
        """(bytes) => {
          const clipboardData = new DataTransfer();
          clipboardData.items.add(new File([new Uint8Array(bytes)], "image.png"));
          document.body.dispatchEvent(
            new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
        }""",
        list(png(7)),
    )
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("1 file uploaded")).to_be_visible(timeout=60_000)
    add_all(page, dialog, dashboard, 1, 2)
