"""The queues' names, in the order in which a worker looks into them, and how long one job may take."""

from dataclasses import dataclass

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue
from rq.serializers import JSONSerializer

ESCALATION = "escalation"
DELIVERIES = "deliveries"
DOCUMENTS = "documents"
HOUSEKEEPING = "housekeeping"

# A dead Redis may cost a request this much, and no more.
ANSWER_WITHIN_SECONDS = 1.0


@dataclass(frozen=True)
class QueueRule:
    """What holds for every job of a queue. A job is never retried by RQ: its rows say what is left to do."""

    name: str
    title: str
    time_limit_seconds: int
    keep_failed_seconds: int = 7 * 86400


QUEUES = (
    QueueRule(ESCALATION, "升级巡查", 300),
    QueueRule(DELIVERIES, "消息", 300),
    QueueRule(DOCUMENTS, "文件", 900),
    QueueRule(HOUSEKEEPING, "日常维护", 1800),
)


def queue_rule(name: str) -> QueueRule:
    """Return the rule of a queue; raises ValueError for a name that no worker serves."""
    for rule in QUEUES:
        if rule.name == name:
            return rule
    raise ValueError(f"No worker serves a queue called {name!r}; there are {[rule.name for rule in QUEUES]}.")


def impatient_redis(url: str) -> Redis:
    """A client that gives up within a second, for processes that must not wait for the bell."""
    return Redis.from_url(
        url,
        socket_timeout=ANSWER_WITHIN_SECONDS,
        socket_connect_timeout=ANSWER_WITHIN_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )


def open_queue(name: str, connection: Redis) -> Queue:
    """The RQ queue of that name; jobs in it are JSON."""
    rule = queue_rule(name)
    return Queue(
        rule.name,
        connection=connection,
        default_timeout=rule.time_limit_seconds,
        serializer=JSONSerializer,
    )
