"""Visits as tests plan and make them: a team of sup1 and the leader goes to villages of the small campaign."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from tests.support.world import World
from tracker.services.ledger import LedgerService
from tracker.services.visit_draws import VisitDrawService

PROBLEM = {
    "place": "一组南头小商店", "kind": "hidden_danger", "risk_grade": "high", "description": "电线私拉乱接。",
    "measure": "请电工重新布线。", "leader": "村主任", "limit_on": "2026-03-31",
}  # fmt: skip


def plan_of(world: World, *, units: Sequence[str] = ("east", "west"), **changes: Any) -> dict[str, object]:
    """Return the plan's form as a browser would post it; `changes` replace fields."""
    team = [str(world.person_ids[key]) for key in ("sup1", "boss")]
    return {
        "from_on": "2026-03-03", "to_on": "2026-03-05", "ground": "方案第四部分，年度督导计划。", "filed_as": "督计2026-3",
        "announced": "no", "units": list(units), "measures": [], "people": team, "in_charge": team[0], **changes,
    }  # fmt: skip


def plan(world: World, who: str = "sup1", **changes: Any) -> str:
    """Plan a visit and return its number."""
    ref: str = world.container.team.visits.plan(
        world.viewer(who), campaign_ref=world.campaign_ref, given=plan_of(world, **changes)
    )
    return ref


def unit_id(world: World, key: str) -> int:
    """Return the row id of a unit."""
    found: int = world.value("SELECT id FROM unit WHERE key = :key", key=key)
    return found


def begin(world: World, ref: str, village: str = "east", who: str = "sup1") -> str:
    """Begin the record at a village and return the inspection's number."""
    return world.container.visiting.begin(world.viewer(who), ref=ref, unit_id=unit_id(world, village))


def record(world: World, task_ref: str, *problems: dict[str, str], who: str = "sup1") -> None:
    """Fill in the record of an inspection; without problems it says that none was found."""
    given: dict[str, object] = {
        "inspected_on": world.today.isoformat(), "team": "第一督导组", "manner": ["unannounced"], "problems": list(problems)
    }  # fmt: skip
    world.act(who, task_ref, "record", given)


def stop(world: World, ref: str, village: str = "east") -> dict[str, Any]:
    """Return the row of a visit's stop at a village."""
    (row,) = world.rows(
        "SELECT s.* FROM visit_stop s JOIN visit v ON v.id = s.visit_id JOIN unit u ON u.id = s.unit_id"
        " WHERE v.ref = :ref AND u.key = :key",
        ref=ref, key=village,
    )  # fmt: skip
    return row


class _KilledLedger(LedgerService):
    """A ledger whose process ends before it has sealed anything."""

    def seal(self) -> str | None:
        raise SystemExit


def cut_off_draw(world: World, lots: Mapping[str, object], who: str = "sup1") -> None:
    """Let a process put down who takes part in the first draw, and end before the result."""
    draws = VisitDrawService(world.container.floor, _KilledLedger(world.container.floor))
    with suppress(SystemExit):
        draws.draw(world.viewer(who), campaign_ref=world.campaign_ref, made=0, given=lots)
    assert not world.rows("SELECT 1 FROM event WHERE kind = 'visit.drawn'")
