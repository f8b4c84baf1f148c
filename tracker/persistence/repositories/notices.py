"""Notices, their items, findings, number series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select, text, update
from sqlalchemy.orm import Session

from tracker.domain.errors import NotFound
from tracker.domain.papers import missing_paper
from tracker.persistence.holding import held
from tracker.persistence.models import Finding, Notice, NoticeItem, Task

NEXT_NUMBER = text("""
    INSERT INTO number_series AS s (office_id, word, year, last_number) VALUES (:office_id, :word, :year, 1)
    ON CONFLICT (office_id, word, year) DO UPDATE SET last_number = s.last_number + 1
    RETURNING id, last_number""")

ABOUT = text("""
    SELECT n.id, n.task_id, n.about_task_id, i.id AS item_id, i.finding_id, i.task_id AS line_task_id
    FROM notice n LEFT JOIN notice_item i ON i.notice_id = n.id AND i.agreed_at IS NULL WHERE n.ref = :ref""")

DUE_ON_PAPER = text("""
    SELECT n.task_id, EXISTS (SELECT 1 FROM clock c WHERE c.task_id = n.task_id AND c.next_fire_at <= :now) AS due
    FROM notice n WHERE n.ref = :ref""")

LOCK_DRAFT_KEYS = text("""
    SELECT count(pg_advisory_xact_lock(hashtextextended('draft:' || name, 0)))
    FROM (SELECT name FROM unnest(CAST(:names AS text[])) AS n(name) ORDER BY name) ordered""")

SEALED_ITEMS = text("""
    SELECT e.payload -> 'items' FROM stream s JOIN event e ON e.stream_id = s.id
    WHERE s.kind = 'notice' AND s.subject_id = :notice AND e.kind = 'notice.sealed' ORDER BY e.seq DESC LIMIT 1""")

SIGNED_COPIES = text("""
    SELECT e.payload ->> 'sha256' FROM stream s JOIN event e ON e.stream_id = s.id
    WHERE s.kind = 'notice' AND s.subject_id = :notice AND e.kind = 'notice.signed_copy' ORDER BY e.seq""")

DEEMED_DAYS = text("""
    SELECT e.payload -> 'deemed_days' FROM stream s JOIN event e ON e.stream_id = s.id
    WHERE s.kind = 'notice' AND s.subject_id = :notice AND e.kind = 'notice.issued' ORDER BY e.seq DESC LIMIT 1""")

END_REASON = text("""
    SELECT e.payload ->> 'reason' FROM stream s JOIN event e ON e.stream_id = s.id
    WHERE s.kind = 'task' AND s.subject_id = :task AND e.kind = 'task.moved'
      AND e.payload ->> 'transition' IN ('void', 'supersede') ORDER BY e.seq DESC LIMIT 1""")

#: (campaign id, unit id, kind, severity): what one open draft gathers for
DraftKey = tuple[int, int, str, int]


@dataclass(frozen=True)
class FindingLine:
    """Where a finding stands: the item, the notice's ref and version, the finding's status."""

    id: int
    notice_ref: str
    notice_version: int
    status: str


@dataclass(frozen=True)
class LineAbout:
    """What raised a line, and the task that it is about."""

    finding_id: int | None
    task_id: int | None


@dataclass(frozen=True)
class PaperTasks:
    """A paper's id, its own task, the task that it is about where it is about one as a whole, and its lines."""

    id: int
    task_id: int
    about_task_id: int | None
    lines: tuple[LineAbout, ...]


