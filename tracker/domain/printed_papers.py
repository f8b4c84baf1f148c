"""What a printed paper contains, from its first line to its last: composed here, laid out by a writer. Pure.

Three forms carry the papers of an office (DOMAIN.md §1.1): 通知 (a document after GB/T 9704-2012), 函 (its letter form,
for another line or a lower government) and the sheet with a table. The office chooses for each kind of paper.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from tracker.domain.deadlines import show_day
from tracker.domain.definition import WorkflowDefinition
from tracker.domain.papers import NOTICE_TITLES
from tracker.domain.periods import format_within
from tracker.domain.ranking import HEADS, Ranking
from tracker.domain.ranking import TITLE as RANKING_TITLE
from tracker.domain.receiving import SIGNED_IN, Received, Way, reply_runs_from_receipt
from tracker.domain.title_lines import title_lines
from tracker.domain.values import SHANGHAI


class PaperForm(StrEnum):
    """How a paper is laid out."""

    NOTICE = "notice"
    LETTER = "letter"
    SHEET = "sheet"


FORM_TITLES = {PaperForm.NOTICE: "通知", PaperForm.LETTER: "函", PaperForm.SHEET: "表单"}
#: Kinds that begin as something else than a 通知.
USUAL_FORMS = {
    "urge_notice": PaperForm.SHEET, "reminder_letter": PaperForm.LETTER, "supervision_letter": PaperForm.LETTER,
}  # fmt: skip
#: Kinds whose lines are a list of its own, printed as an annex with a table.
LISTED_KINDS = frozenset({"rectification_notice"})
MOST_COPIES = 20
CORRECTION = "correction"
MARK_DRAFT = "草稿（未印发，不具效力）"
#: On a sheet that asks for an answer.
ANSWER_PLACE = "\n\n负责人（签字）：　　　　　　　　　　　　　年　　月　　日"


@dataclass(frozen=True)
class PaperLayout:
    """How an office prints its papers.

    letterhead  发文机关标志 of the red head; empty = plain paper, and no red at all
    contact     the words of the 附注 (联系人、电话 of the office)
    copies      抄送机关
    forms       kind of paper → form
    """

    letterhead: str = ""
    contact: str = ""
    copies: tuple[str, ...] = ()
    forms: Mapping[str, PaperForm] = field(default_factory=dict)

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> PaperLayout:
        """Read what `to_plain` wrote; what is missing is as usual."""
        forms = {kind: PaperForm(form) for kind, form in plain.get("forms", {}).items()}
        return cls(plain.get("letterhead", ""), plain.get("contact", ""), tuple(plain.get("copies", ())), forms)

    def to_plain(self) -> dict[str, Any]:
        """Return the layout as it is stored."""
        return {
            "letterhead": self.letterhead, "contact": self.contact, "copies": list(self.copies),
            "forms": {kind: form.value for kind, form in self.forms.items()},
        }  # fmt: skip

    def form_of(self, kind: str) -> PaperForm:
        """Return the form of a kind of paper."""
        return self.forms.get(kind) or USUAL_FORMS.get(kind, PaperForm.NOTICE)


@dataclass(frozen=True)
class Cell:
    """A cell of a table. `head` = a label; `across` = columns that it spans; `tall` = least height in mm; `align` = left, center or right.

    `code` = what a QR code above the text holds.
    """

    text: str = ""
    head: bool = False
    across: int = 1
    tall: int = 0
    align: str = "left"
    code: str = ""


@dataclass(frozen=True)
class Table:
    """A real table. `widths` in mm; the first `repeated` rows come again on each page."""

    widths: tuple[int, ...]
    rows: tuple[tuple[Cell, ...], ...]
    repeated: int = 0


@dataclass(frozen=True)
class Line:
    """A paragraph of the body; `label` begins it in 黑体."""

    text: str
    label: str = ""


@dataclass(frozen=True)
class Annex:
    """附件: its title and its table."""

    title: str
    table: Table


@dataclass(frozen=True)
class Imprint:
    """版记: 抄送机关, and which office printed it when."""

    copies: tuple[str, ...]
    office: str
    day: str


@dataclass(frozen=True)
class PrintedPaper:
    """A paper as it leaves the printer. `marks` stand on every page above the type area: 草稿, 已作废 …

    `office` and `day` = 署名 and 成文日期, between which the seal's place stays blank; `note` = 附注.
    """

    form: PaperForm
    name: str
    marks: tuple[str, ...]
    letterhead: str
    number: str
    title: tuple[str, ...]
    recipient: str
    lines: tuple[Line, ...]
    table: Table | None
    annex: Annex | None
    office: str
    day: str
    notes: tuple[str, ...]
    imprint: Imprint | None


@dataclass(frozen=True)
class PrintedItem:
    """A line of a paper. `mark` says what became of it after printing, such as 申诉成立，本项撤销."""

    text: str
    measure: str = ""
    leader: str = ""
    limit_on: date | None = None
    mark: str = ""

    @property
    def words(self) -> str:
        """Return the line with its mark."""
        return f"{self.text}（{self.mark}）" if self.mark else self.text


@dataclass(frozen=True)
class Acceptance:
    """签收: who, in which post, when, and `runs` = which limit is counted from it, until when."""

    unit: str
    person: str
    post: str
    at: datetime
    runs: str = ""
    received: Received = SIGNED_IN

    def sentence(self) -> str:
        """Return it as a note of the paper."""
        return f"（签收情况：{self._said()}{self.runs}。）"

    def _said(self) -> str:
        moment = show_moment(self.at)
        match self.received.way:
            case Way.SLIP:
                return f"{self.unit}于{moment}凭纸质文书的送达回执扫码签收，签收人自报岗位“{self.received.post}”"
            case Way.HAND:
                return f"{self.unit}在送达回执上手写签收（{self.received.written}），{moment}登记"
            case Way.DEEMED:
                return f"{self.unit}在印发后{self.received.days}个工作日内未签收，于{moment}视为收到"
            case _:
                return f"{self.unit}{self.post}{self.person}于{moment}在系统签收"

    def in_table(self) -> str:
        """Return it as the 签收 line of a sheet."""
        moment = show_moment(self.at)
        match self.received.way:
            case Way.SLIP:
                return f"{self.unit}　自报岗位：{self.received.post}　{moment}（扫码签收）"
            case Way.HAND:
                return f"{self.unit}　{self.received.written}（手写签收回执，{moment}登记）"
            case Way.DEEMED:
                return f"{self.unit}　{moment}（未签收，视为收到）"
            case _:
                return f"{self.unit}　{self.post}　{self.person}　{moment}（系统签收）"


@dataclass(frozen=True)
class PaperFacts:
    """Everything that a paper is composed of. `issued_on` None = a draft, which has no number.

    `deemed` = the sentence of a paper that is deemed received without a signature.
    """

    kind: str
    title: str
    body: str
    number: str
    recipient: str
    office: str
    issued_on: date | None
    items: Sequence[PrintedItem]
    particulars: Sequence[tuple[str, str]]
    reply: str
    layout: PaperLayout
    limit_words: str = ""
    marks: tuple[str, ...] = ()
    accepted: Acceptance | None = None
    deemed: str = ""
    ranking: Ranking | None = None

    @property
    def asked(self) -> str:
        """Return what the paper says of its answer and of its receipt."""
        return self.reply + self.deemed


def show_moment(moment: datetime) -> str:
    """Return 2026年3月26日10时20分, as papers write it."""
    local = moment.astimezone(SHANGHAI)
    return f"{show_day(local.date())}{local.hour}时{local:%M}分"


def reply_words(definition: WorkflowDefinition) -> str:
    """Return by when a paper asks for its answer, as it is printed before anybody has signed for it."""
    if definition.key == CORRECTION:
        return "其余内容不变，以本更正为准。"
    reply = definition.clocks.get("reply")
    if reply is None or reply.within is None:
        return ""
    after = "签收后" if reply_runs_from_receipt(definition) else "约谈后"
    return f"请于{after}{format_within(reply.within)}内书面回复。"


def runs_from_acceptance(definition: WorkflowDefinition, due_on: date | None, received: Received = SIGNED_IN) -> str:
    """Return which limit runs from the acceptance, as the end of its sentence; empty where the reply's does not."""
    if not reply_runs_from_receipt(definition):
        return ""
    return f"，回复期限自{received.begins}起算" + (f"，至{show_day(due_on)}" if due_on else "")


