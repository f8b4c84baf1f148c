"""A unit asks for a later date, the office answers: the same panel on a task's page and on a paper's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tracker.domain.errors import NotAllowed
from tracker.domain.permissions import Action, Place, Viewer, may
from tracker.domain.values import WaitsFor
from tracker.persistence.queries.task_page import TaskExtension

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


def check_may_decide(who: Viewer, place: Place) -> None:
    """Raise NotAllowed for those who see the request and may not answer it, before anything typed is looked at."""
    if not may(who, Action.DECIDE_EXTENSION, place):
        raise NotAllowed("延期申请由办公室或督导组审批。")


def present_extending(
    who: Viewer, place: Place, *, waits_for: str, running: Iterable[str], version: int,
    requests: tuple[TaskExtension, ...], ask_url: str, decide_url: str,
) -> Extending:  # fmt: skip
    """Return the panel for a task whose clocks `running` run; nobody is offered what is not theirs to do now."""
    asked = any(one.status == "asked" for one in requests)
    extendable = waits_for == WaitsFor.UNIT.value and not EXTENDABLE.isdisjoint(running)
    return Extending(
        ask_url, decide_url, version,
        offered=extendable and not asked and may(who, Action.ACT_AS_UNIT, place),
        deciding=asked and may(who, Action.DECIDE_EXTENSION, place),
        requests=requests,
    )  # fmt: skip
