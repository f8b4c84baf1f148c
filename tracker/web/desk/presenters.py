"""Puts the rows of a desk into the groups that a clerk works through from top to bottom."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.clock_words import say_moment
from tracker.domain.deadlines import rung_moment
from tracker.domain.ladder import Ladder, RungAct
from tracker.domain.lights import DUE_SOON, LATE, LIGHTS, SENT_BACK, TO_ACCEPT, Light
from tracker.domain.quotas import TaskPeriod
from tracker.domain.timeline_words import does
from tracker.domain.values import local_date
from tracker.persistence.queries.desk import DeskTask
from tracker.web.showing import left_or_late, say_date, show_date

#: Lights that call for something: the row says what comes next if nothing is done.
SAY_NEXT = frozenset({LATE.code, DUE_SOON.code, SENT_BACK.code})
#: In the order in which they are shown: key, title, what the group is about.
GROUPS = (
    ("to_judge", "待您审核", "下级单位报来的，由本单位审核。"),
    ("to_accept", "待签收", "先签收，再办理。"),
    ("sent_back", "被退回", "督导组退回了，请按退回理由修改后重报。"),
    ("late", "已逾期", "已过办理期限，请尽快办结。"),
    ("due_soon", "临期", "3个工作日内到期。"),
    ("working", "办理中", ""),
    ("waiting", "等对方处理", "已报送，等督导组或办公室处理，您暂时不用办。"),
)


@dataclass(frozen=True)
class DeskRow:
    """One task as the desk shows it. `does` = the viewer's own unit must act; `urges` = the viewer may urge it.

    `judges` = the viewer's unit handed the duty down, and what came back waits for its judgement.
    """

    task: DeskTask
    light: Light
    state: str
    due: str
    why: tuple[str, ...]
    to_accept: bool
    does: bool
    urges: bool
    judges: bool = False
    nil: bool = False
    counted: str = ""
    earlier: tuple[DeskRow, ...] = ()


@dataclass(frozen=True)
class DeskGroup:
    """One group of rows."""

    key: str
    title: str
    about: str
    rows: tuple[DeskRow, ...]


@dataclass(frozen=True)
class Tile:
    """One figure of the day; `symbol` is that of its light, or empty. A figure of nought leads nowhere."""

    key: str
    title: str
    symbol: str
    count: int


@dataclass(frozen=True)
class Ruler:
    """What rows are measured with."""

    now: datetime
    calendar: WorkingCalendar
    ladder: Callable[[int], Ladder]
    state_title: Callable[[int, str], str]
    may_act: Callable[[int, int], bool]
    may_urge: Callable[[int, int], bool]
    offers_nil: Callable[[DeskTask], bool]


def present_groups(tasks: Sequence[DeskTask], ruler: Ruler) -> tuple[DeskGroup, ...]:
    """Return the groups that have rows; each task stands in exactly one of them."""
    rows: Mapping[str, list[DeskRow]] = {key: [] for key, _, _ in GROUPS}
    for task in tasks:
        row = _row(task, ruler)
        rows[_group_of(row)].append(row)
    return tuple(DeskGroup(key, title, about, _folded(rows[key])) for key, title, about in GROUPS if rows[key])


#: The figures that stand there every day, also at nought; others are shown when there is something in them.
DAILY = ("to_accept", "due_soon", "late", "sent_back", "waiting")


def present_tiles(groups: Sequence[DeskGroup], *, notices: int) -> tuple[Tile, ...]:
    """Return the day in figures: one for each group, in the order of the day, and the papers to answer."""
    counts = {group.key: len(group.rows) for group in groups}
    tiles = [
        Tile(key, title, LIGHTS[key].symbol if key in LIGHTS else "", counts.get(key, 0))
        for key, title, _ in GROUPS
        if key in DAILY or key in counts
    ]
    return tuple(tiles) + ((Tile("notices", "待回复文书", "", notices),) if notices else ())


def say_day(tasks: Sequence[DeskTask], ruler: Ruler) -> tuple[str, ...]:
    """Return what is to be known of today: the date, whether it is a working day, what falls due, else what is next."""
    today = local_date(ruler.now)
    work = "工作日" if ruler.calendar.is_workday(today) else "休息日"
    mine = [task.due_on for task in tasks if task.waits_for == "unit" and task.due_on is not None]
    said = [f"今天{show_date(today, today)}，{work}。"]
    if due := sum(1 for day in mine if day == today):
        said.append(f"今天到期{due}项。")
    elif coming := min((day for day in mine if day > today), default=None):
        said.append(f"最近一项{say_date(coming, today)}到期。")
    return tuple(said)


def _folded(rows: Sequence[DeskRow]) -> tuple[DeskRow, ...]:
    """Return the rows with the earlier periods of one standing duty under its latest, so that the desk stays short."""
    periods: dict[int, list[DeskRow]] = {}
    for row in rows:
        if row.task.period_title is not None and row.task.assignment_id is not None:
            periods.setdefault(row.task.assignment_id, []).append(row)
    shown = []
    for row in rows:
        mine = periods.get(row.task.assignment_id or 0, [row])
        if row is mine[-1]:
            shown.append(replace(row, earlier=tuple(mine[:-1])))
    return tuple(shown)


def _group_of(row: DeskRow) -> str:
    if row.judges:
        return "to_judge"
    if row.task.waits_for != "unit":
        return "waiting"
    # A late task that was never signed for is shown among the late ones: that weighs more.
    if row.light in (LATE, SENT_BACK):
        return row.light.code
    if row.to_accept or row.light is TO_ACCEPT:
        return "to_accept"
    return "due_soon" if row.light is DUE_SOON else "working"


def _row(task: DeskTask, ruler: Ruler) -> DeskRow:
    to_accept = task.accept_due_on is not None and task.waits_for == "unit"
    upper = task.upper_unit_id if task.tie == "share" else None
    handed_down = upper is not None and ruler.may_act(upper, task.campaign_id)
    return DeskRow(
        task, LIGHTS[task.light], ruler.state_title(task.workflow_version_id, task.state),
        due=left_or_late(task.due_on, task.due_at, now=ruler.now, calendar=ruler.calendar, asked=task.extension_asked,
                         contested=task.contested)
        if task.waits_for == "unit" else "",
        why=tuple(_why(task, ruler, to_accept=to_accept)),
        to_accept=to_accept,
        does=ruler.may_act(task.unit_id, task.campaign_id),
        urges=task.waits_for == "unit" and not (task.extension_asked or task.contested) and (handed_down or ruler.may_urge(task.unit_id, task.campaign_id)),
        judges=handed_down and task.waits_for == "supervisor", nil=ruler.offers_nil(task),
        counted=TaskPeriod(task.period_key, task.quota, task.recorded).counted,
    )  # fmt: skip


def _why(task: DeskTask, ruler: Ruler, *, to_accept: bool) -> list[str]:
    said = []
    today = local_date(ruler.now)
    if to_accept and task.accept_due_on is not None and task.accept_due_at is not None:
        day = say_date(task.accept_due_on, today)
        late = ruler.now >= task.accept_due_at
        said.append(f"应在{day}前签收，已超过，请马上签收。" if late else f"请在{day}前签收。")
    if task.light == LATE.code and (own := _own_lateness(task, ruler)):
        said.append(own)
    if task.extension_asked:
        said.append("已申请延期，等待批复，期间不催办。")
    if task.contested:
        said.append("有关事项正在申诉，期间不催办、不升级。")
    if task.waits_for == "unit" and task.fired and task.ladder_version_id is not None:
        said.append(_last_fired(task, ruler.ladder(task.ladder_version_id), today))
    if task.waits_for == "unit" and task.light in SAY_NEXT and (step := _next_step(task, ruler, today)):
        said.append(step)
    return said


def _next_step(task: DeskTask, ruler: Ruler, today: date) -> str:
    """Say what the engine does next, when and to whom; "" where only the explanation can say it.

    When is what the engine has stored. What is the rung that lateness reaches at that moment, the graver of two.
    """
    if task.next_fire_at is None or task.clock_due_on is None or task.ladder_version_id is None or task.tie == "share":
        return ""
    late_from = task.ladder_from_on or task.clock_due_on
    reached = [
        rung
        for rung in ruler.ladder(task.ladder_version_id).rungs
        if rung.after is not None
        and rung_moment(late_from if rung.after > 0 else task.clock_due_on, rung.after, rung.at, ruler.calendar)
        == task.next_fire_at
    ]
    if not reached:
        return ""
    excused = "、没有正当理由" if reached[-1].unless_excused else ""
    return f"下一步：到{say_moment(task.next_fire_at, today)}仍未办结{excused}的，{does(reached[-1])}。"


def _own_lateness(task: DeskTask, ruler: Ruler) -> str:
    """Say how many of the late days are the unit's own, where it waited for others; "" where all of them are."""
    if task.ladder_from_on is None or task.due_on is None or task.ladder_from_on <= task.due_on:
        return ""
    own = max(0, ruler.calendar.working_days_between(task.ladder_from_on, local_date(ruler.now)))
    return f"其中属于本单位的逾期{own}个工作日，等待审核的日子不计。"


def _last_fired(task: DeskTask, ladder: Ladder, today: date) -> str:
    last = task.fired[-1]
    rung = ladder.rungs[int(last["rung"])]
    urged = sum(1 for one in task.fired if one["act"] == RungAct.URGE.value)
    day = say_date(local_date(datetime.fromisoformat(str(last["at"]))), today)
    text = f"系统于{day}：{rung.title or rung.name}"
    return f"{text}，已催办{urged}次。" if urged else f"{text}。"
