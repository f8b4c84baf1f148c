"""Papers that put on paper what was decided: 延期批复, 销号意见, 摘牌通知, 撤销通知. Their wording. Pure.

They are short: the number or reference, the decision, the new or the closing date (DOMAIN.md §1.4). The decision holds
since it was made; the paper changes nothing, and is issued only while the decision stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tracker.domain.deadlines import show_day
from tracker.domain.reachability import RECTIFICATION

EXTENSION_REPLY, SIGN_OFF_OPINION, DELISTING, REVOCATION = (
    "extension_reply", "sign_off_opinion", "delisting", "revocation",
)  # fmt: skip
DECISION_PAPERS = (EXTENSION_REPLY, SIGN_OFF_OPINION, DELISTING, REVOCATION)
#: A title longer than this is shortened where it stands inside another.
LONGEST_TITLE = 50


def may_be_decided(*, workflow_key: str, extensions: int, ended: bool = False) -> bool:
    """Tell whether something may have been decided of which a paper can speak.

    `extensions` = how many were asked for; `ended` = it is a paper that was issued and has ended.
    """
    return bool(extensions) or ended or workflow_key == RECTIFICATION


@dataclass(frozen=True)
class Wording:
    """What a draft begins with: its title, its text, and its one line, which is the decision."""

    title: str
    body: str
    line: str


@dataclass(frozen=True)
class Subject:
    """What was decided about: its title, its number, and the paper that it came from, if one did."""

    title: str
    ref: str
    source: str = ""

    @property
    def short(self) -> str:
        """Return the title as it stands inside another."""
        return self.title if len(self.title) <= LONGEST_TITLE else f"{self.title[: LONGEST_TITLE - 1]}…"

    @property
    def named(self) -> str:
        """Return title, number and source."""
        source = f"，来源{self.source}" if self.source else ""
        return f"“{self.short}”（{self.ref}{source}）"


@dataclass(frozen=True)
class ExtensionAnswer:
    """An extension as it was answered. `granted_on` None = it was refused; `examined` = a leader approved it."""

    asked_on: date
    old_due_on: date
    granted_on: date | None
    reason: str
    examined: bool = False


def extension_reply(subject: Subject, answer: ExtensionAnswer) -> Wording:
    """Return the wording of 延期批复."""
    way = "经督导组初审、领导小组领导批准" if answer.examined else "经研究"
    body = f"你单位{show_day(answer.asked_on)}就{subject.named}提出的延期申请收悉。{way}，现批复如下："
    why = _sentence(answer.reason)
    if answer.granted_on is None:
        line = f"不同意延期，仍按原期限{show_day(answer.old_due_on)}办理。{f'理由：{why}' if why else ''}"
    else:
        line = (
            f"{why}同意延期，办理期限由{show_day(answer.old_due_on)}延至{show_day(answer.granted_on)}，请按新期限办结。"
        )
    return Wording(f"关于“{subject.short}”延期申请的批复", body, line)


@dataclass(frozen=True)
class SignOff:
    """A sign-off as it was given."""

    rechecked_on: date
    manner: str
    opinion: str
    closed_on: date


def sign_off_opinion(subject: Subject, given: SignOff) -> Wording:
    """Return the wording of 销号意见."""
    body = (
        f"你单位报来的{subject.named}整改结果收悉。{show_day(given.rechecked_on)}经{given.manner}复查，提出如下意见："
    )
    line = f"{_sentence(given.opinion)}同意销号，销号日期为{show_day(given.closed_on)}。销号后三个月内回头看，问题反弹的重新整改。"
    return Wording(f"关于“{subject.short}”整改销号的意见", body, line)


@dataclass(frozen=True)
class Accepted:
    """The acceptance by which a listing ended."""

    checked_on: date
    method: str
    opinion: str
    released_on: date


def delisting(unit: str, number: str, given: Accepted) -> Wording:
    """Return the wording of 摘牌通知."""
    body = f"按照{number}，你单位开展了挂牌整治。{show_day(given.checked_on)}以{given.method}方式组织验收，验收意见：{_sentence(given.opinion)}现决定："
    line = f"自{show_day(given.released_on)}起对你单位摘牌，解除{number}的挂牌整治。请巩固整治成果，防止问题反弹。"
    return Wording(f"关于{unit}摘牌的通知", body, line)


@dataclass(frozen=True)
class Undone:
    """A paper that was undone: which, since when, why, and whether an objection to it was upheld."""

    number: str
    title: str
    issued_on: date
    ended_on: date
    reason: str
    upheld: bool


def revocation(paper: Undone) -> Wording:
    """Return the wording of 撤销通知."""
    body = f"{paper.number}《{paper.title}》于{show_day(paper.issued_on)}印发。经研究，现决定："
    cause = "你单位申诉成立，" if paper.upheld else ""
    why = _sentence(paper.reason)
    line = (
        f"{cause}自{show_day(paper.ended_on)}起撤销{paper.number}，文中要求不再执行，该文号不再使用。"
        f"{f'理由：{why}' if why else ''}"
    )
    return Wording(f"关于撤销{paper.number}的通知", body, line)


def _sentence(text: str) -> str:
    text = text.strip()
    return text if not text or text[-1] in "。！？；" else f"{text}。"
