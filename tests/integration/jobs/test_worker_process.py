"""A real worker process on the real Redis: takes jobs, stays known, outlives a flush, stops when asked."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
import redis
from rq import Worker
from rq.registry import FailedJobRegistry

from tracker.queueing.queues import DELIVERIES, ESCALATION, QUEUES, open_queue
from tracker.settings import CHECKOUT

SERVE = "import sys; from tracker.jobs.worker import serve_queues; serve_queues(sys.argv[1])"
pytestmark = pytest.mark.slow


@pytest.fixture
def client(redis_url: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(redis_url, socket_timeout=30) as made:
        yield made


@pytest.fixture
def worker(redis_url: str, client: redis.Redis) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(
        [sys.executable, "-c", SERVE, redis_url], env={**os.environ, "PYTHONPATH": str(CHECKOUT)}
    ) as process:
        try:
            wait_for_worker(client)
            yield process
        finally:
            process.kill()


def wait_for_worker(client: redis.Redis) -> list[str]:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for each in Worker.all(connection=client):
            return list(each.queue_names())
        # The reply of a blocking read is the pause between two looks.
        client.blpop(["tests:nothing"], timeout=1)
    raise AssertionError("no worker registered within a minute")


def enqueue_ring_back(client: redis.Redis, queue: str, key: str) -> None:
    """Enqueue a job whose end can be waited for: it writes `key` with redis-py itself."""
    url = client.connection_pool.connection_kwargs
    code = f"import redis; redis.Redis(unix_socket_path={url['path']!r}, db={url['db']}).rpush({key!r}, 'rung')"
    open_queue(queue, client).enqueue_call("subprocess.check_call", args=([sys.executable, "-c", code],), result_ttl=0)


def test_jobs_of_every_queue_are_done(worker: subprocess.Popen[bytes], client: redis.Redis) -> None:
    assert wait_for_worker(client) == [rule.name for rule in QUEUES]
    for rule in QUEUES:
        enqueue_ring_back(client, rule.name, f"tests:{rule.name}")
        assert client.blpop([f"tests:{rule.name}"], timeout=20)


def test_a_failing_job_is_kept_as_failed_and_the_next_is_done(
    worker: subprocess.Popen[bytes], client: redis.Redis
) -> None:
    queue = open_queue(DELIVERIES, client)
    queue.enqueue_call("json.loads", args=("{",), failure_ttl=60)
    enqueue_ring_back(client, DELIVERIES, "tests:after")
    assert client.blpop(["tests:after"], timeout=20)
    assert FailedJobRegistry(queue=queue).get_job_count() == 1


def test_after_a_flush_it_serves_and_is_known_again(worker: subprocess.Popen[bytes], client: redis.Redis) -> None:
    client.flushdb()
    enqueue_ring_back(client, ESCALATION, "tests:flushed")
    assert client.blpop(["tests:flushed"], timeout=20)
    assert wait_for_worker(client)


def test_it_stops_when_asked(worker: subprocess.Popen[bytes], client: redis.Redis) -> None:
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(10) == 0
    assert Worker.all(connection=client) == []
