"""The wheel: what is in it, and that a dashboard is served from it alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import piximi_core
from tests.conftest import REPOSITORY
from tests.scripts.serving import require_served

PARTS = ("app.py", "pages", "piximi_core", "piximi_ui", ".streamlit", "LICENSE", "README.md")
BUILD = ("pyproject.toml", "setup.py", "requirements.in")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy, for setuptools leaves its traces; without any network."""
    source = tmp_path_factory.mktemp("source")
    for name in (*PARTS, *BUILD):
        place = REPOSITORY / name
        if place.is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "secrets.toml")
            shutil.copytree(place, source / name, ignore=ignored)
        else:
            shutil.copyfile(place, source / name)
    target = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation"]
    command += ["--no-index", "--no-cache-dir", "--quiet", "-w", str(target), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    [made] = target.glob("*.whl")
    return made


def test_the_wheel_holds_all_that_the_rooms_hold(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
    wanted = {
        path.relative_to(REPOSITORY).as_posix()
        for room in ("piximi_core", "piximi_ui")
        for path in (REPOSITORY / room).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    server = {path.name for path in (REPOSITORY / "pages").glob("*.py")}
    wanted |= {f"piximi_dashboard/pages/{name}" for name in server}
    wanted |= {"piximi_dashboard/app.py", "piximi_dashboard/.streamlit/config.toml"}
    assert {name for name in inside if ".dist-info/" not in name} == wanted
    assert {"piximi_core/py.typed", "piximi_ui/py.typed"} <= inside


def test_the_wheel_needs_what_the_requirements_say(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        [name] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        facts = message_from_bytes(archive.read(name))
    lines = (REPOSITORY / "requirements.in").read_text("utf-8").splitlines()
    asked = [Requirement(line) for line in lines if line and not line.startswith("#")]
    found = [Requirement(text) for text in facts.get_all("Requires-Dist", [])]
    assert sorted(map(str, found)) == sorted(map(str, asked))
    assert facts["Version"] == piximi_core.__version__


def test_what_builds_the_wheel_is_in_the_environment() -> None:
    build = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["build-system"]
    pins = dict(
        line.split(" ;")[0].split("==")
        for line in (REPOSITORY / "requirements.txt").read_text("utf-8").splitlines()
        if "==" in line and not line.startswith((" ", "#"))
    )
    for requirement in map(Requirement, build["requires"]):
        assert requirement.specifier.contains(pins[requirement.name])


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel alone; what it needs is found in the environment of the tests."""
    folder = tmp_path_factory.mktemp("installed")
    command = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--quiet"]
    subprocess.run([*command, "--target", str(folder), str(wheel)], check=True)
    return folder


@pytest.fixture
def environment(installed: Path, tmp_path: Path) -> dict[str, str]:
    """Return the variables of a process that finds the installed wheel, not this checkout."""
    return os.environ | {
        "PYTHONPATH": str(installed),
        "PIXIMI_WORKSPACE": str(tmp_path / "workspace"),
        "PIXIMI_TOKEN": "0",
        "PIXIMI_WARM": "0",
    }


@pytest.mark.slow
def test_a_dashboard_is_served_from_an_installed_wheel(
    installed: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    command = [str(installed / "bin" / "piximi"), "dashboard"]
    require_served(command, tmp_path, environment)


OPEN_PAGES = """
import sys
from pathlib import Path
from streamlit.testing.v1 import AppTest
top = Path(sys.argv[1])
test = AppTest.from_file(str(top / "piximi_ui" / "main.py"), default_timeout=60).run()
assert not test.exception, test.exception
assert test.button, "nothing is drawn on the first page"
test.switch_page(str(top / "piximi_dashboard" / "pages" / "help.py")).run()
assert not test.exception, test.exception
import piximi_core
print(piximi_core.__file__)
"""


@pytest.mark.slow
def test_its_pages_are_drawn(installed: Path, environment: dict[str, str], tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", OPEN_PAGES, str(installed)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert Path(done.stdout.splitlines()[-1]).is_relative_to(installed)
