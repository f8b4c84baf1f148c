"""What every service rests on: definitions, calendars, the clock and the bell; and what one task is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tracker.domain.papers import NOTICE_TITLES
from tracker.domain.permissions import Place, Tied
from tracker.domain.ports import CalendarCatalog, Clock, JobQueue, WorkflowCatalog
from tracker.domain.rising import Risen
from tracker.persistence.models import Campaign, Office, Task
from tracker.persistence.queries.units import unit_names
from tracker.persistence.unit_of_work import UnitOfWork, UnitOfWorkFactory
from tracker.services.telling import Audience

SWEEP_JOB = "tracker.jobs.escalation.sweep"
GATHER_JOB = "tracker.jobs.deliveries.gather_and_send"
RECOUNT_JOB = "tracker.jobs.housekeeping.recount"
SETTLE_JOB = "tracker.jobs.housekeeping.settle_decisions"


@dataclass(frozen=True)
class Floor:
    """The parts that services share. Bound once, in bootstrap."""

    uows: UnitOfWorkFactory
    catalog: WorkflowCatalog
    calendars: CalendarCatalog
    clock: Clock
    queue: JobQueue

    def ring_deliveries(self, uow: UnitOfWork) -> None:
        """Ring for the gatherer once the transaction has committed."""
        uow.on_commit(lambda: self.queue.enqueue("deliveries", GATHER_JOB))

    def wake_scheduler(self, uow: UnitOfWork, moment: datetime | None) -> None:
        """Let the scheduler look again, when a clock may now fire earlier than it knew."""
        if moment is not None:
            uow.wake()


@dataclass(frozen=True)
class Setting:
    """Where a task stands: its campaign, the issuing office, the unit's printed name."""

    campaign: Campaign
    office: Office
    unit_name: str
    partners: frozenset[int] = frozenset()

    def audience(self, task: Task) -> Audience:
        """Return the audience of a task."""
        return Audience(
            task.campaign_id, task.unit_id, self.office.unit_id, self.unit_name, Tied.of(task.tie, task.upper_unit_id)
        )  # fmt: skip

    def place(self, task: Task, *, internal: bool = False) -> Place:
        """Return the place of a task for the permission table."""
        return Place(self.office.unit_id, task.campaign_id, task.unit_id, internal, self.risen(task),
                     Tied.of(task.tie, task.upper_unit_id), self.partners)  # fmt: skip

    @staticmethod
    def risen(task: Task) -> Risen | None:
        """Return where the task's decisions stand when nobody at the office may take them."""
        return Risen.of(task.risen_unit_id, task.risen_parties)

    @property
    def separation(self) -> bool:
        """Tell whether drafter and approver, doer and signer-off must be different persons."""
        return bool(self.campaign.settings.get("separation", True))

    @property
    def extension_steps(self) -> int:
        """Return in how many steps an extension is answered."""
        return int(self.campaign.settings.get("extension_steps", 1))


def setting_of(uow: UnitOfWork, task: Task) -> Setting:
    """Return the setting of a task."""
    return settings_of(uow, [task])[task.id]


def settings_of(uow: UnitOfWork, tasks: Sequence[Task]) -> dict[int, Setting]:
    """Return the settings of tasks by id, in as many queries as that of one takes."""
    issued = uow.tasks.campaigns_with_offices({task.campaign_id for task in tasks})
    names = unit_names(uow.session, [task.unit_id for task in tasks])
    # A paper goes to one unit; only duties have parts of others.
    duties = [task.id for task in tasks if task.workflow_key not in NOTICE_TITLES]
    partners = uow.tasks.supporting_units(duties) if duties else {}
    return {
        task.id: Setting(*issued[task.campaign_id], names[task.unit_id], partners.get(task.id, frozenset()))
        for task in tasks
    }
