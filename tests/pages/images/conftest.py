"""The Images page of Digits."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest


@pytest.fixture
def opened(open_page, untrained) -> AppTest:
    return open_page("images", project="digits")
