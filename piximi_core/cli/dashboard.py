"""The command that serves the dashboard."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

import piximi_core
from piximi_core.cli.support.address import choose_port
from piximi_core.errors import NotFound

__all__ = ["dashboard", "find_app"]


def dashboard(
    port: Annotated[
        int | None, typer.Option(help="Where it listens; else the first free one from 8501 up.")
    ] = None,
    options: Annotated[
        list[str] | None,
        typer.Argument(metavar="[-- OPTION...]", help="Options of 'streamlit run', behind a --."),
    ] = None,
) -> None:
    """Serve the dashboard on this machine, and print its address."""
    app = find_app()
    chosen = choose_port(port)
    # What the dashboard takes where other people may use this machine (docs/hosting.md), so that
    # its address can be printed.
    os.environ["PIXIMI_START_TOKEN"] = secrets.token_urlsafe(24)
    subprocess.Popen(
        [sys.executable, "-m", "piximi_core.cli.support.address", str(chosen), str(os.getpid())]
    )
    command = [sys.executable, "-m", "streamlit", "run", str(app)]
    command += ["--server.port", str(chosen), "--logger.hideWelcomeMessage", "true"]
    # The server takes our place, signals and exit status included.
    os.execv(sys.executable, [*command, *(options or [])])


def find_app() -> Path:
    """Return the server's file: beside this package in a checkout, else as it is installed.

    Raises
    ------
    NotFound
        The core was installed without the interface.
    """
    top = Path(piximi_core.__file__).resolve().parents[1]
    for app in (top / "piximi_dashboard" / "app.py", top / "app.py"):
        if app.is_file() and (top / "piximi_ui").is_dir():
            return app
    raise NotFound("There is no dashboard beside {top}; install it whole.", top=top / "piximi_core")
