"""The gallery's pure modules, one by one, in a page that holds nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from piximi_ui.assets import COMPONENTS

pytestmark = pytest.mark.browser

Run = Callable[..., Any]


@pytest.fixture
def run(page: Page) -> Run:
    """Run a script of these modules; each is there under its name, `given` is what it is given."""

    def serve(route: Any) -> None:
        name = route.request.url.rsplit("/", 1)[-1]
        body = (COMPONENTS / "gallery" / name).read_text() if name.endswith(".js") else "<p></p>"
        kind = "text/javascript" if name.endswith(".js") else "text/html"
        route.fulfill(body=body, content_type=kind)

    page.route("http://modules.test/**", serve)
    page.goto("http://modules.test/")

    def run(modules: str, script: str, given: Any = None) -> Any:
        imports = "".join(
            f"Object.assign(all, await import('http://modules.test/{name}.js'));"
            for name in modules.split()
        )
        names = "const names = Object.keys(all);"
        body = f"new Function(...names, 'given', {script!r})(...names.map((n) => all[n]), given)"
        return page.evaluate(
            f"async (given) => {{ const all = {{}}; {imports} {names} return {body}; }}", given
        )

    return run


@pytest.mark.parametrize(
    ("names", "keys"),
    [
        (["RBC", "WBC", "Platelets"], ["0", "1", "2", "3"]),
        (list("0123456789"), ["U", *"0123456789"]),
        (["cat", "1", "dog"], ["0", "2", "1", "3"]),
        (["3", "3 cells", "03", "x"], ["0", "3", "1", "2", "4"]),
        (["10", "50", "5"], ["0", "1", "2", "5"]),
        ([f"Sort {n}" for n in range(1, 13)], [str(n) for n in range(13)]),
        ([str(n) for n in range(1, 13)], [str(n) for n in range(13)]),
        (["²", "٣", "-1", "1.0"], ["0", "1", "2", "3", "4"]),
    ],
)
def test_a_category_named_with_a_number_has_it_as_its_key(
    run: Run, names: list[str], keys: list[str]
) -> None:
    given = [{"id": name, "name": name} for name in ["Unknown", *names]]
    assert run("category_keys", "return withKeys(given).map(({ key }) => key)", given) == keys


def test_no_two_categories_share_a_key(run: Run) -> None:
    names = ["Unknown", *(str(n) for n in range(0, 40, 3)), *(f"Sort {n}" for n in range(40))]
    given = [{"id": name, "name": name} for name in names]
    keys = run("category_keys", "return withKeys(given).map(({ key }) => key)", given)
    assert len(set(keys)) == len(names)


TYPING = """
  let list = withKeys(given.names.map((name) => ({ name })));
  let chosen = ["a"];
  const taken = [];
  const digits = new TypedDigits({
    subject: () => chosen,
    show: () => {},
    take: (category, typed, subject) => taken.push([category?.name ?? null, typed, subject[0]]),
  }, given.wait ?? 60000);
  const acts = {
    digit: (digit) => digits.press(digit, false, list),
    shifted: (digit) => digits.press(digit, true, list),
    shift: () => digits.hold(list),
    release: () => digits.release(),
    erase: () => digits.erase(),
    cancel: () => digits.cancel(),
    flush: () => digits.flush(),
    lose: (name) => (list = withKeys(list.filter((each) => each.name !== name))),
    select: (id) => (chosen = [id]),
    wait: (ms) => new Promise((done) => setTimeout(done, Number(ms))),
  };
  return (async () => {
    for (const step of given.steps.split(" ")) {
      const [act, value] = step.split(":");
      await acts[act](value);
    }
    return taken;
  })();
