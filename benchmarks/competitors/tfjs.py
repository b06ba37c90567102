"""TensorFlow.js, as Piximi uses it: in Chromium, by WebGL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Page, Route

from benchmarks.chromium import chromium
from benchmarks.processes import ROOT, answer, task

_LIBRARY = ROOT / "piximi_ui" / "components" / "vendor" / "tf.min.js"
_SCRIPT = Path(__file__).with_suffix(".js")
# Answered by this process, so that the browser asks nobody.
_ADDRESS = "http://bench.test"
_EPOCHS = 2


def rate(page: Page, case: dict[str, Any]) -> float:
    """Return images per second of the epochs after the first, on the first images of the arrays."""
    few = case["browser_images"]
    served = {
        "x": np.ascontiguousarray(np.load(case["x"])[:few], "<f4").tobytes(),
        "y": np.ascontiguousarray(np.load(case["y"])[:few], "<i4").tobytes(),
    }

    def give(route: Route) -> None:
        name = route.request.url.rsplit("/", 1)[-1]
        route.fulfill(body=served[name], content_type="application/octet-stream")

    for name in served:
        page.route(f"{_ADDRESS}/{name}", give)
    milliseconds = page.evaluate(
        "job => trained(job)",
        {
            "shape": case["shape"],
            "classes": case["classes"],
            "batch": case["batch"],
            "epochs": _EPOCHS,
        },
    )
    for name in served:
        page.unroute(f"{_ADDRESS}/{name}")
    return (_EPOCHS - 1) * few / (milliseconds / 1000)


def main() -> None:
    """Train every case in one page."""
    with chromium() as browser:
        page = browser.new_page()
        page.route(
            f"{_ADDRESS}/",
            lambda route: route.fulfill(
                body="<!doctype html><title>training</title>", content_type="text/html"
            ),
        )
        page.goto(f"{_ADDRESS}/")
        page.add_script_tag(path=_LIBRARY)
        page.add_script_tag(path=_SCRIPT)
        about = page.evaluate("prepare()")
        rates = {case["name"]: rate(page, case) for case in task()["cases"]}
        text = f"TensorFlow.js {about['version']}, {about['backend']} by {about['renderer']}"
        answer({"rates": rates, "about": f"{text}, in Chromium {browser.version}"})


if __name__ == "__main__":
    main()
