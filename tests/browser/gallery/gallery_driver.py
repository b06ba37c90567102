"""The demo application with nothing but the gallery, and hands to work it with."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Locator, Page, expect

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[2]
IMAGES, PAGE_SIZE = 150, 60
UNSURE = 12  # its prediction has no confidence


def make_images(project: Path, count: int) -> None:
    """Small coloured discs on noise, stored as the project stores its originals."""
    rng = np.random.default_rng(7)
    y, x = np.mgrid[:48, :48]
    for _ in range(count):
        pixels = rng.integers(0, 60, (48, 48, 3), dtype=np.uint8)
        disc = (x - rng.integers(16, 32)) ** 2 + (y - 24) ** 2 < rng.integers(8, 20) ** 2
        pixels[disc] = rng.integers(90, 256, 3)
        out = BytesIO()
        Image.fromarray(pixels).save(out, "PNG")
        sha256 = hashlib.sha256(out.getvalue()).hexdigest()
        path = project / "images" / sha256[:2] / f"{sha256}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(out.getvalue())


class Demo:
    """The demo application in a process of its own."""

    def __init__(self, project: Path, slowly: float = 0) -> None:
        self.project = project
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/"
        self.slowly = slowly
        self.log = (project / "demo.log").open("ab")
        self.start()

    def start(self) -> None:
        settings = {
            "server.port": self.port,
            "server.address": "127.0.0.1",
            "server.headless": "true",
            "server.fileWatcherType": "none",
            "browser.gatherUsageStats": "false",
            "client.toolbarMode": "minimal",  # else "c" is a key of Streamlit's own
        }
        options = [text for name, value in settings.items() for text in (f"--{name}", str(value))]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", str(HERE / "gallery_demo.py"), *options],
            env={
                **os.environ,
                "PYTHONPATH": str(REPOSITORY),
                "PIXIMI_DEMO": str(self.project),
                "PIXIMI_DEMO_PAGE": str(PAGE_SIZE),
                "PIXIMI_DEMO_SLOWLY": str(self.slowly),
            },
            cwd=self.project,
            stdout=self.log,
            stderr=self.log,
        )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(self.url + "_stcore/health", timeout=5).close()
                return
            except OSError:
                time.sleep(0.1)
        raise AssertionError((self.project / "demo.log").read_text())

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)

    def journal(self) -> list[tuple[str, list[str], str | None]]:
        """Every action Python was handed so far: type, image ids, category id."""
        path = self.project / "journal.jsonl"
        return (
            [tuple(json.loads(line)[:-1]) for line in path.read_text().splitlines()]
            if path.exists()
            else []
        )


Start = Callable[..., tuple[Demo, Page]]


def tiles(page: Page) -> Locator:
    return page.locator(".tile")


def chosen(page: Page) -> list[int]:
    """Positions of the selected tiles."""
    states = tiles(page).evaluate_all("nodes => nodes.map(n => n.getAttribute('aria-selected'))")
    return [n for n, state in enumerate(states) if state == "true"]


def type_category(page: Page, digits: str) -> None:
    page.keyboard.down("Shift")
    for digit in digits:
        page.keyboard.press(f"Digit{digit}")
    page.keyboard.up("Shift")


def python_sees(page: Page, n: int) -> None:
    expect(page.get_by_text(f"Python sees {n} selected")).to_be_visible()


def saved(page: Page) -> None:
    expect(page.locator(".unsaved")).to_have_text("", timeout=60_000)
