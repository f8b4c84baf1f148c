"""`make chaos`: kill -9 at random, under load, and count what was lost or doubled. Seeded; stops by itself.

A sample county runs as real processes. Its time is moved from due moment to due moment, people accept, report and
sign papers through the services, and at each step some process of the tree is killed: a worker, the scheduler, the
web, Redis, PostgreSQL. `tracker up` starts them again. At the end the record is held against what happened.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import psutil
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.support.running import of_tree, scratch_folder, start_quietly
from tracker.bootstrap import Container, build
from tracker.cli.configuration import child_environ
from tracker.cli.embedded import attach
from tracker.domain.errors import TrackerError
from tracker.domain.permissions import Viewer
from tracker.domain.values import Actor, Post, Role
from tracker.settings import Settings

#: kind → what its command line holds
KINDS = {
    "worker": "tracker.cli.main worker", "scheduler": "tracker.cli.main scheduler", "web": "gunicorn",
    "redis": "redis-server", "postgres": "/postgres -D",
}  # fmt: skip
RECOVERY_SECONDS = 90.0


@dataclass
class Toll:
    """What was done and what it cost."""

    kills: Counter[str] = field(default_factory=Counter)
    acts: int = 0
    refused: int = 0
    slowest_recovery: float = 0.0


def retried(act: Callable[[], object]) -> object:
    """Do `act` once the database answers again; a database that stays away for long is a failure."""
    deadline = time.monotonic() + RECOVERY_SECONDS
    while True:
        try:
            return act()
        except DBAPIError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


class Chaos:
    """One run."""

    def __init__(self, container: Container, tree: Callable[[], list[psutil.Process]], seed: int) -> None:
        self.container, self.tree, self.dice = container, tree, random.Random(seed)
        self.toll = Toll()

    def rows(self, statement: str) -> list[dict[str, object]]:
        def read() -> list[dict[str, object]]:
            with self.container.reading() as session:
                return [dict(row) for row in session.execute(text(statement)).mappings()]

        found = retried(read)
        assert isinstance(found, list)
        return found

    def kill_one(self, kind: str) -> None:
        """Kill -9 one process of a kind, by its pid."""
        of_kind = [p for p in self.tree() if KINDS[kind] in " ".join(p.cmdline())]
        if of_kind:
            self.dice.choice(of_kind).kill()
            self.toll.kills[kind] += 1

    def forward(self) -> None:
        """Move the sample's time to the next due moment, and leave the rest to the processes."""

        def move() -> None:
            moment = self.container.escalations.next_fire_at()
            with self.container.uows() as uow:
                ahead = (moment - self.container.clock.now()) if moment else timedelta(hours=1)
                uow.sample_time.forward(max(ahead, timedelta(0)) + timedelta(milliseconds=5))
                uow.wake()
                uow.commit()

        retried(move)

    def people_act(self) -> None:
        """Let a few people do what they may, as their pages would."""
        for row in self.dice.sample(open_tasks := self.rows(OPEN_TASKS), min(6, len(open_tasks))):
            self._try(lambda row=row: self._act_on_task(row))  # type: ignore[misc]
        for row in self.rows(OPEN_NOTICES)[:2]:
            self._try(lambda row=row: self._act_on_notice(row))  # type: ignore[misc]

    def _act_on_task(self, row: dict[str, object]) -> None:
        self.container.tasks.apply_transition(
            self._viewer(row["unit_id"], "liaison"), task_ref=str(row["ref"]), transition="accept",
            expected_version=int(str(row["version"])),
        )  # fmt: skip

    def _act_on_notice(self, row: dict[str, object]) -> None:
        step = {"gathering": "seal", "sealed": "approve", "approved": "issue"}[str(row["state"])]
        who = self._viewer(row["office_unit_id"], "supervisor", skip=1 if step == "approve" else 0)
        self.container.notices.apply_transition(
            who, notice_ref=str(row["ref"]), transition=step, expected_version=int(str(row["version"]))
        )

    def _viewer(self, unit_id: object, role: str, *, skip: int = 0) -> Viewer:
        posts = self.rows(f"SELECT id, person_id FROM post WHERE unit_id = {unit_id} AND role = '{role}' ORDER BY id")
        post = posts[skip % len(posts)]
        person = int(str(post["person_id"]))
        mine = Post(int(str(post["id"])), person, int(str(unit_id)), Role(role))
        return Viewer(Actor(person, None, (mine,)), {mine.unit_id: frozenset({mine.unit_id})})

    def _try(self, act: Callable[[], None]) -> None:
        try:
            act()
            self.toll.acts += 1
        except (DBAPIError, TrackerError):
            self.toll.refused += 1  # Cut off, or somebody acted first: the person would press again.

    def settle(self) -> None:
        """Wait until nothing is due and nothing is to be told; more than the bound is a failure."""
        began = time.monotonic()
        while self.rows(UNSETTLED)[0]["n"]:
            assert time.monotonic() - began < RECOVERY_SECONDS, f"not settled: {self.rows(UNSETTLED)}"
            time.sleep(0.1)
        self.toll.slowest_recovery = max(self.toll.slowest_recovery, time.monotonic() - began)

    def run(self, kills: int) -> None:
        """Kill, act and settle until the wanted number of kills is reached."""
        kinds = list(KINDS)
        while self.toll.kills.total() < kills:
            self.people_act()
            self.forward()
            time.sleep(self.dice.random() * 0.15)
            self.kill_one(kinds[self.toll.kills.total() % len(kinds)])
            self.settle()

    def faults(self) -> list[str]:
        """Return everything that is not as it must be."""
        audit, ledger = self.container.audits.audit(), self.container.ledger.verify()
        found = [*audit.missing, *audit.extra, *ledger.faults]
        found += [f"{row} numbers with a gap" for row in self.rows(GAPS)]
        found += [f"{row} messages for one thing" for row in self.rows(DOUBLED)]
        found += [f"{row} left submitting" for row in self.rows(STUCK)]
        return found


