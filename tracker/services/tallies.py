"""The kept sums of tasks: put together now and then, compared with the tasks when somebody asks, counted anew."""

from __future__ import annotations

from tracker.domain.remarks import Remark, Weight
from tracker.persistence.unit_of_work import UnitOfWorkFactory


class TallyService:
    """Looks after what PostgreSQL keeps of each kind of task (models/tally.py)."""

    def __init__(self, uows: UnitOfWorkFactory) -> None:
        self._uows = uows

    def settle(self) -> None:
        """Put together the rows of campaigns in which much happened; no sum changes."""
        with self._uows() as uow:
            uow.tallies.settle()
            uow.commit()

    def examine(self) -> Remark:
        """Say whether the kept sums are those of the tasks. Reads every task."""
        with self._uows() as uow:
            wrong = uow.tallies.wrong()
        if wrong:
            return Remark(
                Weight.BAD,
                f"任务的汇总数与任务逐项清点相差{wrong}项：任务本身没有问题，但总览上的数字不准。",
                "请运行 tracker db recount 重新清点，并查明是谁绕过程序改了数据库。",
            )
        return Remark(Weight.GOOD, "任务的汇总数与逐项清点一致。")

    def recount(self) -> int:
        """Count every task anew, while nobody changes one; return by how many the kept sums were wrong."""
        with self._uows() as uow:
            uow.tallies.hold_tasks()
            wrong = uow.tallies.wrong()
            uow.tallies.recount()
            uow.commit()
        return wrong
