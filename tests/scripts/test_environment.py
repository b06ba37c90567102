"""The scripts' own promises: which Python they take, what they say when something is missing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
TOOLS = (
    "awk",
    "bash",
    "cat",
    "cmp",
    "cut",
    "df",
    "dirname",
    "env",
    "grep",
    "rm",
    "sed",
    "sh",
    "uname",
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A folder for the PATH that holds the ordinary tools and neither Python, uv nor Chromium."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in TOOLS:
        (folder / tool).symlink_to(str(shutil.which(tool)))
    return folder


def put(folder: Path, name: str, script: str) -> Path:
    """A program of the given name: a shell script."""
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return program


def real_python(folder: Path, name: str) -> None:
    """This very Python under another name."""
    put(folder, name, f'exec "{sys.executable}" "$@"')


def old_python(folder: Path, name: str) -> None:
    """A program that answers the probe as Python 3.9 does."""
    put(folder, name, f'printf "no\\t/opt/{name} is Python 3.9.18\\n"')


def script(
    name: str, *arguments: str, path: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run one of the scripts with nothing but the given PATH and variables."""
    home = path.parent / "home"
    home.mkdir(exist_ok=True)
    return subprocess.run(
        [str(path / "bash"), str(REPOSITORY / "scripts" / name), *arguments],
        env={"PATH": str(path), "HOME": str(home), "TMPDIR": str(home), **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


def one_sentence(done: subprocess.CompletedProcess[str]) -> str:
    """The only line of a refusal, after checking that it is one."""
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr.strip()


def test_a_shim_that_fails_is_passed_over(path: Path) -> None:
    put(path, "python3.12", "echo 'command not found' >&2; exit 127")
    real_python(path, "python3.11")
    done = script("setup", "find-python", path=path)
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()).samefile(Path(sys.executable).resolve())


def test_the_second_on_the_path_is_found_behind_a_broken_first(path: Path, tmp_path: Path) -> None:
    put(path, "python3", "exit 1")
    second = tmp_path / "other bin"
    second.mkdir()
    real_python(second, "python3")
    done = script("setup", "find-python", path=path, PATH=f"{path}:{second}")
    assert done.returncode == 0, done.stderr


def test_only_a_wrong_python_is_one_sentence(path: Path, tmp_path: Path) -> None:
    old_python(path, "python3")
    text = one_sentence(script("setup", path=path, PIXIMI_VENV=str(tmp_path / "venv")))
    assert "needs Python 3.11 or 3.12" in text
    assert "/opt/python3 is Python 3.9.18" in text
    assert "install uv" in text
    assert not (tmp_path / "venv").exists()


def test_no_python_at_all_is_one_sentence(path: Path, tmp_path: Path) -> None:
    text = one_sentence(script("setup", path=path, PIXIMI_VENV=str(tmp_path / "venv")))
    assert "no Python that runs" in text


def test_a_uv_that_fails_is_passed_over(path: Path) -> None:
    put(path, "uv", "exit 127")
    assert script("setup", "find-uv", path=path).stdout == ""
    put(path, "uv", "echo uv 1.0")
    assert script("setup", "find-uv", path=path).stdout.strip() == str(path / "uv")


def test_no_network_is_one_sentence(path: Path, tmp_path: Path) -> None:
    put(
        path,
        "uv",
        'test "$1" = --version && exit; echo "error: dns error: name resolution" >&2; exit 2',
    )
    old_python(path, "python3")
    done = script("setup", path=path, PIXIMI_VENV=str(tmp_path / "venv"))
    assert done.returncode == 2
    assert "could not be reached; check the network" in done.stderr
    assert done.stderr.count("\n") == 1


def test_offline_fetches_nothing(path: Path, tmp_path: Path) -> None:
    put(path, "uv", f'test "$1" = --version || echo "$@" >>"{tmp_path}/asked"')
    old_python(path, "python3")
    venv = str(tmp_path / "venv")
    text = one_sentence(script("setup", path=path, PIXIMI_VENV=venv, PIXIMI_OFFLINE="1"))
    assert "PIXIMI_OFFLINE=1 forbids" in text
    assert not (tmp_path / "asked").exists()


def test_a_full_disk_is_told_before_anything_is_fetched(path: Path, tmp_path: Path) -> None:
    (path / "df").unlink()
    put(path, "df", "echo head; echo '/dev/disk one 100 90 1024000 90% /'")
    real_python(path, "python3.11")
    text = one_sentence(script("setup", path=path, PIXIMI_VENV=str(tmp_path / "venv")))
    assert "has 1000 MB free and the installation needs about 4000 MB" in text


@pytest.fixture
def asked(path: Path, tmp_path: Path) -> Path:
    """A file in which a stand-in for uv writes what it was asked to install; the disk is roomy."""
    log = tmp_path / "asked"
    log.touch()
    put(
        path,
        "uv",
        f'case "$1" in pip) echo "$@" >>"{log}" ;; '
        f'venv) {shutil.which("mkdir")} -p "{tmp_path}/my venv" ;; esac',
    )
    real_python(path, "python3")
    (path / "df").unlink()
    put(path, "df", "echo head; echo '/dev/disk 100 90 90000000 90% /'")
    return log


@pytest.mark.parametrize(
    ("driver", "option", "expected"),
    [
        ("exit 0", None, True),
        ("exit 9", None, False),
        (None, None, False),
        ("exit 0", "--cpu", False),
        (None, "--gpu", True),
    ],
)
def test_the_gpu_packages_follow_the_driver(
    driver: str | None, option: str | None, expected: bool, path: Path, tmp_path: Path, asked: Path
) -> None:
    if sys.platform != "linux":
        pytest.skip("NVIDIA drivers are looked for on Linux only")
    if driver is not None:
        put(path, "nvidia-smi", driver)
    options = [option] if option else []
    done = script("setup", *options, path=path, PIXIMI_VENV=str(tmp_path / "my venv"))
    assert done.returncode == 0, done.stderr
    assert "-r requirements.txt" in asked.read_text()
    assert ("-r requirements-gpu.txt" in asked.read_text()) is expected
    assert "requirements-dev.txt" not in asked.read_text()


def test_what_is_installed_is_not_installed_again(path: Path, tmp_path: Path, asked: Path) -> None:
    venv = str(tmp_path / "my venv")
    first = script("setup", "--dev", "--cpu", path=path, PIXIMI_VENV=venv)
    assert "about 3 GB" in first.stdout
    assert asked.read_text().count("pip install") == 2
    second = script("setup", "--dev", "--cpu", path=path, PIXIMI_VENV=venv)
    assert second.returncode == 0, second.stderr
    assert asked.read_text().count("pip install") == 2
    (tmp_path / "my venv" / ".installed-base").write_text("older pins\n")
    script("setup", "--dev", "--cpu", path=path, PIXIMI_VENV=venv)
    assert asked.read_text().count("pip install") == 3


def test_an_unknown_option_is_one_sentence(path: Path) -> None:
    assert '--fast"' in one_sentence(script("setup", "--fast", path=path))


def test_without_chromium_the_browser_tests_are_skipped_with_one_line(path: Path) -> None:
    done = script("test", "--plan", path=path)
    assert done.returncode == 0
    assert done.stdout == "browser tests: skipped, no Chromium on the PATH\n"


def test_quick_tests_need_no_browser(path: Path) -> None:
    done = script("test", "--quick", "--plan", path=path, CI="true")
    assert done.stdout == "quick tests: run\n"


def test_without_chromium_ci_fails(path: Path) -> None:
    assert "Chromium is not on the PATH" in one_sentence(script("test", path=path, CI="true"))


def test_a_chromium_that_runs_is_used(path: Path) -> None:
    put(path, "chromium", "exit 127")
    assert "skipped" in script("test", "--plan", path=path).stdout
    put(path, "google-chrome", "echo Chrome 140")
    assert script("test", "--plan", path=path, CI="true").stdout == "browser tests: run\n"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout that holds what the scripts read, without anything installed in it."""
    folder = tmp_path / "checkout"
    shutil.copytree(REPOSITORY / "scripts", folder / "scripts")
    for name in ("requirements.txt", "requirements-dev.txt", "requirements-gpu.txt"):
        shutil.copy(REPOSITORY / name, folder)
    javascript = folder / "tests" / "javascript"
    javascript.mkdir(parents=True)
    shutil.copy(REPOSITORY / "tests" / "javascript" / "package-lock.json", javascript)
    return folder


def setup(
    checkout: Path, path: Path, *options: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run scripts/setup of that checkout."""
    return subprocess.run(
        [str(path / "bash"), str(checkout / "scripts" / "setup"), "--cpu", *options],
        env={
            "PATH": str(path),
            "TMPDIR": str(checkout.parent),
            "PIXIMI_VENV": str(checkout.parent / "my venv"),
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=120,
    )


def npm(path: Path, checkout: Path, outcome: str = "") -> Path:
    """Stand-ins for node and npm; what npm was asked for is written to the file returned."""
    log = checkout.parent / "npm"
    log.touch()
    put(path, "node", "echo v20.1.0")
    make = f'{shutil.which("mkdir")} -p "{checkout}/tests/javascript/node_modules"'
    put(path, "npm", f'test "$1" = --version && exit; echo "$@" >>"{log}"; {make}; {outcome}')
    return log


@pytest.mark.usefixtures("asked")
def test_the_checkers_of_javascript_are_installed_once(path: Path, checkout: Path) -> None:
    log = npm(path, checkout)
    assert setup(checkout, path).returncode == 0
    assert log.read_text() == "", "whoever only runs the dashboard needs none"
    assert setup(checkout, path, "--dev").returncode == 0
    assert log.read_text() == "ci --no-progress\n"
    assert setup(checkout, path, "--dev", CI="true").returncode == 0
    assert log.read_text() == "ci --no-progress\n"


@pytest.mark.usefixtures("asked")
def test_without_npm_or_a_network_the_rest_is_set_up(path: Path, checkout: Path) -> None:
    assert setup(checkout, path, "--dev").returncode == 0
    npm(path, checkout, "echo 'no network'; exit 1")
    done = setup(checkout, path, "--dev")
    assert done.returncode == 0, done.stderr
    assert "JavaScript is not checked: no network" in done.stdout
    failed = setup(checkout, path, "--dev", CI="true")
    assert failed.returncode == 2
    assert "checkers of JavaScript could not be installed" in failed.stderr


def test_packages_of_javascript_are_pinned_and_name_no_place() -> None:
    packages = json.loads((REPOSITORY / "tests/javascript/package-lock.json").read_text())
    own = packages["packages"].pop("")
    assert all(version[0].isdigit() for version in own["devDependencies"].values())
    for name, package in packages["packages"].items():
        assert package["integrity"].startswith("sha512-"), name
        assert "resolved" not in package, name


@pytest.mark.parametrize("name", ["requirements", "requirements-dev", "requirements-gpu"])
def test_lock_files_pin_everything_and_name_no_place(name: str) -> None:
    lines = (REPOSITORY / f"{name}.txt").read_text().splitlines()
    pins = [line for line in lines if line and not line.lstrip().startswith("#")]
    assert pins
    assert all("==" in line for line in pins)
    assert not any("://" in line or line.startswith("-") for line in lines)


def test_every_script_is_executable_and_parses() -> None:
    scripts = [file for file in (REPOSITORY / "scripts").iterdir() if file.is_file()]
    for file in [*scripts, REPOSITORY / ".ci" / "run"]:
        assert os.access(file, os.X_OK), file
        subprocess.run(["bash", "-n", str(file)], check=True)
