"""Many things told at once: one told row a matter and person; the gatherer binds a person's rows into one message."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tracker.persistence.models import Campaign, Task
from tracker.persistence.queries.units import unit_names
from tracker.persistence.repositories.incidents import NewIncident
from tracker.persistence.repositories.told import NewTold
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.opening import OpenedTask
from tracker.services.telling import Audience, address_book, vacancies


@dataclass(frozen=True)
class Announcement:
    """One matter for one unit. The unit's name and the campaign's title are added to `facts`.

    `about` is the unit whose task it is, where another unit is told of it.
    """

    cause: str
    message: str
    unit_id: int
    task_id: int | None
    facts: Mapping[str, Any] = field(default_factory=dict)
    roles: tuple[str, ...] = ("liaison",)
    about: int | None = None


def announce(uow: UnitOfWork, campaign: Campaign, matters: Iterable[Announcement], *, now: datetime) -> int:
    """Tell the units' people, open a data-quality item for each vacancy; return how many people are told."""
    listed = list(matters)
    if not listed:
        return 0
    office_unit = uow.tasks.office_of(campaign.id).unit_id
    units = {m.unit_id for m in listed} | {m.about for m in listed if m.about is not None}
    names = unit_names(uow.session, sorted(units))
    audiences = {unit: Audience(campaign.id, unit, office_unit, names[unit]) for unit in sorted(units)}
    book = address_book(uow, list(audiences.values()), now=now)
    reached = {
        (unit, roles): book.reach(roles, unit_id=unit, office_unit_id=office_unit, campaign_id=campaign.id)
        for unit, roles in {(m.unit_id, m.roles): None for m in listed}
    }
    rows = [
        NewTold(m.cause, holder.person_id, holder.post_id, m.message, facts, campaign.id, m.task_id)
        for m in listed
        for facts in [{"unit": names[m.about or m.unit_id], "campaign": campaign.title, **m.facts}]
        for holder in reached[m.unit_id, m.roles].holders
    ]
    uow.told.add(rows, now=now)
    nobody: list[NewIncident] = []
    for (unit, _), found in reached.items():
        nobody += vacancies(audiences[unit], found.vacant)
    uow.incidents.raise_many(nobody, now=now)
    return len({row.person_id for row in rows})


def liaisons_of(uow: UnitOfWork, campaign: Campaign, unit_ids: Iterable[int], *, now: datetime) -> frozenset[int]:
    """Return the persons whom news for these units reaches."""
    office_unit = uow.tasks.office_of(campaign.id).unit_id
    units = sorted(set(unit_ids))
    book = address_book(uow, [Audience(campaign.id, unit, office_unit, "") for unit in units], now=now)
    return frozenset(
        holder.person_id
        for unit in units
        for holder in book.reach(
            ("liaison",), unit_id=unit, office_unit_id=office_unit, campaign_id=campaign.id
        ).holders
    )


def of_opened(opened: Sequence[OpenedTask]) -> list[Announcement]:
    """Return the news of tasks just opened; a supporter is asked to do its part, not to sign for a task."""
    return [
        Announcement(
            f"assigned:{one.id}", "support_asked" if one.new.tie == "part" else "assigned", one.new.unit_id, one.id,
            {
                "task_ref": one.ref, "title": one.new.title, "note": str(one.new.brief.get("note", "")),
                "due_on": one.new.due.due_on.isoformat() if one.new.due else "",
            },
        )
        for one in opened
    ]  # fmt: skip


def facts_of(task: Task, **more: object) -> dict[str, object]:
    """Return what every message about a task says."""
    due_on = task.due_on.isoformat() if task.due_on else ""
    return {"task_ref": task.ref, "title": task.title, "due_on": due_on, **more}
