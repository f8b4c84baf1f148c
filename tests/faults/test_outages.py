"""Redis away for an hour, PostgreSQL away for a minute, a full disk, nobody there for three days."""

from __future__ import annotations

import contextlib
import os
import subprocess
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer
from sqlalchemy.exc import DBAPIError, OperationalError

from tests.faults.county import WatchedTree
from tests.support.servers import cloned_database, plain_url, scratch_folder
from tests.support.world import World, morning, settings_for, small_campaign
from tracker.bootstrap import Container, build
from tracker.cli.embedded import RunningServers, held_data_dir, start_servers
from tracker.cli.embedded_redis import wait_for_redis
from tracker.jobs.context import set_container
from tracker.jobs.scheduler import Scheduler
from tracker.persistence.unit_of_work import CommitPoint, pass_by
from tracker.persistence.wakeups import server_version
from tracker.queueing.queues import impatient_redis

pytestmark = pytest.mark.slow

VILLAGES = [f"v{number}" for number in range(1, 5)]
MEASURES = [
    f"{{key: {key}, ordinal: （一）, title: {title}, text: 略, workflow: {key}, units: [各村], due: {{by_date: 2026-03-20}}}}"
    for key, title in (("survey", "摸排"), ("publicity", "宣传"))
]
MINUTE = timedelta(minutes=1)
PUBLICITY_RETURN: dict[str, object] = {
    "theme": "进村宣传", "held_on": "2026-03-18", "place": "村委会", "forms": ["door_to_door"], "sessions": "1",
    "people_reached": "120", "leaflets": "300",
}  # fmt: skip


def loaded(database_url: str) -> World:
    world = World(database_url, start=morning("2026-03-02"))
    world.load(small_campaign(measures=MEASURES, villages=VILLAGES))
    return world


@pytest.fixture
def world(fresh_database_url: str) -> Iterator[World]:
    with loaded(fresh_database_url) as world:
        yield world


@contextlib.contextmanager
def own_servers(*, postgres: bool, redis: bool) -> Iterator[tuple[WatchedTree, RunningServers]]:
    """Servers of one test's own, which it may stop and start again."""
    tree = WatchedTree()
    with scratch_folder(quick=True) as folder, held_data_dir(folder / "d"):
        try:
            yield tree, start_servers(folder / "d", tree, postgres=postgres, redis=redis, careless=True)
        finally:
            tree.stop()


@contextlib.contextmanager
def ringing(
    world: World, redis_url: str, at_commit: Callable[[CommitPoint], None] = pass_by
) -> Iterator[tuple[Container, Scheduler]]:
    """A container with the real bell at the world's time, and a scheduler over it that waits for nobody."""
    container = build(
        settings_for(world.database_url, redis_url), clock=world.clock, couriers={"email": world.mail},
        at_commit=at_commit,
    )  # fmt: skip
    try:
        yield container, Scheduler(container, at_least_every=timedelta(minutes=5), grace=timedelta())
    finally:
        container.close()


def in_database(world: World, statement: str) -> None:
    with psycopg.connect(plain_url(world.database_url), autocommit=True) as connection:
        connection.execute(statement)


def assert_whole(world: World) -> None:
    report = world.container.audits.audit()
    assert report.clean, report.sentences()
    assert world.container.ledger.verify().faults == ()
    assert world.rows("SELECT told_id FROM delivery_item GROUP BY 1 HAVING count(*) > 1") == []
    assert len({mail.message_id for _, mail in world.mail.sent}) == len(world.mail.sent)


def work_off(container: Container, redis_url: str) -> None:
    """Let a worker take what was rung for, and end."""
    set_container(container)
    try:
        with contextlib.closing(impatient_redis(redis_url)) as client:
            queues = [
                Queue(name, connection=client, serializer=JSONSerializer) for name in ("escalation", "deliveries")
            ]
            SimpleWorker(queues, connection=client, serializer=JSONSerializer).work(burst=True, logging_level=None)
    finally:
        set_container(None)