OPEN_TASKS = "SELECT ref, version, unit_id FROM task WHERE state = 'assigned' AND NOT final"
OPEN_NOTICES = """
    SELECT n.ref, n.version, t.state, o.unit_id AS office_unit_id FROM notice n JOIN task t ON t.id = n.task_id
    JOIN office o ON o.id = n.office_id
    WHERE n.kind = 'supervision_notice' AND t.state IN ('gathering', 'sealed', 'approved') ORDER BY random()"""
UNSETTLED = """
    SELECT (SELECT count(*) FROM clock WHERE next_fire_at <= clock_timestamp() + (SELECT sample_offset FROM installation))
         + (SELECT count(*) FROM told WHERE gathered_at IS NULL)
         + (SELECT count(*) FROM delivery WHERE status = 'gathered') AS n"""
GAPS = """
    SELECT s.word, s.last_number, count(n.id) AS used FROM number_series s LEFT JOIN notice n ON n.number_series_id = s.id
    GROUP BY s.id HAVING count(n.id) <> s.last_number OR max(n.number) <> s.last_number"""
DOUBLED = """
    SELECT i.told_id, d.channel, count(*) FROM delivery_item i JOIN delivery d ON d.id = i.delivery_id
    GROUP BY i.told_id, d.channel HAVING count(*) > 1"""
STUCK = "SELECT ref FROM delivery WHERE status = 'submitting' AND submitted_at < now() - interval '10 minutes'"


def main() -> None:
    """Run with --kills and --seed; exit with 1 when anything was lost or doubled."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=20261123)
    given = parser.parse_args()
    began = time.monotonic()
    with scratch_folder() as folder, start_quietly(folder / "d"):
        settings = attach(Settings.from_environ({"TRACKER_DATA_DIR": str(folder / "d")}))
        container = build(Settings.from_environ(child_environ(settings, {})))
        try:
            ref = str(container.campaigns.find_campaigns()[0].ref)
            container.issuing.issue_campaign(None, campaign_ref=ref, expected_version=1)
            chaos = Chaos(container, lambda: of_tree(folder / "d"), given.seed)
            chaos.run(given.kills)
            faults = chaos.faults()
        finally:
            container.close()
    toll = chaos.toll
    print(f"kills: {dict(toll.kills)}; acts: {toll.acts} done, {toll.refused} refused or cut off")
    print(
        f"slowest recovery: {toll.slowest_recovery:.1f} s; whole run: {time.monotonic() - began:.0f} s; seed {given.seed}"
    )
    print("checked: every rung by the audit, every chain, numbers without gaps, one message a thing and channel")
    print("\n".join(faults) or "nothing lost, nothing doubled")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
