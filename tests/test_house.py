"""The walls of the house that import-linter cannot see."""

from __future__ import annotations

import importlib
import inspect
import json
import os
import pkgutil
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

import piximi_core
from piximi_core.project.workspace import create_project
from piximi_core.services.examples.digits import add_digits
from tests.conftest import REPOSITORY

MOST_FILES = 20
PAGES = ("home", "images", "annotate", "train", "evaluate", "predict", "export", "help")

OPEN_EVERY_PAGE = """
import json, os, sys
from streamlit.testing.v1 import AppTest
pages = json.loads(sys.argv[1])
for name in pages:
    test = AppTest.from_file("piximi_ui/main.py", default_timeout=60)
    test.run()
    test.query_params["project"] = "digits"
    test.switch_page(f"../pages/{name}.py").run()
    assert not test.exception, (name, test.exception)
# Its workers run, but import nothing: what they are to be ready for costs seconds.
from piximi_core.jobs import engine
call = engine.call("quick", os.getpid)
assert call.wait(60)
assert call.answer() != os.getpid()
heavy = ("tensorflow", "tf_keras", "tensorflowjs", "keras", "jax", "sklearn", "torch")
heavy += ("onnxruntime",)
print(json.dumps(sorted(set(heavy) & set(sys.modules))))
engine.shutdown()
"""


@pytest.mark.slow
def test_the_dashboard_process_never_imports_tensorflow(tmp_path: Path) -> None:
    store = create_project("Digits", tmp_path)
    add_digits(store, limit=20)
    store.close()
    done = subprocess.run(
        [sys.executable, "-c", OPEN_EVERY_PAGE, json.dumps(PAGES)],
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        env={**os.environ, "PIXIMI_WORKSPACE": str(tmp_path), "PIXIMI_WARM": "0"},
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout.strip().splitlines()[-1]) == []


def test_a_worker_never_imports_streamlit() -> None:
    script = (
        "import runpy, sys\n"
        "import piximi_core.jobs.running\n"
        # What a spawned process does with the main script of its parent.
        "runpy.run_path('piximi_ui/main.py', run_name='__mp_main__')\n"
        "print('streamlit' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=REPOSITORY, check=True
    )
    assert done.stdout.strip() == "False"


def test_only_the_server_room_leans_on_what_is_inside_streamlit() -> None:
    inside = re.compile(r"^\s*(?:from|import) streamlit\.(?:runtime|web|proto)\b", re.MULTILINE)
    paths = [
        path.relative_to(REPOSITORY)
        for room in ("piximi_ui", "pages")
        for path in sorted((REPOSITORY / room).rglob("*.py"))
        if inside.search(path.read_text("utf-8"))
    ]
    # Below the server's room, for it speaks too: which person's page is being drawn.
    language = Path("piximi_ui/language/languages.py")
    assert [p for p in paths if p != language and p.parts[:2] != ("piximi_ui", "server")] == []


def test_no_folder_is_too_long_to_be_read() -> None:
    counts = Counter(
        str(path.parent.relative_to(REPOSITORY))
        for room in ("piximi_core", "piximi_ui", "pages", "benchmarks", "tests")
        for path in (REPOSITORY / room).rglob("*")
        if path.is_file()
        and path.suffix not in (".pyc", ".md")
        and "node_modules" not in path.parts
    )
    assert {folder: count for folder, count in counts.items() if count > MOST_FILES} == {}


def core_modules() -> list[str]:
    return [
        module.name
        for module in pkgutil.walk_packages(piximi_core.__path__, "piximi_core.")
        if not module.name.endswith("__main__")
    ]


@pytest.mark.parametrize("name", core_modules())
def test_every_public_name_exists_and_is_explained(name: str) -> None:
    module = importlib.import_module(name)
    assert module.__doc__, f"{name} does not say what it is for"
    for public in getattr(module, "__all__", []):
        found = getattr(module, public)
        if inspect.isfunction(found) or inspect.isclass(found):
            assert found.__doc__, f"{name}.{public} is not explained"
