"""Tables and annotation files as people have them: names, words and codes of other programs."""

from __future__ import annotations

import json
import unicodedata
import zipfile
from pathlib import Path

import pytest

from piximi_core.errors import BadInput, PiximiError
from piximi_core.formats.tables.label_table import LabelRow, read_label_table
from piximi_core.formats.tables.misread import before_misreading
from piximi_core.project.contents.categories import create_category, list_categories
from piximi_core.project.contents.objects import list_objects
from piximi_core.project.database.store import Store
from piximi_core.services.annotations.labels_from_table import label_from_table
from tests.services.annotations.test_label_tables import labels
from tests.services.annotations.test_names_in_folders import bring_in, coco, pictures, placed
from tests.services.conftest import add


def table(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("sep=;\nname;category;partition\na.png;X;Test\n", LabelRow("a.png", "X", "Test")),
        ('"sep=,"\nname,category\na.png,X\n', LabelRow("a.png", "X", None)),
        ("image,category,partition\na.png,X,Test\n", LabelRow("a.png", "X", "Test")),
        ("image_id,label\na,X\n", LabelRow("a", "X", None)),
        ("File Name;Class;Split\na.png;X;val\n", LabelRow("a.png", "X", "Validation")),
        ("path,diagnosis_of_Anna\na.png,X\n", LabelRow("a.png", "X", None)),
        ("X-ray,label\na.png,X\n", LabelRow("a.png", "X", None)),
        ("fold,filename,class\n3,a.png,X\n", LabelRow("a.png", "X", None)),
        ("set,filename,class\ntrain,a.png,X\n", LabelRow("a.png", "X", "Training")),
        ('name, category\n"a.png", "RBC, old"\n', LabelRow("a.png", "RBC, old", None)),
        ("name,category\na.png,\n", LabelRow("a.png", "", None)),
        ("name,category\na.png\n", LabelRow("a.png", "", None)),
        ("a.png,tag\n", LabelRow("a.png", "tag", None)),
    ],
)
def test_the_words_and_lines_that_people_write(tmp_path: Path, text: str, row: LabelRow) -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert read_label_table(table(tmp_path / "t.csv", text, encoding)).rows == [row]


def test_a_header_without_names_is_refused_with_its_words(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="first line has age, class, sex, site"):
        read_label_table(table(tmp_path / "t.csv", "age,class,sex,site\n3,X,f,1\n"))


@pytest.mark.parametrize("code", ["cp1252", "mac_roman", "latin-1"])
def test_a_table_that_was_read_in_a_wrong_code_is_refused(tmp_path: Path, code: str) -> None:
    wrong = "name,category\na.png,Größe é\n".encode().decode(code)
    with pytest.raises(BadInput, match=r"line 2: 'Gr.*' was 'Größe é' before"):
        read_label_table(table(tmp_path / "t.csv", wrong))
    with pytest.raises(BadInput, match="save the table as CSV UTF-8"):
        read_label_table(table(tmp_path / "t.csv", "name,category\na.png,Größe\n", "cp1252"))


@pytest.mark.parametrize(
    "word", ["Größe", "Ça va", "Ã", "naïve – “x”", "Łódź", "红细胞", "Â", "ß°"]
)
def test_words_of_people_are_not_taken_for_misread(word: str) -> None:
    assert before_misreading(word) is None
    misread = "".join(bytes([b]).decode("cp1252", errors="ignore") or chr(b) for b in word.encode())
    assert before_misreading(misread) == word


def test_names_without_ending_and_in_other_unicode_forms_find_their_image(
    store: Store, tmp_path: Path
) -> None:
    nfd = unicodedata.normalize("NFD", "größe_1.png")
    add(store, pictures(tmp_path / "in", "a.png", "b.png", nfd))
    lines = "id,label\na,K1\n\u200bb\u200b.png,K2\ngröße_1.png,K3\n"
    outcome = label_from_table(store, read_label_table(table(tmp_path / "t.csv", lines)))
    assert (outcome.labelled, outcome.unmatched) == (3, ())
    assert labels(store) == {"a.png": "K1", "b.png": "K2", nfd: "K3"}


