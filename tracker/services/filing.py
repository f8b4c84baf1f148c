"""归档: where a paper that has run its course is kept, with its sealed copies. The record of the paper says so.

A paper may be filed anew (moved to another volume); each time stays in its record. What is voided or superseded is filed
as well: its number is never used again, and its sheet is kept.
"""

from __future__ import annotations

from tracker.domain.errors import CannotIssue, FieldProblem, InvalidInput
from tracker.domain.inputs import cleaned
from tracker.domain.permissions import Action, Viewer
from tracker.domain.personal_numbers import objection
from tracker.services.context import Floor
from tracker.services.draft_holding import check_version
from tracker.services.recording import doer_at, event
from tracker.services.seeing import see
from tracker.services.signed_copies import hold_issued

FILED = "notice.filed"
LONGEST = 60


class FilingService:
    """Files papers, for those who draft them."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def file(self, viewer: Viewer, *, notice_ref: str, expected_version: int, filed_as: str) -> None:
        """Write down where a paper is kept. Raises NotFound, NotAllowed, StaleVersion, InvalidInput with a sentence,

        or CannotIssue while the paper is a draft or still runs.
        """
        filed_as = cleaned(filed_as)
        if not 0 < len(filed_as) <= LONGEST:
            raise InvalidInput([FieldProblem("filed_as", f"请写档号或存放处，不超过{LONGEST}字。")])
        if sentence := objection(filed_as, confirmed=False, confidential=True):
            raise InvalidInput([FieldProblem("filed_as", f"档号{sentence}。")])
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            peek = uow.notices.get_by_ref(notice_ref)
            task = uow.tasks.get(peek.task_id, lock=True)
            notice = hold_issued(uow, viewer, notice_ref, lock=True)
            definition = self._floor.catalog.workflow(task.workflow_version_id)
            state = definition.states[task.state].title
            check_version(notice, expected_version, state)
            if not task.final:
                raise CannotIssue("还不能归档。", [f"这份文书现在是“{state}”，办结、作废或撤销以后再归档。"])
            by = doer_at(viewer, see(uow, viewer, task).place(task, internal=True), Action.SEE_WORKBENCH)
            payload = {
                "filed_as": filed_as, "number": notice.printed_number, "approved_hash": notice.approved_hash,
                "signed_copies": uow.notices.signed_copies(notice.id),
            }  # fmt: skip
            notice.version += 1
            uow.events.append([event(("notice", notice.id), FILED, payload, at=now, by=by)])
            uow.commit()
