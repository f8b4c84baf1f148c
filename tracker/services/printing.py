"""Papers for the printer: exactly what was approved and issued, or a draft that says that it is one.

Before an issued paper is printed, its approved hash is computed again from what is stored, and its lines are compared
with the list that was recorded when it was issued. What differs is not printed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from tracker.domain.deadlines import show_day
from tracker.domain.definition import FieldType, WorkflowDefinition
from tracker.domain.errors import NotFound, PaperAltered, TemplateRefused
from tracker.domain.field_words import say_value
from tracker.domain.paper_templates import values_of
from tracker.domain.papers import content_hash
from tracker.domain.permissions import Viewer
from tracker.domain.ports import PaperTemplates, PaperWriter
from tracker.domain.printed_papers import (
    Acceptance,
    PaperFacts,
    PaperLayout,
    PrintedItem,
    PrintedPaper,
    compose_paper,
    reply_words,
    runs_from_acceptance,
)
from tracker.domain.printed_records import compose_record
from tracker.domain.ranking import Ranking
from tracker.domain.receiving import ACCEPT, Received, deemed_after, deemed_words
from tracker.domain.values import ROLE_TITLES, Role, local_date
from tracker.persistence.queries.notice_page import ItemRow, NoticePage, StepRow, get_notice
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.attachments import read_whole
from tracker.services.context import Floor
from tracker.services.rectification import DEFAULT_DAYS

#: What can be printed of a paper: itself, and what is written when its unit is called in.
PAPER, RECORD = "paper", "record"
#: The rows of a record that say what was agreed on.
AGREED = "agreed"
ENDS = {"voided": ("void", "已作废"), "superseded": ("supersede", "已撤销")}
LONGEST_REASON = 40
TRIAL = "试印，不作正式文书"
INSTEAD = "按印发时所用的本单位模板排不出来，已改按系统版式打印，内容不变。原因："
ALTERED = "这份文书现在存的内容与批准时的不一致，不能打印。请系统管理员核对记录链（tracker ledger verify）和数据库。"


@dataclass(frozen=True)
class PrintedFile:
    """A paper ready to be handed over. `name` has no extension and is not yet safe for a file system.

    `note` = what whoever gets it must be told of how it was printed; empty = nothing.
    """

    name: str
    content: bytes
    note: str = ""


@dataclass(frozen=True)
class _Read:
    """What a print is made of. `record` = what was written in an interview; `template` = the hash of the office's, if any."""

    facts: PaperFacts
    record: tuple[list[tuple[str, str]], list[PrintedItem]] | None
    template: str | None

    def compose(self) -> PrintedPaper:
        """Return the paper in our own layout."""
        return compose_paper(self.facts) if self.record is None else compose_record(self.facts, *self.record)


