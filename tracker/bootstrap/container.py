"""The one place that knows every part: services are bound to their ports here, and nowhere else.

Building does not talk to a server; parts that need to know what the database is are made when first asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import structlog

from tracker.bootstrap.stages import stage_beside
from tracker.definitions.banned_words import shipped_banned_words
from tracker.definitions.campaign_files import Known, read_campaign_content
from tracker.definitions.catalog import Catalog, load_catalog
from tracker.definitions.channel_file import read_channels
from tracker.definitions.ladder_checks import fitting_ladders
from tracker.definitions.versioned import VersionedCalendars, VersionedCatalog
from tracker.delivery.email import SmtpCourier, SmtpServer
from tracker.delivery.lines import Lines, receiver_lines, sms_lines
from tracker.delivery.render import TemplateRenderer
from tracker.delivery.sample import SampleCourier
from tracker.documents.bundles import ZipBundleWriter
from tracker.documents.files import ContentFileChecker
from tracker.documents.sheets.reading import FileSheetReader
from tracker.documents.sheets.writing import FileSheetWriter
from tracker.documents.word.papers import WordPaperWriter
from tracker.documents.word.templates import ProcessPaperTemplates
from tracker.domain.campaign_file import CampaignFile
from tracker.domain.channels import Channels
from tracker.domain.ladder import Ladder
from tracker.domain.ports import Clock, Courier, JobQueue, PasswordHasher
from tracker.domain.remarks import Remark, of_calendar, of_recount
from tracker.domain.running import of_engine
from tracker.domain.values import local_date
from tracker.persistence.definition_store import DefinitionStore
from tracker.persistence.engine import DatabaseClock, connect
from tracker.persistence.queries.running import read_engine
from tracker.persistence.secrets import ArgonHasher, FieldCipher
from tracker.persistence.throw_away import drop_left_over
from tracker.persistence.unit_of_work import CommitPoint, UnitOfWorkFactory, pass_by
from tracker.queueing.enqueue import RqJobQueue
from tracker.services.access_log import AccessLogService
from tracker.services.accounts import AccountService, SignInRules
from tracker.services.areas import AreaService
from tracker.services.attachments import AttachmentService
from tracker.services.audits import AuditService
from tracker.services.background_files import BackgroundFileService
from tracker.services.calendar_previews import CalendarPreviewService
from tracker.services.calendars import CalendarService
from tracker.services.campaigns import CampaignService
from tracker.services.change_sets import ChangeService
from tracker.services.context import GATHER_JOB, SWEEP_JOB, Floor
from tracker.services.correcting import CorrectionService
from tracker.services.decision_papers import DecisionPaperService
from tracker.services.deliveries import DeliveryService
from tracker.services.delivery_texts import host_of
from tracker.services.digests import DigestService
from tracker.services.escalations import EscalationService
from tracker.services.evidence import EvidenceService
from tracker.services.excusing import ExcuseService
from tracker.services.explanations import ExplanationService
from tracker.services.exports import ExportService
from tracker.services.extensions import ExtensionService
from tracker.services.form_drafts import FormDraftService
from tracker.services.handing import HandDownService
from tracker.services.inboxes import InboxService
from tracker.services.incidents import IncidentService
from tracker.services.installations import InstallationService
from tracker.services.issuing import IssuingService
from tracker.services.ledger import LedgerService
from tracker.services.ledger_files import LedgerFileService
from tracker.services.ledger_reading import LedgerReadingService
from tracker.services.notices import NoticeService
from tracker.services.objections import ObjectionService
from tracker.services.occurrences import OccurrenceService
from tracker.services.office_people import OfficePeopleService
from tracker.services.optional_mail import OptionalMailService
from tracker.services.outbox import OutboxService
from tracker.services.paper_files import PaperFileService
from tracker.services.paper_openings import PaperOpeningService
from tracker.services.paper_templates import PaperTemplateService
from tracker.services.people import PeopleService
from tracker.services.plan_drafts import PlanDraftService
from tracker.services.plan_versions import PlanVersionService
from tracker.services.printing import PrintingService
from tracker.services.rankings import RankingService
from tracker.services.receipt_scans import ReceiptScanService
from tracker.services.receipts import ReceiptService
from tracker.services.rehearsals import RehearsalService
from tracker.services.reorganisations import ReorganisationService
from tracker.services.rising import RisingService
from tracker.services.rosters import RosterService
from tracker.services.sample import SampleService
from tracker.services.sampling import SamplingService
from tracker.services.signed_copies import SignedCopyService
from tracker.services.slips import SlipService
from tracker.services.standings import StandingService
from tracker.services.tallies import TallyService
from tracker.services.tasks import TaskService
from tracker.services.team import Team
from tracker.services.timelines import TimelineService
from tracker.services.visiting import VisitingService
from tracker.services.wordings import WordingService
from tracker.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

logger = structlog.get_logger(__name__)


class Container:
    """Everything a process uses, bound to one database and one Redis."""

    def __init__(
        self, settings: Settings, *, clock: Clock | None = None, queue: JobQueue | None = None,
        couriers: Mapping[str, Courier] | None = None, at_commit: Callable[[CommitPoint], None] = pass_by,
        hasher: PasswordHasher | None = None,
    ) -> None:  # fmt: skip
        self.settings, self._given_couriers = settings, couriers
        self._mail: SmtpCourier | None = None
        self._engine = connect(settings.database_url, pool_size=max(5, settings.web_threads))
        self.uows = UnitOfWorkFactory(self._engine, at_commit)
        self.clock = clock or DatabaseClock(self._engine)
        self.channels, self._receivers = _channels(settings, self.clock.real_now)
        self._bell = RqJobQueue(settings.redis_url)
        self.queue: JobQueue = queue or self._bell
        self.cipher, self.hasher = FieldCipher(settings.secret_key), hasher or ArgonHasher()
        store = DefinitionStore(self._engine)
        self.catalog = VersionedCatalog(content=store.content, newest_id=store.newest_id)
        self.calendars = VersionedCalendars(calendar=store.calendar, newest_id=store.newest_calendar_id)
        self.floor = Floor(self.uows, self.catalog, self.calendars, self.clock, self.queue)
        self.installations = InstallationService(self.uows, self.clock)
        self.campaigns = CampaignService(self.uows, self.clock, catalog=self.catalog, cipher=self.cipher)
        self.plan_drafts = PlanDraftService(self.floor, cipher=self.cipher, reader=self._read_campaign)
        self.issuing = IssuingService(self.floor, self.campaigns.reasons_against)
        self.tasks = TaskService(self.floor)
        self.form_drafts = FormDraftService(self.floor, cipher=self.cipher)
        self.handing = HandDownService(self.floor)
        self.changes = ChangeService(self.floor)
        self.access_log = AccessLogService(self.floor)
        self.occurrences = OccurrenceService(self.floor)
        self.notices = NoticeService(self.floor)
        self.paper_openings = PaperOpeningService(self.floor)
        self.ledger = LedgerService(self.floor)
        self.team = Team(self.floor, self.notices, self.ledger)
        self.extensions = ExtensionService(self.floor)
        self.objections = ObjectionService(self.floor)
        self.escalations = EscalationService(self.floor, batch=settings.sweep_batch)
        self.digests = DigestService(self.floor)
        self.excuses = ExcuseService(self.floor)
        self.standings = StandingService(self.floor)
        self.sampling = SamplingService(self.floor)
        self.rising = RisingService(self.floor)
        self.explanations = ExplanationService(self.floor, self.access_log)
        self.timelines = TimelineService(self.floor)
        self.incidents, self.tallies = IncidentService(self.floor), TallyService(self.uows)
        self.renderer = TemplateRenderer(settings.messages_dir)
        self.wordings = WordingService(self.floor, texts=self.renderer, channels=self.channels)
        self.optional_mail = OptionalMailService(self.floor, secret=settings.secret_key)
        self.inboxes = InboxService(self.floor, renderer=self.renderer)
        self.office_people = OfficePeopleService(self.floor, cipher=self.cipher)
        self.areas = AreaService(self.floor)
        self.reorganisations = ReorganisationService(self.floor)
        self.rosters = RosterService(self.floor, reader=FileSheetReader(), writer=FileSheetWriter(), cipher=self.cipher)
        self.audits = AuditService(self.floor)
        self.calendar_imports = CalendarService(self.floor, batch=settings.sweep_batch)
        self.exports = ExportService(self.floor)
        self.sample = SampleService(self.floor, self.escalations, self.deliver)
        checker = ContentFileChecker(pixel_limit=settings.image_pixels)
        self.attachments = AttachmentService(
            uows=self.uows, checker=checker, clock=self.clock, limit_bytes=settings.upload_limit
        )
        self._bind_papers(checker)

    def _bind_papers(self, checker: ContentFileChecker) -> None:
        templates, writer = ProcessPaperTemplates(), WordPaperWriter()
        self.corrections = CorrectionService(self.floor)
        self.decision_papers = DecisionPaperService(self.floor)
        self.printing = PrintingService(self.floor, writer=writer, templates=templates)
        self.paper_templates = PaperTemplateService(self.floor, checker=checker, templates=templates, writer=writer)
        self.signed_copies = SignedCopyService(self.floor, self.attachments)
        self.rankings = RankingService(self.floor)
        self.receipt_scans = ReceiptScanService(self.floor, self.attachments)
        self.ledger_reading = LedgerReadingService(self.floor, reader=FileSheetReader())
        self._bind_files()

    def _bind_files(self) -> None:
        """Bind what writes files; a worker must know all of them, whoever asks for one."""
        files, bundles = BackgroundFileService(self.floor), ZipBundleWriter()
        self.background_files = files
        self.ledger_files = LedgerFileService(self.floor, self.exports, files, writer=FileSheetWriter())
        self.paper_files = PaperFileService(self.floor, self.exports, files, self.printing, writer=bundles)
        self.evidence = EvidenceService(
            self.floor, files, self.printing, self.explanations, self.attachments, self.access_log, writer=bundles
        )
        self.calendar_previews = CalendarPreviewService(self.calendar_imports, files)
        self.plan_versions = PlanVersionService(self.floor, self.changes)
        scene = partial(stage_beside, self.settings.database_url, cipher=self.cipher)
        self.rehearsals = RehearsalService(self.floor, files, self.plan_drafts, scene=scene)

    def _read_campaign(
        self, content: Mapping[str, Any], *, units: Mapping[str, tuple[str, str]], sets: Mapping[str, tuple[str, ...]]
    ) -> CampaignFile:
        catalog = self._shipped
        return read_campaign_content(content, file="方案", known=Known(catalog.workflows, catalog.ladders, units, sets))

    def ladder_choices(self, workflow: str) -> Mapping[str, tuple[Ladder, Sequence[Ladder]]]:
        """Return the ladders that a campaign may let a workflow's duty climb: the key named → that one, all that fit."""
        definition = self._shipped.workflows.get(workflow)
        return fitting_ladders(definition, self._shipped.ladders) if definition is not None else {}

    @cached_property
    def _shipped(self) -> Catalog:
        return load_catalog(self.settings.workflows_dir)

    @cached_property
    def people(self) -> PeopleService:
        """Return the people, their posts and their accounts."""
        return PeopleService(uows=self.uows, hasher=self.hasher, cipher=self.cipher, clock=self.clock, queue=self.queue)

    @cached_property
    def accounts(self) -> AccountService:
        """Return the accounts; made late because hashing for the unknown name takes a moment."""
        rules = SignInRules(
            tries=self.settings.login_tries, lock_for=self.settings.login_lock, idle=self.settings.session_idle,
            longest=self.settings.session_max,
        )  # fmt: skip
        return AccountService(uows=self.uows, hasher=self.hasher, clock=self.clock, rules=rules)

    @cached_property
    def slips(self) -> SlipService:
        """Return the slips of paper; made late because hashing for the unknown slip takes a moment."""
        return SlipService(self.floor, hasher=self.hasher, writer=WordPaperWriter(), address=self.settings.address)

    @cached_property
    def visiting(self) -> VisitingService:
        """Return what is done on a visit; made late because hashing for a code that is none takes a moment."""
        return VisitingService(self.floor, hasher=self.hasher)

    @cached_property
    def deliveries(self) -> DeliveryService:
        """Return the deliveries, with the couriers that this database and these settings call for."""
        return DeliveryService(
            uows=self.uows, clock=self.clock, couriers=self.lines.couriers, renderer=self.renderer,
            cipher=self.cipher, queue=self.queue, public_url=self.settings.address, channels=self.channels,
            calendars=self.calendars, askers=self.lines.askers, reported=frozenset(self.lines.readers),
            writers=self.lines.writers,
            repeatable=self.lines.repeatable, secret=self.settings.secret_key,
        )  # fmt: skip

    @cached_property
    def receipts(self) -> ReceiptService:
        """Return the receipts of whatever providers report on."""
        return ReceiptService(
            uows=self.uows, clock=self.clock, readers=self.lines.readers, askers=self.lines.askers,
            cipher=self.cipher, token=self.settings.receipt_token,
        )  # fmt: skip

    @cached_property
    def outbox(self) -> OutboxService:
        """Return what people do about messages."""
        return OutboxService(
            self.floor, checks=self.lines.checks, in_use=frozenset(self.lines.couriers),
            receivers=self.channels.receivers, host=host_of(self.settings.address),
        )  # fmt: skip

    @cached_property
    def lines(self) -> Lines:
        """Return the lines to the outside; in a sample nothing leaves the machine."""
        if self._given_couriers is not None:
            return Lines(self._given_couriers)
        with self.uows() as uow:
            is_sample = uow.sample_time.is_sample()
        if is_sample or self.settings.courier == "sample":
            couriers = {channel: SampleCourier() for channel in ("email", "sms", *self._receivers.couriers)}
            return Lines(couriers, writers=self._receivers.writers)
        settings = self.settings
        lines = self._receivers
        if settings.smtp_host:
            server = SmtpServer(
                host=settings.smtp_host, port=settings.smtp_port, sender=settings.smtp_from,
                security=settings.smtp_security, user=settings.smtp_user, password=settings.smtp_password,
            )  # fmt: skip
            mail = self._mail = SmtpCourier(server, keeps_open=True)
            lines = lines.beside(Lines({"email": mail}, checks={"email": mail}))
        if self.channels.sms is not None:
            lines = lines.beside(sms_lines(
                self.channels.sms, secret=settings.sms_secret, hosts=settings.gateway_hosts, now=self.clock.real_now,
                folder=settings.data_dir,
            ))  # fmt: skip
        return lines

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session for the queries of a screen; whatever it does is rolled back."""
        with self.uows() as uow:
            yield uow.session
            uow.rollback()

    def deliver(self) -> int:
        """Gather what is to be told and send what is due; return how many messages were sent."""
        while self.deliveries.gather():
            pass
        sent = 0
        while batch := self.deliveries.send_due():
            sent += batch
        self.receipts.ask_due()
        return sent

    # -- what the scheduler needs (jobs/scheduler.py)

    def next_moment(self) -> datetime | None:
        """Return the earliest moment at which a clock fires or a message is to be sent.

        A clock that is due comes before any message, for messages wait until its sweep is over: a scheduler that
        waited for the older message would wait for itself.
        """
        fires, asks = self.escalations.next_fire_at(), self.receipts.next_moment()
        sends = min((at for at in (self.deliveries.next_moment(), asks) if at is not None), default=None)
        if fires is not None and sends is not None and sends < fires <= self.clock.now():
            return fires
        return min((moment for moment in (fires, sends) if moment is not None), default=None)

    def sweep_due(self, grace: timedelta) -> bool:
        """Tell whether something has been due for longer than `grace`."""
        moment = self.next_moment()
        return moment is not None and moment <= self.clock.now() - grace

    def sweep_here(self, reason: str) -> None:
        """Sweep and send in this process, and raise an incident: the workers did not come."""
        report = self.escalations.sweep()
        self.deliver()
        self.incidents.report(
            kind="sweep_late",
            subject="scheduler",
            sentence=f"到期后30秒内没有工作进程处理，调度进程已代为巡查（触发{report.fired}项）。请检查Redis和工作进程。",
        )
        logger.warning("Swept in the scheduler", action="scheduler.swept", reason=reason, fired=report.fired)

    def ring_sweep(self) -> None:
        """Ring for a sweep."""
        self.queue.enqueue("escalation", SWEEP_JOB)

    def ring_deliveries(self) -> None:
        """Ring for the gatherer and the sender."""
        self.queue.enqueue("deliveries", GATHER_JOB)

    def housekeeping(self) -> None:
        """Ring for what is done now and then: seals, stuck messages, ended sessions."""
        self.queue.enqueue("housekeeping", "tracker.jobs.housekeeping.tidy")

    def examine(self) -> Iterator[Remark]:
        """Say for `tracker doctor` how the calendar and the engine stand."""
        now = self.clock.now()
        yield of_calendar(self.calendars.newest(), local_date(now).year)
        if (recount := self.calendar_imports.latest()) is not None and recount.finished_at is None:
            yield of_recount(recount.left, rests_for=self.clock.real_now() - recount.touched_at)
        with self.reading() as session:
            engine = read_engine(session, now=now)
        yield from of_engine(engine, now=now)
        yield self.tallies.examine()

    def drop_left_over(self) -> None:
        """Drop the databases that killed rehearsals left behind."""
        drop_left_over(self.settings.database_url)

    def close(self) -> None:
        """Let go of the connections."""
        if self._mail is not None:
            self._mail.close()
        self._bell.close()
        self._engine.dispose()


def build(
    settings: Settings, *, clock: Clock | None = None, queue: JobQueue | None = None,
    couriers: Mapping[str, Courier] | None = None, at_commit: Callable[[CommitPoint], None] = pass_by,
    hasher: PasswordHasher | None = None,
) -> Container:  # fmt: skip
    """Return the parts bound to the servers that the settings name; connects to nothing yet.

    A clock, a bell, couriers or a hasher may be given in place of the real ones. `at_commit` is for test runs.
    """
    return Container(settings, clock=clock, queue=queue, couriers=couriers, at_commit=at_commit, hasher=hasher)


def _channels(settings: Settings, now: Callable[[], datetime]) -> tuple[Channels, Lines]:
    """Return what the channels file says, and the lines to its receivers. Raises DefinitionInvalid."""
    file, hosts = settings.channels_file, settings.gateway_hosts
    channels = read_channels(file, hosts=hosts) if file else Channels(banned=shipped_banned_words())
    return channels, receiver_lines(channels.receivers, secrets=settings.channel_secrets, hosts=hosts, now=now)
