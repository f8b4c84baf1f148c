"""Extensions: what a request and its answer must say, and who answers, in one step or two. Pure.

An extension is asked for before expiry and answered by people with a definite new date. A campaign may have it answered
in two steps: the supervisors examine it (初审) and a leader approves (批准; DOMAIN.md §1.6). Silence is no consent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from tracker.domain.deadlines import show_day
from tracker.domain.errors import FieldProblem, InvalidInput
from tracker.domain.inputs import cleaned
from tracker.domain.values import local_date

#: Parties that answer: in the only or the first step, and in the second. They are no transitions, but rise like these.
EXTENSION, EXTENSION_FINAL = "extension", "extension_final"
#: Who may answer, as roles at the office.
ANSWERING_ROLES: Mapping[str, frozenset[str]] = {
    EXTENSION: frozenset({"office", "supervisor"}), EXTENSION_FINAL: frozenset({"leader"}),
}  # fmt: skip
#: Questions that a clock of their own may run for: until the first answer, and until the second.
EXTENSION_PENDING, EXTENSION_EXAMINED = "extension_pending", "extension_examined"
LONGEST_DAYS = 366


class AnswerStep(StrEnum):
    """Which answer a request waits for."""

    ONLY = "only"
    FIRST = "first"
    FINAL = "final"


#: What a request waits for, on screens.
WAITING_TITLES = {AnswerStep.ONLY: "等待批复", AnswerStep.FIRST: "等待初审", AnswerStep.FINAL: "等待领导批准"}


def answer_step(steps: int, *, examined: bool) -> AnswerStep:
    """Return which answer a request waits for that is answered in `steps`."""
    if steps == 1:
        return AnswerStep.ONLY
    return AnswerStep.FINAL if examined else AnswerStep.FIRST


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that waits for its answer. `examined_by` None = nobody has examined it."""

    asked_by: int
    steps: int = 1
    examined_by: int | None = None

    @property
    def step(self) -> AnswerStep:
        """Return which answer it waits for."""
        return answer_step(self.steps, examined=self.examined_by is not None)

    @property
    def party(self) -> str:
        """Return what answers now: EXTENSION or EXTENSION_FINAL."""
        return EXTENSION_FINAL if self.step is AnswerStep.FINAL else EXTENSION

    @property
    def excluded(self) -> frozenset[int]:
        """Return who may not answer: whoever asked, and in the second step whoever examined."""
        return frozenset({self.asked_by} | ({self.examined_by} if self.examined_by is not None else set()))


@dataclass(frozen=True, slots=True)
class Deadline:
    """How the deadline stands for which a later date is asked. `due_at` is aware UTC, `due_on` a Shanghai date."""

    due_on: date
    due_at: datetime
    already_asked: bool = False


def check_request(deadline: Deadline, *, wanted_on: str, reason: str, now: datetime) -> tuple[date, str]:
    """Return the date wanted and the reason of a request; raises InvalidInput with everything that is wrong."""
    problems: list[FieldProblem] = []
    reason = cleaned(reason)
    due_on = show_day(deadline.due_on)
    if not reason:
        problems.append(FieldProblem("reason", "请写明申请延期的原因。"))
    if len(reason) > 1000:
        problems.append(FieldProblem("reason", f"原因最多1000字，现在是{len(reason)}字。"))
    if now >= deadline.due_at:
        sentence = f"已过办理期限（{due_on}），期限届满后不能申请延期，请尽快办结并说明原因。"
        problems.append(FieldProblem("wanted_on", sentence))
    if deadline.already_asked:
        problems.append(FieldProblem("wanted_on", "已有一份延期申请在等审批，不能重复申请。"))
    wanted = _date(wanted_on)
    if wanted is None:
        problems.append(FieldProblem("wanted_on", "请填写希望延到的日期，例如 2026-06-30。"))
    elif wanted <= deadline.due_on:
        problems.append(FieldProblem("wanted_on", f"希望延到的日期要晚于现在的期限（{due_on}）。"))
    elif (wanted - deadline.due_on).days > LONGEST_DAYS:
        problems.append(FieldProblem("wanted_on", "一次延期不能超过一年。"))
    if problems or wanted is None:
        raise InvalidInput(problems)
    return wanted, reason


def check_answer(
    bounds: tuple[date, date | None], *, grant: bool, granted_on: str, reason: str, now: datetime
) -> tuple[date | None, str]:
    """Return the new date (None = refused) and the reason of an answer.

    `bounds` are the present due date and the day beyond which a share may not go, if there is one. Raises InvalidInput.
    """
    present, latest = bounds
    reason = cleaned(reason)
    if not grant:
        if not reason:
            raise InvalidInput([FieldProblem("reason", "不同意延期需要写明理由。")])
        return None, reason[:1000]
    new_date = _date(granted_on)
    if new_date is None:
        raise InvalidInput([FieldProblem("granted_on", "同意延期要给出确定的新期限，例如 2026-06-30。")])
    if latest is not None and new_date > latest:
        sentence = f"分解下去的任务不能晚于本单位自己的期限（{show_day(latest)}）；请先申请延长本单位的期限。"
        raise InvalidInput([FieldProblem("granted_on", sentence)])
    if new_date <= present or new_date < local_date(now):
        raise InvalidInput([FieldProblem("granted_on", f"新期限要晚于原期限（{show_day(present)}），也不能早于今天。")])
    return new_date, reason[:1000]


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None
