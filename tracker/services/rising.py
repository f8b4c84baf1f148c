"""Decisions that nobody at the office may take rise to the unit above, and come back when somebody may again.

What rose stands on the task (`risen_unit_id`, `risen_parties`), is an event of its stream, and is told to those who
decide now. It is settled after each move, and over all open tasks when posts change (DESIGN.md §3.5).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from tracker.domain.approving import as_approved
from tracker.domain.extending import EXTENSION, EXTENSION_FINAL
from tracker.domain.machine import PARTY_TITLES
from tracker.domain.rising import Level, Need, Risen, needs_of, where_risen
from tracker.domain.values import local_date
from tracker.persistence.models import Task
from tracker.persistence.queries.chains import read_chains
from tracker.persistence.queries.risen import find_unsettled
from tracker.persistence.queries.units import unit_names
from tracker.persistence.repositories.told import NewTold
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.context import Floor, Setting, setting_of
from tracker.services.recording import event

DECISION_TITLES: Mapping[str, str] = {
    **PARTY_TITLES, EXTENSION: "延期审批人", EXTENSION_FINAL: "延期批准人",
}  # fmt: skip
BATCH = 200


def settle(uow: UnitOfWork, floor: Floor, task: Task, setting: Setting, *, now: datetime) -> bool:
    """Let the open decisions of a locked task rise, or come back; tell whether anything changed."""
    needs = _needs(uow, floor, task, setting)
    levels: Sequence[Level] = ()
    risen = None
    if needs:
        office = setting.office.unit_id
        levels = read_chains(uow.session, [office], today=local_date(now))[office].levels(task.campaign_id)
        risen = where_risen(needs, levels)
    if risen == setting.risen(task):
        return False
    task.risen_unit_id = risen.unit_id if risen else None
    task.risen_parties = sorted(risen.parties) if risen else None
    if risen is None:
        uow.events.append([event(("task", task.id), "decision.came_back", {}, at=now)])
        return True
    _tell(uow, task, setting, risen, levels, now=now)
    return True


class RisingService:
    """Settles all open decisions: after posts changed, and now and then, because posts begin and end by date."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def settle_all(self) -> int:
        """Settle every task that waits for the office side; return how many rose or came back. Safe to run twice."""
        changed, after = 0, 0
        while True:
            now = self._floor.clock.now()
            with self._floor.uows() as uow:
                ids = find_unsettled(uow.session, after=after, many=BATCH)
                if not ids:
                    return changed
                for task in uow.tasks.find_many(ids, lock=True):
                    changed += settle(uow, self._floor, task, setting_of(uow, task), now=now)
                self._floor.ring_deliveries(uow)
                uow.commit()
            after = ids[-1]


def _needs(uow: UnitOfWork, floor: Floor, task: Task, setting: Setting) -> tuple[Need, ...]:
    # A share is judged by the unit that handed it down, not by the office; nothing of it rises from there.
    if task.final or task.tie == "share":
        return ()
    asked = uow.tasks.open_extension(task.id) if task.waits_for == "unit" else None
    definition = as_approved(
        floor.catalog.workflow(task.workflow_version_id),
        severity=task.severity_floor,
        settings=setting.campaign.settings,
    )
    return needs_of(
        definition, task.state, task.last_doers, separation=setting.separation,
        extension=uow.tasks.asked(asked) if asked else None,
    )  # fmt: skip


def _tell(
    uow: UnitOfWork, task: Task, setting: Setting, risen: Risen, levels: Sequence[Level], *, now: datetime
) -> None:
    """Record that a decision rose, and tell those who take it now."""
    (level,) = [level for level in levels if level.unit_id == risen.unit_id]
    steps = [Need("", frozenset({party})) for party in sorted(risen.parties)]
    people = sorted(frozenset().union(*(level.takers(step, above=True) for step in steps)))
    wanted = "、".join(DECISION_TITLES[party] for party in sorted(risen.parties))
    unit = unit_names(uow.session, [risen.unit_id])[risen.unit_id]
    payload = {"unit": risen.unit_id, "unit_name": unit, "parties": sorted(risen.parties)}
    (event_id,) = uow.events.append([event(("task", task.id), "decision.risen", payload, at=now)])
    notice = uow.notices.find_by_task(task.id)
    facts = {
        "task_ref": notice.ref if notice else task.ref, "title": task.title, "unit": setting.unit_name,
        "campaign": setting.campaign.title, "parties": wanted, "office": setting.office.name,
    }  # fmt: skip
    uow.told.add(
        [
            NewTold(
                f"event:{event_id}", person_id, None, "decision_risen", facts, task.campaign_id, task.id,
                notice.id if notice else None,
            )
            for person_id in people
        ],
        now=now,
    )  # fmt: skip
