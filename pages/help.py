"""The Help page: questions, each with an address of its own, and their answers."""

from piximi_ui.shell import help_pages

help_pages.draw()
