"""Looking at the bell says what waits and who answers, and a Redis that is away is no error."""

from __future__ import annotations

from tracker.queueing.enqueue import RqJobQueue
from tracker.queueing.queues import QUEUES
from tracker.queueing.watching import look_at_bell


def test_what_was_rung_for_and_nobody_took_is_counted(redis_url: str) -> None:
    bell = RqJobQueue(redis_url)
    bell.enqueue("escalation", "tracker.jobs.escalation.sweep")
    seen = look_at_bell(redis_url)
    bell.close()
    assert seen.answers
    assert [queue.name for queue in seen.queues] == [rule.name for rule in QUEUES]
    assert next(queue.waiting for queue in seen.queues if queue.name == "escalation") >= 1
    assert seen.workers == ()


def test_a_redis_that_is_away_is_said_and_costs_a_second_at_most() -> None:
    assert not look_at_bell("unix:///nowhere/redis.sock").answers