def test_categories_that_look_alike_are_one(store: Store, tmp_path: Path) -> None:
    add(store, pictures(tmp_path / "in", "a.png", "b.png", "c.png", "d.png"))
    nfd = unicodedata.normalize("NFD", "Größe")
    lines = f"name,category\na.png,Größe\nb.png,{nfd}\nc.png,Grö\u200bße\nd.png,\u00a0Größe\u200f\n"
    label_from_table(store, read_label_table(table(tmp_path / "t.csv", lines)))
    assert [c.name for c in list_categories(store)] == ["Unknown", "Größe"]
    with pytest.raises(BadInput, match="already a category"):
        create_category(store, nfd)
    # Joiners are part of emoji and of Persian words.
    assert create_category(store, "👩\u200d🔬").name == "👩\u200d🔬"


def test_an_id_that_two_images_have_means_neither(store: Store, tmp_path: Path) -> None:
    add(store, pictures(tmp_path / "in", "a.png", "b.png", "c.png"))
    path = coco(tmp_path / "a.json", "a.png", "b.png", "c.png")
    content = json.loads(path.read_text())
    content["images"][1]["id"] = 0
    content["annotations"][1]["image_id"] = 0
    path.write_text(json.dumps(content))
    result = bring_in(store, path)
    assert placed(store) == {"c.png": [3]}
    told = [reason for what, reason in result.skipped if what == "a.png, b.png"]
    assert told == ["These images have one id, 0, so no object of that id is brought in."]
    content["images"][1]["id"] = 1
    content["categories"].append({"id": 1, "name": "other"})
    path.write_text(json.dumps(content))
    assert bring_in(store, path).new == 0


def packed(path: Path, **files: str | bytes) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", ".").replace("_S_", "/"), content)
    return path


LINES = "0 0.5 0.5 0.25 0.25\n1 .2 .2 .1 .1\n"


@pytest.mark.parametrize(
    ("describing", "names"),
    [
        ({"data__yaml": "nc: 2\r\nnames:\r\n- rbc\r\n- wbc\r\n"}, {"rbc", "wbc"}),
        ({"data__yaml": "nc: 2\nnames: {0: rbc, 1: wbc}\n"}, {"rbc", "wbc"}),
        ({"data__yaml": "names: # classes\n  0: rbc\n  1: wbc  # white\n"}, {"rbc", "wbc"}),
        ({"data__yaml": "names: ['rbc [old]', 'no']\n"}, {"rbc [old]", "no"}),
        ({"data__yaml": "names: [yes, 1.0]\n"}, {"yes", "1.0"}),
        ({"labels__txt": "rbc\nwbc\n"}, {"rbc", "wbc"}),
        ({"classes__txt": "rbc\nwbc\n".encode("utf-16")}, {"rbc", "wbc"}),
        ({"obj__names": "rbc\nwbc\n"}, {"rbc", "wbc"}),
        ({"data__yaml": "kpt_shape: [1, 2]\n"}, {"0", "1"}),
    ],
)
def test_class_names_of_yolo(
    store: Store, tmp_path: Path, describing: dict[str, str | bytes], names: set[str]
) -> None:
    add(store, pictures(tmp_path / "in", "a.png", "b.png"))
    lines = LINES if "kpt" not in str(describing) else "0 .5 .5 .2 .2 .5 .5\n1 .2 .2 .1 .1 .2 .2\n"
    bring_in(store, packed(tmp_path / "z.zip", labels_S_a__txt=lines, **describing))
    assert {row.category_name for row in list_objects(store)} == names


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("classes__txt", b"gr\xf6\xdfe\n"),
        ("data__yaml", "names: [a, b"),
        pytest.param("data__yaml", "[" * 5000, id="deep"),
        ("data__yaml", "a: &a [x]\nnames: *b\n"),
    ],
)
def test_class_names_that_cannot_be_read_name_their_file(
    store: Store, tmp_path: Path, file: str, content: str | bytes
) -> None:
    add(store, pictures(tmp_path / "in", "a.png"))
    path = packed(tmp_path / "z.zip", labels_S_a__txt=LINES, **{file: content})
    with pytest.raises(PiximiError, match=file.replace("__", r"\.")):
        bring_in(store, path)


