"""Looking at the bell: what waits in the queues, and which workers answer for them."""

from __future__ import annotations

from datetime import UTC, datetime

from redis import Redis
from redis.exceptions import RedisError
from rq import Worker
from rq.exceptions import NoSuchJobError

from tracker.domain.running import Bell, QueueState, WorkerState
from tracker.queueing.queues import QUEUES, QueueRule, impatient_redis, open_queue


def look_at_bell(url: str) -> Bell:
    """Return the queues and workers. Never raises for a Redis that is away; costs a second at most then."""
    redis = impatient_redis(url)
    try:
        return Bell(True, tuple(_queue(rule, redis) for rule in QUEUES), _workers(redis))
    except RedisError:
        return Bell(answers=False)
    finally:
        redis.close()


def _queue(rule: QueueRule, redis: Redis) -> QueueState:
    queue = open_queue(rule.name, redis)
    return QueueState(
        rule.name, rule.title, queue.count, queue.started_job_registry.count, queue.failed_job_registry.count
    )


def _workers(redis: Redis) -> tuple[WorkerState, ...]:
    try:
        workers = Worker.all(connection=redis)
    except NoSuchJobError:  # a job ended between two looks
        workers = Worker.all(connection=redis)
    return tuple(
        WorkerState(one.name, one.get_state() == "busy", tuple(one.queue_names()), _aware(one.last_heartbeat))
        for one in sorted(workers, key=lambda one: one.name)
    )


def _aware(moment: datetime | None) -> datetime | None:
    return moment if moment is None or moment.tzinfo is not None else moment.replace(tzinfo=UTC)