class PrintingService:
    """Prints papers for those who may read them."""

    def __init__(self, floor: Floor, *, writer: PaperWriter, templates: PaperTemplates) -> None:
        self._floor = floor
        self._writer = writer
        self._templates = templates

    def print_paper(
        self, viewer: Viewer, *, notice_ref: str, document: str = PAPER, own_layout: bool = False
    ) -> PrintedFile:
        """Return a paper, or the record of its interview, as .docx.

        A paper is printed with the office's template that was in use when it was issued, a draft with the present
        one; `own_layout` prints it in ours instead. Raises NotFound (also for what this kind of paper does not
        have), PaperAltered, or TemplateRefused.
        """
        return self._print(self.find(viewer, notice_ref), document, own_layout=own_layout)

    def print_in_any_case(self, found: NoticePage, *, document: str = PAPER) -> PrintedFile:
        """Return what `print_paper` does; where the office's template refuses the paper, in our layout and with a note.

        For files of many papers, which one template must not hold up. Raises NotFound or PaperAltered.
        """
        try:
            return self._print(found, document, own_layout=False)
        except TemplateRefused as refused:
            printed = self._print(found, document, own_layout=True)
            return replace(printed, note=f"{INSTEAD}{refused.problems[0]}")

    def try_out(self, viewer: Viewer, *, notice_ref: str, template: bytes) -> PrintedFile:
        """Return a real paper printed with a template that may not be in use, marked as a trial; raises as `print_paper`."""
        read = self._read(self.find(viewer, notice_ref), PAPER)
        facts = replace(read.facts, marks=(TRIAL, *read.facts.marks))
        return PrintedFile(f"试印-{read.compose().name}", self._templates.fill(template, values_of(facts)))

    def compose(self, viewer: Viewer, *, notice_ref: str, document: str = PAPER) -> PrintedPaper:
        """Return what the paper contains; raises as `print_paper` does."""
        return self.compose_found(self.find(viewer, notice_ref), document=document)

    def compose_found(self, found: NoticePage, *, document: str = PAPER) -> PrintedPaper:
        """Return what a paper contains that the viewer was found to see; raises NotFound or PaperAltered."""
        return self._read(found, document).compose()

    def find(self, viewer: Viewer, notice_ref: str) -> NoticePage:
        """Return what a paper is printed from, as the viewer may read it; raises NotFound."""
        now, calendar = self._floor.clock.now(), self._floor.calendars.newest()
        with self._floor.uows() as uow:
            return get_notice(uow.session, viewer, notice_ref, now=now, calendar=calendar)

    def _print(self, found: NoticePage, document: str, *, own_layout: bool) -> PrintedFile:
        read = self._read(found, document)
        paper = read.compose()
        if read.template is None or own_layout:
            return PrintedFile(paper.name, self._writer.word(paper))
        with self._floor.uows() as uow:
            template = read_whole(uow, read.template)
        return PrintedFile(paper.name, self._templates.fill(template, values_of(read.facts)))

    def _read(self, found: NoticePage, document: str) -> _Read:
        definition = self._floor.catalog.workflow(found.head.workflow_version_id)
        if document not in documents_of(definition, issued=found.head.issued_at is not None):
            raise NotFound("这份文书没有这样的材料，或者您无权查看。")
        issued = _issued_payload(found.history)
        with self._floor.uows() as uow:
            if found.head.issued_at is not None:
                _check_unaltered(uow, found, issued)
                sha256 = issued.get("template")
            else:
                sha256 = uow.paper_templates.in_use(found.head.office_id, found.head.kind)
        facts = _facts(found, definition, issued)
        if document == RECORD:
            return _Read(facts, _record(found, definition), None)
        if facts.ranking is not None:
            # A template has no place for the table, and what was approved is printed whole.
            return _Read(facts, None, None)
        return _Read(facts, None, sha256)


def documents_of(definition: WorkflowDefinition, *, issued: bool) -> dict[str, str]:
    """Return what can be printed of a paper now, with titles."""
    found = {PAPER: definition.title}
    record = definition.transition("record")
    if issued and record is not None and record.form is not None:
        found[RECORD] = definition.forms[record.form].title
    return found


def deemed_sentence(found: NoticePage, definition: WorkflowDefinition) -> str:
    """Return the sentence of a paper that is deemed received: as it was issued, or as it would be now; else nothing."""
    if found.head.issued_at is None:
        return deemed_words(deemed_after(found.head.settings, definition), definition)
    return deemed_words(int(_issued_payload(found.history).get("deemed_days", 0)), definition)


def _issued_payload(history: tuple[StepRow, ...]) -> Mapping[str, Any]:
    return next((step.payload for step in history if step.kind == "notice.issued"), {})


def _check_unaltered(uow: UnitOfWork, found: NoticePage, issued: Mapping[str, Any]) -> None:
    head = found.head
    sealed = uow.notices.sealed_items(head.id)
    texts = {item.id: item.text for item in uow.notices.items(head.id)}
    now_hash = content_hash(
        kind=head.kind, unit_id=head.unit_id, severity=head.severity, title=head.title, body=head.body,
        details=head.details, items=[(item_id, texts.get(item_id, "")) for item_id in sealed],
    )  # fmt: skip
    printed = [item.id for item in found.items if _is_printed(item)]
    if now_hash != head.approved_hash or printed != issued.get("items"):
        raise PaperAltered(ALTERED)


