"""Who is told of what a decision did. Rows only; the gatherer makes messages of them later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tracker.domain.addressing import HOLDER_NAMES, AddressBook
from tracker.domain.clocks import DUTY_CLOCKS
from tracker.domain.clocks import tell as tell_clock
from tracker.domain.messages import DATES, names_date
from tracker.domain.permissions import Tied
from tracker.domain.values import DueClass, local_date
from tracker.persistence.repositories.clocks import clock_from, clock_payload
from tracker.persistence.repositories.incidents import NewIncident
from tracker.persistence.repositories.told import NewTold
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.recording import event


@dataclass(frozen=True)
class Audience:
    """About which unit of which campaign, where the office sits, and on which other unit the matter hangs."""

    campaign_id: int
    unit_id: int
    office_unit_id: int
    unit_name: str
    tied: Tied | None = None

    @property
    def judging_unit_id(self) -> int | None:
        """Return the unit that judges in the supervisors' place, if one does."""
        return self.tied.upper_unit_id if self.tied is not None and self.tied.is_share else None


def address_book(uow: UnitOfWork, audiences: Sequence[Audience], *, now: datetime) -> AddressBook:
    """Return the posts held today at all units that the audiences need, in one query."""
    units = {a.unit_id for a in audiences} | {a.office_unit_id for a in audiences}
    units |= {a.tied.upper_unit_id for a in audiences if a.tied is not None}
    rows = uow.told.posts_at(sorted(units), today=local_date(now))
    first = uow.campaigns.first_responsible({a.campaign_id for a in audiences})
    return AddressBook(((r.unit_id, r.role, r.campaign_id, r.person_id, r.post_id) for r in rows), first)


def tell(
    uow: UnitOfWork,
    *,
    cause: str,
    message: str,
    facts: Mapping[str, Any],
    audience: Audience,
    roles: Sequence[str],
    now: datetime,
    task_id: int | None = None,
    notice_id: int | None = None,
    grave: bool = False,
    except_person: int | None = None,
) -> None:
    """Write told rows for the holders of `roles`, and an incident for each vacancy met on the way.

    When the message names the date of a duty and somebody is told it, that date is `told` from this transaction on.
    The caller holds the task, and its clocks wherever it has already written to a stream.
    """
    book = address_book(uow, [audience], now=now)
    reached = book.reach(
        roles, unit_id=audience.unit_id, office_unit_id=audience.office_unit_id, campaign_id=audience.campaign_id,
        judging_unit_id=audience.judging_unit_id,
    )  # fmt: skip
    rows = [
        NewTold(cause, h.person_id, h.post_id, message, facts, audience.campaign_id, task_id, notice_id, grave)
        for h in reached.holders
        if h.person_id != except_person
    ]
    uow.told.add(rows, now=now)
    if rows and task_id is not None and names_date(message):
        _mark_told(uow, task_id, {str(facts[name]) for name in DATES & facts.keys()}, now=now)
    report_vacancies(uow, audience, reached.vacant, now=now)


def _mark_told(uow: UnitOfWork, task_id: int, days: set[str], *, now: datetime) -> None:
    """Let the duty clocks that are due on one of `days` be told, with an event that carries them."""
    changed: dict[str, Any] = {}
    for name, row in uow.clocks.of_task(task_id, lock=True).items():
        clock = clock_from(row, frozenset())
        if name not in DUTY_CLOCKS or clock.due.due_on.isoformat() not in days or tell_clock(clock) == clock:
            continue
        row.due_class = DueClass.TOLD.value
        changed[name] = clock_payload(tell_clock(clock), row.ladder_version_id)
    if changed:
        uow.events.append([event(("task", task_id), "clock.told", {"clocks": changed}, at=now)])


def report_vacancies(uow: UnitOfWork, audience: Audience, vacant: Sequence[str], *, now: datetime) -> None:
    """Open a data-quality item for each role that nobody holds."""
    uow.incidents.raise_many(vacancies(audience, vacant), now=now)


def vacancies(audience: Audience, vacant: Sequence[str]) -> list[NewIncident]:
    """Return the data-quality items for the roles that nobody holds at a unit."""
    return [
        NewIncident(
            "vacancy", f"unit:{audience.unit_id}:{role}",
            f"{audience.unit_name}现在没有{HOLDER_NAMES[role]}，消息已改送上一级。请补登该岗位。", audience.campaign_id,
        )
        for role in vacant
    ]  # fmt: skip
