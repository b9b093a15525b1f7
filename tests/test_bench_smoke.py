"""The benchmarks' report, from fixed results: no time is ever asserted."""

from __future__ import annotations

from tests.bench.passes import Pass, compare, ratio
from tests.bench.report import Finding, Spread, Target, render

PASSES = {"ours": [Pass(3.0, 80, 100), Pass(2.0, 90, 100), Pass(4.0, 70, 100)], "floor": [Pass(1.5, 50, 100)]}


def test_the_report_shows_figures_beside_their_floor_and_the_targets_met_or_missed() -> None:
    table = compare("100 rows", "row", {"ours": "我们", "floor": "floor"}, PASSES, "floor")
    finding = Finding(
        "imports",
        "(b) Import",
        (table,),
        (Target("import ÷ floor", "≤ 10", "2.00", True), Target("memory", "≤ 60 MB", "90 MB", False)),
        ("A note.",),
    )
    assert render([finding], heading="bench") == (
        "bench\n\n"
        "(b) Import\n==========\n\n"
        "100 rows            seconds  µs/row  peak MB  ÷ floor\n"
        "--------  -----------------  ------  -------  -------\n"
        "我们      3.00 [2.00..4.00]   30000       90     2.00\n"
        "floor     1.50 [1.50..1.50]   15000       50     1.00\n\n"
        "A note.\n\n"
        "Targets\n=======\n\n"
        "what             wanted  found  met\n"
        "--------------  -------  -----  ---\n"
        "import ÷ floor     ≤ 10   2.00  yes\n"
        "memory          ≤ 60 MB  90 MB   NO\n"
    )


def test_a_ratio_is_that_of_the_medians() -> None:
    assert ratio(PASSES, "ours", "floor") == 2.0
    assert Spread.of([3.0, 1.0, 2.0]).shown(1) == "2.0 [1.0..3.0]"