def _is_printed(item: ItemRow) -> bool:
    # What was told is never deleted: a line that was overturned later stays, with a mark.
    return item.struck_at is None or item.overturned


def _facts(found: NoticePage, definition: WorkflowDefinition, issued: Mapping[str, Any]) -> PaperFacts:
    head = found.head
    layout = issued["layout"] if "layout" in issued else head.settings.get("paper_layout") or {}
    details = next((t.form for t in definition.transitions if t.name == "seal"), None)
    fields = definition.forms[details].fields if details else ()
    days = head.settings.get("rectification_days", DEFAULT_DAYS)
    return PaperFacts(
        kind=head.kind,
        title=head.title,
        body=head.body,
        number=head.printed_number or "",
        recipient=head.printed_unit_name or head.unit_name,
        office=issued.get("office_name") or head.office_name,
        issued_on=local_date(head.issued_at) if head.issued_at else None,
        items=[_item(item) for item in found.items if _is_printed(item)],
        particulars=[
            (field.title, text) for field in fields if (text := say_value(field, head.details.get(field.name)))
        ],
        reply=reply_words(definition),
        layout=PaperLayout.from_plain(layout),
        limit_words=f"印发之日起{days}日内",
        marks=_marks(found),
        accepted=_accepted(found, definition),
        deemed=deemed_sentence(found, definition),
        ranking=Ranking.of(head.details),
    )


def _item(item: ItemRow) -> PrintedItem:
    mark = "申诉成立，本项撤销" if item.overturned else ""
    return PrintedItem(item.text, item.measure, item.leader, item.limit_on, mark)


def _marks(found: NoticePage) -> tuple[str, ...]:
    corrected = tuple(f"已由{one.printed_number}更正" for one in found.corrections)
    if found.head.state not in ENDS:
        return corrected
    name, title = ENDS[found.head.state]
    ended = _last_step(found, name)
    if ended is None:
        return (title,)
    reason = str(ended.payload.get("reason", ""))
    shown = reason if len(reason) <= LONGEST_REASON else f"{reason[: LONGEST_REASON - 1]}…"
    return (f"{title}（{show_day(local_date(ended.at))}{'，' if shown else ''}{shown}）",)


def _last_step(found: NoticePage, transition: str) -> StepRow | None:
    steps = [s for s in found.history if s.kind == "task.moved" and s.payload.get("transition") == transition]
    return steps[-1] if steps else None


def _accepted(found: NoticePage, definition: WorkflowDefinition) -> Acceptance | None:
    step = _last_step(found, ACCEPT)
    if step is None:
        return None
    post = step.post_title or (ROLE_TITLES[Role(step.post_role)] if step.post_role else "")
    received = Received.of(step.payload)
    runs = runs_from_acceptance(definition, _first_reply_due(found), received)
    unit = found.head.printed_unit_name or found.head.unit_name
    return Acceptance(unit, step.person_name or "", post, step.at, runs, received)


def _first_reply_due(found: NoticePage) -> date | None:
    """Return the day that was counted from the acceptance; later ones were granted and stand in papers of their own."""
    reply = next((clock for clock in found.clocks if clock.name == "reply"), None)
    if reply is None:
        return None
    if reply.occurrence == 1:
        return reply.due_on
    return min((one.old_due_on for one in found.extensions if one.status == "granted"), default=None)


def _record(found: NoticePage, definition: WorkflowDefinition) -> tuple[list[tuple[str, str]], list[PrintedItem]]:
    """Return the fields of the interview's record with what was written, or empty ones for a blank; and what was agreed."""
    form = definition.forms[next(t.form for t in definition.transitions if t.name == RECORD and t.form)]
    values = next((row.values for row in reversed(found.filled) if row.transition == RECORD), {})
    fields = [field for field in form.fields if field.type not in (FieldType.FILES, FieldType.ROWS)]
    agreed = [
        PrintedItem(row["item"], row["measure"], row["leader"], date.fromisoformat(row["limit_on"]))
        for row in values.get(AGREED) or ()
    ]
    return [(field.title, say_value(field, values.get(field.name))) for field in fields], agreed
