"""Tasks, their clocks, what was submitted, extensions asked, problems found."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ARRAY, CheckConstraint, Index, SmallInteger, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.persistence.models.base import Base, Id, link, one_of


class Task(Base):
    """One running state machine. `due_on`/`due_at` repeat the finish clock's for lists; the clock holds the truth."""

    __tablename__ = "task"
    __table_args__ = (
        UniqueConstraint("assignment_id", "period_key"),
        CheckConstraint(one_of("waits_for", "unit", "supervisor", "office", "leader", "nobody"), name="waits_for"),
        Index("ix_task__unit_open", "unit_id", "due_at", postgresql_where="NOT final"),
        Index("ix_task__campaign_unit", "campaign_id", "unit_id"),
        Index("ix_task__waiting", "campaign_id", "waits_for", postgresql_where="NOT final"),
        Index("ix_task__parent", "parent_id", postgresql_where="parent_id IS NOT NULL"),
        Index("ix_task__upper", "upper_unit_id", postgresql_where="tie IS NOT NULL AND NOT final"),
        CheckConstraint(
            "(tie IS NULL AND upper_unit_id IS NULL)"
            " OR (tie IN ('part', 'share') AND upper_unit_id IS NOT NULL AND parent_id IS NOT NULL)",
            name="tie",
        ),
        Index("ix_task__risen", "risen_unit_id", postgresql_where="risen_unit_id IS NOT NULL"),
        CheckConstraint("(risen_unit_id IS NULL) = (risen_parties IS NULL)", name="risen"),
        Index(
            "ix_task__late", "due_at",
            postgresql_include=["id", "campaign_id", "measure_id", "unit_id", "workflow_key", "due_on", "sent_back"],
            postgresql_where="waits_for = 'unit' AND NOT done AND NOT final AND NOT paper",
        ),
        Index("ix_task__done_at", "done_at", postgresql_include=["campaign_id"], postgresql_where="done AND NOT paper"),
        Index("ix_task__review", "campaign_id", postgresql_where="waits_for = 'supervisor' AND NOT final AND NOT paper"),
        Index("ix_task__objection", "campaign_id", postgresql_where="workflow_key = 'objection' AND NOT final"),
    )  # fmt: skip
    id: Mapped[Id]
    ref: Mapped[str] = mapped_column(unique=True)
    campaign_id: Mapped[int] = link("campaign.id")
    assignment_id: Mapped[int | None] = link("assignment.id", default=None)
    measure_id: Mapped[int | None] = link("measure.id", default=None)
    unit_id: Mapped[int] = link("unit.id")
    workflow_key: Mapped[str]
    workflow_version_id: Mapped[int] = link("workflow_version.id")
    period_key: Mapped[str] = mapped_column(default="once")
    period_title: Mapped[str | None] = mapped_column(default=None)  # 2026年3月; None for what is done once
    quota: Mapped[int | None] = mapped_column(SmallInteger, default=None)  # returns wanted within the window
    recorded: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")  # returns before the last one
    nil: Mapped[bool] = mapped_column(default=False, server_default="false")  # answered by a nil return (零报告)
    paper: Mapped[bool] = mapped_column(default=False, server_default="false")  # the life of a paper, not a duty
    title: Mapped[str]
    state: Mapped[str]
    waits_for: Mapped[str]
    done: Mapped[bool] = mapped_column(default=False)
    final: Mapped[bool] = mapped_column(default=False)
    sent_back: Mapped[bool] = mapped_column(default=False)  # the last word of the supervisors was a return
    version: Mapped[int] = mapped_column(default=1)
    due_on: Mapped[date | None] = mapped_column(default=None)
    due_at: Mapped[datetime | None] = mapped_column(default=None)
    opened_at: Mapped[datetime]
    done_at: Mapped[datetime | None] = mapped_column(default=None)
    parent_id: Mapped[int | None] = link("task.id", default=None)  # the survey or notice that opened it
    tie: Mapped[str | None] = mapped_column(default=None)  # part of a joint duty, or share of one handed down
    upper_unit_id: Mapped[int | None] = link("unit.id", default=None)  # who leads, or handed down
    brief: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'::jsonb"))  # note, targets
    severity_raise: Mapped[int] = mapped_column(SmallInteger, default=0)  # a relapse climbs one level higher
    # Where the matter stands already: it was told to start there, or it is a paper of this severity. 0 = nowhere.
    severity_floor: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    last_doers: Mapped[dict[str, Any]] = mapped_column(default=dict)  # transition → person id, for separation
    # The unit above the office that decides, as which parties, because nobody at the office may (DESIGN.md §3.5).
    risen_unit_id: Mapped[int | None] = link("unit.id", default=None)
    risen_parties: Mapped[list[str] | None] = mapped_column(ARRAY(Text), default=None)


