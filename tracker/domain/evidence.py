"""A bundle of evidence for one paper: what goes in, and how much of the record a unit may read. Pure.

A chain always goes in whole, so that it can be recomputed. What is the office's own goes in as its hash alone: the unit
sees that something stands there and that nothing was slipped in, and not what it says.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from tracker.domain.papers import INTERNAL_STATES
from tracker.domain.receiving import Received, Way
from tracker.domain.values import ROLE_TITLES, SHANGHAI, Role

#: What a unit does not read wherever it stands: the office's deciding, and who opened what.
OFFICE_EVENTS = frozenset({"decision.risen", "decision.came_back", "task.viewed"})
#: Clocks of the office's own; what they fired went to its people.
OFFICE_CLOCKS = frozenset({"decide", "review", "hold", "extension", "extension_final"})


@dataclass(frozen=True, slots=True)
class ChainedEvent:
    """An event with its place in its chain, hashes in hex."""

    seq: int
    at: datetime
    kind: str
    person_id: int | None
    post_id: int | None
    payload: Mapping[str, Any]
    commitment: str | None
    previous: str
    hash: str
    name: str = ""
    post_title: str = ""
    post_role: str = ""
    post_unit: str = ""

    @property
    def who(self) -> str:
        """Return the unit, post and name of the person who did it; the engine has none."""
        if self.person_id is None and (received := Received.of(self.payload)).way is not Way.SYSTEM:
            return received.words
        post = self.post_title or (ROLE_TITLES[Role(self.post_role)] if self.post_role else "")
        return " ".join(part for part in (self.post_unit, post, self.name) if part) or "系统"

    def plain(self) -> dict[str, Any]:
        """Return the event as it is hashed, and who did it."""
        at = self.at.astimezone(UTC).isoformat(timespec="microseconds")
        return {
            "seq": self.seq, "at": at, "kind": self.kind, "person": self.person_id, "post": self.post_id,
            "payload": dict(self.payload), "commitment": self.commitment, "previous": self.previous, "hash": self.hash,
            "who": self.who,
        }  # fmt: skip

    def closed(self) -> dict[str, Any]:
        """Return the event as its hash alone."""
        return {"seq": self.seq, "previous": self.previous, "hash": self.hash, "withheld": True}


@dataclass(frozen=True)
class UnitsView:
    """What a unit may read of the chains of a paper: `paper_task` = the stream of the paper's own life."""

    notice: str
    paper_task: str
    known_findings: frozenset[str]

    def opens(self, stream: str, events: Sequence[ChainedEvent]) -> list[bool]:
        """Tell for each event of a chain whether the unit may read it."""
        begins = _left_the_office(stream, events, self) if stream in (self.notice, self.paper_task) else 0
        return [place >= begins and self._may_read(one) for place, one in enumerate(events)]

    def _may_read(self, event: ChainedEvent) -> bool:
        if event.kind in OFFICE_EVENTS or event.payload.get("clock") in OFFICE_CLOCKS:
            return False
        finding = event.payload.get("finding")
        return finding is None or finding in self.known_findings


def _left_the_office(stream: str, events: Sequence[ChainedEvent], view: UnitsView) -> int:
    """Return the place of the event by which the paper left the office."""
    if stream == view.notice:
        out = (place for place, one in enumerate(events) if one.kind == "notice.issued")
    else:
        out = (
            place for place, one in enumerate(events)
            if one.kind == "task.moved" and one.payload.get("to") not in INTERNAL_STATES
        )  # fmt: skip
    return next(out, len(events))


def chain_plain(
    stream: str, title: str, events: Sequence[ChainedEvent], view: UnitsView | None
) -> dict[str, Any]:  # fmt: skip
    """Return a chain as it goes into a bundle; `view` None = all of it can be read."""
    opened = [True] * len(events) if view is None else view.opens(stream, events)
    listed = [one.plain() if is_open else one.closed() for one, is_open in zip(events, opened, strict=True)]
    return {"stream": stream, "about": title, "events": listed}


def chain_file(stream: str) -> str:
    """Return the path of a chain in the bundle."""
    return f"events/{stream.replace(':', '-')}.json"


@dataclass(frozen=True)
class Cover:
    """What the first page of a bundle says."""

    number: str
    title: str
    recipient: str
    office: str
    taken_by: str
    taken_at: datetime
    inside: bool


def read_me(cover: Cover, files: Iterable[tuple[str, str]]) -> str:
    """Return the text that a reader opens first; `files` are (path, what it is)."""
    scope = (
        "本包按发文单位（领导小组办公室）可见的范围制作。"
        if cover.inside
        else "本包按受文单位可见的范围制作：发文单位内部的起草、审批记录只给出校验值，不给出内容。"
    )
    listed = "\n".join(f"  {path}　{title}" for path, title in files)
    return f"""证据包

文书：{cover.title}
文号：{cover.number}
发文单位：{cover.office}
受文单位：{cover.recipient}
取证人：{cover.taken_by}
取证时间：{cover.taken_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}（北京时间）
{scope}

怎样核验
  电脑上有 Python 3.8 以上即可，不用联网、不用安装别的东西：
    python3 verify.py 证据包.zip
  解开以后也可以在文件夹里运行：python3 verify.py
  程序逐个核对文件的校验值，从头重算记录链，重算批准时的校验值，并与 Word 文书所列事项比对，用中文写出结果。
  退出码 0 为全部一致，1 为有不一致，2 为打不开。
  怀疑 verify.py 本身被换过的，请向发文单位另取一份，或请其用 tracker evidence verify 核验。

内容
{listed}

能证明什么，不能证明什么
  记录链证明谁在什么岗位、什么时间做了什么，事后改动、删除、插入都能查出。封存根值由发文单位保存在库外，核对它才能
  证明记录链没有被整条重做。
  填报内容（replies.json）、送达情况（deliveries.json）、依据说明（explanation）和 Word 文书按取证时的数据生成，
  靠清单上的校验值保证取证以后没有改动。
  “已送达”以服务商回执为准，“打开”是本人登录后在系统内点开，都不等于签收。
  联系电话、邮箱不在包内；上传时的原文件名只以加盐校验值进入记录链。
"""


def as_json(value: object) -> str:
    """Return values as JSON that people can read; the same values have the same bytes."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1, default=_plain) + "\n"


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot enter a bundle")
