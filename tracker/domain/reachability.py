"""Which workflows a campaign can come to need: those of its measures, and all that these can open.

Issuing a campaign promises that whatever it sets in motion can be finished. So the checks look not only at
the workflows that measures name, but at all that these can open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tracker.domain.definition import WorkflowDefinition
from tracker.domain.ladder import Ladder

#: What a transition's `opens` makes: one item for each problem found, or for each line of a paper.
RECTIFICATION = "rectification"
#: What a supporter of a joint measure gets.
SUPPORT = "support"
#: What a recorded occurrence opens where the campaign's settings say so.
LOOK_BACK = "look_back_inquiry"


def reachable_workflows(
    keys: Iterable[str],
    *,
    workflow: Callable[[str], WorkflowDefinition | None],
    ladder: Callable[[str, str], Ladder | None],
) -> dict[str, WorkflowDefinition]:
    """Return the workflows named by `keys` and every one that these can open, in the order of meeting them.

    `workflow` looks a key up, `ladder` one that a clock of a workflow names; they answer None for one that does not
    exist; such keys are left out, because naming them is another check's duty.
    """
    found: dict[str, WorkflowDefinition] = {}
    waiting = list(dict.fromkeys(keys))
    while waiting:
        key = waiting.pop(0)
        definition = None if key in found else workflow(key)
        if definition is None:
            continue
        found[key] = definition
        waiting += _opened_by(definition, ladder)
    return found


def ladders_of(definition: WorkflowDefinition, ladder: Callable[[str, str], Ladder | None]) -> list[Ladder]:
    """Return the ladders of a workflow's clocks, each once."""
    keys = dict.fromkeys(clock.ladder for clock in definition.clocks.values())
    return [found for key in keys if (found := ladder(definition.key, key)) is not None]


def _opened_by(definition: WorkflowDefinition, ladder: Callable[[str, str], Ladder | None]) -> list[str]:
    opened = [RECTIFICATION] if any(step.opens for step in definition.transitions) else []
    return opened + [rung.raises for climbed in ladders_of(definition, ladder) for rung in climbed.rungs if rung.raises]
