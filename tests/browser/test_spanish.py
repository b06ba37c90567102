"""The main job as a person with a Spanish browser does it, without an English word of ours."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from piximi_core.formats.tfjs.checker import check_for_piximi
from piximi_core.project.contents.runs import list_runs
from piximi_core.project.contents.things import ThingFilter, count_things
from piximi_core.project.database.store import open_store
from piximi_ui.language.languages import catalogue, messages
from tests.browser.dashboard import Dashboard

pytestmark = pytest.mark.browser

PER_CLASS, UNLABELLED = 12, 6
WAIT = 120_000
es = catalogue("es").gettext
# What Streamlit calls its own buttons for those who hear the page; it has no other language.
STREAMLITS = {"@Close", "@Help", "@Open"}
# What Piximi calls a button, in the instructions beside the export: it is in English only.
PIXIMIS = {"Predict"}

# What a person can see or hear read out, in the page and in the roots of its components.
VISIBLE = """() => {
    const found = new Set();
    const visit = (node) => {
        if (node.nodeType === Node.TEXT_NODE) {
            const parent = node.parentElement;
            // The font of icons draws them for their English names.
            const icon = parent?.closest('[data-testid="stIconMaterial"], [role="img"]');
            if (parent?.checkVisibility() && !icon) found.add(node.data.trim());
        } else if (node.nodeType === Node.ELEMENT_NODE && !/^(SCRIPT|STYLE)$/.test(node.tagName)) {
            if (node.checkVisibility())
                for (const name of ["aria-label", "title", "placeholder", "alt"])
                    if (node.hasAttribute(name)) found.add("@" + node.getAttribute(name).trim());
        }
        for (const child of node.shadowRoot?.childNodes ?? []) visit(child);
        for (const child of node.childNodes) visit(child);
    };
    visit(document.body);
    return [...found];
}"""


def _english() -> re.Pattern[str]:
    """What matches our texts in English, where Spanish says something else."""
    wholes = []
    for message in messages("es"):
        texts = [message.id] if isinstance(message.id, str) else list(message.id)
        said = {message.string} if isinstance(message.string, str) else set(message.string)  # type: ignore[arg-type]
        for text in texts:
            bare = re.sub(r":material/\w+:|\*\*|`", "", text).strip()
            words = re.findall(r"[A-Za-z]{2,}", re.sub(r"\{[^}]*\}", "", bare))
            if not words or text in said or ("{" in bare and len(words) < 2):
                continue
            wholes.append(re.sub(r"\\\{[^}]*\\\}", ".+", re.escape(bare)))
    spanish = {
        text
        for message in messages("es")
        for text in ([message.string] if isinstance(message.string, str) else message.string)
    }
    return re.compile("|".join(f"(?:{whole})" for whole in wholes if whole not in spanish))


@pytest.fixture(scope="module")
def english() -> re.Pattern[str]:
    return _english()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 1400, "height": 900}, locale="es-ES", timezone_id="Europe/Madrid"
    )
    yield context.new_page()
    context.close()


@pytest.fixture
def shapes(tmp_path: Path) -> Path:
    """Light and dark squares in folders of their own, and some in none."""
    noise = np.random.default_rng(1)
    for number in range(2 * PER_CLASS + UNLABELLED):
        kind, level = (("claras", 190), ("oscuras", 40))[number % 2]
        labelled = number < 2 * PER_CLASS
        folder = tmp_path / ("con" if labelled else "sin") / (kind if labelled else "")
        folder.mkdir(parents=True, exist_ok=True)
        pixels = noise.integers(level, level + 40, (24, 24)).astype(np.uint8)
        Image.fromarray(pixels).save(folder / f"celda-{number}.png")
    return tmp_path


def settled(page: Page) -> None:
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0, timeout=WAIT)


def test_a_text_is_known_as_it_is_drawn(english: re.Pattern[str]) -> None:
    # The catalogue marks the names of buttons with stars; the page shows none.
    marked = "Keep **Layers Model** and click **Open Classification model**."
    assert es(marked) != marked
    assert english.fullmatch(marked.replace("**", ""))
    assert not english.fullmatch(es(marked).replace("**", ""))


def test_the_main_job_in_spanish(
    page: Page, dashboard: Dashboard, shapes: Path, english: re.Pattern[str], tmp_path: Path
) -> None:
    def looked_at(where: str) -> None:
        settled(page)
        others = STREAMLITS | (PIXIMIS if where == "export" else set())
        shown = set(page.evaluate(VISIBLE)) - others
        ours = (text.removeprefix("@") for text in shown)
        assert [text for text in ours if english.fullmatch(text)] == [], where

    page.goto(dashboard.url)
    expect(page.get_by_role("heading", name="Piximi Dashboard")).to_be_visible(timeout=WAIT)
    expect(page.locator("html")).to_have_attribute("lang", "es", timeout=WAIT)
    looked_at("home")
    page.get_by_role("button", name=es("New project")).click()
    page.get_by_label(es("Name")).fill("Celdas")
    page.get_by_label(es("Name")).press("Enter")
    expect(page).to_have_url(re.compile(r"/images\?project=celdas"), timeout=WAIT)
    store = open_store(dashboard.workspace / "celdas")
    _add(page, shapes, looked_at)
    _until(page, lambda: count_things(store, ThingFilter(labelled=True)) == 2 * PER_CLASS)
    _until(page, lambda: count_things(store, ThingFilter()) == 2 * PER_CLASS + UNLABELLED)
    _label(page, looked_at)
    _until(page, lambda: count_things(store, ThingFilter(labelled=True)) == 2 * PER_CLASS + 1)
    _train(page, looked_at)
    _until(page, lambda: any(run.has_classifier for run in list_runs(store)), seconds=120)
    looked_at("train, done")
    _go(page, "Evaluate")
    expect(
        page.get_by_text(re.compile(r"Acierta en \d+ de \d+ imágenes que no vio al entrenar"))
    ).to_be_visible(timeout=WAIT)
    accuracy = page.get_by_test_id("stMetricValue").first
    expect(accuracy).to_have_text(re.compile(r"^\d+,\d %$"), timeout=WAIT)
    looked_at("evaluate")
    _go(page, "Predict")
    page.get_by_role("button", name=f"Predecir {UNLABELLED - 1} imágenes").click()
    answered = page.get_by_role("button", name=f"Aceptar las {UNLABELLED - 1} mostradas")
    expect(answered).to_be_visible(timeout=WAIT)
    looked_at("predict")
    answered.click()
    _until(page, lambda: count_things(store, ThingFilter(labelled=False)) == 0)
    _go(page, "Export")
    page.get_by_role("button", name=es("Export"), exact=True).click()
    expect(page.get_by_text(re.compile("Leída de nuevo"))).to_be_visible(timeout=WAIT)
    looked_at("export")
    with page.expect_download(timeout=WAIT) as download:
        page.get_by_role("link", name=re.compile(r"\.zip")).click()
    download.value.save_as(tmp_path / "celdas.zip")
    assert check_for_piximi(tmp_path / "celdas.zip") == []
    _go(page, "Help")
    looked_at("help")
    assert dashboard.faults() == []


def _until(page: Page, met: Callable[[], bool], seconds: float = 60) -> None:
    for _ in range(int(seconds * 5)):
        if met():
            return
        page.wait_for_timeout(200)
    raise AssertionError("this did not happen in time")


def _go(page: Page, title: str) -> None:
    settled(page)
    link = page.get_by_test_id("stSidebar").get_by_role("link", name=es(title), exact=True)
    address = re.compile(rf"/{title.lower()}\b")
    for _ in range(5):
        # A click while the page is being drawn anew may find its link replaced.
        link.click()
        with suppress(AssertionError):
            expect(page).to_have_url(address, timeout=10_000)
            break
    expect(page).to_have_url(address, timeout=WAIT)


def _add(page: Page, shapes: Path, looked_at: Callable[[str], None]) -> None:
    looked_at("images, empty")
    dialog = page.get_by_role("dialog")
    page.get_by_role("button", name=es("Add images")).first.click()
    dialog.get_by_text(es("Folder"), exact=True).first.click()
    dialog.locator("input[webkitdirectory]").first.set_input_files(shapes / "con")
    expect(dialog.get_by_text("24 archivos subidos")).to_be_visible(timeout=WAIT)
    looked_at("add images")
    dialog.get_by_role("button", name="Añadir 24 archivos").click()
    expect(page.locator("[role=option]").first).to_be_visible(timeout=WAIT)
    page.get_by_role("button", name=es("Add images")).first.click()
    dialog.locator("input[type=file]").first.set_input_files(sorted((shapes / "sin").iterdir()))
    expect(dialog.get_by_text("6 archivos subidos")).to_be_visible(timeout=WAIT)
    dialog.get_by_role("button", name="Añadir 6 archivos").click()
    expect(dialog).to_have_count(0, timeout=WAIT)


def _label(page: Page, looked_at: Callable[[str], None]) -> None:
    page.goto(f"{page.url.split('?')[0]}?project=celdas&state=unlabelled")
    tiles = page.locator("[role=option]")
    expect(tiles).to_have_count(UNLABELLED, timeout=WAIT)
    looked_at("images")
    tiles.nth(0).click()
    looked_at("images, one selected")
    page.keyboard.down("Shift")
    page.keyboard.press("Digit1")
    page.keyboard.up("Shift")
    expect(tiles).to_have_count(UNLABELLED - 1, timeout=WAIT)


def _train(page: Page, looked_at: Callable[[str], None]) -> None:
    _go(page, "Train")
    epochs = page.get_by_label(es("Epochs"), exact=True)
    epochs = epochs.or_(page.get_by_label("Épocas", exact=True)).first
    expect(epochs).to_be_visible(timeout=WAIT)
    epochs.fill("4")
    epochs.press("Enter")
    looked_at("train")
    page.get_by_text(es("More settings")).click()
    looked_at("train, all settings")
    page.get_by_role("button", name=re.compile(r"Entrenar con \d+, validar con \d+")).click()
