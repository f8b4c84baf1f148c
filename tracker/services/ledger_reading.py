"""Reading an edited rectification ledger back: first what would change, then all of it or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tracker.domain.errors import FieldProblem, InvalidInput
from tracker.domain.inputs import cleaned
from tracker.domain.ledger_reading import EDITABLE, LEDGER, CellChange, PlannedItem, ReadRow, compare, read_rows
from tracker.domain.papers import is_internal
from tracker.domain.permissions import Action, Place, Viewer, may, may_draft
from tracker.domain.ports import SheetReader
from tracker.domain.values import WaitsFor
from tracker.persistence.models import Task
from tracker.persistence.repositories.replanning import PlanRow
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.context import Floor, Setting, settings_of
from tracker.services.recording import Doer, doer_at, event
from tracker.services.telling import tell

LONGEST_REASON = 500


@dataclass(frozen=True)
class ReadBack:
    """What an edited file would change. `rows` and `sha256` are what the confirmation hands back."""

    changes: tuple[CellChange, ...]
    rows: tuple[ReadRow, ...]
    sha256: str


class LedgerReadingService:
    """Reads a ledger back for whoever may edit its items: a unit its own, the office's people those of its campaigns."""

    def __init__(self, floor: Floor, *, reader: SheetReader) -> None:
        self._floor = floor
        self._reader = reader

    def preview(self, viewer: Viewer, *, file_name: str, content: bytes) -> ReadBack:
        """Return what would change; nothing does yet.

        Raises AttachmentRefused for a file that cannot be read, or InvalidInput with every row that is wrong.
        """
        rows, problems = read_rows(self._reader.read(file_name, content))
        with self._floor.uows() as uow:
            changes, more = self._compare(uow, viewer, rows, lock=False)
        if problems or more:
            raise InvalidInput(sorted([*problems, *more], key=_row_of), "文件里有不能读回的行，没有改动任何内容：")
        touched = {change.ref for change in changes}
        return ReadBack(changes, tuple(row for row in rows if row.ref in touched), hashlib.sha256(content).hexdigest())

    def again(self, viewer: Viewer, *, rows: Sequence[ReadRow], sha256: str) -> ReadBack:
        """Return the preview once more, from the rows that it handed out; raises InvalidInput as `preview` does."""
        with self._floor.uows() as uow:
            changes, problems = self._compare(uow, viewer, rows, lock=False)
        if problems:
            raise InvalidInput(sorted(problems, key=_row_of), "有的事项在预览之后有变动，没有改动任何内容：")
        return ReadBack(changes, tuple(rows), sha256)

    def apply(self, viewer: Viewer, *, rows: Sequence[ReadRow], sha256: str, reason: str) -> int:
        """Write what the preview showed, all of it or nothing; return how many items changed.

        Every row is compared again under its lock. Raises InvalidInput with every row that is wrong by now.
        """
        reason = cleaned(reason)
        if not 0 < len(reason) <= LONGEST_REASON:
            raise InvalidInput([FieldProblem("reason", f"请写明为什么修改，不超过{LONGEST_REASON}字。")])
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            changes, problems = self._compare(uow, viewer, rows, lock=True)
            if problems:
                raise InvalidInput(sorted(problems, key=_row_of), "有的事项在预览之后有变动，没有改动任何内容：")
            by_ref: dict[str, list[CellChange]] = {}
            for change in changes:
                by_ref.setdefault(change.ref, []).append(change)
            found = uow.replanning.find(sorted(by_ref))
            settings = settings_of(uow, [row.task for row in found]) if found else {}
            for row in found:
                said = {"reason": reason, "file": sha256}
                self._write(uow, viewer, row, settings[row.task.id], by_ref[row.task.ref], said, now=now)
            payload = {"ledger": LEDGER, "file": sha256, "items": len(found), "cells": len(changes), "reason": reason}
            by = Doer(viewer.person_id)
            uow.events.append([event(("person", viewer.person_id), "ledger.read_back", payload, at=now, by=by)])
            self._floor.ring_deliveries(uow)
            uow.commit()
            return len(found)

    def _write(
        self, uow: UnitOfWork, viewer: Viewer, row: PlanRow, setting: Setting, changes: Sequence[CellChange],
        said: Mapping[str, str], *, now: datetime,
    ) -> None:  # fmt: skip
        task, source = row.task, row.source
        for change in changes:
            setattr(source, change.column, change.after)
        task.version += 1
        place = setting.place(task)
        inside = may_draft(viewer, place)
        by = doer_at(viewer, place, Action.SEE_WORKBENCH if inside else Action.ACT_AS_UNIT)
        payload = {
            "before": {change.column: change.before for change in changes},
            "after": {change.column: change.after for change in changes}, **said,
        }  # fmt: skip
        (event_id,) = uow.events.append([event(("task", task.id), "rectification.replanned", payload, at=now, by=by)])
        if inside:
            facts = {
                "task_ref": task.ref, "title": task.title, "unit": setting.unit_name,
                "campaign": setting.campaign.title, "reason": said["reason"],
            }  # fmt: skip
            tell(
                uow, cause=f"event:{event_id}", message="reworded", facts=facts, audience=setting.audience(task),
                roles=("liaison",), now=now, task_id=task.id, except_person=by.person_id,
            )  # fmt: skip

    def _compare(
        self, uow: UnitOfWork, viewer: Viewer, rows: Sequence[ReadRow], *, lock: bool
    ) -> tuple[tuple[CellChange, ...], tuple[FieldProblem, ...]]:
        found = uow.replanning.find([row.ref for row in rows], lock=lock)
        settings = settings_of(uow, [row.task for row in found]) if found else {}
        present = {}
        for row in found:
            setting = settings[row.task.id]
            place = setting.place(row.task, internal=is_internal(row.task.workflow_key, row.task.state))
            if may(viewer, Action.SEE_TASK, place):
                values = {name: str(getattr(row.source, name, "") or "") for name in EDITABLE}
                fixed = _why_fixed(viewer, row, row.task, place)
                present[row.task.ref] = PlannedItem(
                    row.task.ref, row.task.title, setting.unit_name, row.task.version, values, fixed
                )
        return compare(rows, present)


def _why_fixed(viewer: Viewer, row: PlanRow, task: Task, place: Place) -> str:
    if row.source is None:
        return "是按方案措施直接立项的，没有整改措施和责任人这两栏。"
    if task.done or task.final:
        return "已销号或撤回，不能再改。"
    if may_draft(viewer, place):
        return ""
    if not may(viewer, Action.ACT_AS_UNIT, place):
        return "不由您现在的岗位修改。"
    return "" if task.waits_for == WaitsFor.UNIT.value else "已反馈，正由督导组审核，单位不能再改。"


def _row_of(problem: FieldProblem) -> int:
    number = problem.sentence.removeprefix("第").partition("行")[0]
    return int(number) if number.isascii() and number.isdigit() else 0