"""
FEW = ["Unknown", "RBC", "WBC"]
MANY = ["Unknown", *(f"Sort {n}" for n in range(1, 15))]


@pytest.mark.parametrize(
    ("names", "steps", "taken"),
    [
        (FEW, "digit:1 digit:2", [["RBC", "1", "a"], ["WBC", "2", "a"]]),
        (FEW, "digit:7", [[None, "7", "a"]]),
        (MANY, "digit:1 digit:2", [["Sort 12", "12", "a"]]),
        (MANY, "digit:2", [["Sort 2", "2", "a"]]),
        (MANY, "digit:1", []),
        (MANY, "digit:1 flush", [["Sort 1", "1", "a"]]),
        (MANY, "digit:1 digit:9", [[None, "19", "a"]]),
        (MANY, "digit:1 erase flush", []),
        (MANY, "digit:1 cancel digit:2", [["Sort 2", "2", "a"]]),
        (MANY, "digit:1 select:b digit:1", [["Sort 11", "11", "a"]]),
        (MANY, "shift shifted:1 shifted:2 erase shifted:1 release", [["Sort 11", "11", "a"]]),
        (MANY, "shift release", []),
        # Windows lets go of Shift for each key of the number pad.
        (
            MANY,
            "shift release digit:1 shift release digit:2 shift release",
            [["Sort 12", "12", "a"]],
        ),
        # What was shown when it began counts, whatever others delete meanwhile.
        (FEW, "shift lose:RBC shifted:2 release", [["WBC", "2", "a"]]),
        (FEW, "shift shifted:1 lose:RBC release", [["RBC", "1", "a"]]),
        (MANY, "digit:1 lose:Sort lose:Unknown digit:2", [["Sort 12", "12", "a"]]),
        (FEW, "lose:RBC digit:1", [["WBC", "1", "a"]]),
    ],
)
def test_digits_as_they_are_typed(
    run: Run, names: list[str], steps: str, taken: list[list[str | None]]
) -> None:
    given = {"names": names, "steps": steps}
    assert run("category_keys digits", TYPING, given) == taken


def test_a_digit_that_may_go_on_labels_when_nothing_follows(run: Run) -> None:
    given = {"names": MANY, "steps": "digit:1 wait:300 digit:3", "wait": 50}
    taken = run("category_keys digits", TYPING, given)
    assert [category for category, *_ in taken] == ["Sort 1", "Sort 3"]


SELECTING = """
  const selection = new Selection();
  const order = [..."abcdefgh"];
  const acts = {
    only: (id) => selection.only(id),
    toggle: (id) => selection.toggle(id),
    extend: (id) => selection.extend(id, order),
    add: (id) => selection.extend(id, order, true),
    all: (ids) => selection.replace([...ids], true),
    stay: (ids) => selection.stay([...ids], []),
    know: (ids) => selection.stay(order, [...ids]),
  };
  for (const step of given.split(" ")) {
    const [act, value] = step.split(":");
    acts[act](value);
  }
  return [selection.list().join(""), selection.wide, selection.elsewhere(order)];
"""


@pytest.mark.parametrize(
    ("steps", "selected", "wide", "elsewhere"),
    [
        ("only:b only:d", "d", False, 0),
        ("only:b toggle:d toggle:b", "d", False, 0),
        ("only:b extend:d", "bcd", False, 0),
        ("only:d extend:f extend:b", "dcb", False, 0),
        ("only:b toggle:f add:h", "bfgh", False, 0),
        ("only:b toggle:f extend:h", "fgh", False, 0),
        ("only:b toggle:d stay:cdef", "d", False, 0),
        ("only:b stay:cdef extend:e", "e", False, 0),
        ("all:abyz", "abyz", True, 2),
        ("all:abyz toggle:a", "byz", True, 2),
        ("all:abyz know:aby", "aby", True, 1),
        ("all:abyz only:c", "c", False, 0),
        ("all:abyz extend:c", "c", False, 0),
    ],
)
def test_what_is_selected(run: Run, steps: str, selected: str, wide: bool, elsewhere: int) -> None:
    assert run("selection", SELECTING, steps) == [selected, wide, elsewhere]
