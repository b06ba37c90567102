"""The confusion matrix as a figure: what is written, what can be clicked, what names may do."""

from __future__ import annotations

import pytest

from piximi_ui.charts.confusion_matrix import clicked_cell, confusion_figure

MATRIX = [[1200, 3, 0], [1, 8, 1], [0, 0, 0]]
NAMES = ["RBC", "WBC", "Platelets"]


def written(figure) -> list[list[str]]:
    """What stands in the cells, right answers and mistakes laid over each other."""
    right, wrong = figure.data[0].text, figure.data[1].text
    return [[a or b for a, b in zip(*rows, strict=True)] for rows in zip(right, wrong, strict=True)]


def test_counts_are_written_and_empty_cells_left_blank():
    assert written(confusion_figure(MATRIX, NAMES)) == [
        ["1,200", "3", ""],
        ["1", "8", "1"],
        ["", "", ""],
    ]


def test_shares_are_of_the_row_and_never_zero_where_there_is_something():
    assert written(confusion_figure(MATRIX, NAMES, shares=True)) == [
        ["99.8", "0.2", ""],
        ["10.0", "80.0", "10.0"],
        ["", "", ""],
    ]


def test_right_answers_and_mistakes_have_different_colours():
    figure = confusion_figure(MATRIX, NAMES)
    assert figure.data[0].colorscale[1][1] != figure.data[1].colorscale[1][1]


def test_every_cell_can_be_clicked_and_says_which_it_is():
    squares = confusion_figure(MATRIX, NAMES).data[2]
    found = {}
    for x, y, said in zip(squares.x, squares.y, squares.customdata, strict=True):
        event = {"selection": {"points": [{"x": int(x), "y": int(y)}]}}
        found[clicked_cell(event)] = (said[0], said[1], said[2])
    assert len(found) == 9
    assert found[0, 1] == ("RBC", "WBC", "3")
    assert found[1, 0] == ("WBC", "RBC", "1")


@pytest.mark.parametrize("event", [None, {}, {"selection": {"points": []}}])
def test_nothing_clicked_is_no_cell(event):
    assert clicked_cell(event) is None


def test_rows_are_the_truth_from_top_to_bottom():
    figure = confusion_figure(MATRIX, NAMES)
    assert figure.layout.yaxis.title.text == "Truth"
    assert figure.layout.yaxis.range[0] > figure.layout.yaxis.range[1]


def test_names_are_shown_as_they_are_and_shortened_on_the_axes():
    names = ["<b>bold</b><br>", "a" * 300, "z"]
    figure = confusion_figure(MATRIX, names)
    assert figure.layout.xaxis.ticktext[0] == "&lt;b&gt;bold&lt;/b&gt;&lt;br&gt;"
    assert len(figure.layout.xaxis.ticktext[1]) == 18
    assert "<b>" not in figure.data[2].customdata[0][0]


@pytest.mark.parametrize("number", [2, 12, 30, 60])
def test_cells_stay_square_and_readable(number):
    matrix = [[1] * number for _ in range(number)]
    figure = confusion_figure(matrix, [f"category {n}" for n in range(number)], width=960, side=900)
    margin = figure.layout.margin
    side = figure.layout.width - margin.l - margin.r
    assert side == figure.layout.height - margin.t - margin.b
    assert 20 <= side / number <= 76
    assert figure.data[0].textfont.size >= 9


def test_a_chosen_cell_is_framed_at_first():
    assert list(confusion_figure(MATRIX, NAMES, selected=(1, 2)).data[2].selectedpoints) == [5]
