"""送达回执: the slip that goes with a paper to a unit that works on paper. It is no part of the paper itself. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tracker.domain.deadlines import show_day
from tracker.domain.printed_papers import Cell, PaperForm, PrintedPaper, Table, show_moment
from tracker.domain.receiving import CODE_DIGITS, in_groups
from tracker.domain.values import local_date

TITLE = "送达回执"


@dataclass(frozen=True)
class SlipFacts:
    """What a slip says. `address` = the page on which it is used; the token follows a # there, which no server is sent."""

    number: str
    title: str
    unit: str
    office: str
    issued_at: datetime
    token: str
    address: str
    valid_until: datetime


def compose_slip(facts: SlipFacts) -> PrintedPaper:
    """Return the slip as it is printed."""
    scan = (
        f"请用手机扫码，填写另行告知的{CODE_DIGITS}位验证码和签收人岗位，代表本单位签收。\n"
        f"不能扫码的，打开 {facts.address} ，输入回执编码：\n{in_groups(facts.token)}\n"
        f"{show_moment(facts.valid_until)}前有效，只能用一次。扫码记录签收的方式和自报岗位，不核实个人身份。"
    )
    by_hand = "签收人：　　　　　　职务：　　　　　　\n\n时间：　　　　年　　月　　日　　时　　（单位盖章）"
    rows = (
        (Cell("受送达单位", head=True), Cell(facts.unit, across=2)),
        (Cell("送达文书", head=True), Cell(f"{facts.title}\n{facts.number}（{show_day(local_date(facts.issued_at))}印发）", across=2)),
        (Cell("发文单位", head=True), Cell(facts.office, across=2)),
        (Cell("送达方式", head=True), Cell("纸质送达", across=2)),
        (Cell("扫码签收", head=True), Cell(code=f"{facts.address}#{facts.token}", align="center", tall=48), Cell(scan)),
        (Cell("手写签收", head=True), Cell(by_hand, across=2, tall=30)),
        (Cell("送达人", head=True), Cell("签字：　　　　　　　　送达时间：　　　　年　　月　　日　　时", across=2, tall=14)),
        (Cell("拒收、代收的\n说明和见证人", head=True), Cell(across=2, tall=22)),
    )  # fmt: skip
    return PrintedPaper(
        form=PaperForm.SHEET, name=f"{facts.number}-{facts.unit}-{TITLE}", marks=(), letterhead="",
        number=facts.number, title=(TITLE,), recipient="", lines=(), table=Table((26, 50, 80), rows), annex=None,
        office="", day="", notes=(), imprint=None,
    )  # fmt: skip