class ClockRow(Base):
    """One clock of a task. Its rungs fire at `next_fire_at`; the partial index is all a sweep with nothing due reads.

    ladder_from_on is the date from which lateness rungs count: the due date, later when the clock was
    held or paused past it, so that days spent waiting for others are not the unit's lateness.
    """

    __tablename__ = "clock"
    __table_args__ = (
        UniqueConstraint("task_id", "name"),
        CheckConstraint(one_of("status", "running", "held", "paused", "done"), name="status"),
        CheckConstraint(one_of("due_class", "fixed", "told", "computed"), name="due_class"),
        CheckConstraint("next_fire_at IS NULL OR status = 'running'", name="only_running_fires"),
        Index("ix_clock__to_accept", "task_id", postgresql_where="name = 'accept' AND status = 'running'"),
        Index("ix_clock__watched", "due_on", postgresql_where="status = 'running' AND name IN ('look_back', 'hold')"),
        Index("ix_clock__next_fire", "next_fire_at", postgresql_where="next_fire_at IS NOT NULL"),
    )
    id: Mapped[Id]
    task_id: Mapped[int] = link("task.id")
    name: Mapped[str]
    occurrence: Mapped[int] = mapped_column(default=1)
    status: Mapped[str]
    started_at: Mapped[datetime]
    due_on: Mapped[date]
    due_at: Mapped[datetime]
    due_class: Mapped[str]
    due_rule: Mapped[str]
    cutoff: Mapped[str]
    provisional: Mapped[bool] = mapped_column(default=False)
    calendar_version_id: Mapped[int] = link("calendar_version.id")
    ladder_version_id: Mapped[int] = link("ladder_version.id")
    ladder_from_on: Mapped[date]
    held_since: Mapped[datetime | None] = mapped_column(default=None)
    pause_reason: Mapped[str | None] = mapped_column(default=None)
    quality_failures: Mapped[int] = mapped_column(default=0)
    failed_rechecks: Mapped[int] = mapped_column(default=0)
    ordered_rungs: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger), default=list)
    severity_floor: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    excused: Mapped[bool] = mapped_column(default=False, server_default="false")  # somebody found a good cause
    pace: Mapped[dict[str, Any] | None] = mapped_column(default=None)  # domain.progress.Pace
    next_fire_at: Mapped[datetime | None] = mapped_column(default=None)


class Submission(Base):
    """A filled form, as it was sent; never changed. Carries the workflow's version."""

    __tablename__ = "submission"
    __table_args__ = (Index("ix_submission__task", "task_id", "id"),)
    id: Mapped[Id]
    task_id: Mapped[int] = link("task.id")
    transition: Mapped[str]
    form_key: Mapped[str]
    workflow_version_id: Mapped[int] = link("workflow_version.id")
    values: Mapped[dict[str, Any]]
    person_id: Mapped[int] = link("person.id")
    submitted_at: Mapped[datetime]


class Extension(Base):
    """A unit asks for a later date, before expiry; people decide and give a definite new date; the old one stays.

    Where it is answered in two `steps`, the first leaves examined_*: who, when, which date it proposes, its opinion.
    """

    __tablename__ = "extension"
    __table_args__ = (
        CheckConstraint(one_of("status", "asked", "granted", "refused", "dropped"), name="status"),
        CheckConstraint("steps IN (1, 2)", name="steps"),
        Index("ix_extension__open", "task_id", unique=True, postgresql_where="status = 'asked'"),
        Index("ix_extension__task", "task_id"),
    )
    id: Mapped[Id]
    task_id: Mapped[int] = link("task.id")
    clock_id: Mapped[int] = link("clock.id")
    occurrence: Mapped[int]
    old_due_on: Mapped[date]
    wanted_on: Mapped[date]
    granted_on: Mapped[date | None] = mapped_column(default=None)
    reason: Mapped[str]
    progress: Mapped[str] = mapped_column(default="")
    status: Mapped[str] = mapped_column(default="asked")
    asked_by: Mapped[int] = link("person.id")
    asked_at: Mapped[datetime]
    steps: Mapped[int] = mapped_column(SmallInteger, default=1, server_default="1")
    examined_by: Mapped[int | None] = link("person.id", default=None)
    examined_at: Mapped[datetime | None] = mapped_column(default=None)
    examined_on: Mapped[date | None] = mapped_column(default=None)
    examination: Mapped[str] = mapped_column(default="", server_default="")
    decided_by: Mapped[int | None] = link("person.id", default=None)
    decided_at: Mapped[datetime | None] = mapped_column(default=None)
    decision_reason: Mapped[str] = mapped_column(default="")


class Problem(Base):
    """What a unit or an inspection found on the ground; each opens one rectification item. Never a private person."""

    __tablename__ = "problem"
    __table_args__ = (
        Index("ix_problem__campaign_unit", "campaign_id", "unit_id"),
        Index("ix_problem__bigrams", "bigrams", postgresql_using="gin"),
    )
    id: Mapped[Id]
    ref: Mapped[str] = mapped_column(unique=True)
    campaign_id: Mapped[int] = link("campaign.id")
    unit_id: Mapped[int] = link("unit.id")
    found_in_task_id: Mapped[int] = link("task.id", index=True)
    submission_id: Mapped[int] = link("submission.id")
    rectification_task_id: Mapped[int] = link("task.id", unique=True)
    place: Mapped[str]
    kind: Mapped[str]
    risk_grade: Mapped[str]
    description: Mapped[str]
    measure: Mapped[str]
    leader: Mapped[str]
    limit_on: Mapped[date]
    found_at: Mapped[datetime]
    bigrams: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
