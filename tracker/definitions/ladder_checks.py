"""What must hold within a ladder, and between a ladder and the clocks that use it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from tracker.definitions.checks import twice
from tracker.definitions.problems import Problem, unknown
from tracker.domain.definition import ClockDefinition, WorkflowDefinition
from tracker.domain.ladder import Ladder, Rung
from tracker.domain.papers import BEGUN_BY_PEOPLE, NOTICE_TITLES

#: Whom a ladder about a unit's duty speaks to first.
UNIT_ROLE = "liaison"


def check_ladder(ladder: Ladder, *, papers: Collection[str]) -> list[Problem]:
    """Return what is wrong within `ladder`, and with the papers it raises and counts."""
    problems = [
        Problem(f"rungs.{name}", f"级名“{name}”写了两次。") for name in twice(rung.name for rung in ladder.rungs)
    ]
    latest: tuple[int, str] | None = None
    hours = 0
    for rung in ladder.rungs:
        problems += _check_rung(ladder, rung, papers)
        if rung.unopened is not None:
            if rung.unopened <= hours:
                reason = f"unopened: {rung.unopened} hours 不比前一级的 {hours} hours 晚，各级要按时间先后排列。"
                problems.append(Problem(f"rungs.{rung.name}.unopened", reason))
            hours = max(hours, rung.unopened)
        if rung.after is None:
            continue
        moment = (rung.after, rung.at.isoformat())
        if latest is not None and moment < latest:
            reason = f"after: {rung.after} 比前一级的 {latest[0]} 早，各级要按时间先后排列。"
            problems.append(Problem(f"rungs.{rung.name}.after", reason))
        latest = max(latest or moment, moment)
    return problems


def check_use(definition: WorkflowDefinition, ladders: Mapping[str, Ladder]) -> Iterator[Problem]:
    """Yield where a clock uses a ladder whose conditions it can never meet."""
    for name, clock in definition.clocks.items():
        ladder = ladders.get(clock.ladder)
        if ladder is None:
            continue
        path = f"clocks.{name}.ladder"
        for rung in ladder.rungs:
            if (reason := why_unfit(clock, rung, paper=definition.paper)) is not None:
                yield Problem(path, f"升级规则“{ladder.key}”的“{rung.name}”级{reason}")


def fitting_ladders(
    definition: WorkflowDefinition, ladders: Mapping[str, Ladder]
) -> dict[str, tuple[Ladder, list[Ladder]]]:
    """Return what the clocks whose date a measure gives may climb: the key named → that ladder, and all that fit.

    Ladders that never speak to the unit are about those who decide, and are left out.
    """
    found = {}
    for clock in definition.clocks.values():
        if clock.from_measure and clock.ladder in ladders:
            fit = [
                one for one in ladders.values()
                if any(UNIT_ROLE in rung.to for rung in one.rungs) and any(rung.raises for rung in one.rungs)
                and all(why_unfit(clock, rung, paper=definition.paper) is None for rung in one.rungs)
            ]  # fmt: skip
            found[clock.ladder] = (ladders[clock.ladder], fit)
    return found


def why_unfit(clock: ClockDefinition, rung: Rung, *, paper: bool) -> str | None:
    """Return why a clock can never reach a rung, as the end of a sentence; None when it can."""
    if rung.counted is not None and not clock.at_once:
        return "累计文书次数（counted），只能用在印发时核对的计时（due: at_once）上。"
    if rung.at_check and not clock.paced:
        return "看序时进度（behind、not_started、streak），只能用在 due: from_schedule 的计时上。"
    if rung.next_severity and not paper:
        return "要比所依据的文书高一级（severity: next），只能用在文书的计时上。"
    if rung.unopened is not None and not (clock.at_once and paper):
        return "看送达后无人拆阅（unopened），只能用在文书的拆阅计时（due: at_once）上。"
    if clock.at_once and rung.counted is None and rung.unopened is None:
        return "不看累计次数（counted），也不看无人拆阅（unopened），印发时起算的计时永远不会触发它。"
    if rung.unopened is not None and clock.ladder == "history":
        return "看无人拆阅（unopened），要写在 settings.ladders.unopened 里，不能当累计规则。"
    if rung.counted is not None and clock.ladder == "unopened":
        return "看累计次数（counted），要写在 settings.ladders.history 里，不能当拆阅规则。"
    if clock.paced and not rung.at_check:
        return "不看序时进度，按进度核对的计时永远不会触发它。"
    return None


def _check_rung(ladder: Ladder, rung: Rung, papers: Collection[str]) -> Iterator[Problem]:
    path = f"rungs.{rung.name}"
    if rung.raises in BEGUN_BY_PEOPLE:
        reason = f"{NOTICE_TITLES[rung.raises]}由人从有关页面起草，升级规则不能形成。"
        yield Problem(f"{path}.raise", reason)
    elif rung.raises is not None and rung.raises not in papers:
        yield Problem(f"{path}.raise", unknown("文书流程", rung.raises, papers))
    if rung.counted is not None:
        for key in (*rung.counted.of, *rung.counted.among):
            if key not in papers:
                yield Problem(f"{path}.counted", unknown("文书流程", key, papers))
    if rung.streak is not None:
        names = [one.name for one in ladder.rungs if one.behind is not None or one.not_started]
        for name in rung.streak.rungs:
            if name not in names:
                yield Problem(f"{path}.streak.rungs", unknown("看进度的级", name, names))
