"""The data model of a project: its SQLite store, its undo history, the workspace of projects."""

from piximi_core.project.store import Store, create_store, open_store
from piximi_core.project.workspace import create_project, list_projects, open_project

__all__ = [
    "Store",
    "create_project",
    "create_store",
    "list_projects",
    "open_project",
    "open_store",
]
