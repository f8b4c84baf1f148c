"""A draft edited, sealed and approved while sweeps add findings; numbers under ten issuers, one of whom dies."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.faults.points import PAPER, PointBook
from tests.integration.services.test_sweep_races import MEASURES, VILLAGES, assert_whole, step, sweeping
from tests.support.kept import standing_world
from tests.support.racing import at_once
from tests.support.world import World, morning, small_campaign
from tracker.domain.errors import StaleVersion
from tracker.domain.papers import content_hash
from tracker.persistence.queries.notice_page import get_notice
from tracker.settings import CHECKOUT
from tracker.web.notices.presenters import PaperView, present_notice

TRIES = 20


@standing_world()
def world(world: World) -> None:
    world.load(small_campaign(measures=MEASURES, villages=VILLAGES))
    world.clock.set(morning("2026-03-27", "10:00"))
    world.container.escalations.sweep()


def open_drafts(world: World) -> list[str]:
    return [
        row["ref"]
        for row in world.rows("SELECT ref FROM notice WHERE kind = 'supervision_notice' AND gathering ORDER BY id")
    ]


def patiently(act: Callable[[], Any]) -> Any:
    """Act as a person does: told that the page is stale, look again and press again."""
    for _ in range(TRIES):
        try:
            return act()
        except StaleVersion:
            continue
    raise AssertionError("the page was stale each time")


def edit_while_open(world: World, ref: str, note: str) -> bool:
    """Change the title and add a line by hand, unless somebody puts the paper up first; tell whether it was done."""
    notices, editor = world.container.notices, world.viewer("sup1")
    for _ in range(TRIES):
        (paper,) = world.rows("SELECT version, gathering, body FROM notice WHERE ref = :ref", ref=ref)
        if not paper["gathering"]:
            return False
        try:
            version = notices.edit_draft(
                editor,
                notice_ref=ref,
                expected_version=paper["version"],
                title=f"督导通知书（{note}）",
                body=paper["body"],
            )
            notices.add_item(editor, notice_ref=ref, expected_version=version, text=note)
        except StaleVersion:
            continue
        return True
    raise AssertionError("the draft grew each time")


def put_up_and_approve(world: World, ref: str) -> None:
    patiently(lambda: step(world, "office1", ref, "seal")())
    patiently(lambda: step(world, "sup2", ref, "approve")())


def printed(world: World, ref: str) -> PaperView:
    """Return the paper as its page prints it."""
    parts = world.container
    now, calendar = world.clock.now(), parts.calendars.newest()
    with parts.reading() as session:
        found = get_notice(session, world.viewer("sup1"), ref, now=now, calendar=calendar)
    return present_notice(found, parts.catalog, now=now, calendar=calendar).paper


def assert_one_list(world: World, ref: str) -> None:
    """What was put up, approved, stored, numbered and printed is the same list."""
    (paper,) = world.rows("SELECT * FROM notice WHERE ref = :ref", ref=ref)
    stored = world.rows("SELECT id, text FROM notice_item WHERE notice_id = :id ORDER BY position", id=paper["id"])
    events = {
        row["kind"]: row["payload"]
        for row in world.rows(
            "SELECT e.kind, e.payload FROM event e JOIN stream s ON s.id = e.stream_id AND s.kind = 'notice'"
            " WHERE s.subject_id = :id ORDER BY e.seq", id=paper["id"],
        )
    }  # fmt: skip
    ids = [row["id"] for row in stored]
    assert events["notice.sealed"]["items"] == ids == events["notice.issued"]["items"]
    hashed = content_hash(
        kind=paper["kind"], unit_id=paper["unit_id"], severity=paper["severity"], title=paper["title"],
        body=paper["body"], details=paper["details"], items=[(row["id"], row["text"]) for row in stored],
    )  # fmt: skip
    assert events["notice.sealed"]["hash"] == events["notice.approved"]["hash"] == paper["approved_hash"] == hashed
    assert printed(world, ref).lines == tuple(row["text"] for row in stored)
    assert printed(world, ref).title == paper["title"]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_what_was_approved_printed_and_stored_is_one_list_whoever_adds_meanwhile(world: World, seed: int) -> None:
    drafts = open_drafts(world)[:5]
    world.clock.set(morning("2026-03-30", "10:00"))  # the next duty reaches the rung of the same paper
    notes = {ref: f"手工补充{number}" for number, ref in enumerate(drafts)}
    acts: list[Callable[[], Any]] = [sweeping(world, batch=1 + seed), sweeping(world, batch=2)]
    acts += [partial(edit_while_open, world, ref, note) for ref, note in notes.items()]
    acts += [partial(put_up_and_approve, world, ref) for ref in drafts]
    results = at_once(*acts)
    sweeping(world)()
    for ref in drafts:
        step(world, "sup1", ref, "issue")()
        assert_one_list(world, ref)
    edited = {note for note, done in zip(notes.values(), results[2:7], strict=True) if done}
    by_hand = {row["text"] for row in world.rows("SELECT text FROM notice_item WHERE finding_id IS NULL")}
    assert edited <= by_hand
    assert_whole(world)


def issue_and_die(world: World, folder: Path, ref: str, *, after: bool) -> None:
    """Let a process issue a paper and be killed between its number and the commit, or right after the commit."""
    PointBook(folder).arm(PAPER[after], process="acting", victim=None)
    (paper,) = world.rows("SELECT version FROM notice WHERE ref = :ref", ref=ref)
    arguments = [
        world.database_url, world.clock.now().isoformat(), str(folder), str(world.person_ids["sup1"]), ref, "issue",
        str(paper["version"]),
    ]  # fmt: skip
    child = subprocess.run([sys.executable, "-m", "tests.faults.acting_child", *arguments], cwd=CHECKOUT, check=False)
    assert child.returncode == -signal.SIGKILL


@pytest.mark.slow
@pytest.mark.parametrize("after", [False, True], ids=["before the commit", "after the commit"])
def test_a_number_whose_issuer_dies_is_the_papers_or_the_next_ones_and_ten_issuers_leave_no_gap(
    world: World, tmp_path: Path, after: bool
) -> None:
    drafts = open_drafts(world)
    for ref in drafts:
        step(world, "sup1", ref, "seal")()
        step(world, "sup2", ref, "approve")()
    issue_and_die(world, tmp_path, drafts[0], after=after)
    assert [row["number"] for row in world.rows("SELECT number FROM notice WHERE number IS NOT NULL")] == [1] * after
    left = drafts[after:]
    people = ("sup1", "sup2", "office1")
    issued = at_once(*(step(world, people[place % 3], ref, "issue") for place, ref in enumerate(left)))
    assert sorted(one.printed_number for one in issued) == sorted(
        f"测督〔2026〕{number}号" for number in range(1 + after, len(drafts) + 1)
    )
    assert world.value("SELECT last_number FROM number_series") == len(drafts)
    assert world.container.ledger.verify().faults == ()
