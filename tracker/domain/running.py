"""Is the engine at work: what a look at clocks, messages, queues and workers says, and what to do about it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tracker.domain.remarks import Remark, Weight

#: After this long with a due moment unswept the scheduler steps in (DESIGN.md §3.1); what waits longer is trouble.
SWEEP_WITHIN = timedelta(seconds=60)
#: A message that is due leaves within minutes, unless its channel rests.
SEND_WITHIN = timedelta(minutes=10)
#: A worker reports at least this often.
SEEN_WITHIN = timedelta(minutes=10)
SEAL_WITHIN = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class QueueState:
    """One queue of the bell, as screens call it: jobs waiting, running, failed."""

    name: str
    title: str
    waiting: int
    running: int
    failed: int


@dataclass(frozen=True, slots=True)
class WorkerState:
    """One worker process. `seen_at` is aware UTC; None = it never reported."""

    name: str
    busy: bool
    queues: tuple[str, ...]
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Bell:
    """What Redis says. `answers` False = it is away, and nothing else is known."""

    answers: bool
    queues: tuple[QueueState, ...] = ()
    workers: tuple[WorkerState, ...] = ()


@dataclass(frozen=True, slots=True)
class Engine:
    """What the database says. Moments are aware UTC; None = there is none.

    due, due_since          clocks that are due and have not fired, and since when the oldest is
    sending, sending_since  messages whose time to leave has come, and since when the oldest waits
    undelivered             messages of the last day that failed or whose fate is unknown
    """

    due: int
    due_since: datetime | None
    next_fire_at: datetime | None
    last_fired_at: datetime | None
    sending: int
    sending_since: datetime | None
    undelivered: int
    incidents: int
    sealed_at: datetime | None
    unsealed: int
    database_bytes: int


def remarks(engine: Engine, bell: Bell, *, now: datetime, real_now: datetime) -> tuple[Remark, ...]:
    """Return what is to be said, the gravest first. `now` is the engine's clock, `real_now` that of leases and workers."""
    found = [*of_engine(engine, now=now), *_bell(bell, real_now)]
    order = [Weight.BAD, Weight.WARN, Weight.GOOD]
    return tuple(sorted(found, key=lambda one: order.index(one.weight)))


def of_engine(engine: Engine, *, now: datetime) -> tuple[Remark, ...]:
    """Return what the database alone lets say."""
    return (*_sweeping(engine, now), *_sending(engine, now), *_record(engine, now))


def _sweeping(engine: Engine, now: datetime) -> Iterator[Remark]:
    if engine.due_since is not None and now - engine.due_since > SWEEP_WITHIN:
        yield Remark(
            Weight.BAD, f"有{engine.due}个到期的计时还没有处理，最早的已等{_span(now - engine.due_since)}。",
            "请检查工作进程和调度进程是否在运行；恢复后会按到期先后补处理，不会遗漏。",
        )  # fmt: skip
    else:
        yield Remark(Weight.GOOD, "到期的计时都已处理。")


def _sending(engine: Engine, now: datetime) -> Iterator[Remark]:
    if engine.sending_since is not None and now - engine.sending_since > SEND_WITHIN:
        yield Remark(
            Weight.WARN, f"有{engine.sending}条消息到了发送时间还没有发出，最早的已等{_span(now - engine.sending_since)}。",
            "请检查邮件或短信通道；消息留在数据库里，通道恢复后继续发。",
        )  # fmt: skip
    if engine.undelivered:
        yield Remark(Weight.WARN, f"近一天有{engine.undelivered}条消息发送失败或不知是否送达。", "请核对收件人的地址。")
    if engine.incidents:
        yield Remark(Weight.WARN, f"有{engine.incidents}条异常待处理。", "请到“异常”页逐条处理。")


def _bell(bell: Bell, real_now: datetime) -> Iterator[Remark]:
    if not bell.answers:
        yield Remark(
            Weight.BAD, "Redis 没有应答。", "提醒会晚到，巡查由调度进程代做；请恢复 Redis，数据不受影响。"
        )  # fmt: skip
        return
    alive = [one for one in bell.workers if one.seen_at is not None and real_now - one.seen_at <= SEEN_WITHIN]
    if not alive:
        yield Remark(Weight.BAD, "没有工作进程在运行。", "请启动工作进程（tracker worker）；此前由调度进程代做巡查。")
    else:
        yield Remark(Weight.GOOD, f"{len(alive)}个工作进程在运行。")
    failed = _failed(bell.queues)
    if failed:
        yield Remark(Weight.WARN, f"{failed}。", "原因见日志；要做的事还在数据库里，下一次巡查会再做。")


def _record(engine: Engine, now: datetime) -> Iterator[Remark]:
    if engine.unsealed and (engine.sealed_at is None or now - engine.sealed_at > SEAL_WITHIN):
        yield Remark(
            Weight.WARN, f"有{engine.unsealed}条记录流还没有封存。", "封存由工作进程定时做，请检查它是否在运行。"
        )


def _failed(queues: Sequence[QueueState]) -> str:
    return "；".join(f"“{one.title}”队列有{one.failed}个作业出错" for one in queues if one.failed)


def _span(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    if minutes < 60:
        return f"{max(1, minutes)}分钟"
    return f"{minutes // 60}小时" if minutes < 2880 else f"{minutes // 1440}天"
