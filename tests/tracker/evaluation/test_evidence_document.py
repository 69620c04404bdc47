"""docs/evidence.md holds what the code writes: its tables' shape, not their numbers."""

from __future__ import annotations

import itertools
import re

import pytest

from bench import drawn, evidence
from tests.support.made_up_kin import made_up
from tracker.evaluation import tables
from tracker.evaluation.families import MEASURES, evaluate_families
from tracker.evaluation.gates import SCENARIOS

TEXT = evidence.DOCUMENT.read_text(encoding="utf-8")


def block(part: str) -> str:
    begin, end = f"<!-- {part} -->", f"<!-- end of {part} -->"
    assert TEXT.count(begin) == TEXT.count(end) == 1
    return TEXT.split(begin)[1].split(end)[0].strip()


def headers(text: str) -> list[str]:
    lines = text.splitlines()
    return [line for line, below in itertools.pairwise(lines) if below[:4] == "| --"]


def test_the_gate_table_has_every_scenario_and_says_by_what_it_was_made() -> None:
    written = block("synthetic")
    titles = re.findall(r"^\*\*(.+)\*\*$", written, flags=re.MULTILINE)
    assert titles == [scenario.name for scenario in SCENARIOS]
    first = written.splitlines()[0]
    assert re.match(
        r"\d+ of \d+ gates passed\. [\d,]+ replicates of each scenario, seed \d+", first
    )
    assert re.search(r"code [0-9a-f]{12}\.$", first)
    header = "| " + " | ".join(tables.GATE_HEADER) + " |"
    assert headers(written) == [header] * len(SCENARIOS)


def test_the_tables_of_real_families_are_those_of_the_command() -> None:
    results = evaluate_families(made_up(8, likeness=0.6, families=5, strangers=40), draws=2)
    made = "\n\n".join(tables.markdown(one) for one in tables.of_families(results))
    written = block("families")
    assert headers(written) == headers(made)
    for measure in MEASURES:
        assert len(re.findall(rf"^\| {measure} \|", written, flags=re.MULTILINE)) == 2
    assert re.search(r"Embedder \S+@[0-9a-f]{8}, \d+ draws", written.splitlines()[0])


def test_the_table_of_drawn_families_has_both_kinds_of_each_seed() -> None:
    written = block("drawn")
    assert drawn.as_table([]).splitlines()[0] in written
    for seed in drawn.SEEDS:
        assert f"| {seed}, turns |" in written
        assert f"| {seed}, half and half |" in written


@pytest.mark.parametrize("part", evidence.PARTS)
def test_a_part_is_replaced_and_the_rest_is_left(part: str) -> None:
    changed = evidence.put(TEXT, part, "new")
    assert f"<!-- {part} -->\nnew\n<!-- end of {part} -->" in changed
    before, after = TEXT.split(f"<!-- {part} -->")[0], TEXT.split(f"<!-- end of {part} -->")[1]
    assert changed.startswith(before)
    assert changed.endswith(after)


def test_the_commands_that_the_document_names_are_there() -> None:
    assert "`tracker evaluate synthetic`" in TEXT
    assert "`tracker evaluate families DIR --embedder model.toml`" in TEXT


def test_limits_are_written_in_words_that_say_no_more_than_holds() -> None:
    assert tables.within(0.0, 0.0638) == "<= 0.064"
    assert tables.within(0.914, 0.976) == "0.914 to 0.976"
    assert tables.within(0.9, 1.0) == ">= 0.900"
    assert tables.within(0.0, 1.0) == "> 0"
    assert tables.within(0.0, 1.5) == "<= 1.500"
    assert tables.number(float("nan")) == "-"
    assert tables.number(float("inf")) == "none"
