"""Where jobs run: two worker processes on this machine, or a cluster that is already there."""

from __future__ import annotations

import logging
import os
from typing import Any

__all__ = ["RESOURCES", "connect"]

RESOURCES = ("train", "quick")
"""One worker each, so that a preview never waits for an hour of training."""


_CONFIGURATION = {
    # A training holds Python's lock for long stretches; that is no reason to give up on it.
    "distributed.scheduler.allowed-failures": 0,
    "distributed.scheduler.worker-ttl": None,
    "distributed.worker.daemon": False,
    "distributed.admin.tick.limit": "1h",
    "distributed.nanny.pre-spawn-environ.TF_CPP_MIN_LOG_LEVEL": "2",
    # The workers' greetings would fill the log of whoever runs the dashboard.
    "distributed.nanny.pre-spawn-environ.DASK_LOGGING__DISTRIBUTED": "error",
    "distributed.nanny.pre-spawn-environ.TFDF_DISABLE_WELCOME_MESSAGE": "1",
}


def connect() -> tuple[Any, Any]:
    """Start the two local workers, or join the cluster in PIXIMI_SCHEDULER.

    Returns
    -------
    tuple
        The local cluster, None for one that is not ours, and a client of it.

    Raises
    ------
    OSError
        No such cluster answers.
    """
    import dask
    from distributed import Client, Nanny, Scheduler, Security, SpecCluster

    dask.config.set(_CONFIGURATION)
    address = os.environ.get("PIXIMI_SCHEDULER")
    if address:
        return None, Client(address, timeout="10s", set_as_default=False)
    security = Security.temporary()
    here = {"security": security, "dashboard": False, "host": "127.0.0.1"}
    cluster = SpecCluster(
        workers={
            resource: {
                "cls": Nanny,
                "options": {
                    **here,
                    "nthreads": 1,
                    "resources": {resource: 1},
                    "memory_limit": 0,
                },
            }
            for resource in RESOURCES
        },
        # Any free ports: dask's own are taken where a second dashboard runs.
        scheduler={
            "cls": Scheduler,
            "options": {**here, "port": 0, "dashboard_address": "127.0.0.1:0"},
        },
        security=security,
        silence_logs=logging.ERROR,
    )
    return cluster, Client(cluster, security=security, set_as_default=False)
