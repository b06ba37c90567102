"""TensorFlow.js 4.2.0 in Chromium: loads exported files and predicts as Piximi 1.1.4 does."""

from __future__ import annotations

import base64
import contextlib
import functools
import threading
from collections.abc import Iterator, Sequence
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page

VENDOR = Path(__file__).resolve().parents[3] / "piximi_ui" / "components" / "vendor"
SCRIPT = Path(__file__).resolve().parent / "tfjs_runner.js"


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class' name)
        """Keep requests off the test's output."""


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on a free port of this machine; gives the address without a last slash."""
    handler = functools.partial(_Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


class TfjsRunner:
    """A page with TensorFlow.js and the few lines of Piximi that load and predict.

    Parameters
    ----------
    page : Page
    backend : str
        ``webgl`` is what Piximi runs on, in software without a graphics card. ``cpu`` needs no
        WebGL, but computes sample positions in double precision, where Piximi and
        `tf.image.crop_and_resize` use single precision. For some sizes the last position is
        rounded past the edge, by one or by the other, and the last row then reads as zeros: from
        96, 98, 100 to 48 in single, from 28, 55, 58 to 48 in double precision.
    """

    def __init__(self, page: Page, address: str, backend: str = "webgl") -> None:
        self.page = page
        page.goto(f"{address}/")
        page.set_content('<input type="file" multiple>')
        page.add_script_tag(path=VENDOR / "tf.min.js")
        page.add_script_tag(path=SCRIPT)
        self.backend: str = page.evaluate("name => runner.start(name)", backend)

    @property
    def version(self) -> str:
        """Version of TensorFlow.js in the page."""
        return str(self.page.evaluate("tf.version.tfjs"))

    def load_files(self, paths: Sequence[Path]) -> list[Any]:
        """Load a selection of files as Piximi's dialog does; gives the output's shape."""
        self.page.set_input_files("input", [str(path) for path in paths])
        return list(self.page.evaluate("runner.loadFiles()"))

    def load_address(self, address: str) -> list[Any]:
        """Load ``model.json`` and its shards by HTTP; gives the output's shape."""
        return list(self.page.evaluate("address => runner.loadAddress(address)", address))

    def predict(
        self, images: Sequence[NDArray[Any]], height: int, width: int, bit_depth: int = 8
    ) -> NDArray[np.float64]:
        """Scale, resize and classify images of any size, as Piximi does.

        Parameters
        ----------
        images : sequence of unsigned ndarray [H,W,C]
        height, width : int
            The model's input.

        Returns
        -------
        ndarray [N,K]
        """
        rows = []
        for image in images:
            raw = np.ascontiguousarray(image, "<f4")
            rows.append(
                self.page.evaluate(
                    "job => runner.predict(job)",
                    {
                        "data": base64.b64encode(raw.tobytes()).decode("ascii"),
                        "shape": list(image.shape),
                        "size": [height, width],
                        "largest": 2**bit_depth - 1,
                    },
                )
            )
        return np.array(rows, np.float64)

    def black_sides(self, targets: tuple[int, int], first: int, last: int) -> list[list[int]]:
        """Return, for each target, the image sides whose last line is black at it."""
        job = {"first": first, "last": last, "targets": list(targets)}
        found: list[list[int]] = self.page.evaluate("job => runner.blackSides(job)", job)
        return found
