"""A client without a network: calls an ASGI application in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.routing import BaseRoute


@dataclass(frozen=True)
class Answer:
    """Status, headers (lower-case names) and body."""

    status: int
    headers: dict[str, str]
    body: bytes


async def fetch(
    app: Starlette,
    path: str,
    method: str = "GET",
    gone: asyncio.Event | None = None,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Send one request and collect the answer; whoever asked goes away at the event."""
    sent: list[dict] = []
    path, _, query = path.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": [(k.lower().encode(), v.encode()) for k, v in (headers or {}).items()],
    }

    asked = False

    async def receive() -> dict:
        nonlocal asked
        if asked:
            await (gone or asyncio.Event()).wait()
            return {"type": "http.disconnect"}
        asked = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict) -> None:
        sent.append(message)

    await app(scope, receive, send)  # type: ignore[arg-type]
    start = next(m for m in sent if m["type"] == "http.response.start")
    content = b"".join(m.get("body", b"") for m in sent if m["type"] == "http.response.body")
    told = {name.decode().lower(): value.decode() for name, value in start["headers"]}
    return Answer(start["status"], told, content)


def get(routes: Sequence[BaseRoute], *paths: str) -> list[Answer]:
    """Fetch several paths at the same time."""

    async def all_of_them() -> list[Answer]:
        app = Starlette(routes=list(routes))
        return await asyncio.gather(*(fetch(app, path) for path in paths))

    return asyncio.run(all_of_them())


def post(routes: Sequence[BaseRoute], path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Send a body to one path."""
    app = Starlette(routes=list(routes))
    return asyncio.run(fetch(app, path, "POST", body=body, headers=headers))
