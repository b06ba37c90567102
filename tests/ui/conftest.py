"""What the tests of the interface share."""

from tests.pages.conftest import pages_drawn_as_in_the_dashboard  # noqa: F401 (a fixture)
