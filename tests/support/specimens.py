"""Papers and ledgers as an office would print them, one of each kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

from tracker.documents.sheets.writing import FileSheetWriter
from tracker.documents.word.papers import WordPaperWriter
from tracker.domain.ledger_columns import KINDS, sheet_columns
from tracker.domain.papers import BEGUN_BY_PEOPLE, NOTICE_TITLES, default_body
from tracker.domain.printed_papers import PaperFacts, PaperLayout, PrintedItem, PrintedPaper, compose_paper
from tracker.domain.printed_records import compose_record
from tracker.domain.printed_slips import SlipFacts, compose_slip
from tracker.domain.sheets import LedgerLayout

MORNING = datetime(2026, 3, 26, 2, tzinfo=UTC)
BODY = "在专项行动推进中，你单位下列事项未按要求落实。请逐项查明原因，提出整改措施、责任领导和完成时限，签收后按期书面回复。"
ITEM = PrintedItem("“出租房屋排查”，应于2026年3月20日前办结，至今未办结，截至起草时逾期3个工作日。")
RED = PaperLayout("青禾镇人民政府文件", "联系人：镇督查室", ("县督查室", "镇纪委"), {})
GIVEN: dict[str, Any] = {
    "kind": "supervision_notice", "title": "反诈专项行动督导通知书", "body": BODY, "number": "青反诈督〔2026〕7号",
    "recipient": "东岭村", "office": "青禾镇反诈领导小组办公室", "issued_on": date(2026, 3, 26), "items": [ITEM, ITEM],
    "particulars": [], "reply": "请于签收后5个工作日内书面回复。", "layout": PaperLayout(),
    "limit_words": "印发之日起15日内",
}  # fmt: skip


def record(statement: str = "人手不足。" * 40, agreed: Sequence[PrintedItem] = ()) -> PrintedPaper:
    """Return the record of an interview."""
    facts = PaperFacts(**{**GIVEN, "particulars": [("约谈日期", "2026年4月9日"), ("约谈地点", "镇会议室")]})
    return compose_record(facts, [("参加人员（职务）", "组长、村主要负责人"), ("被约谈单位说明", statement)], agreed)


def slip(unit: str) -> PrintedPaper:
    """Return a receipt slip with its code."""
    return compose_slip(SlipFacts(
        "青反诈督〔2026〕7号", "反诈专项行动督导通知书", unit, "青禾镇反诈领导小组办公室", MORNING, "ABCDEFGHJKMNPQRSTUVW",
        "https://dudao.example.gov.cn/slip", MORNING,
    ))  # fmt: skip


def every_document() -> Iterator[tuple[str, bytes]]:
    """Yield a file name and a document: each kind of paper as issued, a draft, the record, the slip, each ledger."""
    writer = WordPaperWriter()
    for kind, title in NOTICE_TITLES.items():
        body = BODY if kind in BEGUN_BY_PEOPLE else default_body(kind, "反诈专项行动")
        facts = {**GIVEN, "kind": kind, "title": f"反诈专项行动{title}", "body": body, "layout": RED}
        yield f"paper-{kind}.docx", writer.word(compose_paper(PaperFacts(**facts)))
    draft = {**GIVEN, "issued_on": None, "number": "", "layout": RED}
    yield "paper-draft.docx", writer.word(compose_paper(PaperFacts(**draft)))
    yield "paper-record.docx", writer.word(record())
    yield "paper-slip.docx", writer.word(slip("东岭村"))
    for kind, ledger in KINDS.items():
        columns = sheet_columns(kind)
        rows = [[f"RW-2026-{n:04d}", *(f"{column.title}{n}" for column in columns[2:])] for n in range(1, 41)]
        layout = LedgerLayout(ledger.title, columns, ("截至2026年3月26日，共40项。",), "导出人：张三　2026-03-26 10:00")
        with FileSheetWriter().ledger(layout, rows) as file:
            yield f"ledger-{kind}.xlsx", file.read()
