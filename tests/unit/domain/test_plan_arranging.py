"""Splitting, joining and moving proposals: the words they came from stay theirs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.domain.test_plan_drafts import NO_TIME, content, measure
from tracker.domain import plan_arranging as arranging
from tracker.domain.errors import NotFound, TransitionNotAllowed
from tracker.domain.plan_drafts import find_measure

DOCUMENT = "一、任务\n各村逐户排查，建立台账。每月25日前报送进度。\n二、其他"
WORDS = "各村逐户排查，建立台账。每月25日前报送进度。"
BEGINS = DOCUMENT.index(WORDS)


def whole(**given: object) -> dict[str, object]:
    return content(measure(1, text=WORDS, read=WORDS, spans=[[BEGINS, BEGINS + len(WORDS)]], **given), measure(2))


def words_of(draft: dict[str, object], number: int) -> str:
    return "".join(DOCUMENT[start:end] for start, end in find_measure(draft, number)["spans"])


@given(st.integers(1, len(WORDS) - 1))
def test_the_halves_of_a_proposal_light_up_their_own_words(at: int) -> None:
    try:
        halves = arranging.split(whole(), 1, at, DOCUMENT)
    except TransitionNotAllowed:
        assert not WORDS[at:].strip(arranging.STOPS)
        return
    assert [one["id"] for one in halves["measures"]] == [1, 3, 2]
    assert (words_of(halves, 1), words_of(halves, 3)) == (WORDS[:at], WORDS[at:])
    assert find_measure(halves, 1)["text"] + find_measure(halves, 3)["text"] == WORDS
    assert find_measure(halves, 3)["read"] == WORDS[at:]


def test_a_reworded_proposal_is_split_where_its_words_stand_in_the_plan() -> None:
    typed = "各村（社区）逐户上门排查，建立台账。请每月25日前报送进度。"
    reworded = content({**find_measure(whole(), 1), "text": typed})
    halves = arranging.split(reworded, 1, typed.index("请"), DOCUMENT)
    assert words_of(halves, 1) == "各村逐户排查，建立台账。"
    assert words_of(halves, 2) == "每月25日前报送进度。"
    assert find_measure(halves, 2)["text"] == "请每月25日前报送进度。"


def test_a_split_needs_words_on_both_sides_and_has_to_be_looked_at_again() -> None:
    for at in (0, -3, len(WORDS), 99):
        with pytest.raises(TransitionNotAllowed):
            arranging.split(whole(), 1, at, DOCUMENT)
    halves = arranging.split(whole(accepted=True), 1, WORDS.index("每"), DOCUMENT)
    assert not find_measure(halves, 1)["accepted"]
    assert find_measure(halves, 3)["title"] == "每月25日前报送进度"


def test_places_to_split_stand_behind_stops_with_words_on_both_sides() -> None:
    assert [WORDS[at:][:1] for at, _, _ in arranging.places_to_split(WORDS)] == ["建", "每"]
    assert arranging.places_to_split("。排查。") == []


def test_joined_proposals_keep_the_words_and_units_of_both() -> None:
    both = arranging.joined(content(measure(1), measure(2, kept=False), measure(3, leads=["公安局"])), 1)
    first = find_measure(both, 1)
    assert first["spans"] == [[10, 18], [30, 38]], "the words between them belong to neither"
    assert first["text"] == "做第1件事。做第3件事。"
    assert first["leads"] == ["各村", "公安局"]
    assert [one["id"] for one in both["measures"]] == [1, 2]
    with pytest.raises(TransitionNotAllowed):
        arranging.joined(both, 1)


def test_a_split_is_undone_by_joining_the_halves() -> None:
    halves = arranging.split(whole(), 1, WORDS.index("每"), DOCUMENT)
    again = find_measure(arranging.joined(halves, 1), 1)
    assert (again["text"], again["spans"]) == (WORDS, find_measure(whole(), 1)["spans"])


def test_a_doubled_proposal_comes_from_the_same_words() -> None:
    twice = arranging.doubled(content(measure(1, accepted=True), measure(2)), 1)
    assert [one["id"] for one in twice["measures"]] == [1, 3, 2]
    assert find_measure(twice, 3)["spans"] == [[10, 18]]
    assert not find_measure(twice, 3)["accepted"]
    with pytest.raises(NotFound):
        arranging.doubled(twice, 9)


def test_a_proposal_moves_past_its_neighbour_and_at_the_edge_under_the_next_heading() -> None:
    here, there = ["排查"], ["宣传"]
    draft = content(measure(1, path=here), measure(2, path=here), measure(3, path=there))
    once = arranging.moved(draft, 1, by=1)
    assert [one["id"] for one in once["measures"]] == [2, 1, 3]
    twice = arranging.moved(once, 1, by=1)
    assert [(one["id"], one["path"]) for one in twice["measures"]] == [(2, here), (1, there), (3, there)]
    assert arranging.moved(arranging.moved(twice, 1, by=1), 1, by=-1) == twice
    for number, by in ((1, -1), (3, 1)):
        with pytest.raises(TransitionNotAllowed):
            arranging.moved(draft, number, by=by)


def test_a_proposal_goes_under_another_heading_or_phase_and_takes_the_phase_s_end() -> None:
    phases = [{"key": "p1", "title": "动员部署阶段", "starts_on": "2026-03-02", "ends_on": "2026-03-20"},
              {"key": "p2", "title": "总结提升阶段", "starts_on": "2026-08-01", "ends_on": "2026-08-31"}]  # fmt: skip
    draft = content(
        measure(1, path=["排查"], when=NO_TIME), measure(2, path=["步骤", "（一）动员部署阶段"]), measure(3, path=["宣传"]),
        phases=phases,
    )  # fmt: skip
    assert arranging.headings(draft) == [["排查"], ["步骤", "（一）动员部署阶段"], ["宣传"]]
    under = arranging.placed(draft, 1, "heading:2")
    assert [one["id"] for one in under["measures"]] == [2, 1, 3]
    assert find_measure(under, 1)["when"] == {**NO_TIME, "kind": "phase_end", "phase": "p1"}
    assert find_measure(arranging.placed(draft, 1, "phase:p1"), 1)["path"] == ["步骤", "（一）动员部署阶段"]
    last = arranging.placed(draft, 3, "phase:p2")
    assert find_measure(last, 3)["path"] == ["总结提升阶段"]
    assert find_measure(last, 3)["when"]["kind"] == "by_date", "a date of its own stays"
    for place in ("", "heading:9", "heading:x", "phase:p9"):
        with pytest.raises(TransitionNotAllowed):
            arranging.placed(draft, 1, place)
