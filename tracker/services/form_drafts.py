"""What somebody types into a task's form is kept before it is sent, so that nothing typed is lost.

A draft is its person's alone: encrypted, shown to nobody else, no part of the record, gone once the form is sent or
after KEPT_FOR. What others may know is that somebody is filling the same form.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from tracker.domain.definition import WorkflowDefinition
from tracker.domain.errors import InvalidInput, NotAllowed, NotFound, StaleVersion
from tracker.domain.permissions import Action, Place, Viewer, may, parties
from tracker.domain.personal_numbers import personal_numbers
from tracker.domain.ports import Cipher
from tracker.persistence.models import FormDraft
from tracker.persistence.repositories.form_drafts import DraftRow
from tracker.services.context import Floor
from tracker.services.seeing import see

KEPT_FOR = timedelta(days=30)
MOST_LETTERS = 400_000
#: Forms beside the workflow's own, and who may fill them.
BESIDE = {"extension": Action.ACT_AS_UNIT, "hand_down": Action.HAND_DOWN}


class DraftChanged(StaleVersion):
    """The same person's draft was changed elsewhere since the page was made; nothing was overwritten."""

    def __init__(self, row: DraftRow) -> None:
        super().__init__("这份草稿在另一个页面上改过，没有覆盖它。")
        self.edition, self.saved_at = row.edition, row.saved_at


@dataclass(frozen=True, slots=True)
class Kept:
    """A draft that was kept. `moved_to` is the task's state when somebody acted since the page was made, else ""."""

    edition: str
    saved_at: datetime
    moved_to: str = ""


@dataclass(frozen=True, slots=True)
class OwnDraft:
    """One's own draft as it was typed."""

    act: str
    edition: str
    task_version: int
    saved_at: datetime
    given: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class OthersDraft:
    """Somebody else is filling a form."""

    act: str
    name: str
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class TaskDrafts:
    """The drafts of one task as one person may know of them."""

    own: Mapping[str, OwnDraft]
    others: tuple[OthersDraft, ...]

    def of_others(self, act: str) -> tuple[OthersDraft, ...]:
        """Return who else is filling a form."""
        return tuple(one for one in self.others if one.act == act)


class FormDraftService:
    """Keeps what is being typed."""

    def __init__(self, floor: Floor, *, cipher: Cipher) -> None:
        self._floor, self._cipher = floor, cipher

    def keep(
        self, viewer: Viewer, *, task_ref: str, act: str, given: Mapping[str, object], expected: str, page_version: int
    ) -> Kept:  # fmt: skip
        """Keep a draft in place of its edition `expected` ("" = there was none when the page was made).

        What was typed is kept also when somebody acted on the task meanwhile; `moved_to` says so. Raises NotFound,
        NotAllowed for a form that is never the viewer's, InvalidInput for what may not be kept, or DraftChanged.
        """
        now, real = self._floor.clock.now(), self._floor.clock.real_now()
        with self._floor.uows() as uow:
            task = uow.tasks.get_by_ref(task_ref)
            setting = see(uow, viewer, task)
            definition = self._floor.catalog.workflow(task.workflow_version_id)
            _check_may_fill(viewer, setting.place(task), definition, act)
            draft = FormDraft(
                task_id=task.id, person_id=viewer.person_id, act=act, edition=secrets.token_hex(8),
                task_version=page_version, content_cipher=self._sealed(definition, given), saved_at=now,
                expires_at=real + KEPT_FOR,
            )  # fmt: skip
            if not uow.form_drafts.keep(draft, expected=expected, now=real):
                mine = (one for one in uow.form_drafts.of_task(task.id, now=real) if one.person_id == viewer.person_id)
                raise DraftChanged(next(one for one in mine if one.act == act))
            uow.commit()
            moved = "" if task.version == page_version else definition.states[task.state].title
            return Kept(draft.edition, now, moved)

    def read(self, viewer: Viewer, *, task_id: int) -> TaskDrafts:
        """Return the drafts of a task that the viewer has been found to see."""
        with self._floor.uows() as uow:
            rows = uow.form_drafts.of_task(task_id, now=self._floor.clock.real_now())
        own = {row.act: draft for row in rows if row.person_id == viewer.person_id and (draft := self._opened(row))}
        others = tuple(
            OthersDraft(row.act, row.person_name, row.saved_at) for row in rows if row.person_id != viewer.person_id
        )
        return TaskDrafts(own, others)

    def discard(self, viewer: Viewer, *, task_ref: str, act: str) -> None:
        """Throw one's own draft away; raises NotFound."""
        with self._floor.uows() as uow:
            task = uow.tasks.get_by_ref(task_ref)
            see(uow, viewer, task)
            if act not in BESIDE and self._floor.catalog.workflow(task.workflow_version_id).transition(act) is None:
                raise NotFound("没有这张表。")
            uow.form_drafts.forget(task.id, person_id=viewer.person_id, act=act)
            uow.commit()

    def forget_expired(self) -> int:
        """Forget what nobody came back to; return how many drafts that were."""
        with self._floor.uows() as uow:
            gone = uow.form_drafts.forget_expired(self._floor.clock.real_now())
            uow.commit()
        return gone

    def _sealed(self, definition: WorkflowDefinition, given: Mapping[str, object]) -> bytes:
        if definition.confidential and any(map(_holds_number, given.values())):
            raise InvalidInput([], "填写的内容里好像有个人号码，这类事项不收，草稿没有保存。请先删去号码。")
        plain = json.dumps(dict(given), ensure_ascii=False)
        if len(plain) > MOST_LETTERS:
            raise InvalidInput([], "内容太多，草稿没有保存。请分次报送，或把长材料作为附件上传。")
        return self._cipher.encrypt(plain)

    def _opened(self, row: DraftRow) -> OwnDraft | None:
        """Return a draft as it was typed; None where the key was changed since: the page comes all the same."""
        try:
            given = json.loads(self._cipher.decrypt(bytes(row.content_cipher)))
        except ValueError:
            return None
        return OwnDraft(row.act, row.edition, row.task_version, row.saved_at, given)


def _check_may_fill(viewer: Viewer, place: Place, definition: WorkflowDefinition, act: str) -> None:
    """Raise NotAllowed for a form that is not the viewer's in any state of the task."""
    if act in BESIDE:
        allowed = may(viewer, BESIDE[act], place)
    else:
        wanted = definition.transition(act)
        typed = wanted is not None and (wanted.form is not None or wanted.reason != "none")
        allowed = wanted is not None and typed and bool(wanted.by & parties(viewer, place))
    if not allowed:
        raise NotAllowed("这张表不由您填写，草稿没有保存。")


def _holds_number(raw: object) -> bool:
    texts = raw if isinstance(raw, list) else [raw]
    return any(isinstance(one, str) and bool(personal_numbers(one)) for one in texts)