def test_while_redis_is_away_for_an_hour_rungs_fire_at_their_minute_and_afterwards_workers_fire_them_again(
    world: World,
) -> None:
    world.move_to("2026-03-23", "09:00")
    before = world.value("SELECT count(*) FROM firing")
    with (
        own_servers(postgres=False, redis=True) as (tree, servers),
        ringing(world, servers.redis_url) as (parts, scheduler),
    ):
        redis = tree.named["redis"]
        redis.process.kill()
        redis.process.wait(10)
        for _ in range(60):
            world.clock.set(world.clock.now() + MINUTE)
            scheduler.look()
            scheduler.look()
        late = world.rows("SELECT 1 FROM firing WHERE fired_at - fell_due_at > interval '1 minute'")
        assert late == []
        during = world.value("SELECT count(*) FROM firing")
        assert during >= before + 2 * len(VILLAGES)  # everybody was urged at 09:10
        assert "Redis" in world.value("SELECT sentence FROM incident WHERE kind = 'sweep_late'")
        told = len(world.mail.sent)

        tree.respawn(redis)
        wait_for_redis(redis, servers.redis_url)
        parts.ring_sweep()
        work_off(parts, servers.redis_url)
        assert world.value("SELECT count(*) FROM firing") == during
        assert len(world.mail.sent) == told
        times = world.value("SELECT times FROM incident WHERE kind = 'sweep_late'")
        world.clock.set(morning("2026-03-25", "09:10"))
        scheduler.look()
        work_off(parts, servers.redis_url)
        assert world.value("SELECT count(*) FROM firing") > during
        assert world.value("SELECT times FROM incident WHERE kind = 'sweep_late'") == times
    assert_whole(world)


def test_a_sweep_whose_postgresql_dies_at_its_commit_is_done_once_by_the_same_process_a_minute_later() -> None:
    with own_servers(postgres=True, redis=False) as (tree, servers), cloned_database(servers.database_url) as url:
        server = tree.named["postgres"]
        armed = [True]

        def die(point: CommitPoint) -> None:
            if armed and point is CommitPoint.BEFORE:
                armed.clear()
                server.process.kill()
                server.process.wait(10)

        with loaded(url) as world, ringing(world, "unix:///nonexistent/redis.sock", die) as (parts, scheduler):
            world.clock.set(morning("2026-03-25", "10:00"))
            in_database(world, "CHECKPOINT")  # these servers are careless: what was loaded has to be on disk first
            with pytest.raises(DBAPIError):
                parts.escalations.sweep()
            with pytest.raises(DBAPIError):
                scheduler.look()
            world.clock.set(world.clock.now() + MINUTE)
            _back_again(tree, servers.database_url)
            assert world.value("SELECT count(*) FROM firing") == 0
            scheduler.look()
            scheduler.look()
            assert world.value("SELECT count(*) FROM clock WHERE next_fire_at <= :now", now=world.clock.now()) == 0
            assert_whole(world)


def _back_again(tree: WatchedTree, database_url: str) -> None:
    """Start PostgreSQL again until it answers; what is left of its last run may still be ending."""
    for _ in range(200):
        tree.look_after()
        if server_version(database_url) is not None:
            return
        tree.pause()
    raise AssertionError("PostgreSQL did not come back")


FULL_DISK = """
    CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$"""


@contextlib.contextmanager
def full_disk(world: World, table: str, event: str) -> Iterator[None]:
    """Let the database refuse to write to a table as it does when its disk is full."""
    in_database(world, FULL_DISK)
    in_database(world, f"CREATE TRIGGER full_disk BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION full_disk()")
    try:
        yield
    finally:
        in_database(world, "DROP FUNCTION full_disk CASCADE")


@pytest.mark.parametrize("table", ["firing", "event"])
def test_a_full_disk_stops_the_sweep_whole_blames_no_row_and_loses_nothing(world: World, table: str) -> None:
    world.clock.set(morning("2026-03-25", "10:00"))
    due: Callable[[], Any] = lambda: world.rows(  # noqa: E731
        "SELECT id, next_fire_at FROM clock WHERE next_fire_at IS NOT NULL ORDER BY id"
    )
    before = due()
    with full_disk(world, table, "INSERT"):
        for _ in range(2):
            with pytest.raises(OperationalError, match="No space left on device"):
                world.container.escalations.sweep()
    assert due() == before
    assert world.value("SELECT count(*) FROM firing") == 0
    assert world.rows("SELECT 1 FROM incident WHERE kind = 'unjudgeable'") == []
    world.engine_works()
    assert world.value("SELECT count(*) FROM firing") > 0
    assert_whole(world)


@contextlib.contextmanager
def small_disk(world: World, tables: Sequence[str]) -> Iterator[Path]:
    """Put tables on a real disk of 8 MB; give the folder, for who fills it up. Skips where nothing may be mounted."""
    with scratch_folder() as folder:
        disk = folder / "disk"
        disk.mkdir()
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=8m", "none", str(disk)], capture_output=True, check=False
        )
        if mounted.returncode != 0:
            pytest.skip("this user may not mount a disk of its own: " + mounted.stderr.decode(errors="replace").strip())
        name = f"small_{uuid.uuid4().hex[:8]}"
        try:
            owner = Path(world.value("SELECT current_setting('data_directory')")).stat()
            space = disk / "space"
            space.mkdir()
            os.chown(space, owner.st_uid, owner.st_gid)
            in_database(world, f"CREATE TABLESPACE {name} LOCATION '{space}'")
            for table in tables:
                in_database(world, f"ALTER TABLE {table} SET TABLESPACE {name}")
            yield disk
            for table in tables:
                in_database(world, f"ALTER TABLE {table} SET TABLESPACE pg_default")
            in_database(world, "CHECKPOINT")
            in_database(world, f"DROP TABLESPACE {name}")
        finally:
            subprocess.run(["umount", "--lazy", str(disk)], check=True)