class NoticeRepository:
    """Loads and adds notices. A draft is locked after tasks and clocks."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get_by_ref(self, ref: str, *, lock: bool = False) -> Notice:
        """Return the notice; raises NotFound."""
        query = select(Notice).where(Notice.ref == ref).execution_options(populate_existing=lock)
        notice = self._session.scalars(query.with_for_update() if lock else query).one_or_none()
        if notice is None:
            raise NotFound(missing_paper(ref))
        return notice

    def peek(self, ref: str) -> PaperTasks:
        """Return what a paper and its lines are about, without any lock; raises NotFound."""
        found = self._session.execute(ABOUT, {"ref": ref}).all()
        if not found:
            raise NotFound(missing_paper(ref))
        lines = tuple(LineAbout(row.finding_id, row.line_task_id) for row in found if row.item_id is not None)
        return PaperTasks(found[0].id, found[0].task_id, found[0].about_task_id, lines)

    def find_due(self, ref: str, *, now: datetime) -> tuple[int, bool] | None:
        """Return the task of a paper, and whether a clock of it is due; None where there is no such paper."""
        found = self._session.execute(DUE_ON_PAPER, {"ref": ref, "now": now}).one_or_none()
        return None if found is None else (int(found.task_id), bool(found.due))

    def find_many(self, notice_ids: Sequence[int]) -> list[Notice]:
        """Return notices by id, in order of id."""
        return list(self._session.scalars(select(Notice).where(Notice.id.in_(notice_ids)).order_by(Notice.id)))

    def of_task(self, task_id: int) -> Notice | None:
        """Return the notice whose state machine a task is."""
        return self.of_tasks([task_id]).get(task_id)

    def of_tasks(self, task_ids: Sequence[int]) -> dict[int, Notice]:
        """Return, by task, the notices whose state machines tasks are."""
        found = self._session.scalars(select(Notice).where(Notice.task_id.in_(task_ids)))
        return {notice.task_id: notice for notice in found}

    def items(self, notice_id: int) -> list[NoticeItem]:
        """Return every line of the paper, struck ones included, in order."""
        return self._items(notice_id, NoticeItem.agreed_at.is_(None))

    def agreed(self, notice_id: int) -> list[NoticeItem]:
        """Return what was agreed on besides the paper's own lines when its unit was called in, in order."""
        return self._items(notice_id, NoticeItem.agreed_at.is_not(None))

    def _items(self, notice_id: int, which: ColumnElement[bool]) -> list[NoticeItem]:
        query = (
            select(NoticeItem).where(NoticeItem.notice_id == notice_id, which).order_by(NoticeItem.position, NoticeItem.id)
            .execution_options(populate_existing=True)
        )  # fmt: skip
        return list(self._session.scalars(query))

    def sealed_items(self, notice_id: int) -> list[int]:
        """Return the ids of the lines that were put up for approval last, from the record."""
        found = self._session.execute(SEALED_ITEMS, {"notice": notice_id}).scalar_one_or_none()
        return [int(item_id) for item_id in found or ()]

    def open_correction(self, notice_id: int) -> str | None:
        """Return the ref of the draft that corrects a paper, None when nobody has one open."""
        query = (
            select(Notice.ref).join(Task, Task.id == Notice.task_id)
            .where(Notice.corrects_id == notice_id, Notice.issued_at.is_(None), Task.final.is_(False))
        )  # fmt: skip
        return self._session.scalars(query.limit(1)).one_or_none()

    def begun_by(self, campaign_id: int, token: str) -> str | None:
        """Return the ref of the draft that a form began, None when it began none."""
        query = select(Notice.ref).where(Notice.campaign_id == campaign_id, Notice.details["begun"].astext == token)
        return self._session.scalars(query.limit(1)).one_or_none()

    def standing_about(self, task_id: int) -> list[Notice]:
        """Return the papers about what was decided on a task that are in hand or issued, and not undone."""
        query = (
            select(Notice).join(Task, Task.id == Notice.task_id)
            .where(Notice.about_task_id == task_id, Notice.ended_at.is_(None))
            .where(or_(Notice.issued_at.is_not(None), Task.final.is_(False))).order_by(Notice.id)
        )  # fmt: skip
        return list(self._session.scalars(query))

    def end_reason(self, task_id: int) -> str:
        """Return why a paper was voided or superseded, from the record of its task."""
        return str(self._session.execute(END_REASON, {"task": task_id}).scalar_one_or_none() or "")

    def signed_copies(self, notice_id: int) -> list[str]:
        """Return the SHA-256 of the signed copies that are bound to a paper, from the record."""
        return list(self._session.execute(SIGNED_COPIES, {"notice": notice_id}).scalars())

    def due_to_deem(self, *, now: datetime) -> list[str]:
        """Return the refs of papers that are to be deemed received by now, the longest waiting first."""
        query = select(Notice.ref).where(Notice.deem_at <= now).order_by(Notice.deem_at, Notice.id)
        return list(self._session.scalars(query))

    def deemed_days(self, notice_id: int) -> int:
        """Return after how many working days a paper is deemed received, as it was issued; 0 = never."""
        return int(self._session.execute(DEEMED_DAYS, {"notice": notice_id}).scalar_one_or_none() or 0)

    def item(self, notice_id: int, item_id: int) -> NoticeItem:
        """Return one item of a notice; raises NotFound."""
        query = select(NoticeItem).where(NoticeItem.notice_id == notice_id, NoticeItem.id == item_id)
        found = self._session.scalars(query).one_or_none()
        if found is None:
            raise NotFound("这份文书里没有这一条。")
        return found

    def item_of_rectification(self, task_id: int) -> NoticeItem | None:
        """Return the notice item that a rectification item answers."""
        return self._session.scalars(
            select(NoticeItem).where(NoticeItem.rectification_task_id == task_id)
        ).one_or_none()

    def find_by_task(self, task_id: int) -> Notice | None:
        """Return the paper whose life a task is, if it is one."""
        return self._session.scalars(select(Notice).where(Notice.task_id == task_id)).one_or_none()

    def add(self, notice: Notice) -> Notice:
        """Add a notice; its id exists afterwards."""
        self._session.add(notice)
        self._session.flush()
        return notice

    def add_item(self, item: NoticeItem) -> None:
        """Add an item that a person wrote."""
        self._session.add(item)
        self._session.flush()

    def findings_alone(self, finding_ids: Sequence[int]) -> frozenset[int]:
        """Return which of these findings stand in a paper of their own."""
        query = (
            select(NoticeItem.finding_id).join(Notice, Notice.id == NoticeItem.notice_id)
            .where(NoticeItem.finding_id.in_(finding_ids), Notice.alone)
        )  # fmt: skip
        return frozenset(found for found in self._session.scalars(query) if found is not None)

    def release_findings(self, finding_ids: Sequence[int]) -> None:
        """Let struck lines hold their findings no more, so that another draft may."""
        self._session.execute(
            update(NoticeItem)
            .where(NoticeItem.finding_id.in_(finding_ids), NoticeItem.struck_at.is_not(None))
            .values(finding_id=None)
        )

    def findings(self, finding_ids: Sequence[int]) -> dict[int, Finding]:
        """Return findings by id. Those that whoever asks still holds from this transaction are not read again."""
        found = held(self._session, Finding, finding_ids)
        if wanted := set(finding_ids) - found.keys():
            found |= {one.id: one for one in self._session.scalars(select(Finding).where(Finding.id.in_(wanted)))}
        return found

    def get_finding_by_ref(self, ref: str) -> Finding:
        """Return a finding; raises NotFound."""
        found = self._session.scalars(select(Finding).where(Finding.ref == ref)).one_or_none()
        if found is None:
            raise NotFound(f"没有编号为“{ref}”的待处事项，或者您无权查看。")
        return found

    def item_of_finding(self, finding_id: int) -> FindingLine:
        """Return where a finding stands in a draft; raises NotFound when no draft holds it."""
        query = (
            select(NoticeItem.id, Notice.ref, Notice.version, Finding.status)
            .join(Notice, Notice.id == NoticeItem.notice_id)
            .join(Finding, Finding.id == NoticeItem.finding_id)
            .where(NoticeItem.finding_id == finding_id)
        )
        found = self._session.execute(query).one_or_none()
        if found is None:
            raise NotFound("这项待处事项不在任何草稿里。")
        return FindingLine(*found)

    def lock_draft_keys(self, keys: Sequence[DraftKey]) -> None:
        """Take the locks under which a draft is opened, found or opened again, in one order."""
        names = sorted({":".join(map(str, key)) for key in keys})
        self._session.execute(LOCK_DRAFT_KEYS, {"names": names})

    def has_open_draft(self, key: DraftKey) -> bool:
        """Tell whether a draft for (campaign, unit, kind, severity) gathers now, under the key's lock."""
        self.lock_draft_keys([key])
        query = select(Notice.id).where(
            Notice.campaign_id == key[0], Notice.unit_id == key[1], Notice.kind == key[2],
            Notice.severity == key[3], Notice.gathering,
        )  # fmt: skip
        return self._session.execute(query).first() is not None

    def next_number(self, *, office_id: int, word: str, year: int) -> tuple[int, int]:
        """Return series id and the next number; the series row stays locked until the transaction ends.

        A rolled-back transaction gives its number back, so the series has no gaps.
        """
        row = self._session.execute(NEXT_NUMBER, {"office_id": office_id, "word": word, "year": year}).one()
        return int(row.id), int(row.last_number)