def compose_paper(facts: PaperFacts) -> PrintedPaper:
    """Return the paper as it is printed."""
    form = facts.layout.form_of(facts.kind)
    draft = facts.issued_on is None
    day = show_paper_day(facts.issued_on)
    sheet = form is PaperForm.SHEET
    listed = facts.kind in LISTED_KINDS and bool(facts.items)
    notes = (f"（{facts.layout.contact}）",) if facts.layout.contact and not sheet else ()
    if facts.accepted is not None and not sheet:
        notes = (*notes, facts.accepted.sentence())
    kind = NOTICE_TITLES.get(facts.kind, facts.title)
    return PrintedPaper(
        form=form,
        name=f"{facts.number or '草稿'}-{facts.recipient}-{kind}",
        marks=((MARK_DRAFT,) if draft else ()) + facts.marks,
        letterhead="" if sheet else facts.layout.letterhead,
        number="" if draft else facts.number,
        title=title_lines(facts.title),
        recipient="" if sheet else facts.recipient,
        lines=() if sheet else _lines(facts, listed=listed),
        table=_sheet(facts) if sheet else None,
        annex=_annex(facts, listed=listed and not sheet),
        office="" if sheet else facts.office,
        day=day,
        notes=notes,
        imprint=None if sheet or draft else Imprint(facts.layout.copies, facts.office, day),
    )


