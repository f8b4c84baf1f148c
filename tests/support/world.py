"""A small county for tests: one container on a real database, a clock that is moved by hand, and people to act.

`World.load(campaign)` loads and issues a campaign; `move_to` walks from due moment to due moment as the scheduler
would, sweeping and sending at each, so that what was told stands at the moment at which it would have been told.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Self

from sqlalchemy import text

from tracker.bootstrap import Container, build
from tracker.definitions.calendar_seed import CALENDAR_YEARS, seed_days
from tracker.definitions.campaign_files import Known, read_campaign_text
from tracker.definitions.catalog import Catalog, load_catalog
from tracker.definitions.versioned import texts_of
from tracker.domain.deadlines import local_moment
from tracker.domain.installation import CalendarSeed
from tracker.domain.permissions import Viewer
from tracker.domain.ports import OutgoingMessage
from tracker.domain.values import SHANGHAI, Actor, Post, Role, local_date
from tracker.persistence.queries.units import units_below
from tracker.persistence.secrets import ArgonHasher
from tracker.settings import Settings

WORKFLOWS = Path(__file__).parents[2] / "workflows"


class HandClock:
    """A clock that stands still until a test moves it. Real time runs with it, unless told apart."""

    def __init__(self, start: datetime) -> None:
        self.moment = start
        self.real = start

    def now(self) -> datetime:
        """Return the hand-set moment."""
        return self.moment

    def real_now(self) -> datetime:
        """Return the hand-set real moment."""
        return self.real

    def for_a_while(self) -> HandClock:
        """Return itself: it moves only when a test moves it."""
        return self

    def set(self, moment: datetime) -> None:
        """Move both times."""
        self.moment = self.real = moment


@dataclass
class RecordingQueue:
    """A bell that only remembers that it rang."""

    rung: list[tuple[str, str, tuple[int | str, ...]]] = field(default_factory=list)

    def enqueue(self, queue: str, job: str, *args: int | str) -> None:
        """Remember the ring."""
        self.rung.append((queue, job, args))


@dataclass
class RecordingCourier:
    """Accepts every message and keeps it with the moment."""

    clock: HandClock
    sent: list[tuple[datetime, OutgoingMessage]] = field(default_factory=list)

    def send(self, message: OutgoingMessage) -> str:
        """Accept the message."""
        self.sent.append((self.clock.now(), message))
        return f"test-{len(self.sent)}"


def settings_for(database_url: str, redis_url: str = "unix:///nonexistent/redis.sock", **changes: Any) -> Settings:
    """Return settings for a test database."""
    settings = Settings.from_environ({
        "TRACKER_DATABASE_URL": database_url, "TRACKER_REDIS_URL": redis_url, "TRACKER_SECRET_KEY": "k" * 48,
    })  # fmt: skip
    return dataclasses.replace(settings, **changes) if changes else settings


@cache
def shipped_catalog() -> Catalog:
    """Return the shipped workflows and ladders, read once: they are frozen values."""
    return load_catalog(WORKFLOWS)


def viewer_of(container: Container, person_id: int) -> Viewer:
    """Return the viewer for a person, with the posts held today."""
    with container.reading() as session:
        rows = session.execute(
            text(
                "SELECT id, person_id, unit_id, role, campaign_id FROM post WHERE person_id = :person"
                " AND starts_on <= :today AND (ends_on IS NULL OR ends_on >= :today)"
            ),
            {"person": person_id, "today": local_date(container.clock.now())},
        )
        posts = tuple(Post(r.id, r.person_id, r.unit_id, Role(r.role), r.campaign_id) for r in rows)
        below = units_below(session, [post.unit_id for post in posts])
    return Viewer(Actor(person_id, None, posts), below)


#: As little work as argon2 does: what it costs to guess a password is tested where the hasher is.
QUICK = ArgonHasher(time_cost=1, memory_kib=8)


class World:
    """A container, its clock, and what was sent. A `prepared` database is one that a World has stood over before."""

    def __init__(
        self, database_url: str, *, start: datetime, is_sample: bool = False, prepared: bool = False
    ) -> None:  # fmt: skip
        self.clock = HandClock(start)
        self.queue = RecordingQueue()
        self.mail = RecordingCourier(self.clock)
        self.database_url = database_url
        self.settings = settings_for(database_url)
        self.container = build(
            self.settings, clock=self.clock, queue=self.queue, couriers={"email": self.mail}, hasher=QUICK
        )
        self.catalog = shipped_catalog()
        self.campaign_ref = ""
        self.person_ids: Mapping[str, int] = {}
        if not prepared:
            self._prepare(is_sample)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, problem: type[BaseException] | None, *_: object) -> None:
        try:
            # A test of going back to an earlier release may have ended where nothing is kept yet.
            if problem is None and self.value("SELECT to_regclass('tally') IS NOT NULL"):
                with self.container.uows() as uow:
                    assert uow.tallies.wrong() == 0, "whatever happened, the kept sums are those of the tasks"
        finally:
            self.container.close()

    # -- setting up

    def _prepare(self, is_sample: bool) -> None:
        exceptions, published = seed_days(*CALENDAR_YEARS)
        self.container.installations.prepare(
            definitions=texts_of(self.catalog),
            calendar=CalendarSeed("chinesecalendar test", exceptions, published),
            is_sample=is_sample,
        )

    def load(self, campaign_yaml: str, *, issue: bool = True) -> str:
        """Load a campaign from its text and issue it; return its ref."""
        file = read_campaign_text(
            campaign_yaml, file="test.yaml", known=Known(self.catalog.workflows, self.catalog.ladders)
        )
        loaded = self.container.campaigns.load(file, actor_person_id=None)
        self.campaign_ref, self.person_ids = str(loaded.ref), loaded.person_ids
        if issue:
            self.container.issuing.issue_campaign(None, campaign_ref=self.campaign_ref, expected_version=1)
        return self.campaign_ref

    def viewer(self, person_key: str) -> Viewer:
        """Return the viewer for a person of the campaign file, with the posts held today."""
        return viewer_of(self.container, self.person_ids[person_key])

    # -- time

    @property
    def today(self) -> date:
        """Return the Shanghai date."""
        return local_date(self.clock.now())

    def move_to(self, day: str, at: str = "10:00") -> None:
        """Walk to a local moment, letting the engine work at each due moment on the way."""
        target = local_moment(date.fromisoformat(day), time.fromisoformat(at))
        assert target >= self.clock.now(), f"the clock stands at {self.clock.now()}, later than {day} {at}"
        while True:
            upcoming = self.container.next_moment()
            if upcoming is None or upcoming > target:
                break
            self.clock.set(max(self.clock.now(), upcoming))
            self.engine_works()
        self.clock.set(target)
        self.engine_works()

    def engine_works(self) -> None:
        """Sweep what is due and send what is to be told."""
        self.container.escalations.sweep()
        self.container.deliver()

    # -- looking

    def rows(self, statement: str, **values: Any) -> list[dict[str, Any]]:
        """Return rows of plain SQL."""
        with self.container.reading() as session:
            return [dict(row) for row in session.execute(text(statement), values).mappings()]

    def value(self, statement: str, **values: Any) -> Any:
        """Return the first column of the one row."""
        (row,) = self.rows(statement, **values)
        return next(iter(row.values()))

    def task(self, measure_key: str, unit_key: str) -> dict[str, Any]:
        """Return the task of a measure at a unit."""
        (row,) = self.rows(
            "SELECT t.* FROM task t JOIN measure m ON m.id = t.measure_id JOIN unit u ON u.id = t.unit_id"
            " WHERE m.key = :measure AND u.key = :unit AND t.assignment_id IS NOT NULL",
            measure=measure_key, unit=unit_key,
        )  # fmt: skip
        return row

    def act(
        self, person_key: str, ref: str, transition: str, given: Mapping[str, object] | None = None, reason: str = ""
    ) -> Any:
        """Let a person take a transition of a task, on a page that is up to date."""
        version = self.value("SELECT version FROM task WHERE ref = :ref", ref=ref)
        return self.container.tasks.apply_transition(
            self.viewer(person_key), task_ref=ref, transition=transition, expected_version=version, given=given or {},
            reason=reason,
        )  # fmt: skip

    def act_on_notice(
        self, person_key: str, ref: str, transition: str, given: Mapping[str, object] | None = None, reason: str = ""
    ) -> Any:
        """Let a person take a step of a notice, on a page that is up to date."""
        version = self.value("SELECT version FROM notice WHERE ref = :ref", ref=ref)
        return self.container.notices.apply_transition(
            self.viewer(person_key), notice_ref=ref, transition=transition, expected_version=version,
            given=given or {}, reason=reason,
        )  # fmt: skip

    def told(self) -> list[tuple[str, str, str]]:
        """Return (local moment, person, message) of everything told, oldest first."""
        found = self.rows(
            "SELECT t.created_at, p.name, t.message FROM told t JOIN person p ON p.id = t.person_id ORDER BY t.id"
        )
        return [(f"{r['created_at'].astimezone(SHANGHAI):%m-%d %H:%M}", r["name"], r["message"]) for r in found]


def morning(day: str, at: str = "08:30") -> datetime:
    """Return a local moment, in UTC."""
    return local_moment(date.fromisoformat(day), time.fromisoformat(at)).astimezone(UTC)


def small_campaign(
    *, measures: Sequence[str], villages: Sequence[str] = ("east", "west"), starts_on: str = "2026-03-02",
    ends_on: str = "2026-08-31", separation: bool = True,
    settings: Sequence[str] = (),
) -> str:  # fmt: skip
    """Return the text of a small campaign: an office with two supervisors and a leader, and some villages.

    Each measure is a line of YAML (a flow mapping), and so is each of the further `settings`. People: office1, boss, sup1, sup2; head-<v> and clerk-<v>.
    """
    units = "\n".join(
        f"  - {{key: {v}, name: {v}村, short_name: {v[:6]}村, kind: village, parent: town}}" for v in villages
    )
    people = "\n".join(
        f"  - {{key: {kind}-{v}, name: {kind}-{v}, email: {kind}-{v}@example.invalid, posts: [{{role: {role}, unit: {v}}}]}}"
        for v in villages
        for kind, role in (("clerk", "liaison"), ("head", "head"))
    )
    office_people = "\n".join(
        f"  - {{key: {key}, name: {key}, email: {key}@example.invalid, posts: [{{role: {role}, unit: office}}]}}"
        for key, role in (("office1", "office"), ("boss", "leader"), ("sup1", "supervisor"), ("sup2", "supervisor"))
    )
    lines = "\n".join(f"  - {measure}" for measure in measures)
    more = "\n".join(f"  {line}" for line in settings)
    return f"""
key: test_campaign
version: 1
title: 测试专项行动
summary: 测试。
office: office
starts_on: {starts_on}
ends_on: {ends_on}
phases:
  - {{key: all, title: 全程, starts_on: {starts_on}, ends_on: {ends_on}}}
units:
  - {{key: town, name: 测试镇, short_name: 测试镇, kind: township}}
  - {{key: office, name: 测试镇领导小组办公室, short_name: 镇专项办, kind: office, parent: town}}
{units}
unit_sets: {{各村: [{", ".join(villages)}]}}
people:
{office_people}
{people}
measures:
{lines}
settings:
  number_words:
    {{supervision_notice: 测督, interview_notice: 测约, rectification_notice: 测改, urge_notice: 测催, circular: 测通,
     yellow_card: 测黄, red_card: 测红, listing: 测挂, extension_reply: 测延, sign_off_opinion: 测销, reminder_letter: 测提, supervision_letter: 测督函}}
  separation: {str(separation).lower()}
  rectification_days: 15
{more}
"""


A_DAY = timedelta(days=1)
