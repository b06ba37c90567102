"""Decoding in processes of its own: what one file may cost, and that the others lose nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from piximi_core.errors import BadInput, Stopped
from piximi_core.images.picture import ChannelsUnknown, TimeUnknown
from piximi_core.services.decoding.decoders import DecodeLimits, Decoders
from tests.services.conftest import write_tiff_pages


def take(decoders: Decoders, path: Path, **more: object) -> dict[str, object]:
    """Ask as an import does."""
    answers = {"channels": None, "time": None, "convert": False, "float_range": None}
    reading = {name: more.pop(name, value) for name, value in answers.items()}
    asked = {"project_channels": None, "copy": "", **more, "reading": reading}
    return decoders.ask("take", path, path.name, **asked)


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.png"
    Image.fromarray(np.arange(48, dtype=np.uint8).reshape(6, 8)).save(path)
    return path


@pytest.fixture
def endless(tmp_path: Path) -> Path:
    """A file whose reading never ends: a pipe that nobody writes to."""
    path = tmp_path / "endless.png"
    os.mkfifo(path)
    return path


ChildIds = Callable[[], set[int]]


@pytest.fixture
def child_ids() -> ChildIds:
    """Which decoders this test has started and not ended."""
    before = _decoder_ids()  # kept by "Try one", in the tests of another file
    return lambda: _decoder_ids() - before


@pytest.fixture
def decoders(child_ids: ChildIds) -> Iterator[Decoders]:
    with Decoders(DecodeLimits(memory=200 * 2**20, seconds=2)) as found:
        yield found
    assert child_ids() == set()


def _decoder_ids() -> set[int]:
    children = psutil.Process().children(recursive=True)
    return {
        child.pid
        for child in children
        if "piximi_core.services.decoding.decoder" in child.cmdline()
    }


def wait_for_end(process: int) -> None:
    while psutil.pid_exists(process) and psutil.Process(process).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.02)


def test_it_tells_what_a_file_is(decoders: Decoders, good: Path) -> None:
    found = take(decoders, good)
    assert (found["planes"], found["height"], found["width"], found["channels"]) == (1, 6, 8, 1)
    assert (found["bit_depth"], found["dtype"], found["extension"]) == (8, "uint8", "png")
    assert decoders.ask("look", good, "good.png")["format"] == "PNG"


def test_a_file_that_takes_too_long_costs_only_itself(
    decoders: Decoders, good: Path, endless: Path
) -> None:
    with pytest.raises(BadInput, match=r"'endless.png' took longer than 2 s to read"):
        take(decoders, endless)
    assert take(decoders, good)["width"] == 8


def test_a_file_that_needs_too_much_memory_costs_only_itself(
    decoders: Decoders, good: Path, tmp_path: Path
) -> None:
    big = tmp_path / "big.png"
    Image.new("RGB", (9000, 9000)).save(big, compress_level=1)
    with pytest.raises(BadInput, match=r"^'big.png' .*memory.*\.$"):
        take(decoders, big)
    assert take(decoders, good)["width"] == 8


def test_a_decoder_that_crashes_costs_only_its_file(
    decoders: Decoders, child_ids: ChildIds, good: Path, endless: Path
) -> None:
    take(decoders, good)
    [child] = child_ids()
    crash = threading.Timer(0.3, os.kill, (child, signal.SIGSEGV))
    crash.start()
    with pytest.raises(BadInput, match=r"'endless.png' made its reader crash"):
        take(decoders, endless)
    crash.join()
    assert take(decoders, good)["width"] == 8


def test_one_that_died_in_its_sleep_is_replaced(
    decoders: Decoders, child_ids: ChildIds, good: Path
) -> None:
    take(decoders, good)
    for child in child_ids():
        os.kill(child, signal.SIGKILL)
        # Until the last of its threads is gone: what a process is then told of it is the truth.
        os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    assert take(decoders, good)["width"] == 8


def test_closing_ends_what_is_under_way(child_ids: ChildIds, endless: Path) -> None:
    decoders = Decoders()
    closing = threading.Timer(0.5, decoders.close)
    closing.start()
    with pytest.raises(Stopped):
        take(decoders, endless)
    closing.join()
    assert child_ids() == set()
    with pytest.raises(Stopped):
        take(decoders, endless)


def test_a_decoder_ends_with_the_process_that_asked(tmp_path: Path, good: Path) -> None:
    script = (
        "import os, sys, pathlib\n"
        "from piximi_core.services.decoding.decoders import Decoders\n"
        "decoders = Decoders()\n"
        "decoders.ask('look', pathlib.Path(sys.argv[1]), 'good.png')\n"
        "print(next(iter(decoders._living)).process.pid, flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(good)], capture_output=True, text=True)
    child = int(done.stdout)
    wait_for_end(child)
    assert done.returncode == -signal.SIGKILL


@pytest.mark.parametrize("module", ["decoding.decoder", "prompting.runner"])
def test_a_child_at_work_ends_with_the_process_that_asked(module: str, endless: Path) -> None:
    task = {"do": "look", "path": str(endless), "name": "endless.png"}
    if module == "prompting.runner":
        task = {"do": "get_ready", "decoder": str(endless), "name": "endless.onnx"}
    script = (
        "import json, sys, time\n"
        "from piximi_core.services.decoding.decoders import Child, DecodeLimits\n"
        f"child = Child(DecodeLimits(seconds=60), None, 'piximi_core.services.{module}')\n"
        "assert child.ask({'do': 'nothing', 'name': ''})\n"
        "child.process.stdin.write(sys.argv[1] + '\\n')\n"
        "child.process.stdin.flush()\n"
        "print(child.process.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    asking = subprocess.Popen(
        [sys.executable, "-c", script, json.dumps(task)], stdout=subprocess.PIPE, text=True
    )
    assert asking.stdout is not None
    child = psutil.Process(int(asking.stdout.readline()))
    assert child.is_running()
    asking.kill()
    asking.communicate()
    try:
        child.wait(timeout=10)
    finally:
        if child.is_running():
            child.kill()


def test_the_first_plane_is_read_as_the_file_holds_it(decoders: Decoders, tmp_path: Path) -> None:
    import tifffile

    pixels = np.random.default_rng(3).integers(0, 2**16, (4, 2, 9, 7), np.uint16)
    tifffile.imwrite(tmp_path / "s.tif", pixels, imagej=True, metadata={"axes": "ZCYX"})
    picture, planes = decoders.read(tmp_path / "s.tif", "s.tif", tmp_path)
    assert (planes, picture.bit_depth, picture.pixels.shape) == (4, 16, (1, 9, 7, 2))
    assert np.array_equal(picture.pixels[0], np.moveaxis(pixels[0], 0, -1))
    assert [path.name for path in tmp_path.iterdir()] == ["s.tif"]


def test_questions_come_back_as_questions(decoders: Decoders, tmp_path: Path) -> None:
    import tifffile

    stack = write_tiff_pages(tmp_path / "stack.tif", 6)
    with pytest.raises(ChannelsUnknown) as asked:
        take(decoders, stack)
    assert asked.value.frames == 6
    series = tmp_path / "series.tif"
    tifffile.imwrite(series, np.zeros((4, 8, 8), np.uint8), ome=True, metadata={"axes": "TYX"})
    with pytest.raises(TimeUnknown) as asked_time:
        take(decoders, series)
    assert asked_time.value.times == 4
