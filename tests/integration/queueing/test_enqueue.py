"""Ringing the bell: JSON ids in the queue as usual, and no harm when Redis is away."""

import json
import time
import zlib

import pytest
import redis
from rq.job import Job
from rq.serializers import JSONSerializer

from tracker.queueing.enqueue import RqJobQueue
from tracker.queueing.queues import ESCALATION, QUEUES, open_queue


def test_a_job_carries_its_name_and_ids_as_json(redis_url: str) -> None:
    bell = RqJobQueue(redis_url)
    bell.enqueue(ESCALATION, "tracker.jobs.escalation.sweep", 7, "ZG-2026-0042")
    bell.close()
    with redis.Redis.from_url(redis_url) as client:
        (job_id,) = open_queue(ESCALATION, client).job_ids
        stored = zlib.decompress(client.hget(f"rq:job:{job_id}", "data") or b"")
        job = Job.fetch(job_id, connection=client, serializer=JSONSerializer)
        assert json.loads(stored) == ["tracker.jobs.escalation.sweep", None, [7, "ZG-2026-0042"], {}]
        assert job.timeout == next(rule.time_limit_seconds for rule in QUEUES if rule.name == ESCALATION)


def test_a_redis_that_is_away_is_neither_raised_nor_waited_for() -> None:
    bell = RqJobQueue("unix:///nowhere/redis.sock?db=0")
    began = time.monotonic()
    bell.enqueue(ESCALATION, "tracker.jobs.escalation.sweep")
    assert time.monotonic() - began < 2


def test_a_queue_that_nobody_serves_is_refused(redis_url: str) -> None:
    with pytest.raises(ValueError, match="No worker serves"):
        RqJobQueue(redis_url).enqueue("escalations", "tracker.jobs.escalation.sweep")


def test_anything_but_ids_is_refused(redis_url: str) -> None:
    with pytest.raises(TypeError, match="ids only"):
        RqJobQueue(redis_url).enqueue(ESCALATION, "tracker.jobs.escalation.sweep", {"a": 1})  # type: ignore[arg-type]
