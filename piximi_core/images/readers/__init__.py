"""One module per family of formats, each with ``(path, request) -> Picture``."""

__all__: list[str] = []
