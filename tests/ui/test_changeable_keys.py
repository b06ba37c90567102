"""Each key that can be changed has words in the list of shortcuts, and the list has no other."""

from __future__ import annotations

import json
import os
import shutil
import subprocess

import pytest

from piximi_ui.components.annotator import changeable_words, fixed_shortcuts
from tests.conftest import REPOSITORY

MODULE = REPOSITORY / "piximi_ui" / "components" / "annotator" / "bindings.js"


def test_every_action_has_words() -> None:
    node = shutil.which("node")
    if node is None:
        assert os.environ.get("CI") != "true", "with CI=true this must run: install nodejs"
        pytest.skip("Node is not on the PATH")
    told = f'import {{ ACTIONS }} from "{MODULE}"; console.log(JSON.stringify(ACTIONS))'
    done = subprocess.run(
        [node, "--input-type=module", "-e", told],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    actions = [action["name"] for action in json.loads(done.stdout)]
    words = changeable_words()
    assert sorted(words) == sorted(actions)
    assert all(words.values())
    assert len(set(words.values())) == len(words), "no two do the same"
    assert all(shortcut.keys and shortcut.does for shortcut in fixed_shortcuts())
