"""A village that ran late on two duties, was served a paper about both, and contests it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.support.world import World, small_campaign

MEASURES = [
    "{key: s1, ordinal: （一）, title: 摸排, text: 摸排, workflow: survey, units: [各村], due: {by_date: 2026-03-20}}",
    "{key: p1, ordinal: （二）, title: 宣传, text: 宣传, workflow: publicity, units: [各村], due: {by_date: 2026-03-20}}",
]
STATEMENT: dict[str, object] = {"ground": "facts", "statement": "三月十九日已经报过，系统没有收到。"}
PUBLICITY_RETURN: dict[str, object] = {
    "theme": "进村宣传", "held_on": "2026-03-18", "place": "村委会", "forms": ["door_to_door"], "sessions": "1",
    "people_reached": "120余", "leaflets": "300",
}  # fmt: skip


def run_late(world: World, until: str = "2026-03-25", *, separation: bool = True) -> None:
    """Let village west sign for both duties and then do nothing."""
    world.load(small_campaign(measures=MEASURES, villages=("west",), separation=separation))
    for key in ("s1", "p1"):
        world.act("clerk-west", world.task(key, "west")["ref"], "accept")
    world.move_to(until, "10:00")


def serve(world: World, kind: str = "supervision_notice", *, to: str = "accept") -> str:
    """Issue the open draft by sup1 after sup2's approval; the village signs for it unless `to` says otherwise."""
    ref: str = world.value("SELECT ref FROM notice WHERE kind = :kind AND gathering", kind=kind)
    world.act_on_notice("sup1", ref, "seal")
    world.act_on_notice("sup2", ref, "approve")
    world.act_on_notice("sup1", ref, "issue")
    if to == "accept":
        world.act_on_notice("clerk-west", ref, "accept")
    return ref


def item_about(world: World, notice_ref: str, measure: str) -> int:
    """Return the line of a paper that is about a duty."""
    found: int = world.value(
        "SELECT i.id FROM notice_item i JOIN notice n ON n.id = i.notice_id"
        " WHERE n.ref = :ref AND i.task_id = :task",
        ref=notice_ref, task=world.task(measure, "west")["id"],
    )  # fmt: skip
    return found


def contest(
    world: World, notice_ref: str, item_id: int | None = None, *, by: str = "clerk-west", stale: int = 0,
    given: Mapping[str, object] | None = None,
) -> str:  # fmt: skip
    """File an objection from a page that is up to date (or `stale` versions old); return its ref."""
    version = world.value("SELECT version FROM notice WHERE ref = :ref", ref=notice_ref)
    return world.container.objections.file(
        world.viewer(by), notice_ref=notice_ref, expected_version=version - stale,
        given=STATEMENT if given is None else given, item_id=item_id,
    ).ref  # fmt: skip


def decide(world: World, ref: str, step: str, *, by: str = "boss", reason: str = "经核查属实", **more: Any) -> Any:
    """Take a step of an objection from a page that is up to date."""
    version = world.value("SELECT version FROM task WHERE ref = :ref", ref=ref)
    return world.container.objections.apply_transition(
        world.viewer(by), task_ref=ref, transition=step, expected_version=version, reason=reason, **more
    )


def clock(world: World, measure: str, name: str = "finish") -> dict[str, Any]:
    """Return a clock of a duty."""
    return clock_of(world, world.task(measure, "west")["id"], name)


def clock_of(world: World, task_id: int, name: str) -> dict[str, Any]:
    """Return a clock of a task."""
    (row,) = world.rows(
        "SELECT status, pause_reason, due_on::text, ladder_from_on::text, occurrence, next_fire_at, quality_failures"
        " FROM clock WHERE task_id = :task AND name = :name",
        task=task_id, name=name,
    )  # fmt: skip
    return row


def paper(world: World, ref: str) -> dict[str, Any]:
    """Return a paper with the state of its task."""
    (row,) = world.rows(
        "SELECT n.id, n.ref, n.version, n.printed_number, t.state, t.id AS task_id FROM notice n"
        " JOIN task t ON t.id = n.task_id WHERE n.ref = :ref",
        ref=ref,
    )  # fmt: skip
    return row


def rungs(world: World, measure: str) -> list[str]:
    """Return the rungs that fired for a duty's finish clock, in order."""
    rows = world.rows(
        "SELECT f.rung_name FROM firing f JOIN clock c ON c.id = f.clock_id WHERE f.task_id = :task"
        " AND c.name = 'finish' ORDER BY f.fired_at, f.rung",
        task=world.task(measure, "west")["id"],
    )  # fmt: skip
    return [row["rung_name"] for row in rows]
