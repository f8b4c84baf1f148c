"""Counting over a unit's papers: within a window, about one task, running, and never the same paper twice."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.counting import IssuedPaper, counted_at
from tracker.domain.deadlines import local_moment
from tracker.domain.ladder import Counted, CountedAbout, Window


def at(day: str) -> datetime:
    return local_moment(date.fromisoformat(day), time(10))


def paper(place: int, day: str, kind: str = "notice", **more) -> IssuedPaper:
    return IssuedPaper(place, f"督〔2026〕{place}号", kind, more.pop("campaign_id", 1), at(day), **more)


def full(papers: list[IssuedPaper], counted: Counted) -> list[list[int]]:
    """Return, for each paper in turn, the places of those that make the count full with it."""
    return [[one.place for one in counted_at(papers, last.place, counted)] for last in papers]


THREE_IN_90 = Counted(("notice",), 3, within_days=90)


def test_three_notices_in_ninety_days_count_with_the_third_and_the_fourth_begins_anew():
    papers = [paper(n, day) for n, day in enumerate(["2026-01-05", "2026-02-01", "2026-03-01", "2026-03-20"], start=1)]
    assert full(papers, THREE_IN_90) == [[], [], [1, 2, 3], []]


def test_six_notices_fill_the_count_twice():
    papers = [paper(n, f"2026-03-{n:02}") for n in range(1, 7)]
    assert full(papers, THREE_IN_90) == [[], [], [1, 2, 3], [], [], [4, 5, 6]]


@pytest.mark.parametrize(("first", "counts"), [("2026-01-01", False), ("2026-01-02", True)])
def test_the_ninetieth_day_back_no_longer_counts(first, counts):
    # 2026-04-01 is 90 days after 2026-01-01; the window is the 90 days that end with the last paper.
    papers = [paper(1, first), paper(2, "2026-03-01"), paper(3, "2026-04-01")]
    assert full(papers, THREE_IN_90)[-1] == ([1, 2, 3] if counts else [])


def test_a_paper_that_was_voided_before_does_not_count_and_one_voided_later_did():
    before = [paper(1, "2026-03-01", ended_at=at("2026-03-04")), paper(2, "2026-03-02"), paper(3, "2026-03-05")]
    later = [paper(1, "2026-03-01", ended_at=at("2026-03-06")), paper(2, "2026-03-02"), paper(3, "2026-03-05")]
    assert full(before, THREE_IN_90)[-1] == []
    assert full(later, THREE_IN_90)[-1] == [1, 2, 3]


def test_papers_about_another_task_do_not_count_for_this_one():
    about_one_task = Counted(("yellow_card",), 2, about=CountedAbout.TASK)
    papers = [
        paper(1, "2026-03-01", "yellow_card", tasks=frozenset({7})),
        paper(2, "2026-04-01", "yellow_card", tasks=frozenset({8})),
        paper(3, "2026-05-01", "yellow_card", tasks=frozenset({7, 9})),
    ]
    assert full(papers, about_one_task) == [[], [], [1, 3]]


def test_a_card_of_another_colour_breaks_the_row():
    running = Counted(("red_card",), 3, running=True, among=("yellow_card",))
    kinds = ["red_card", "red_card", "yellow_card", "red_card", "red_card", "notice", "red_card"]
    papers = [paper(n, f"2026-03-{n:02}", kind) for n, kind in enumerate(kinds, start=1)]
    assert full(papers, running) == [[], [], [], [], [], [], [4, 5, 7]]


def test_a_window_may_be_the_year_or_the_campaign():
    papers = [paper(1, "2025-12-30"), paper(2, "2026-01-02", campaign_id=2), paper(3, "2026-01-03", campaign_id=1)]
    assert full(papers, Counted(("notice",), 2, window=Window.YEAR))[-1] == [2, 3]
    assert full(papers, Counted(("notice",), 2, window=Window.CAMPAIGN))[-1] == [1, 3]


@given(st.lists(st.sampled_from(["notice", "other"]), max_size=30), st.integers(2, 5), st.booleans())
def test_no_paper_counts_towards_two_firings(kinds, at_least, running):
    papers = [paper(n, "2026-03-01", kind) for n, kind in enumerate(kinds, start=1)]
    counted = Counted(("notice",), at_least, running=running, among=("other",) if running else ())
    taken = [place for places in full(papers, counted) for place in places]
    assert len(taken) == len(set(taken))
    if not running:
        assert len(taken) == kinds.count("notice") // at_least * at_least