def _annex(facts: PaperFacts, *, listed: bool) -> Annex | None:
    if facts.ranking is not None:
        return Annex(RANKING_TITLE, _ranking_table(facts.ranking))
    return Annex("整改清单", _rectification_list(facts)) if listed else None


def ranking_words(ranking: Ranking) -> str:
    """Return what a paper says of its table: what it rests on, of when its figures are, how it was ordered."""
    return (
        f"{RANKING_TITLE}见附件，依据{ranking.basis}编制，数字截至{show_moment(ranking.made_at)}，同类单位之间比较，"
        "逾期占比小的在前，相同的看办结占比。"
    )


def _ranking_table(ranking: Ranking) -> Table:
    rows = [tuple(Cell(head, head=True) for head in HEADS)]
    for title, units in ranking.groups:
        rows.append((Cell(f"{title}（{len(units)}个）", head=True, across=len(HEADS)),))
        rows += [
            tuple(Cell(text, align="left" if at == 1 else "center") for at, text in enumerate(one.cells))
            for one in units
        ]
    return Table((16, 68, 24, 24, 24), tuple(rows), repeated=1)


def _lines(facts: PaperFacts, *, listed: bool) -> tuple[Line, ...]:
    body = [Line(text) for text in paragraphs(facts.body)]
    items = [] if listed else [Line(f"{number}. {one.words}") for number, one in enumerate(facts.items, start=1)]
    if len(items) == 1:
        items = [Line(facts.items[0].words)]
    particulars = [
        Line(text, f"{title}：" if place == 0 else "")
        for title, words in facts.particulars
        for place, text in enumerate(paragraphs(words))
    ]
    if facts.ranking is not None:
        body.append(Line(ranking_words(facts.ranking)))
    reply = [Line(facts.asked)] if facts.asked else []
    return (*body, *items, *particulars, *reply)


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a text, without empty ones."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def _rectification_list(facts: PaperFacts) -> Table:
    """整改清单: what the unit has not planned yet stays empty, to be written by hand (DOMAIN.md §1.2)."""
    heads = ("序号", "存在问题", "整改措施", "责任人（职务）", "整改时限", "销号情况")
    rows = [
        (
            Cell(str(number), align="center"), Cell(one.words), Cell(one.measure), Cell(one.leader, align="center"),
            Cell(show_day(one.limit_on) if one.limit_on else facts.limit_words, align="center"), Cell(),
        )
        for number, one in enumerate(facts.items, start=1)
    ]  # fmt: skip
    return Table((11, 58, 28, 18, 27, 14), (tuple(Cell(head, head=True) for head in heads), *rows), repeated=1)


def _sheet(facts: PaperFacts) -> Table:
    items = "\n".join(f"{number}. {one.words}" for number, one in enumerate(facts.items, start=1))
    asked = "\n".join([*paragraphs(facts.body), *([facts.asked] if facts.asked else [])])
    rows = [
        (Cell("责任单位", head=True), Cell(facts.recipient)),
        (Cell("办理事项", head=True), Cell(items, tall=30)),
        *((Cell(title, head=True), Cell(words)) for title, words in facts.particulars),
        (Cell("办理要求", head=True), Cell(asked, tall=20)),
        (Cell("印发单位\n（盖章）", head=True), Cell(f"{facts.office}\n{show_paper_day(facts.issued_on)}", align="center", tall=34)),
        *([(Cell("联系方式", head=True), Cell(facts.layout.contact))] if facts.layout.contact else []),
        (Cell("签收", head=True), Cell(_signed_for(facts.accepted), tall=12)),
        *([(Cell("办理情况", head=True), Cell(ANSWER_PLACE, tall=26))] if facts.reply else []),
    ]  # fmt: skip
    return Table((26, 130), tuple(rows))


def show_paper_day(issued_on: date | None) -> str:
    """Return 成文日期; on a draft the place in which it is written."""
    return show_day(issued_on) if issued_on else "　　　　年　　月　　日"


def _signed_for(accepted: Acceptance | None) -> str:
    if accepted is None:
        return "签收人：　　　　　　职务：　　　　　　时间：　　月　　日　　时"
    return accepted.in_table()
