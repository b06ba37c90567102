"""What the tests of the command line share."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from piximi_core.cli.main import main


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run the command line in this process; return what it printed and said."""

    def call(*arguments: Any, code: int = 0) -> tuple[str, str]:
        monkeypatch.setattr(sys, "argv", ["piximi_core", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        assert ended.value.code == code, said
        return said.out, said.err

    return call
