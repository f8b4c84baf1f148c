"""Which measure of a newer text is which of the running campaign, and what differs between the two."""

from __future__ import annotations

from datetime import date

from tracker.domain.cadence import Cadence, Every
from tracker.domain.changing import ChangeKind, Edit, MeasureState
from tracker.domain.deadlines import DueAtPhaseEnd, DueByDate, DueInPart, Phase
from tracker.domain.plan_versions import Difference, Proposed, combined, compare, match
from tracker.domain.timings import Timing

PATROL = "各村对辖区内的水库、山塘、河道逐处排查，建立台账，竖立警示牌。"
TALK = "在集市和广场开展防溺水宣传，发放明白纸，每户签收。"
MARCH, APRIL = DueByDate(date(2026, 3, 20)), DueByDate(date(2026, 4, 20))
PHASES = {"first": Phase("first", "排查阶段", date(2026, 3, 2), date(2026, 3, 20))}


def running(key: str, text: str, *, ordinal: str = "（一）", due: Timing = MARCH, **duties: str) -> MeasureState:
    return MeasureState(key, ordinal, "名称", text, "survey", due, duties or {"east": "each", "west": "each"})


def newer(
    text: str, *, ordinal: str = "（一）", due: Timing | None = MARCH, units: tuple[str, ...] | None = ("east", "west"),
    lead: str | None = None, strange: tuple[str, ...] = (),
) -> Proposed:  # fmt: skip
    return Proposed(ordinal, "名称", text, "survey", due, units, lead, strange)


def differences(present: list[MeasureState], proposed: list[Proposed]) -> list[Difference]:
    return compare(present, proposed, PHASES, ["added-01", "added-02"])


def kinds(found: list[Difference]) -> list[str]:
    return [one.kind.value for one in found]


def test_the_same_text_differs_in_nothing_whatever_its_signs_and_white_space() -> None:
    assert differences([running("a", PATROL)], [newer(PATROL.replace("，", ", ").replace("。", " "))]) == []


def test_measures_are_found_again_by_their_words_when_the_numbers_moved() -> None:
    present = [running("a", PATROL, ordinal="（一）"), running("b", TALK, ordinal="（二）")]
    pairs = match(
        present,
        [newer("组建巡逻队，周末和节假日不间断巡逻。"), newer(PATROL, ordinal="（二）"), newer(TALK, ordinal="（三）")],
    )
    assert {new: old for new, (old, _) in pairs.items()} == {1: 0, 2: 1}


def test_the_number_in_the_outline_helps_where_the_words_changed_much() -> None:
    rewritten = "各村对水库、山塘逐处排查，落实专人看管，配齐救生圈、救生杆，每周巡查两次并做好记录，险情当天报告。"
    assert match([running("a", PATROL)], [newer(rewritten, ordinal="（一）")])
    assert not match([running("a", PATROL)], [newer(rewritten, ordinal="（五）")])
    assert [one.sure for one in differences([running("a", PATROL)], [newer(rewritten)])] == [False]


def test_each_measure_has_one_match() -> None:
    assert len(match([running("a", PATROL)], [newer(PATROL), newer(PATROL, ordinal="（二）")])) == 1
    assert kinds(differences([running("a", PATROL)], [newer(PATROL), newer(PATROL, ordinal="（二）")])) == ["added"]


def test_words_date_and_units_are_each_a_difference_of_their_own() -> None:
    changed = newer(PATROL + "每月复查一次。", due=APRIL, units=("west", "hill"))
    found = differences([running("a", PATROL)], [changed])
    assert kinds(found) == ["reworded", "redated", "units_added", "units_removed"]
    assert [one.edit for one in found] == [
        Edit("edit", "a", text=PATROL + "每月复查一次。"),
        Edit("edit", "a", due=APRIL),
        Edit("edit", "a", duties=(("hill", "each"),)),
        Edit("edit", "a", duties=(("east", "each"),)),
    ]
    assert all(one.sure for one in found)


def test_a_number_that_moved_is_no_more_than_a_suggestion() -> None:
    (found,) = differences([running("a", PATROL)], [newer(PATROL, ordinal="（二）")])
    assert (found.kind, found.sure, found.edit) == (ChangeKind.REWORDED, False, Edit("edit", "a", ordinal="（二）"))


def test_what_the_text_does_not_hold_is_never_withdrawn_unless_somebody_says_so() -> None:
    found = differences([running("a", PATROL), running("b", TALK, ordinal="（二）")], [newer(PATROL)])
    assert [(one.kind, one.sure) for one in found] == [(ChangeKind.WITHDRAWN, False)]


def test_one_date_written_in_two_ways_is_one_date() -> None:
    assert (
        differences(
            [running("a", PATROL, due=DueInPart(2026, 5, "month"))], [newer(PATROL, due=DueByDate(date(2026, 5, 31)))]
        )
        == []
    )
    assert differences([running("a", PATROL, due=DueAtPhaseEnd("first"))], [newer(PATROL)]) == []
    monthly = Cadence(Every.MONTH, by_day=25)
    begun = Cadence(Every.MONTH, by_day=25, from_on=date(2026, 3, 2))
    assert differences([running("a", PATROL, due=begun)], [newer(PATROL, due=monthly)]) == []
    assert differences([running("a", PATROL)], [newer(PATROL, due=None, units=None)]) == []


def test_a_day_of_another_month_of_the_year_is_another_time() -> None:
    june, september, december, unsaid = (Cadence(Every.YEAR, by_day=26, by_month=month) for month in (6, 9, 12, None))
    (found,) = differences([running("a", PATROL, due=june)], [newer(PATROL, due=september)])
    assert found.edit == Edit("edit", "a", due=september)
    assert differences([running("a", PATROL, due=december)], [newer(PATROL, due=unsaid)]) == []


def test_what_cannot_change_while_it_runs_says_so_and_cannot_be_accepted() -> None:
    once = differences([running("a", PATROL)], [newer(PATROL, due=Cadence(Every.MONTH))])
    lead = differences(
        [running("a", PATROL, east="lead", west="support")], [newer(PATROL, units=("hill", "west"), lead="hill")]
    )
    for found, words in ((once, "一次性的不能"), (lead, "牵头单位不能")):
        (refused,) = [one for one in found if one.edit is None]
        assert words in refused.why
        assert not refused.sure


def test_a_new_measure_that_is_not_whole_says_what_is_lacking() -> None:
    (whole,) = differences([], [newer(TALK)])
    assert whole.edit is not None
    assert (whole.edit.act, whole.edit.key, whole.edit.duties) == (
        "add",
        "added-01",
        (("east", "each"), ("west", "each")),
    )
    (lacking,) = differences([], [newer(TALK, due=None, units=None, strange=("消防专班",))])
    assert lacking.edit is None
    assert "没有读出时限" in lacking.why
    assert "“消防专班”没有对上" in lacking.why


def test_who_joins_and_who_leaves_become_one_edit_and_what_was_left_stays() -> None:
    present = [running("a", PATROL)]
    found = differences(present, [newer(PATROL, due=APRIL, units=("west", "hill"))])
    chosen = [(one.kind, one.edit) for one in found if one.edit is not None]
    assert combined(present, chosen) == [
        Edit("edit", "a", due=APRIL), Edit("edit", "a", duties=(("west", "each"), ("hill", "each"))),
    ]  # fmt: skip
    assert combined(present, chosen[2:]) == [Edit("edit", "a", duties=(("west", "each"),))]
    assert combined([], chosen[1:2]) == [chosen[1][1]], "one that is gone is for the change set to refuse"
