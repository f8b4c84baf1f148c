"""How an issued paper comes to be received: signed for in the system, by a slip of paper, or deemed received. Pure.

Opened, signed for and replied are separate facts (DOMAIN.md §1.6). The limit for the reply runs from the receipt, and
the paper says which kind of receipt that was.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.deadlines import DueMoment, show_day, within
from tracker.domain.definition import DayUnit, Within, WorkflowDefinition

#: The step by which a paper is received.
ACCEPT = "accept"
#: A slip can be used for this long, and no longer.
SLIP_VALID = timedelta(hours=72)
#: So often a code may be tried; after that the slip is dead.
MOST_TRIES = 5
CODE_DIGITS = 6
#: Letters of a slip's token that nobody takes for each other; twenty of them hold 99 bits.
TOKEN_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
TOKEN_LENGTH = 20
LONGEST_POST = 30
#: What a scan is of that came back signed by hand: not the paper, but its 送达回执.
RECEIPT = "receipt"
_TOKEN = re.compile(f"[{TOKEN_LETTERS}]{{{TOKEN_LENGTH}}}")


class Way(StrEnum):
    """By which way a paper was received."""

    SYSTEM = "system"
    SLIP = "slip"
    HAND = "hand"
    DEEMED = "deemed"


WAY_TITLES = {
    Way.SYSTEM: "系统内签收",
    Way.SLIP: "纸质送达，扫码签收",
    Way.HAND: "纸质送达，手写签收回执",
    Way.DEEMED: "视为收到",
}


@dataclass(frozen=True)
class Received:
    """A receipt.

    `post` = the post that whoever used a slip gave as his own, or wrote on it with the day `signed_on`; nobody has
    checked it. `counts_from` = the day from which the limit for the reply was counted, where that was not the day of the
    record: what was signed by hand counted from its registration until the day on the slip did.
    """

    way: Way
    post: str = ""
    days: int = 0
    signed_on: date | None = None
    counts_from: date | None = None

    @classmethod
    def of(cls, payload: Mapping[str, Any]) -> Received:
        """Return the receipt that an event of accepting tells of."""
        how = payload.get("how")
        if not how:
            return cls(Way.SYSTEM)
        signed_on, counts_from = (
            date.fromisoformat(how[name]) if how.get(name) else None for name in ("signed_on", "counts_from")
        )
        return cls(Way(how["way"]), how.get("post", ""), how.get("days", 0), signed_on, counts_from)

    def plain(self) -> dict[str, Any] | None:
        """Return what the event of accepting keeps of it; nothing where a person signed in and signed for it."""
        match self.way:
            case Way.SLIP:
                return {"way": self.way.value, "post": self.post}
            case Way.HAND:
                signed_on = self.signed_on.isoformat() if self.signed_on else ""
                counts = {"counts_from": self.counts_from.isoformat()} if self.counts_from else {}
                return {"way": self.way.value, "post": self.post, "signed_on": signed_on, **counts}
            case Way.DEEMED:
                return {"way": self.way.value, "days": self.days}
            case _:
                return None

    @property
    def written(self) -> str:
        """Return what somebody wrote on a slip by hand."""
        return f"{show_day(self.signed_on)}，岗位“{self.post}”" if self.signed_on else f"岗位“{self.post}”"

    @property
    def begins(self) -> str:
        """Return from when the limit for the reply runs, in words."""
        if self.counts_from is not None:
            return f"回执上写的签收日（{show_day(self.counts_from)}）"
        return {Way.HAND: "回执登记之日", Way.DEEMED: "视为收到"}.get(self.way, "签收")

    @property
    def words(self) -> str:
        """Return the way in words, for histories."""
        match self.way:
            case Way.SLIP:
                return f"{WAY_TITLES[self.way]}；签收人自报岗位“{self.post}”，系统不核实个人身份"
            case Way.HAND:
                return f"{WAY_TITLES[self.way]}；回执上写的是{self.written}，系统不核实个人身份"
            case Way.DEEMED:
                return f"印发后{self.days}个工作日未签收，按规定{WAY_TITLES[self.way]}"
            case _:
                return WAY_TITLES[self.way]


SIGNED_IN = Received(Way.SYSTEM)


def deemed_moment(issued_at: datetime, days: int, calendar: WorkingCalendar) -> DueMoment:
    """Return when a paper that nobody signs for is deemed received; the day of issue is not counted."""
    return within(issued_at, Within(days, DayUnit.WORKING_DAY), calendar)


def deemed_after(settings: Mapping[str, Any], definition: WorkflowDefinition) -> int:
    """Return after how many working days a paper is deemed received without a signature; 0 = never.

    Only what is signed for can be: a paper without that step waits for nobody.
    """
    return int(settings.get("deemed_received_days", 0)) if definition.transition(ACCEPT) else 0


def reply_runs_from_receipt(definition: WorkflowDefinition) -> bool:
    """Tell whether the limit for the reply begins once a paper is received; an interview's begins when it was held."""
    accept, reply = definition.transition(ACCEPT), definition.clocks.get("reply")
    return accept is not None and reply is not None and accept.target in reply.runs_in


def deemed_words(days: int, definition: WorkflowDefinition) -> str:
    """Return the sentence that a paper carries which is deemed received after `days`; empty where it never is."""
    if not days:
        return ""
    runs = "，回复期限自视为收到之日起算" if reply_runs_from_receipt(definition) else ""
    return f"印发后{days}个工作日内未签收的，期满视为收到{runs}。"


def clean_token(typed: str) -> str:
    """Return a typed token without spaces and dashes in capitals; empty when it cannot be one."""
    bare = re.sub(r"[\s\-－—]", "", typed).upper()
    return bare if _TOKEN.fullmatch(bare) else ""


def clean_code(typed: str) -> str:
    """Return a typed code; empty when it cannot be one."""
    bare = re.sub(r"\s", "", typed)
    return bare if re.fullmatch(rf"[0-9]{{{CODE_DIGITS}}}", bare, re.ASCII) else ""


def in_groups(token: str) -> str:
    """Return a token as it is printed: ABCD-EFGH-…"""
    return "-".join(token[start : start + 4] for start in range(0, len(token), 4))
