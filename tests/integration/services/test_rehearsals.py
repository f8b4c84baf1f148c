"""A plan draft is lived through in a database that is thrown away; the real one is read once and stays as it was."""

from __future__ import annotations

import secrets
from functools import partial
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

from tests.support.kept import standing_world
from tests.support.servers import plain_url
from tests.support.world import World, morning, small_campaign
from tracker.domain.errors import InvalidInput, NotFound, TransitionNotAllowed
from tracker.domain.permissions import Viewer
from tracker.domain.rehearsal import Assumption, Outcome
from tracker.persistence.migrating import migrate
from tracker.persistence.throw_away import PREFIX, drop_left_over, throw_away
from tracker.services.background_files import NobodyWaits
from tracker.services.rehearsals import Rehearsal
from tracker.services.rehearsing import Assumed
from tracker.settings import CHECKOUT

PLAN = """消防安全专项整治行动方案

行动时间：2026年3月2日至2026年4月30日。

一、工作任务
（一）开展拉网排查。各村对自建房逐户排查，建立台账。（责任单位：各村；完成时限：2026年3月13日前）
（二）报送进度。每月25日前将排查整改进度报镇领导小组办公室。（责任单位：各村）
"""
VILLAGES = ("east", "west", "north", "south", "hill")
MEASURE = (
    "{key: s, ordinal: （一）, title: 排查, text: 排查。, workflow: survey, units: [各村], due: {by_date: 2026-08-20}}"
)


@standing_world("2026-02-27")
def world(world: World) -> None:
    """An office with a campaign of its own under way."""
    world.load(small_campaign(measures=[MEASURE], villages=VILLAGES))


def drafted(world: World) -> tuple[Viewer, str]:
    office = world.viewer("office1")
    return office, world.container.plan_drafts.start(office, name="方案.txt", content=PLAN.encode())


def run(world: World, assumption: Assumption = Assumption.NOBODY, seed: str = "1") -> tuple[Viewer, str]:
    """Ask for a rehearsal and do the worker's part."""
    office, ref = drafted(world)
    world.container.rehearsals.ask(office, ref, assumption=assumption.value, seed=seed)
    write(world)
    return office, ref


def write(world: World) -> None:
    queue, job, args = world.queue.rung[-1]
    assert (queue, job) == ("documents", "tracker.jobs.documents.write_file")
    world.container.background_files.write(int(args[0]))


def latest(world: World, office: Viewer, ref: str) -> Rehearsal:
    found = world.container.rehearsals.latest(office, ref)
    assert found is not None
    return found


def came_of_it(world: World, office: Viewer, ref: str) -> Outcome:
    found = latest(world, office, ref)
    assert found.outcome is not None, found.refused
    return found.outcome


def everything(world: World) -> dict[str, object]:
    """Return how many rows each table holds and where each stream ends, but for the request itself."""
    tables = [row["name"] for row in world.rows(
        "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1"
    ) if not row["name"].startswith("ledger_export")]  # fmt: skip
    counted: dict[str, object] = {name: world.value(f'SELECT count(*) FROM "{name}"') for name in tables}
    return {**counted, "heads": world.rows("SELECT kind, subject_id, seq, head FROM stream ORDER BY id")}


def throw_aways(world: World) -> list[str]:
    return [row["datname"] for row in world.rows(
        "SELECT datname FROM pg_database WHERE datname LIKE :name || '_%' || left(md5(current_database()), 8) || '_%'", name=PREFIX,
    )]  # fmt: skip


@pytest.mark.slow
def test_nobody_acts_and_everything_climbs_while_the_real_database_stays_as_it_was(world: World) -> None:
    office, ref = drafted(world)
    before, sent = everything(world), len(world.mail.sent)
    world.container.rehearsals.ask(office, ref, assumption="nobody", seed="1")
    write(world)
    outcome = came_of_it(world, office, ref)
    assert (outcome.tasks, outcome.units, outcome.late) == (15, 5, 15)
    assert {one.title for one in outcome.papers} == {"督导通知书", "约谈通知书", "整改通知书"}
    assert all(one.issued == 0 for one in outcome.papers)
    assert {one.title: one.papers for one in outcome.rungs if one.papers} == {
        f"拟发{one.title}": one.drafted for one in outcome.papers
    }, "every draft came from its rung, and is counted once"
    assert (outcome.starts_on, outcome.ends_on, outcome.stopped_on) == ("2026-03-02", "2026-04-30", "")
    assert any("没有包片领导" in one for one in outcome.vacancies)
    assert any("没有人登记手机号" in one for one in outcome.unreachable)
    assert sum(week.messages for week in outcome.weeks) == outcome.messages > 0
    assert everything(world) == before
    assert len(world.mail.sent) == sent
    assert throw_aways(world) == []


