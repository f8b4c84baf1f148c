"""Rectification items: opened by problems and by notice items, one for each, never twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from tracker.domain.bigrams import bigrams
from tracker.domain.deadlines import DueMoment, by_date, told, within
from tracker.domain.definition import DayUnit, Within
from tracker.domain.reachability import RECTIFICATION
from tracker.domain.values import local_date
from tracker.domain.visits import INSPECTION
from tracker.persistence.models import Notice, NoticeItem, Problem, Submission, Task
from tracker.persistence.queries.duties import find_duties
from tracker.persistence.queries.tied import find_problems_below
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.context import Floor, Setting
from tracker.services.freezing import freeze_opened
from tracker.services.opening import NewTask, open_tasks
from tracker.services.recording import Doer, event

#: An item without a limit of its own gets this many calendar days (DOMAIN.md §9, sensible defaults).
DEFAULT_DAYS = 15


def default_due(floor: Floor, setting: Setting, *, now: datetime) -> DueMoment:
    """Return the limit of an item for which nobody named a date."""
    days = int(setting.campaign.settings.get("rectification_days", DEFAULT_DAYS))
    return told(within(now, Within(days, DayUnit.CALENDAR_DAY), floor.calendars.newest()))


def open_for_problems(
    uow: UnitOfWork, floor: Floor, task: Task, submission: Submission, by: Doer, *, now: datetime
) -> int:
    """Open one item for each problem of a survey return that has none yet; return how many were opened.

    A return that was sent back is filled again from what stood in it, so its rows repeat the problems already
    opened: a row with the same place, kind and description is the same problem.
    """
    known = {_same(p.place, p.kind, p.description) for p in uow.tasks.problems_of_task(task.id)}
    # What a lower unit found in its share is rectified there; the unit above that lists it again opens nothing twice.
    known |= {_same(p.place, p.kind, p.description) for p in find_problems_below(uow.session, task.id)}
    rows = [
        row for row in submission.values.get("problems", [])
        if _same(row["place"], row["kind"], row["description"]) not in known
    ]  # fmt: skip
    calendar = floor.calendars.newest()
    limit_set_by = "检查记录所定整改时限" if task.workflow_key == INSPECTION else "单位自定整改时限"
    duties = find_duties(uow.session, task.id) if any(row.get("duty") for row in rows) else {}
    opened = open_tasks(
        uow,
        floor,
        [
            NewTask(
                task.campaign_id, task.unit_id, RECTIFICATION, _problem_title(row), state="rectifying",
                due=by_date(date.fromisoformat(row["limit_on"]), calendar=calendar, source=limit_set_by),
                measure_id=duties.get(row.get("duty") or "", task.measure_id), parent_id=task.id,
            )
            for row in rows
        ],
        now=now,
        by=by,
    )  # fmt: skip
    refs = uow.tasks.new_refs("WT", local_date(now).year, len(rows)) if rows else []
    uow.tasks.add_problems([
        Problem(
            ref=ref, campaign_id=task.campaign_id, unit_id=task.unit_id, found_in_task_id=task.id,
            submission_id=submission.id, rectification_task_id=item.id, place=row["place"], kind=row["kind"],
            risk_grade=row["risk_grade"], description=row["description"], measure=row["measure"],
            leader=row["leader"], limit_on=date.fromisoformat(row["limit_on"]), found_at=now,
            bigrams=bigrams(f"{row['place']} {row['description']}"),
        )
        for ref, item, row in zip(refs, opened, rows, strict=True)
    ])  # fmt: skip
    return len(opened)


def open_for_items(
    uow: UnitOfWork, floor: Floor, setting: Setting, notice: Notice, values: Mapping[str, Any] | None, by: Doer, *,
    now: datetime,
) -> int:  # fmt: skip
    """Open one item for each line of a notice that has none yet, with the plan the unit gave for it if it did."""
    items = [item for item in uow.notices.items(notice.id) if item.struck_at is None]
    plans = _plans_by_item(items, (values or {}).get("items", []))
    calendar = floor.calendars.newest()
    fresh: list[tuple[NoticeItem, DueMoment]] = []
    for item in items:
        plan = plans.get(item.id, {})
        item.measure, item.leader = plan.get("measure") or item.measure, plan.get("leader") or item.leader
        if plan.get("limit_on"):
            item.limit_on = date.fromisoformat(plan["limit_on"])
        if item.rectification_task_id is None:
            due = (
                by_date(item.limit_on, calendar=calendar, source="回复所报整改时限")
                if item.limit_on
                else default_due(floor, setting, now=now)
            )
            item.limit_on = due.due_on
            fresh.append((item, due))
    return _open(uow, floor, notice, fresh, by, now=now)


def open_for_agreed(
    uow: UnitOfWork, floor: Floor, notice: Notice, values: Mapping[str, Any], by: Doer, *, now: datetime
) -> int:
    """Open one item for each thing agreed on when the unit was called in, with its measure, its leader and its limit.

    What repeats a line of the paper is that line; the rest stands beside the paper, whose own lines stay as printed.
    """
    lines = {item.text.strip(): item for item in uow.notices.items(notice.id) if item.struck_at is None}
    position = max((item.position for item in uow.notices.items(notice.id)), default=0)
    calendar = floor.calendars.newest()
    fresh: list[tuple[NoticeItem, DueMoment]] = []
    for row in values.get("agreed", []):
        item = lines.pop(row["item"].strip(), None)
        if item is None or item.rectification_task_id is not None:
            position += 1
            item = NoticeItem(notice_id=notice.id, position=position, text=row["item"], agreed_at=now)
            uow.notices.add_item(item)
        item.measure, item.leader = row["measure"], row["leader"]
        item.limit_on = date.fromisoformat(row["limit_on"])
        fresh.append((item, by_date(item.limit_on, calendar=calendar, source="约谈商定整改时限")))
    return _open(uow, floor, notice, fresh, by, now=now)


def _open(
    uow: UnitOfWork, floor: Floor, notice: Notice, fresh: Sequence[tuple[NoticeItem, DueMoment]], by: Doer, *,
    now: datetime,
) -> int:  # fmt: skip
    opened = open_tasks(
        uow,
        floor,
        [
            NewTask(notice.campaign_id, notice.unit_id, RECTIFICATION, item.text[:120], due=due, state="rectifying",
                    parent_id=notice.task_id)
            for item, due in fresh
        ],
        now=now,
        by=by,
    )  # fmt: skip
    for (item, _), task in zip(fresh, opened, strict=True):
        item.rectification_task_id = task.id
    if opened:
        freeze_opened(uow, floor, notice, [(item, item.rectification_task_id or 0) for item, _ in fresh], now=now)
        refs = [task.ref for task in opened]
        uow.events.append([event(("notice", notice.id), "notice.items_opened", {"tasks": refs}, at=now, by=by)])
    return len(opened)


def _plans_by_item(items: Sequence[NoticeItem], rows: Sequence[Mapping[str, Any]]) -> dict[int, Mapping[str, Any]]:
    """Match the unit's rows to the lines they repeat: by their words, else in order when none is missing."""
    by_words = {str(row.get("item", "")).strip(): row for row in rows}
    in_order = dict(zip((item.id for item in items), rows, strict=True)) if len(rows) == len(items) else {}
    return {item.id: by_words.get(item.text[:200].strip()) or in_order.get(item.id, {}) for item in items}


def _same(place: str, kind: str, description: str) -> tuple[str, str, str]:
    return place.strip(), kind, description.strip()


def _problem_title(row: Mapping[str, Any]) -> str:
    return f"{row['place']}：{row['description']}"[:120]
