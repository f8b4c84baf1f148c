"""Drafts as the pages of tasks and papers show them: what a form begins with, and what is said about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from flask import url_for

from tracker.services.form_drafts import TaskDrafts
from tracker.web.showing import show_time


@dataclass(frozen=True)
class DraftView:
    """The draft of one form. `given` is what the form begins with, empty where it begins otherwise.

    `restored` and `waiting` are the times of a draft that fills the form, and of one that stands back behind what was
    sent; `others` says who else fills it. `local` = the browser may keep a copy while the line is cut; `owner` is the person,
    `version` the task's.
    """

    act: str
    ref: str
    version: int
    owner: int
    edition: str = ""
    restored: str = ""
    waiting: str = ""
    others: str = ""
    local: bool = True
    given: Mapping[str, object] = field(default_factory=dict)

    @property
    def keep_url(self) -> str:
        """Return where it is kept."""
        return url_for("drafts.keep", ref=self.ref, act=self.act, version=self.version)

    @property
    def discard_url(self) -> str:
        """Return where it is thrown away."""
        return url_for("drafts.discard", ref=self.ref, act=self.act)


@dataclass(frozen=True)
class Drafting:
    """The drafts of one task's page. `chosen` = the form for which somebody asked for the draft that stood back."""

    ref: str
    version: int
    owner: int
    drafts: TaskDrafts
    now: datetime
    confidential: bool = False
    chosen: str = ""

    def of(self, act: str, *, sent_before: bool = False) -> DraftView:
        """Return the draft of a form.

        One that was typed before the task moved on stands back where the form comes filled with what was sent: it is
        offered, and fills nothing by itself.
        """
        own = self.drafts.own.get(act)
        plain = DraftView(
            act, self.ref, self.version, self.owner, others=self._say_others(act), local=not self.confidential
        )
        if own is None:
            return plain
        when = show_time(own.saved_at, self.now)
        if sent_before and own.task_version != self.version and self.chosen != act:
            return replace(plain, edition=own.edition, waiting=when)
        return replace(plain, edition=own.edition, restored=when, given=own.given)

    def _say_others(self, act: str) -> str:
        filling = self.drafts.of_others(act)
        return "、".join(f"{one.name}（{show_time(one.saved_at, self.now)}）" for one in filling)
