"""Which moves a task's period offers: a nil return for a standing duty, one return of several for a quota. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from tracker.domain.definition import TransitionDefinition, WorkflowDefinition
from tracker.domain.standing import ONCE, START


@dataclass(frozen=True, slots=True)
class TaskPeriod:
    """What a task's period wants. `recorded` returns have come in before the last one."""

    key: str = ONCE
    quota: int | None = None
    recorded: int = 0

    def offers(self, transition: TransitionDefinition, definition: WorkflowDefinition) -> bool:
        """Tell whether a move that the state allows fits the period.

        A nil return answers a standing duty with a date each period; a quota (至少1次) wants something done. With a
        quota every return but the last is recorded and leaves the state as it is.
        """
        if transition.nil:
            return self.key not in (ONCE, START) and self.quota is None
        if transition.until_quota:
            return not self._is_last
        records = any(one.until_quota and one.form == transition.form for one in definition.transitions)
        return self._is_last if records and transition.form is not None else True

    @property
    def _is_last(self) -> bool:
        return self.quota is None or self.recorded + 1 >= self.quota

    @property
    def counted(self) -> str:
        """Return how the quota stands (已报1次，共需3次); "" where there is none."""
        return f"已报{self.recorded}次，共需{self.quota}次" if self.quota is not None and self.quota > 1 else ""


def why_not_offered(transition: TransitionDefinition, period: TaskPeriod) -> str:
    """Return why a move does not fit the period, as a sentence for whoever tried it."""
    if transition.nil and period.quota is not None:
        return f"这项工作要求在期限内至少{period.quota}次，不能以零报告代替。"
    if transition.nil:
        return "只有按周期报送的工作才能零报告，这项任务请按实际情况报送。"
    return f"这项工作要求报{period.quota}次（{period.counted}），请按页面上的步骤报送。"
