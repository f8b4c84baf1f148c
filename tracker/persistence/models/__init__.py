"""Every table, so that `Base.metadata` is whole once this package is imported."""

from tracker.persistence.models.attachment import Attachment, Blob, BlobChunk
from tracker.persistence.models.base import Base
from tracker.persistence.models.campaign import Assignment, Campaign, Measure, Phase
from tracker.persistence.models.delivery import (
    ChannelState,
    ContactTrouble,
    Delivery,
    DeliveryItem,
    Receipt,
    SendingRound,
    Told,
)
from tracker.persistence.models.escalation import Finding, Firing, Notice, NoticeItem
from tracker.persistence.models.event import Event, EventPersonal, Seal, SealLeaf, Stream
from tracker.persistence.models.form_draft import FormDraft
from tracker.persistence.models.installation import (
    CalendarDay,
    CalendarVersion,
    Incident,
    Installation,
    LadderVersion,
    NumberSeries,
    Recount,
    WorkflowVersion,
)
from tracker.persistence.models.ledger_export import LedgerExport, LedgerExportChunk
from tracker.persistence.models.look_back_draw import LookBackDraw
from tracker.persistence.models.objection import FrozenTask, Objection
from tracker.persistence.models.paper_template import PaperTemplate
from tracker.persistence.models.person import Account, LoginSession, Person, PostHeld
from tracker.persistence.models.plan_draft import PlanDraft
from tracker.persistence.models.receipt_slip import ReceiptSlip
from tracker.persistence.models.recorded_occurrence import RecordedOccurrence
from tracker.persistence.models.required_return import RequiredReturn, RequiredReturnUnit
from tracker.persistence.models.standing import UnitStanding
from tracker.persistence.models.tally import Tally
from tracker.persistence.models.task import ClockRow, Extension, Problem, Submission, Task
from tracker.persistence.models.triage import SavedView, TriageClaim
from tracker.persistence.models.unit import (
    Office,
    RosterImport,
    Unit,
    UnitAlias,
    UnitName,
    UnitSet,
    UnitSetMember,
    UnitSuccession,
)
from tracker.persistence.models.visit import Visit, VisitMeasure, VisitMember, VisitStop

__all__ = [
    "Account", "Assignment", "Attachment", "Base", "Blob", "BlobChunk", "CalendarDay", "CalendarVersion", "Campaign",
    "ChannelState", "ClockRow", "ContactTrouble", "Delivery", "DeliveryItem", "Event", "EventPersonal", "Extension", "Finding",
    "Firing", "FormDraft", "FrozenTask", "Incident",
    "Installation", "LadderVersion", "LedgerExport", "LedgerExportChunk", "LoginSession", "LookBackDraw", "Measure", "Notice",
    "NoticeItem", "NumberSeries", "Objection", "Office", "PaperTemplate",
    "Person", "Phase", "PlanDraft", "PostHeld", "Problem", "Receipt", "ReceiptSlip", "RecordedOccurrence", "Recount", "RequiredReturn",
    "RequiredReturnUnit", "RosterImport", "SavedView", "Seal", "SealLeaf", "SendingRound", "Stream", "Submission", "Tally", "Task", "Told",
    "TriageClaim", "Unit", "UnitAlias", "UnitName",
    "UnitSet", "UnitSetMember", "UnitStanding", "UnitSuccession", "Visit", "VisitMeasure", "VisitMember", "VisitStop", "WorkflowVersion",
]  # fmt: skip
