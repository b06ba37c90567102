"""The curves of a training: what is drawn, and what stays in place while it runs."""

from __future__ import annotations

from piximi_core.classification.training.progress import EpochRow
from piximi_ui.charts.training_curves import accuracy_figure, loss_figure


def rows(count: int, *, checked: bool = True) -> list[EpochRow]:
    return [
        EpochRow(
            epoch=number,
            loss=1 / number,
            accuracy=1 - 1 / (number + 1),
            val_loss=2 / number if checked else None,
            val_accuracy=0.5 if checked else None,
            seconds=1.0,
            batch_size=32,
        )
        for number in range(1, count + 1)
    ]


def test_both_sets_and_the_batches_are_drawn_by_epoch() -> None:
    figure = loss_figure(rows(3), [(0.5, 1.5), (1.0, 1.2)], epochs=10, best=3, still=True)
    batches, learned, checked = figure.data
    assert (tuple(batches.x), tuple(batches.y)) == ((0.5, 1.0), (1.5, 1.2))
    assert (tuple(learned.x), tuple(learned.y)) == ((1, 2, 3), (1, 1 / 2, 1 / 3))
    assert tuple(checked.y) == (2, 1, 2 / 3)
    assert figure.layout.shapes[0].x0 == 3, "the best epoch is marked"


def test_axes_keep_their_length_from_the_first_epoch_to_the_last() -> None:
    begun = accuracy_figure(rows(1), epochs=20, best=None, still=False)
    ended = accuracy_figure(rows(20), epochs=20, best=7, still=True)
    assert begun.layout.xaxis.range == ended.layout.xaxis.range
    assert begun.layout.yaxis.range == ended.layout.yaxis.range
    assert begun.layout.height == ended.layout.height
    assert begun.layout.xaxis.fixedrange
    assert not ended.layout.xaxis.fixedrange


def test_without_validation_images_there_is_no_validation_curve() -> None:
    figure = accuracy_figure(rows(2, checked=False), epochs=2, best=2, still=True)
    assert [trace.name for trace in figure.data] == ["Training"]


def test_before_the_first_epoch_only_the_batches_have_points() -> None:
    figure = loss_figure([], [(0.1, 2.3)], epochs=5, best=None, still=False)
    assert [len(trace.x) for trace in figure.data] == [1, 0, 0]


def test_the_first_report_is_to_be_seen_though_it_is_no_line_yet() -> None:
    first, second = (0.1, 1.5), (0.2, 1.4)
    one = loss_figure([], [first], epochs=10, best=None, still=False)
    assert one.data[0].mode == "markers"
    two = loss_figure([], [first, second], epochs=10, best=None, still=False)
    assert two.data[0].mode == "lines"
