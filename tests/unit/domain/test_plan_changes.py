"""Every edit of a plan draft can be taken back, and is recorded field by field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.domain.test_plan_drafts import content, measure
from tracker.domain import plan_arranging as arranging
from tracker.domain import plan_changes as changes
from tracker.domain import plan_drafts as drafts

Content = dict[str, Any]


@pytest.mark.parametrize(
    "edit",
    [
        lambda before: drafts.edited(before, 2, {"title": "别的", "leads": "公安局"}),
        lambda before: drafts.kept(before, 1, keep=False),
        lambda before: drafts.accepted(before, 1, yes=True),
        drafts.all_accepted,
        lambda before: drafts.with_workflows(before, {"摸排": "return"}),
        lambda before: drafts.with_ladders(before, {"survey.standard": "hotline"}),
        lambda before: arranging.doubled(before, 1),
        lambda before: arranging.joined(before, 1),
        lambda before: arranging.split(before, 1, 3, "x" * 40),
        lambda before: arranging.moved(before, 1, by=1),
        lambda before: arranging.placed(before, 1, "heading:1"),
        lambda before: drafts.with_head(before, {"title": "别的"}),
        lambda before: drafts.with_units(before, {"各村": ["东岭村", "西坡村"]}),
        lambda before: before,
    ],
)
def test_every_edit_can_be_taken_back_and_leaves_a_line(edit: Callable[[Content], Content]) -> None:
    before = content(measure(1), measure(2), measure(3, path=["宣传"]))
    after = edit(before)
    change = changes.change_between(before, after)
    assert changes.taken_back(after, change) == before
    assert bool(changes.recorded(before, after)) == (after != before)
    same_order = [one["id"] for one in after["measures"]] == [1, 2, 3]
    assert "measures" not in change or not same_order, "an edit of one keeps one"


def test_a_line_says_what_a_field_was_and_is() -> None:
    before = content(measure(1), measure(2))
    lines = changes.recorded(before, drafts.kept(drafts.with_head(before, {"title": "新"}), 2, keep=False))
    assert {"field": "title", "from": "行动", "to": "新"} in lines
    assert {"measure": 2, "title": "第2项", "field": "kept", "from": True, "to": False} in lines


def test_moving_one_proposal_is_one_line() -> None:
    before = content(*(measure(number) for number in range(1, 6)))
    after = {**before, "measures": [*before["measures"][1:], before["measures"][0]]}
    (line,) = changes.recorded(before, after)
    assert (line["measure"], line["field"], line["from"], line["to"]) == (1, "place", 1, 5)


def test_changed_words_are_told_from_the_plan_s_own() -> None:
    assert not changes.reworded(measure(1, title="别的名称"))
    assert changes.reworded(measure(1, text="改过的文字。"))
