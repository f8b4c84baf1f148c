"""What is to be told: cause × person, written by the deciding transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.domain.errors import NotFound
from tracker.domain.messages import check_facts
from tracker.domain.values import local_date
from tracker.persistence.arrays import as_arrays
from tracker.persistence.engine import to_json

INSERT_TOLD = text("""
    INSERT INTO told (cause, person_id, post_id, campaign_id, task_id, notice_id, message, facts, grave, created_at)
    SELECT r.*, CAST(:now AS timestamptz)
    FROM unnest(CAST(:cause AS text[]), CAST(:person_id AS bigint[]), CAST(:post_id AS bigint[]),
        CAST(:campaign_id AS bigint[]), CAST(:task_id AS bigint[]), CAST(:notice_id AS bigint[]),
        CAST(:message AS text[]), CAST(:facts AS jsonb[]), CAST(:grave AS boolean[])) AS r
    ON CONFLICT (cause, person_id) DO NOTHING""")

MARK_READ = text("""
    UPDATE told SET read_at = :now
    WHERE person_id = :person AND read_at IS NULL
      AND (CAST(:ids AS bigint[]) IS NULL OR id = ANY(CAST(:ids AS bigint[])))
    RETURNING 1""")

SERVED = text("""
    SELECT n.task_id, n.id, n.ref, n.printed_number, n.title, n.issued_at,
        ARRAY(SELECT t.person_id FROM told t WHERE t.notice_id = n.id AND t.message = 'served') AS served,
        ARRAY(SELECT t.person_id FROM told t WHERE t.notice_id = n.id AND t.message = 'unopened') AS asked
    FROM notice n WHERE n.task_id = ANY(CAST(:tasks AS bigint[]))""")

POSTS_FOR = text("""
    SELECT p.unit_id, p.role, p.campaign_id, p.person_id, p.id AS post_id
    FROM post p JOIN person n ON n.id = p.person_id
    WHERE p.unit_id = ANY(CAST(:units AS bigint[])) AND p.starts_on <= :today
        AND (p.ends_on IS NULL OR p.ends_on >= :today) AND (n.left_on IS NULL OR n.left_on > :today)
    ORDER BY p.unit_id, p.role, p.id""")


@dataclass(frozen=True, slots=True)
class NewTold:
    """One thing to tell one person. `facts` are the plain values that the message's text needs."""

    cause: str
    person_id: int
    post_id: int | None
    message: str
    facts: Mapping[str, Any]
    campaign_id: int | None = None
    task_id: int | None = None
    notice_id: int | None = None
    grave: bool = False


@dataclass(frozen=True, slots=True)
class PostRow:
    """A post held today."""

    unit_id: int
    role: str
    campaign_id: int | None
    person_id: int
    post_id: int


@dataclass(frozen=True, slots=True)
class ServedPaper:
    """A paper that was issued: who was told of its serving, and who was asked since because nobody opened it."""

    notice_id: int
    ref: str
    printed_number: str
    title: str
    issued_at: datetime
    served: frozenset[int]
    asked: frozenset[int]


class ToldRepository:
    """Adds told rows; the gatherer (DeliveryRepository) takes them from there."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, rows: Sequence[NewTold], *, now: datetime) -> None:
        """Add what is to be told; a cause that a person was already told of is left alone.

        Raises MessageUnreadable here, where it is decided, when a row lacks a fact that its text needs.
        """
        if not rows:
            return
        # Several people are told of one cause with the same facts, which are then checked and written out once.
        written: dict[int, str] = {}
        for row in rows:
            if id(row.facts) not in written:
                check_facts(row.message, row.facts)
                written[id(row.facts)] = to_json(dict(row.facts))
        names = ("cause", "person_id", "post_id", "campaign_id", "task_id", "notice_id", "message", "grave")
        columns: dict[str, Any] = dict(zip(names, zip(*map(attrgetter(*names), rows), strict=True), strict=True))
        columns["facts"] = [written[id(row.facts)] for row in rows]
        self._session.execute(INSERT_TOLD, {**as_arrays(columns), "now": now})

    def mark_read(self, person_id: int, told_ids: Sequence[int] | None, *, now: datetime) -> int:
        """Mark a person's rows (None = all) as read; return how many were not yet."""
        given = {"person": person_id, "ids": None if told_ids is None else list(told_ids), "now": now}
        return len(self._session.execute(MARK_READ, given).all())

    def mail_refused_at(self, person_id: int, *, lock: bool = False) -> datetime | None:
        """Return since when a person does without optional mails; raises NotFound for nobody.

        With `lock` the person's row stays locked, for whoever means to change it.
        """
        statement = "SELECT mail_refused_at FROM person WHERE id = :person" + (" FOR NO KEY UPDATE" if lock else "")
        found = self._session.execute(text(statement), {"person": person_id}).one_or_none()
        if found is None:
            raise NotFound("没有这个页面。")
        at: datetime | None = found.mail_refused_at
        return at

    def refuse_mail(self, person_id: int, at: datetime | None) -> None:
        """Say since when a person does without optional mails; None = wants them."""
        statement = text("UPDATE person SET mail_refused_at = :at WHERE id = :person")
        self._session.execute(statement, {"person": person_id, "at": at})

    def served_papers(self, task_ids: Sequence[int]) -> dict[int, ServedPaper]:
        """Return issued papers by their tasks."""
        rows = self._session.execute(SERVED, {"tasks": sorted(set(task_ids))})
        return {
            row.task_id: ServedPaper(
                row.id, row.ref, row.printed_number, row.title, row.issued_at, frozenset(row.served),
                frozenset(row.asked),
            )
            for row in rows
        }  # fmt: skip

    def answering_units(self, unit_ids: Sequence[int], campaign_id: int, *, now: datetime) -> frozenset[int]:
        """Return which of these units have a liaison or a head for a campaign today."""
        return frozenset(
            post.unit_id
            for post in self.posts_at(unit_ids, today=local_date(now))
            if post.role in ("liaison", "head") and post.campaign_id in (None, campaign_id)
        )

    def posts_at(self, unit_ids: Sequence[int], *, today: date) -> list[PostRow]:
        """Return the posts held today at these units, in a stable order."""
        found = self._session.execute(POSTS_FOR, {"units": sorted(set(unit_ids)), "today": today})
        return [PostRow(*row) for row in found.all()]
