"""The page of a report: whole, small, of one file, with every name as text."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import mlpcli
from mlpcli.metrics import METRICS
from mlpcli.render.html_report.page import LARGEST
from mlpcli.render.html_report.sections.contents import SECTIONS
from mlpcli.render.html_report.texts import MEANINGS, shown
from mlpcli.render.html_report.written import WrittenReport, report
from tests.render.html_report.pages import Page

QUICK: dict[str, Any] = {"preset": "textbook", "hidden": (6,), "epochs": 4}
HOSTILE = (
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "$x$",
    "a" * 300,
    "\u202eabc אבג",
    "😀🎉",
    "line\nbreak",
    '"quoted" & \'x\' id="z" onload="y"',
    "</style></title><img src=http://x.example/y>",
    "url(#x) #222222 --> ]]>",
    "{{ 7 * 7 }}{% raw %}",
)


def numbers(rows: int, names: Any, seed: int = 0) -> pd.DataFrame:
    values = np.random.default_rng(seed).normal(size=(rows, len(names)))
    return pd.DataFrame(values, columns=list(names))


def checked(written: WrittenReport) -> Page:
    page = Page(written.html)
    assert page.problems == []
    assert written.bytes == len(written.html.encode()) < LARGEST
    assert {tag for tag in page.tags if tag in ("script", "iframe", "link", "object", "img", "form")} == set()
    assert set(written.sections) == set(SECTIONS)
    for name, reason in written.absent.items():
        assert name in SECTIONS
        assert reason.endswith((".", "?"))
    return page


def test_hostile_names_are_text() -> None:
    frame = numbers(120, HOSTILE)
    city = "<b>city</b>"
    frame[city] = np.random.default_rng(1).choice(["<script>alert(2)</script>", "b" * 200, "ü&amp;"], 120)
    target = "y<script>"
    frame[target] = np.where(frame[HOSTILE[0]] > 0, "<script>yes</script>", 'no "&"')
    written = report(mlpcli.train(frame, target, **QUICK).model, frame, title="<h1>A & B</h1>")
    page = checked(written)
    assert written.absent == {}
    for name in (HOSTILE[0], HOSTILE[2], HOSTILE[5], HOSTILE[9], HOSTILE[10], city, "<h1>A & B</h1>"):
        assert name in page.text, name
    assert "line\\nbreak" in page.text
    assert "\\u202eabc" in page.text
    assert "\u202e" not in written.html
    assert "a" * 60 not in page.text
    assert "49" not in [text.strip() for text in page.texts]


def test_the_same_parts_give_the_same_bytes() -> None:
    frame = numbers(100, "abcy")
    model = mlpcli.train(frame, "y", **QUICK).model
    assert report(model, frame, seed=3).html == report(model, frame, seed=3).html


def test_many_columns() -> None:
    names = [f"a column with the number {number}" for number in range(520)]
    frame = numbers(90, [*names, "y"])
    model = mlpcli.train(frame, "y", most_columns=0, **QUICK).model
    page = checked(report(model))
    assert names[0] in page.text
    assert "Values are drawn of 40 columns" in page.text
    assert page.html.count('class="bars"') == 40


def test_many_classes_are_told_as_the_most_confused_pairs() -> None:
    frame = numbers(1200, "ab")
    frame["y"] = [f"class {int(abs(value) * 60) % 150}" for value in frame["a"]]
    model = mlpcli.train(frame, "y", task="multiclass", **QUICK).model
    page = checked(report(model, frame))
    assert f"The most confused of {len(model.task.labels)} classes" in page.text
    assert 'class="confusion"' not in page.html


def test_few_classes_have_a_matrix() -> None:
    frame = numbers(200, "ab")
    frame["y"] = np.where(frame["a"] > 0, "high", "low")
    page = checked(report(mlpcli.train(frame, "y", **QUICK).model, frame))
    assert page.html.count('class="confusion"') == 1
    assert "Calibration" in page.text


@pytest.mark.parametrize("labels", [False, True])
def test_several_targets(labels: bool) -> None:
    frame = numbers(150, "abc")
    frame["first"], frame["second"] = frame["a"] * 2, frame["b"] + frame["c"]
    if labels:
        frame["first"], frame["second"] = (frame[each].gt(0).astype(int) for each in ("first", "second"))
    written = report(mlpcli.train(frame, ["first", "second"], **QUICK).model, frame)
    page = checked(written)
    assert "effects" not in written.absent
    assert ("Decisions on each label" in page.text) == labels
    assert ("predicted1" in page.ids or "Histogram of true less" in page.html) == (not labels)


def test_without_rows_it_says_what_needs_them() -> None:
    model = mlpcli.train(numbers(80, "aby"), "y", **QUICK).model
    written = report(model)
    page = checked(written)
    assert set(written.absent) == {"errors", "effects", "rows", "slices", "drift"}
    assert page.text.count("It needs rows: give DATA to the report.") == 5


def test_rows_without_the_target() -> None:
    frame = numbers(80, "aby")
    model = mlpcli.train(frame, "y", **QUICK).model
    written = report(model, frame[["a", "b"]])
    checked(written)
    assert written.absent == dict.fromkeys(
        ("errors", "slices"), "The rows have no column 'y', so nothing is known of right and wrong."
    )


def test_a_model_without_sketches_and_history() -> None:
    frame = numbers(80, "aby")
    model = mlpcli.train(frame, "y", sketches=False, **QUICK).model
    model.artifact.history.clear()
    written = report(model, frame)
    page = checked(written)
    assert set(written.absent) == {"slices", "drift"}
    assert "The model holds no history of its epochs." in page.text
    assert "holds no counts of its training rows, so there are no mean effects" in page.text


def test_rows_that_trained_the_model_are_no_evidence() -> None:
    frame = numbers(80, "aby")
    model = mlpcli.train(frame, "y", **QUICK).model
    told = "The model learned from these rows"
    assert told in checked(report(model, frame)).text
    assert told not in checked(report(model, numbers(80, "aby", seed=5))).text


def test_a_useless_model_is_called_so() -> None:
    frame = numbers(60, "aby", seed=2)
    model = mlpcli.train(frame, "y", preset="textbook", hidden=(64,), epochs=300, learning_rate=0.05).model
    assert "not better than the baseline" in report(model, numbers(400, "aby", seed=3)).html


def test_dark_and_print_have_colours_of_their_own() -> None:
    html = report(mlpcli.train(numbers(60, "aby"), "y", **QUICK).model).html
    assert "prefers-color-scheme:dark" in html
    assert "@media print" in html
    drawn = html.partition("<body>")[2]
    assert "var(--blue)" in drawn
    assert "#0072b2" not in drawn.lower()


def test_every_metric_has_a_meaning() -> None:
    assert set(MEANINGS) == set(METRICS)


@pytest.mark.parametrize("text", ["", "short", "x" * 48, "x" * 49, "é" * 1000, "\0\n" * 400])
def test_shown_is_never_long(text: str) -> None:
    assert len(shown(text)) <= 48
    assert shown(text).isprintable()
    assert shown(text) == text or not text.isprintable() or len(text) > 48