def fill_up(disk: Path) -> Path:
    """Write zeros until nothing more fits; return the file that takes the room."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(bytes(4096)):
            pass
    return filler


def test_a_disk_that_is_really_full_does_the_same_and_room_made_on_it_is_enough(world: World) -> None:
    world.clock.set(morning("2026-03-25", "10:00"))
    with small_disk(world, ["firing", "event"]) as disk:
        filler = fill_up(disk)
        with pytest.raises(OperationalError, match="No space left on device"):
            world.container.escalations.sweep()
        assert world.value("SELECT count(*) FROM firing") == 0
        assert world.rows("SELECT 1 FROM incident WHERE kind = 'unjudgeable'") == []
        filler.unlink()
        world.engine_works()
        assert world.value("SELECT count(*) FROM firing") > 0
        assert_whole(world)


def test_a_mail_whose_sending_could_not_be_written_down_is_shown_as_unknown_and_not_sent_again(world: World) -> None:
    with full_disk(world, "delivery", "UPDATE OF accepted_at"), pytest.raises(OperationalError, match="No space left"):
        world.container.deliver()
    assert len(world.mail.sent) == 1
    world.clock.set(world.clock.now() + 3 * MINUTE)
    world.container.deliver()
    (first, *others) = world.rows("SELECT status, message_id FROM delivery ORDER BY id")
    assert (first["status"], first["message_id"]) == ("unknown", world.mail.sent[0][1].message_id)
    assert {row["status"] for row in others} == {"accepted"}
    assert_whole(world)


def test_in_the_ordinary_course_and_after_a_return_nobody_speaks_of_an_outage(world: World) -> None:
    ref = world.task("publicity", "v1")["ref"]
    world.act("clerk-v1", ref, "accept")
    world.move_to("2026-03-23", "09:30")
    world.act("clerk-v1", ref, "report", PUBLICITY_RETURN)
    world.move_to("2026-03-30", "15:00")
    world.act("sup1", ref, "return", reason="人次与台账不符。")
    world.move_to("2026-04-08", "15:00")
    assert world.rows("SELECT sentence FROM incident WHERE kind = 'outage'") == []


def test_after_three_days_of_nobody_rungs_come_in_order_in_one_message_a_person_and_say_how_late(world: World) -> None:
    world.move_to("2026-03-19", "18:00")
    for village in VILLAGES:
        world.act(f"clerk-{village}", world.task("publicity", village)["ref"], "accept")
    world.engine_works()
    world.mail.sent.clear()
    last = world.value("SELECT max(id) FROM firing")
    world.clock.set(morning("2026-03-25", "10:00"))  # Friday, Monday, Tuesday and this morning were missed
    world.engine_works()

    fired = world.rows("SELECT clock_id, fell_due_at, fired_at FROM firing WHERE id > :last ORDER BY id", last=last)
    for clock_id in {row["clock_id"] for row in fired}:
        moments = [row["fell_due_at"] for row in fired if row["clock_id"] == clock_id]
        assert moments == sorted(moments)
    assert {row["fired_at"] for row in fired} == {world.clock.now()}
    late = [row for row in fired if row["fell_due_at"] < world.clock.now() - 2 * MINUTE]
    assert sorted({f"{row['fell_due_at']:%m-%d}" for row in late}) == ["03-20", "03-23", "03-25"]
    recorded = world.rows(
        "SELECT e.payload ->> 'fell_due_at' AS due, e.at FROM event e WHERE e.kind = 'rung.fired' AND e.at = :now",
        now=world.clock.now(),
    )
    assert len(recorded) == len(fired)  # the record holds both moments, so the lateness is the engine's and shows

    outage = world.value("SELECT sentence FROM incident WHERE kind = 'outage'")
    assert outage.startswith("3月20日09:10到期的事项到3月25日10:00才处理，其间没有巡查")
    assert f"补触发{len(fired)}项" in outage

    addresses = [mail.address for _, mail in world.mail.sent]
    assert sorted(set(addresses)) == sorted(addresses)
    assert {f"clerk-{village}@example.invalid" for village in VILLAGES} <= set(addresses)
    assert_whole(world)
    assert world.container.audits.audit().late == len(late)
