"""A unit asks for a later date, the office answers: the same panel on a task's page and on a paper's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tracker.domain.extending import AnswerStep
from tracker.domain.permissions import ANSWERING, Action, Place, Viewer, may
from tracker.domain.values import WaitsFor
from tracker.persistence.queries.task_page import TaskExtension
from tracker.services.extensions import check_may_answer

#: The steps' names in addresses and in what was tried.
EXTENSION, DECISION = "extension", "decision"
#: Clocks of which a later date may be asked.
EXTENDABLE = frozenset({"finish", "reply"})


@dataclass(frozen=True)
class Extending:
    """What the panel shows and where its forms go. `version` is the task's; `offered` = may ask, `deciding` = may answer."""

    ask_url: str
    decide_url: str
    version: int
    offered: bool
    deciding: bool
    requests: tuple[TaskExtension, ...]
    step: AnswerStep = AnswerStep.ONLY


def step_of(requests: Iterable[TaskExtension]) -> AnswerStep:
    """Return which answer the open request waits for; ONLY when there is none."""
    return next((one.step for one in requests if one.status == "asked"), AnswerStep.ONLY)


def check_may_decide(who: Viewer, place: Place, requests: Iterable[TaskExtension]) -> AnswerStep:
    """Return the step of the answer that may be given here.

    Raises NotAllowed for those who see the request and may not answer it, before anything typed is looked at.
    """
    step = step_of(requests)
    check_may_answer(who, place, step)
    return step


def said_done(step: AnswerStep, *, granted: bool) -> str:
    """Return what the page says after an answer."""
    if step is AnswerStep.FIRST and granted:
        return "已提出初审意见，领导小组领导会收到通知。"
    return "已批复，单位会收到通知。"


def present_extending(
    who: Viewer, place: Place, *, waits_for: str, running: Iterable[str], version: int,
    requests: tuple[TaskExtension, ...], ask_url: str, decide_url: str,
) -> Extending:  # fmt: skip
    """Return the panel for a task whose clocks `running` run; nobody is offered what is not theirs to do now."""
    step = step_of(requests)
    asked = any(one.status == "asked" for one in requests)
    extendable = waits_for == WaitsFor.UNIT.value and not EXTENDABLE.isdisjoint(running)
    return Extending(
        ask_url, decide_url, version,
        offered=extendable and not asked and may(who, Action.ACT_AS_UNIT, place),
        deciding=asked and may(who, ANSWERING[step], place),
        requests=requests, step=step,
    )  # fmt: skip
