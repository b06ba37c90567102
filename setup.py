"""Puts the server into a wheel; all else stands in pyproject.toml."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithServer(build_py):
    """Adds what lies at the top of a checkout, where Streamlit looks for it.

    Installed, it has a folder of its own: other packages may have a "pages" too.
    """

    def run(self) -> None:
        """Build the packages, then the folder of the server."""
        super().run()
        if self.editable_mode:
            return
        server = Path(self.build_lib, "piximi_dashboard")
        (server / ".streamlit").mkdir(parents=True, exist_ok=True)
        for file in ("app.py", ".streamlit/config.toml"):
            shutil.copyfile(file, server / file)
        shutil.copytree(
            "pages",
            server / "pages",
            ignore=shutil.ignore_patterns("__pycache__"),
            dirs_exist_ok=True,
        )


setup(cmdclass={"build_py": BuildWithServer})
