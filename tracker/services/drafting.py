"""Drafts that a person begins about something: a correction of a paper, a decision put on paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tracker.domain.values import local_date
from tracker.persistence.models import Notice, NoticeItem
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.context import Floor
from tracker.services.opening import NewTask, open_tasks
from tracker.services.recording import Doer, event


@dataclass(frozen=True)
class BegunDraft:
    """The draft that was begun. `existing` = there is such a paper already, in hand or issued."""

    ref: str
    existing: bool = False


@dataclass(frozen=True)
class NewDraft:
    """A paper to begin. `said` goes into its first event besides what it is."""

    kind: str
    campaign_id: int
    office_id: int
    unit_id: int
    severity: int
    title: str
    body: str
    details: Mapping[str, Any]
    lines: tuple[str, ...] = ()
    corrects_id: int | None = None
    about_task_id: int | None = None
    said: Mapping[str, Any] = field(default_factory=dict)


def open_draft(uow: UnitOfWork, floor: Floor, new: NewDraft, by: Doer, *, now: datetime) -> str:
    """Open the draft of one matter; return its ref. Whoever begins it has drafted it: another approves."""
    task_of = NewTask(new.campaign_id, new.unit_id, new.kind, new.title, severity_floor=new.severity, paper=True)
    (opened,) = open_tasks(uow, floor, [task_of], now=now, by=by)
    (ref,) = uow.tasks.new_refs("WS", local_date(now).year, 1)
    draft = uow.notices.add(
        Notice(
            ref=ref, task_id=opened.id, campaign_id=new.campaign_id, office_id=new.office_id, unit_id=new.unit_id,
            kind=new.kind, severity=new.severity, gathering=False, alone=True, title=new.title, body=new.body,
            details=dict(new.details), corrects_id=new.corrects_id, about_task_id=new.about_task_id, created_at=now,
        )
    )  # fmt: skip
    for position, line in enumerate(new.lines, start=1):
        uow.notices.add_item(NoticeItem(notice_id=draft.id, position=position, text=line))
    task = uow.tasks.get(opened.id)
    task.last_doers = {**task.last_doers, "edit": [by.person_id or 0]}
    payload = {
        "ref": ref, "kind": new.kind, "unit": draft.unit_id, "severity": draft.severity, "task": opened.id, **new.said,
    }  # fmt: skip
    uow.events.append([event(("notice", draft.id), "notice.drafted", payload, at=now, by=by)])
    return ref
