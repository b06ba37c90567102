"""How tests come to be marked slow."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import pytest_collection_modifyitems
from tests.durations import disagreeing, read

REPORT = """<testsuites><testsuite>
<testcase classname="tests.a" name="test_slow[1]" time="0.2"/>
<testcase classname="tests.a" name="test_slow[2]" time="2.5"/>
<testcase classname="tests.a" name="test_known" time="30">
  <properties><property name="slow" value="True"/></properties></testcase>
<testcase classname="tests.a" name="test_quick" time="0.3"/>
<testcase classname="tests.a" name="test_no_more" time="0.3">
  <properties><property name="slow" value="True"/></properties></testcase>
<testcase classname="tests.a" name="test_between" time="1.5">
  <properties><property name="slow" value="True"/></properties></testcase>
<testcase classname="tests.browser.b" name="test_page" time="9"/>
</testsuite></testsuites>"""


def test_marks_follow_measured_times(tmp_path: Path) -> None:
    report = tmp_path / "fast.xml"
    report.write_text(REPORT)
    lacking, needless = disagreeing(read([report]))
    assert [test.name for test in lacking] == ["tests.a::test_slow"]
    assert [test.name for test in needless] == ["tests.a::test_no_more"]


def test_a_report_says_which_tests_are_marked(request: pytest.FixtureRequest) -> None:
    item = request.node
    assert item.user_properties == []
    item.add_marker(pytest.mark.slow)
    pytest_collection_modifyitems([item])
    assert item.user_properties == [("slow", True)]
    item.user_properties.clear()
