"""Units are compared with their like alone, by the dates of the plan's duties, and equals share a place."""

from __future__ import annotations

from datetime import UTC, datetime

from tracker.domain.campaign_file import UNIT_KINDS
from tracker.domain.ranking import Ranking, UnitCount, basis_of, rank

COUNTS = (
    UnitCount("农商行", "bank", 4, 0, 4), UnitCount("甲村", "village", 4, 2, 1), UnitCount("乙村", "village", 8, 1, 2),
    UnitCount("丙村", "village", 4, 2, 1), UnitCount("丁村", "village", 3, 3, 0), UnitCount("戊村", "village", 0, 0, 0),
    UnitCount("东社区", "community", 2, 0, 1), UnitCount("西社区", "community", 2, 2, 0),
)  # fmt: skip


def test_fewer_late_come_first_then_more_done_and_equals_share_a_place():
    villages = dict(rank(COUNTS, UNIT_KINDS))["村"]
    assert [(one.place, one.unit) for one in villages] == [(1, "丁村"), (2, "甲村"), (2, "丙村"), (4, "乙村")]


def test_kinds_stand_apart_and_whoever_has_no_like_or_no_task_is_not_listed():
    groups = rank(COUNTS, UNIT_KINDS)
    assert [title for title, _ in groups] == ["村", "社区"]
    assert not {"农商行", "戊村"} & {one.unit for _, units in groups for one in units}


def test_a_table_is_stored_with_the_paper_and_read_back_the_same():
    table = Ranking("《考核办法》第五条", datetime(2026, 3, 25, 2, tzinfo=UTC), rank(COUNTS, UNIT_KINDS))
    assert Ranking.of({"ranking": table.to_plain()}) == table
    assert Ranking.of({}) is None


def test_without_a_title_there_is_no_basis():
    assert basis_of({}) == ""
