"""One transaction. Only services open one; leaving the block without `commit()` rolls back."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from types import TracebackType
from typing import Self

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from tracker.persistence.repositories.accounts import AccountRepository
from tracker.persistence.repositories.attachments import AttachmentRepository
from tracker.persistence.repositories.campaigns import CampaignRepository
from tracker.persistence.repositories.channel_states import ChannelStateRepository
from tracker.persistence.repositories.clocks import ClockRepository
from tracker.persistence.repositories.deliveries import DeliveryRepository
from tracker.persistence.repositories.events import EventRepository
from tracker.persistence.repositories.form_drafts import FormDraftRepository
from tracker.persistence.repositories.history import HistoryRepository
from tracker.persistence.repositories.incidents import IncidentRepository
from tracker.persistence.repositories.installations import InstallationRepository
from tracker.persistence.repositories.ledger import LedgerRepository
from tracker.persistence.repositories.ledger_exports import LedgerExportRepository
from tracker.persistence.repositories.look_backs import LookBackRepository
from tracker.persistence.repositories.notices import NoticeRepository
from tracker.persistence.repositories.objections import ObjectionRepository
from tracker.persistence.repositories.occurrences import OccurrenceRepository
from tracker.persistence.repositories.openings import OpeningRepository
from tracker.persistence.repositories.paper_templates import PaperTemplateRepository
from tracker.persistence.repositories.plan_drafts import PlanDraftRepository
from tracker.persistence.repositories.receipts import ReceiptRepository
from tracker.persistence.repositories.receivers import ReceiverRepository
from tracker.persistence.repositories.recounting import RecountingRepository
from tracker.persistence.repositories.reorganising import ReorganisingRepository
from tracker.persistence.repositories.replanning import ReplanningRepository
from tracker.persistence.repositories.required_returns import RequiredReturnRepository
from tracker.persistence.repositories.roster import RosterRepository
from tracker.persistence.repositories.roster_imports import RosterImportRepository
from tracker.persistence.repositories.sample_time import SampleTimeRepository
from tracker.persistence.repositories.slips import SlipRepository
from tracker.persistence.repositories.sweeping import SweepRepository
from tracker.persistence.repositories.tallies import TallyRepository
from tracker.persistence.repositories.tasks import TaskRepository
from tracker.persistence.repositories.told import ToldRepository
from tracker.persistence.repositories.triage import TriageRepository
from tracker.persistence.repositories.units import UnitRepository
from tracker.persistence.repositories.visits import VisitRepository


class CommitPoint(StrEnum):
    """Where a commit can be interrupted: before it, or after it and before its bells."""

    BEFORE = "before"
    AFTER = "after"


def pass_by(point: CommitPoint) -> None:
    """Do nothing: what a running system does at a commit point."""


class UnitOfWork:
    """The session and its repositories. What must follow a commit (a bell) is given to `on_commit`.

    A repository is built when it is first asked for; none of them commits. `at_commit` is told of each commit point;
    only test runs give one, to kill processes there. With `at_once` each statement is a transaction of its own and there
    is nothing to commit: for a row of short steps, each of which must stand before the next is taken.
    """

    def __init__(
        self, engine: Engine, at_commit: Callable[[CommitPoint], None] = pass_by, *, at_once: bool = False
    ) -> None:  # fmt: skip
        self._at_commit = at_commit
        bind = engine.execution_options(isolation_level="AUTOCOMMIT") if at_once else engine
        self._session = Session(bind, expire_on_commit=False)
        self._after: list[Callable[[], None]] = []
        self._wakes = False
        self.ledger = LedgerRepository(self._session)
        self.look_backs = LookBackRepository(self._session)
        self.ledger_exports = LedgerExportRepository(self._session)
        self.sample_time = SampleTimeRepository(self._session)
        self.sweeping = SweepRepository(self._session)
        self.recounting = RecountingRepository(self._session)
        self.history = HistoryRepository(self._session)
        self.tallies = TallyRepository(self._session)
        self.tasks = TaskRepository(self._session)
        self.clocks = ClockRepository(self._session)
        self.events = EventRepository(self._session)
        self.campaigns = CampaignRepository(self._session)
        self.notices = NoticeRepository(self._session)
        self.objections = ObjectionRepository(self._session)
        self.form_drafts = FormDraftRepository(self._session)
        self.openings = OpeningRepository(self._session)
        self.occurrences = OccurrenceRepository(self._session)
        self.paper_templates = PaperTemplateRepository(self._session)
        self.plan_drafts = PlanDraftRepository(self._session)
        self.slips = SlipRepository(self._session)
        self.required_returns = RequiredReturnRepository(self._session)
        self.units = UnitRepository(self._session)
        self.replanning = ReplanningRepository(self._session)
        self.reorganising = ReorganisingRepository(self._session)
        self.roster = RosterRepository(self._session)
        self.roster_imports = RosterImportRepository(self._session)
        self.told = ToldRepository(self._session)
        self.triage = TriageRepository(self._session)
        self.deliveries = DeliveryRepository(self._session)
        self.channels = ChannelStateRepository(self._session)
        self.receipts = ReceiptRepository(self._session)
        self.receivers = ReceiverRepository(self._session)
        self.accounts = AccountRepository(self._session)
        self.attachments = AttachmentRepository(self._session)
        self.incidents = IncidentRepository(self._session)
        self.visits = VisitRepository(self._session)
        self.installations = InstallationRepository(self._session)

    @property
    def session(self) -> Session:
        """Return the session, for the queries of this floor."""
        return self._session

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.close()

    def on_commit(self, act: Callable[[], None]) -> None:
        """Call `act` once the transaction has committed; never when it rolled back."""
        self._after.append(act)

    def flush(self) -> None:
        """Send what is pending, so that ids exist."""
        self._session.flush()

    def wake(self) -> None:
        """Wake the scheduler when this transaction commits: a clock may now fire earlier than it knows."""
        if not self._wakes:
            self._session.execute(text("SELECT pg_notify('tracker_wake', '')"))
            self._wakes = True

    def commit(self) -> None:
        """Commit, then ring the bells in the order in which they were given."""
        self._at_commit(CommitPoint.BEFORE)
        self._session.commit()
        self._at_commit(CommitPoint.AFTER)
        after, self._after, self._wakes = self._after, [], False
        for act in after:
            act()

    def rollback(self) -> None:
        """Give up everything since the last commit, bells included."""
        self._session.rollback()
        self._after.clear()
        self._wakes = False


class UnitOfWorkFactory:
    """Opens units of work on one engine."""

    def __init__(self, engine: Engine, at_commit: Callable[[CommitPoint], None] = pass_by) -> None:
        self._engine, self._at_commit = engine, at_commit

    def __call__(self, *, at_once: bool = False) -> UnitOfWork:
        return UnitOfWork(self._engine, self._at_commit, at_once=at_once)
