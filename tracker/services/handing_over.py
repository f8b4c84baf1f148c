"""Open tasks go from one unit to another with everything that hangs on them. Called inside a transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tracker.domain.addressing import OFFICE_SIDE_ROLES
from tracker.domain.reorganising import OpenTask, last_day
from tracker.domain.values import local_date
from tracker.persistence.queries.units import unit_names
from tracker.persistence.repositories.events import NewEvent
from tracker.persistence.repositories.told import NewTold
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.person_events import person_event
from tracker.services.recording import Doer, event
from tracker.services.telling import Audience, address_book, vacancies


@dataclass(frozen=True)
class HandOver:
    """Why, when and by whom tasks change hands."""

    on: date
    reason: str
    kind: str
    by: Doer
    now: datetime


def hand_over(uow: UnitOfWork, tasks: Sequence[OpenTask], moves: Mapping[int, int], act: HandOver) -> list[NewEvent]:
    """Move tasks (id → unit), tell both sides, and return one event a task, to be appended last, and one a draft that
    gathers no more because another of its kind does at the same unit.

    Clocks are not touched: due dates, occurrences and fired rungs stay, and the event says how long the task was
    whose. Told are the old unit's people as long as they hold their posts, so call this before posts end.
    """
    moved = [task for task in tasks if moves.get(task.id, task.unit_id) != task.unit_id]
    if not moved:
        return []
    names = unit_names(uow.session, [*{task.unit_id for task in moved}, *moves.values()])
    clocks = uow.reorganising.standing_clocks([task.id for task in moved])
    _tell(uow, moved, moves, names, act)
    parted = uow.reorganising.move_tasks({task.id: moves[task.id] for task in moved})
    stopped = [
        event(("notice", one), "notice.gathering_ended", {"beside": ref, "why": act.kind}, at=act.now, by=act.by)
        for one, ref in parted
    ]
    return stopped + [
        event(
            ("task", task.id), "task.handed_over",
            {
                "from": task.unit_id, "from_name": names[task.unit_id], "to": moves[task.id],
                "to_name": names[moves[task.id]], "on": act.on, "why": act.kind, "reason": act.reason,
                "clocks_standing": clocks.get(task.id, {}),
            },
            at=act.now, by=act.by,
        )
        for task in moved
    ]  # fmt: skip


def end_posts(uow: UnitOfWork, unit_ids: Sequence[int], act: HandOver) -> list[NewEvent]:
    """End the posts of units that end, and return their events."""
    posts = uow.reorganising.posts_from(unit_ids, act.on)
    spans = {post.id: last_day(post.starts_on, act.on) for post in posts}
    uow.roster.change_posts([
        {"id": post.id, "title": post.title, "starts_on": spans[post.id][0], "ends_on": spans[post.id][1]}
        for post in posts
    ])  # fmt: skip
    return [
        person_event(
            post.person_id, "post.ended", at=act.now, by=act.by.person_id, post=post.id, ends_on=spans[post.id][1],
            because=act.kind,
        )
        for post in posts
    ]  # fmt: skip


def _tell(
    uow: UnitOfWork, moved: Sequence[OpenTask], moves: Mapping[int, int], names: Mapping[int, str], act: HandOver
) -> None:
    """Tell the liaisons of both units; a draft paper is told to nobody yet."""
    audiences = {
        (task.campaign_id, unit_id): Audience(task.campaign_id, unit_id, task.office_unit_id, names[unit_id])
        for task in moved
        for unit_id in (task.unit_id, moves[task.id])
    }
    book = address_book(uow, list(audiences.values()), now=act.now)
    rows, missing = [], []
    for task in moved:
        if task.in_draft:
            continue
        facts = {
            "task_ref": task.ref, "title": task.title, "unit": names[moves[task.id]], "old_unit": names[task.unit_id],
            "due_on": task.due_on, "reason": act.reason,
        }  # fmt: skip
        cause = f"handed_over:{task.id}:{moves[task.id]}:{local_date(act.now)}"
        new = audiences[task.campaign_id, moves[task.id]]
        reached = book.reach(
            ["liaison"], unit_id=new.unit_id, office_unit_id=new.office_unit_id, campaign_id=new.campaign_id
        )
        missing += vacancies(new, reached.vacant)
        rows += [
            NewTold(cause, one.person_id, one.post_id, "handed_over", facts, task.campaign_id, task.id)
            for one in reached.holders
        ]
        # Without the post, for it may end with the unit on this very day, and the news is for them all the same.
        old = book.reach(
            ["liaison"], unit_id=task.unit_id, office_unit_id=task.office_unit_id, campaign_id=task.campaign_id
        )
        rows += [
            NewTold(cause, one.person_id, None, "handed_over", facts, task.campaign_id, task.id)
            for one in old.holders
            if not set(old.vacant) & OFFICE_SIDE_ROLES and "liaison" not in old.vacant
        ]
    uow.told.add(rows, now=act.now)
    uow.incidents.raise_many(missing, now=act.now)
