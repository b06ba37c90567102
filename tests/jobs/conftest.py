"""Jobs are tried with the services' small projects."""

from tests.services.conftest import labelled, store

__all__ = ["labelled", "store"]
