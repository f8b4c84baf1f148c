"""What is said about how the engine runs: the gravest first, each with what to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tracker.domain.remarks import Weight
from tracker.domain.running import Bell, Engine, QueueState, WorkerState, remarks

NOW = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)
WELL = Engine(
    due=0, due_since=None, next_fire_at=NOW + timedelta(hours=1), last_fired_at=NOW - timedelta(hours=1), sending=0,
    sending_since=None, undelivered=0, incidents=0, sealed_at=NOW - timedelta(hours=1), unsealed=3,
    database_bytes=50_000_000,
)  # fmt: skip
WORKER = WorkerState("w1", busy=False, queues=("escalation",), seen_at=NOW - timedelta(seconds=20))
RINGING = Bell(answers=True, queues=(QueueState("escalation", "升级巡查", 0, 0, 0),), workers=(WORKER,))


def said(engine: Engine = WELL, bell: Bell = RINGING) -> list[tuple[str, str]]:
    return [(one.weight.value, one.sentence) for one in remarks(engine, bell, now=NOW, real_now=NOW)]


def test_when_all_is_well_it_says_so_and_nothing_else() -> None:
    assert {weight for weight, _ in said()} == {Weight.GOOD}


def test_a_moment_that_nobody_swept_for_a_minute_is_grave_and_says_since_when() -> None:
    behind = replace(WELL, due=12, due_since=NOW - timedelta(hours=3))
    assert said(behind)[0] == ("bad", "有12个到期的计时还没有处理，最早的已等3小时。")
    assert said(replace(behind, due_since=NOW - timedelta(seconds=20)))[0][0] == "good"


def test_without_redis_or_workers_it_says_who_stands_in() -> None:
    assert ("bad", "Redis 没有应答。") in said(bell=Bell(answers=False))
    asleep = replace(RINGING, workers=(replace(WORKER, seen_at=NOW - timedelta(hours=1)),))
    for bell in (asleep, replace(RINGING, workers=())):
        assert ("bad", "没有工作进程在运行。") in said(bell=bell)


def test_messages_that_lie_incidents_failed_jobs_and_missing_seals_are_warnings() -> None:
    lying = replace(
        WELL, sending=3, sending_since=NOW - timedelta(days=3), undelivered=2, incidents=1, sealed_at=None
    )  # fmt: skip
    failing = replace(RINGING, queues=(QueueState("deliveries", "消息", 0, 0, 4),))
    warned = [sentence for weight, sentence in said(lying, failing) if weight == "warn"]
    assert len(warned) == 5
    assert "有3条消息到了发送时间还没有发出，最早的已等3天。" in warned
    assert "“消息”队列有4个作业出错。" in warned