@pytest.mark.parametrize(
    ("line", "box", "area"),
    [
        ("0 0.5 0.5 0.2 0.2", (12, 8, 18, 12), 24),
        ("0 0.5 0.5 0.2 0.2 0.93", (12, 8, 18, 12), 24),
        ("0 0.5 0.5 0.2 0.2 0.93 17", (12, 8, 18, 12), 24),
        ("0 0.5 0.5 0.2 0.2 0.45 0.45 2 0.55 0.55 0 0.5 0.5 1", (12, 8, 18, 12), 24),
        ("0 0.1 0.1 0.3 0.1 0.3 0.3 0.1 0.3 0.93", (3, 2, 9, 6), 24),
        ("0 0.1 0.1 0.3 0.1 0.3 0.3 0.1 0.3 0.93 5", (3, 2, 9, 6), 24),
        ("0 0 0 0 1 1 1 1 0", (0, 0, 30, 20), 600),
    ],
)
def test_more_columns_of_yolo(
    store: Store, tmp_path: Path, line: str, box: tuple[int, ...], area: int
) -> None:
    add(store, pictures(tmp_path / "in", "a.png"))
    bring_in(store, packed(tmp_path / "z.zip", labels_S_a__txt=line))
    (row,) = list_objects(store)
    assert (row.box, row.area) == (box, area)


def voc(filename: str, name: str = "cell", *, encoding: str = "utf-8", folder: str = "x") -> bytes:
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?><annotation><folder>{folder}</folder>'
        f"<filename>{filename}</filename><object><name>{name}</name><bndbox><xmin>2</xmin>"
        "<ymin>1</ymin><xmax>9</xmax><ymax>9</ymax></bndbox></object></annotation>"
    )
    return text.encode(encoding)


@pytest.mark.parametrize("encoding", ["GBK", "GB2312", "gb18030", "utf-16", "iso-8859-1", "Big5"])
def test_xml_in_other_codes(store: Store, tmp_path: Path, encoding: str) -> None:
    add(store, pictures(tmp_path / "in", "a.png"))
    word = "Größe" if encoding == "iso-8859-1" else "血"
    bring_in(store, packed(tmp_path / "z.zip", a__xml=voc("a.png", word, encoding=encoding)))
    assert [row.category_name for row in list_objects(store)] == [word]


@pytest.mark.parametrize("declared", ["utf-8", "no-such-code"])
def test_xml_in_a_code_that_it_does_not_name_is_refused_with_advice(
    store: Store, tmp_path: Path, declared: str
) -> None:
    add(store, pictures(tmp_path / "in", "a.png"))
    content = voc("a.png", "红细胞", encoding="gbk").replace(b"gbk", declared.encode())
    (tmp_path / "a.xml").write_bytes(content)
    with pytest.raises(PiximiError, match="save it as UTF-8"):
        bring_in(store, tmp_path / "a.xml")


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({"a__xml": "000001.jpg", "b__xml": "000001.jpg"}, {"a.png": [1], "b.png": [1]}),
        ({"a__xml": "stale.jpg"}, {"a.png": [1]}),
        ({"a__xml": "b.png"}, {"b.png": [1]}),
        ({"a__xml": "a.png", "x__xml": "a.png"}, {"a.png": [1]}),
        ({"x__xml": "a.png", "y__xml": "a.png"}, {}),
        ({"a__xml": "stale.jpg", "x__xml": "a.png"}, {"a.png": [1]}),
    ],
)
def test_names_that_were_copied_between_voc_files(
    store: Store, tmp_path: Path, files: dict[str, str], found: dict[str, list[int]]
) -> None:
    add(store, pictures(tmp_path / "in", "a.png", "b.png"))
    contents = {file: voc(filename) for file, filename in files.items()}
    result = bring_in(store, packed(tmp_path / "z.zip", **contents))
    assert placed(store) == found
    assert result.new + len(result.unmatched) == len(files)


def test_voc_files_lie_in_folders_or_name_them(store: Store, tmp_path: Path) -> None:
    add(store, pictures(tmp_path / "in", "cats/1.png", "dogs/1.png"))
    path = packed(tmp_path / "z.zip", Annotations_S_dogs_S_1__xml=voc("1.png"))
    bring_in(store, path)
    assert placed(store) == {"dogs/1.png": [1]}
    bring_in(store, packed(tmp_path / "y.zip", q__xml=voc("1.png", folder="cats")))
    assert placed(store) == {"cats/1.png": [1], "dogs/1.png": [1]}
