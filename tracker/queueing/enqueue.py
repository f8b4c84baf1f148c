"""Ringing the bell: an RQ job that carries a dotted name and ids."""

import structlog
from redis.exceptions import RedisError

from tracker.queueing.queues import impatient_redis, open_queue, queue_rule

logger = structlog.get_logger(__name__)


class RqJobQueue:
    """Rings workers through RQ; the `JobQueue` of `domain.ports`.

    A Redis that is away costs one second at most, is logged and forgotten: the rows are the truth, and the
    scheduler sees that they are looked after.
    """

    def __init__(self, url: str) -> None:
        self._redis = impatient_redis(url)

    def enqueue(self, queue: str, job: str, *args: int | str) -> None:
        """Ask a worker to run `job`, a dotted name, with these ids.

        Raises ValueError for a queue that no worker serves, and TypeError for anything but ids.
        """
        rule = queue_rule(queue)
        if not all(isinstance(each, int | str) for each in args):
            raise TypeError(f"Job {job} was given {args!r}; jobs carry ids only (int or str).")
        try:
            open_queue(queue, self._redis).enqueue_call(
                job,
                args=args,
                timeout=rule.time_limit_seconds,
                result_ttl=0,
                failure_ttl=rule.keep_failed_seconds,
            )
        except RedisError as problem:
            logger.warning(
                "The bell could not be rung; the work is in the database and waits for the next sweep",
                action="queue.bell_failed",
                queue=queue,
                job=job,
                problem=type(problem).__name__,
            )

    def close(self) -> None:
        """Let go of the connections."""
        self._redis.close()
