"""What a look at the installation says: one sentence a thing, its weight, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from tracker.domain.calendar import WorkingCalendar


class Weight(StrEnum):
    """How grave a remark is: as it should be, worth knowing, or something will not work."""

    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing looked at; `advice` says what to do, empty where the sentence does or nothing is."""

    weight: Weight
    sentence: str
    advice: str = ""


def of_calendar(calendar: WorkingCalendar, year: int) -> Remark:
    """Say whether the calendar in force knows this year and the next."""
    if year not in calendar.published_years:
        said = f"工作日历没有{year}年的放假安排，期限按周一至周五推算。请导入国务院办公厅通知。"
        return Remark(Weight.BAD, said)
    if year + 1 not in calendar.published_years:
        return Remark(Weight.WARN, f"{year + 1}年的放假安排尚未导入，跨年期限暂按推算，会注明“暂定”。")
    return Remark(Weight.GOOD, f"工作日历已覆盖到{max(calendar.published_years)}年。")


#: A recount that goes on says so every second or so; the sweep takes it up within minutes.
RECOUNT_RESTS_AT_MOST = timedelta(minutes=15)


def of_recount(left: int, *, rests_for: timedelta) -> Remark:
    """Say how many open dates a new calendar has still to be counted with, and whether anybody does."""
    if rests_for <= RECOUNT_RESTS_AT_MOST:
        return Remark(Weight.GOOD, f"新的工作日历正在后台重算，还有约{left}个在办期限。")
    said = (
        f"新的工作日历还有约{left}个在办期限没有重算，已停了{rests_for // timedelta(minutes=1)}分钟，改期消息也在等。"
    )
    return Remark(Weight.BAD, said, "请检查 Redis 和工作进程；或执行 tracker calendar import，一次办完。")
