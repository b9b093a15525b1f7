"""Drawings: what they say, to whoever looks and to whoever listens."""

from __future__ import annotations

import re
from datetime import date
from xml.etree import ElementTree

import pytest

from bot.web.charts import WIDTH, Rung, StepTo, steps, text_width

RUNGS = (Rung("A 优", "favourable"), Rung("B 良", "neutral"), Rung("C 差", "adverse"))
TODAY = date(2026, 11, 20)


def drawn(*points: StepTo, rungs: tuple[Rung, ...] = RUNGS, desc: str = "说明") -> str:
    return str(steps(rungs, points, TODAY, name="x", title="图", desc=desc))


def test_a_drawing_is_well_formed_and_has_a_name_and_a_description() -> None:
    svg = drawn(StepTo(date(2026, 1, 1), 1), desc="从<b>&起")
    tree = ElementTree.fromstring(svg)
    assert tree.attrib["role"] == "img"
    named = {child.attrib["id"]: child.text for child in tree if "id" in child.attrib}
    assert named == {"x-t": "图", "x-d": "从<b>&起"}
    assert tree.attrib["aria-labelledby"] == "x-t x-d"


def test_nothing_in_a_drawing_is_styled_inside() -> None:
    assert "style" not in drawn(StepTo(date(2026, 1, 1), 1))


def test_words_from_outside_stay_words() -> None:
    svg = drawn(StepTo(TODAY, 0), rungs=(Rung("<script>", "neutral"),))
    assert "<script>" not in svg
    assert "&lt;script&gt;" in svg


def test_each_step_has_a_dot_of_its_tone_and_the_line_goes_on_to_today() -> None:
    svg = drawn(StepTo(date(2025, 1, 1), 0), StepTo(date(2026, 1, 1), 2))
    assert re.findall(r'class="dot (\w+)"', svg) == ["favourable", "adverse"]
    line = re.search(r'd="([^"]+)" class="steps"', svg)
    assert line is not None
    assert line[1].endswith(f"H{WIDTH - 14}")
    assert "V" in line[1]


def test_a_time_without_a_place_on_the_scale_breaks_the_line() -> None:
    svg = drawn(StepTo(date(2025, 1, 1), 0), StepTo(date(2025, 6, 1), None), StepTo(date(2026, 1, 1), 1))
    line = re.search(r'd="([^"]+)" class="steps"', svg)
    assert line is not None
    assert line[1].count("M") == 2
    assert "V" not in line[1]


@pytest.mark.parametrize("since", [TODAY, date(2026, 11, 19), date(1999, 1, 1)])
def test_everything_lies_within_the_drawing(since: date) -> None:
    svg = drawn(StepTo(since, 1))
    for x in re.findall(r'(?:cx|x)="([\d.]+)"', svg):
        assert 0 <= float(x) <= WIDTH


def test_hanzi_are_wider_than_letters() -> None:
    assert text_width("优") > text_width("A")