@pytest.mark.slow
def test_one_unit_in_five_is_late_and_its_papers_are_signed_answered_and_made_good(world: World) -> None:
    outcome = came_of_it(world, *run(world, Assumption.ONE_IN_FIVE))
    assert len(outcome.late_units) == 1
    assert 0 < outcome.late <= 3
    assert outcome.stuck == ()
    assert any(one.issued for one in outcome.papers if one.title == "督导通知书")


@pytest.mark.slow
def test_the_same_seed_gives_the_same_outcome(world: World) -> None:
    first, second = (came_of_it(world, *run(world, Assumption.ON_TIME)) for _ in range(2))
    assert first == second
    assert (first.late, first.papers) == (0, ())


def test_who_takes_it_back_gets_none(world: World) -> None:
    office, ref = drafted(world)
    rehearsals = world.container.rehearsals
    rehearsals.ask(office, ref, assumption="nobody", seed="1")
    _, _, args = world.queue.rung[-1]
    export_id = int(args[0])
    rehearsals.cancel(office, ref)
    world.container.background_files.write(export_id)
    assert rehearsals.latest(office, ref) is None


def test_what_breaks_in_the_middle_drops_the_database_all_the_same(world: World) -> None:
    office, ref = drafted(world)
    file = world.container.plan_drafts.ready(office, ref).file

    def stop(day: int) -> None:
        assert len(throw_aways(world)) == 1
        if day == 3:
            raise NobodyWaits

    with pytest.raises(NobodyWaits):
        world.container.rehearsals.live(
            file, Assumed(Assumption.NOBODY, "1"), start=morning("2026-03-02"), tick=stop
        )  # fmt: skip
    assert throw_aways(world) == []


def test_a_run_stays_connected_to_its_database_from_beginning_to_end(world: World) -> None:
    with throw_away(world.database_url, migrate=partial(migrate, CHECKOUT)) as url:
        name = urlsplit(url).path.removeprefix("/")
        there = "SELECT count(*) FROM pg_stat_activity WHERE datname = :name AND backend_type = 'client backend'"
        assert world.value(there, name=name) == 1


def test_one_is_lived_through_at_a_time(world: World) -> None:
    office, ref = drafted(world)
    _, other = drafted(world)
    rehearsals = world.container.rehearsals
    rehearsals.ask(office, ref, assumption="nobody", seed="1")
    rung = len(world.queue.rung)
    rehearsals.ask(office, ref, assumption="nobody", seed="1")
    assert len(world.queue.rung) == rung, "a double click makes one"
    with pytest.raises(TransitionNotAllowed, match="还有一次没有做完"):
        rehearsals.ask(office, other, assumption="nobody", seed="1")
    rehearsals.cancel(office, ref)
    rehearsals.ask(office, other, assumption="nobody", seed="1")


def test_what_cannot_be_asked_is_refused_with_a_sentence(world: World) -> None:
    office, ref = drafted(world)
    rehearsals = world.container.rehearsals
    for assumption, seed, sentence in (("whoever", "1", "请选择一种假设"), ("nobody", "一" * 21, "种子最多20个字")):
        with pytest.raises(InvalidInput) as refused:
            rehearsals.ask(office, ref, assumption=assumption, seed=seed)
        assert sentence in refused.value.problems[0].sentence
    with pytest.raises(NotFound):
        rehearsals.ask(office, "FA-2026-9999", assumption="nobody", seed="1")


def test_a_draft_that_was_spoilt_before_its_turn_came_says_why(world: World) -> None:
    office, ref = drafted(world)
    world.container.rehearsals.ask(office, ref, assumption="nobody", seed="1")
    world.container.plan_drafts.change(office, ref, expected_revision=1, edit=lambda one: {**one, "title": ""})
    write(world)
    assert latest(world, office, ref).refused == ("行动的名称没有填。",)


def test_what_a_killed_run_left_is_dropped_once_it_is_old_and_deserted(world: World) -> None:
    (at,) = world.rows(
        "SELECT extract(epoch FROM clock_timestamp())::bigint AS now, left(md5(current_database()), 8) AS mark"
    )
    old, alive, young = (f"{PREFIX}_{at['now'] - ago:x}_{at['mark']}_{ago:08x}" for ago in (7200, 7100, 60))
    others = f"{PREFIX}_{at['now'] - 7200:x}_{'0' * 8}_{secrets.token_hex(4)}"
    with psycopg.connect(plain_url(world.database_url), autocommit=True) as administrator:
        for name in (old, alive, young, others):
            administrator.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        try:
            with psycopg.connect(urlunsplit(urlsplit(plain_url(world.database_url))._replace(path=f"/{alive}"))):
                drop_left_over(world.database_url)
            assert sorted(throw_aways(world)) == sorted([alive, young])
            assert world.value("SELECT count(*) FROM pg_database WHERE datname = :name", name=others) == 1
        finally:
            for name in (alive, young, others):
                administrator.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
