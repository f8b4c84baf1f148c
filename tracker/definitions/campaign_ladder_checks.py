"""What a campaign file says of ladders, schedules and where its matters start: does it fit, is it whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tracker.definitions.ladder_checks import why_unfit
from tracker.definitions.problems import Problem, unknown
from tracker.domain.definition import WorkflowDefinition
from tracker.domain.ladder import Ladder, choice_names, chosen_instead, chosen_under
from tracker.domain.reachability import LOOK_BACK, SUPPORT, ladders_of, reachable_workflows

Content = Mapping[str, Any]


def check_ladder_choice(
    content: Content, workflows: Mapping[str, WorkflowDefinition], ladders: Mapping[str, Ladder]
) -> Iterator[Problem]:
    """Yield what is wrong with `settings.ladders`, and which paper of the ladders climbed has no number word."""
    settings = content.get("settings", {})
    chosen: Mapping[str, str] = settings.get("ladders", {})
    lookup = chosen_ladder(chosen, ladders)
    named = {
        name
        for one in workflows.values()
        for clock in one.clocks.values()
        for name in choice_names(one.key, clock.ladder)
    }
    for key, wanted in chosen.items():
        path = f"settings.ladders.{key}"
        if key not in named:
            yield Problem(path, unknown("流程所用的升级规则", key, named))
        if wanted not in ladders:
            yield Problem(path, unknown("升级规则", wanted, ladders))
    reached = _reached(content, workflows, lookup)
    yield from _check_fit(reached, chosen, lookup)
    words = settings.get("number_words", {})
    for definition in reached.values():
        for ladder in ladders_of(definition, lookup):
            for paper in sorted({rung.raises for rung in ladder.rungs if rung.raises} - set(words)):
                reason = f"升级规则“{ladder.title}”会形成文书 {paper}，但没有写它的机关代字。"
                yield Problem("settings.number_words", reason)


def chosen_ladder(chosen: Mapping[str, str], ladders: Mapping[str, Ladder]) -> Callable[[str, str], Ladder | None]:
    """Return the look-up of the ladder that a campaign climbs for a clock of a workflow."""
    return lambda workflow, key: ladders.get(chosen_instead(chosen, workflow, key))


def check_schedule(
    path: str, measure: Content, content: Content, known: Mapping[str, WorkflowDefinition]
) -> Iterator[Problem]:
    """Yield what is wrong with a measure's schedule (序时进度)."""
    schedule = measure["schedule"]
    definition = known.get(measure.get("workflow", ""))
    if definition is not None and not any(clock.paced for clock in definition.clocks.values()):
        yield Problem(path, f"流程“{definition.title}”不报进度，不能写 schedule（序时进度）；请用 scheduled_work。")
    if "cadence" in measure:
        yield Problem(path, "周期性措施（cadence）按期报送，不写 schedule（序时进度）。")
    starts_on = schedule.get("starts_on", content.get("starts_on"))
    ends_on = schedule.get("ends_on", content.get("ends_on"))
    if starts_on and ends_on and ends_on <= starts_on:
        yield Problem(path, "序时进度的结束日期要晚于开始日期。")
    outside = [day for day in schedule["milestones"] if starts_on and ends_on and not starts_on <= day <= ends_on]
    if outside:
        yield Problem(f"{path}.milestones", f"{outside[0].isoformat()}不在序时进度的起止日期之间。")


def _reached(
    content: Content, workflows: Mapping[str, WorkflowDefinition], lookup: Callable[[str, str], Ladder | None]
) -> dict[str, WorkflowDefinition]:
    measures = content.get("measures", ())
    keys = [measure["workflow"] for measure in measures if "workflow" in measure]
    keys += [SUPPORT] if any("support" in measure for measure in measures) else []
    keys += [LOOK_BACK] if content.get("settings", {}).get("look_back") else []
    return reachable_workflows(keys, workflow=workflows.get, ladder=lookup)


def _check_fit(
    reached: Mapping[str, WorkflowDefinition], chosen: Mapping[str, str], lookup: Callable[[str, str], Ladder | None]
) -> Iterator[Problem]:
    """Yield where a chosen ladder has a rung that the clock in whose place it stands can never reach."""
    for definition in reached.values():
        for clock in definition.clocks.values():
            ladder = lookup(definition.key, clock.ladder)
            name = chosen_under(chosen, definition.key, clock.ladder)
            if name is None or ladder is None:
                continue
            for rung in ladder.rungs:
                if (reason := why_unfit(clock, rung, paper=definition.paper)) is not None:
                    path = f"settings.ladders.{name}"
                    yield Problem(
                        path, f"流程“{definition.title}”用不了升级规则“{ladder.key}”：“{rung.name}”级{reason}"
                    )
