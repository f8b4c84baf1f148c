"""One worker process: takes jobs from all queues, the most urgent queue first, and outlives an absent Redis.

RQ's SimpleWorker runs each job in this process, without a fork: a job is a few milliseconds, a fork is not.
What a crash would lose is only the bell, and `tracker up` or the service manager starts the process again.
"""

import signal
import threading
from types import FrameType

import structlog
from redis import Redis
from redis.client import Pipeline
from redis.exceptions import RedisError
from rq import SimpleWorker, worker_registration
from rq.executions import Execution
from rq.job import Job
from rq.queue import Queue
from rq.serializers import JSONSerializer

from tracker.bootstrap import build
from tracker.bootstrap.sparing import spare_what_stays
from tracker.jobs.context import set_container
from tracker.queueing.queues import QUEUES, open_queue
from tracker.settings import Settings
from tracker.telemetry import bind_context

logger = structlog.get_logger(__name__)

LONGEST_PAUSE = 5.0
# RQ waits for a job for this long less 15 seconds, then shows that it is alive.
WORKER_TTL = 60


class BellWorker(SimpleWorker):
    """A worker that logs job ids and remembers whether it was asked to stop."""

    max_connection_wait_time = LONGEST_PAUSE
    asked_to_stop = False

    def perform_job(self, job: Job, queue: Queue, execution: Execution) -> bool:
        with bind_context(job=job.id, queue=queue.name, does=job.func_name):
            return bool(super().perform_job(job, queue, execution))

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        """Show that this worker lives, and enter it again where Redis was flushed or began empty."""
        super().heartbeat(timeout, pipeline)
        if pipeline is None and not self.connection.hexists(self.key, "birth"):
            with self.connection.pipeline() as entry:
                entry.hset(self.key, mapping=self.serialize())
                worker_registration.register(self, entry)
                entry.expire(self.key, WORKER_TTL + 60)
                entry.execute()

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        self.asked_to_stop = True
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]


def run_worker(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT; a job that is running is finished first."""
    container = build(settings)
    set_container(container)
    spare_what_stays()
    try:
        serve_queues(settings.redis_url)
    finally:
        set_container(None)
        container.close()


def serve_queues(redis_url: str) -> None:
    """Take jobs until asked to stop, coming back whenever Redis does."""
    stop = threading.Event()
    pause = 0.5
    while not stop.is_set():
        # RQ takes the signals while it works; between two tries they are ours.
        for sig in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sig, lambda *_: stop.set())
        connection = _open(redis_url)
        try:
            if _work(connection):
                return
            pause = 0.5
        except RedisError as problem:
            logger.warning(
                "Redis is away; waiting for it",
                action="worker.redis_away",
                problem=type(problem).__name__,
                wait_seconds=pause,
            )
        except Exception:
            logger.exception("The worker failed and starts over", action="worker.failed")
        finally:
            connection.close()
        stop.wait(pause)
        pause = min(LONGEST_PAUSE, pause * 2)


def _work(connection: Redis) -> bool:
    """Work until stopped or thrown off; True when somebody asked to stop."""
    queues = [open_queue(rule.name, connection) for rule in QUEUES]
    worker = BellWorker(queues, connection=connection, serializer=JSONSerializer, worker_ttl=WORKER_TTL)
    worker.work(logging_level=None)
    return worker.asked_to_stop


def _open(url: str) -> Redis:
    """A client that notices a dead peer; a Unix socket has no keep-alive, and takes none."""
    if url.startswith("unix://"):
        return Redis.from_url(url, socket_connect_timeout=5)
    return Redis.from_url(url, socket_connect_timeout=5, socket_keepalive=True)
