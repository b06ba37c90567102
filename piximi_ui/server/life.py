"""The life of the server: what begins with it, runs beside it, and ends with it."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from piximi_core.jobs import engine
from piximi_core.services.importing.uploads import sweep_everywhere
from piximi_core.services.prompting.prompter import close_prompter
from piximi_ui.language.texts import _
from piximi_ui.server import door, sessions, warming
from piximi_ui.server.access import forbid_address_lookup
from piximi_ui.server.pictures import making

__all__ = ["lifespan"]

log = logging.getLogger("piximi")

_SWEEP_SECONDS = 600.0
_TURN_SECONDS = 0.0005  # how long a thread computes before another may


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """Run while the server runs; decoders, networks and job engine stop with it.

    Parameters
    ----------
    app
        The ``st.App``; not used.
    """
    forbid_address_lookup()
    # Five milliseconds by default: a label, which waits for the disk some fifty times, would wait
    # as often for pages that are being drawn (measured: 180 ms instead of 70 beside three).
    sys.setswitchinterval(_TURN_SECONDS)
    making.warm_decoders()
    making.serve_from(asyncio.get_running_loop())
    warming.warm_up()
    _say_address()
    watching = asyncio.create_task(sessions.watch())
    sweeping = asyncio.create_task(_sweep_now_and_then())
    try:
        yield
    finally:
        watching.cancel()
        sweeping.cancel()
        making.serve_from(None)
        making.close_decoders()
        close_prompter()
        engine.shutdown()


def _say_address() -> None:
    """Print the address with the token in it, unless `piximi dashboard` does."""
    address = door.address_to_open()
    if address is not None and not os.environ.get("PIXIMI_START_TOKEN"):
        text = _("Piximi Dashboard opens with its token: {address}").format(address=address)
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


async def _sweep_now_and_then() -> None:
    """Clear uploads that nobody asked to add, also while no page is open."""
    while True:
        await asyncio.sleep(_SWEEP_SECONDS)
        try:
            await asyncio.to_thread(sweep_everywhere)
        except OSError:
            log.warning("Waiting uploads could not be looked through", exc_info=True)
