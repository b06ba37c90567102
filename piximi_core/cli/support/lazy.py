"""Commands that are imported when they are called, so that asking for help costs no library."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup

__all__ = ["Command", "LazyGroup"]


@dataclass(frozen=True)
class Command:
    """Where a command stands.

    Attributes
    ----------
    module
        The module below ``piximi_core.cli``.
    name
        Its function there, or a `typer.Typer` with commands of its own.
    help
        The line that the list of commands shows: the first one of the function's docstring.
    """

    module: str
    name: str
    help: str

    def load(self, called: str) -> Any:
        """Import the command and return it under the name that people call it by."""
        found = getattr(import_module(f"piximi_core.cli.{self.module}"), self.name)
        if not isinstance(found, typer.Typer):
            app = typer.Typer(add_completion=False)
            app.command(called)(found)
            found = app
        command = typer.main.get_command(found)
        command.name = called
        return command


class LazyGroup(TyperGroup):
    """The commands of `table`; only the one that is called is imported."""

    table: ClassVar[dict[str, Command]] = {}

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for called, row in self.table.items():
            self.commands[called] = TyperCommand(called, help=row.help)

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Return the command that the arguments call, imported now."""
        called, command, rest = super().resolve_command(ctx, args)
        return called, self.table[called].load(called) if called else command, rest
