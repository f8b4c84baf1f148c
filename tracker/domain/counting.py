"""Counting over a unit's history: how many papers of a kind it was issued, and when that is one too many. Pure.

A paper counts towards one firing of a rung and no more: three notices make an interview, the fourth does not make
another. Which papers an earlier firing took is not looked up but counted anew, from the first paper on, so that the
sweep and the auditor come to the same answer from the same list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tracker.domain.ladder import Counted, CountedAbout, Window
from tracker.domain.values import local_date


@dataclass(frozen=True, slots=True)
class IssuedPaper:
    """A paper that a unit was issued.

    place       its place in the row of papers of this unit from this office, from 1
    ended_at    when it was voided or superseded; from then on it counts no more
    tasks       what its lines are about
    task_id     the paper itself, as a task
    """

    place: int
    number: str
    kind: str
    campaign_id: int
    issued_at: datetime
    ended_at: datetime | None = None
    tasks: frozenset[int] = frozenset()
    task_id: int = 0


def counted_at(papers: Sequence[IssuedPaper], place: int, counted: Counted) -> tuple[IssuedPaper, ...]:
    """Return the papers that make the count full when the paper at `place` is issued; () when it is not.

    `papers` are all of one unit from one office, in the order of their places.
    """
    taken: set[int] = set()
    for one in papers:
        if one.place > place:
            break
        found = _full(papers, one, counted, taken)
        if one.place == place:
            return found
        taken.update(paper.place for paper in found)
    return ()


def _full(
    papers: Sequence[IssuedPaper], last: IssuedPaper, counted: Counted, taken: set[int]
) -> tuple[IssuedPaper, ...]:
    if last.kind not in counted.of:
        return ()
    standing = [one for one in papers if _counts(one, last, counted) and one.place not in taken]
    if counted.running:
        row = [one for one in standing if one.kind in {*counted.of, *counted.among}][-counted.at_least :]
        full = len(row) == counted.at_least and all(one.kind in counted.of for one in row)
        return tuple(row) if full else ()
    found = [one for one in standing if one.kind in counted.of]
    return tuple(found) if len(found) >= counted.at_least else ()


def _counts(one: IssuedPaper, last: IssuedPaper, counted: Counted) -> bool:
    """Tell whether a paper stood, within the window and about the same thing, when the last one was issued."""
    if one.place > last.place or (one.ended_at is not None and one.ended_at <= last.issued_at):
        return False
    if counted.about is CountedAbout.TASK and not one.tasks & last.tasks:
        return False
    if counted.within_days is not None:
        return local_date(one.issued_at) > local_date(last.issued_at) - timedelta(days=counted.within_days)
    match counted.window:
        case Window.YEAR:
            return local_date(one.issued_at).year == local_date(last.issued_at).year
        case Window.CAMPAIGN:
            return one.campaign_id == last.campaign_id
        case Window.EVER:
            return True
