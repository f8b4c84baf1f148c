"""An office sets on a page how its papers look and by which words they are numbered; what was issued stays as it was."""

from __future__ import annotations

import html
import io
from typing import Any

from docx import Document

from tests.web.conftest import Site
from tests.web.papers import counted_queries, draft_of, issue, step
from tracker.domain.paper_settings import PaperSettings, form_field, word_field


def url_of(site: Site) -> str:
    return f"/campaigns/{site.world.campaign_ref}/changes/papers"


def save(site: Site, who: str = "office1", **changes: str) -> Any:
    present = PaperSettings.of(site.world.value("SELECT settings FROM campaign")).fields()
    return site.browser(who).post(url_of(site), {**present, **changes}, page=url_of(site))


def words_of(site: Site, ref: str) -> list[str]:
    answer = site.browser("sup1").get(f"/notices/{ref}/paper.docx")
    assert answer.status_code == 200
    document = Document(io.BytesIO(answer.data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return [*(one.text for one in document.paragraphs), *cells]


def test_head_form_note_copies_and_number_word_stand_on_what_is_issued_from_then_on(late: Site) -> None:
    site = late
    before, after = draft_of(site, "east"), draft_of(site, "west")
    issue(site, before)
    assert save(
        site, letterhead="测试镇人民政府文件", contact="联系人：镇督查室", copies="县督查室\n\n镇纪委\n",
        **{word_field("supervision_notice"): "测办督"},
    ).status_code == 302  # fmt: skip
    issue(site, after)
    text = "".join(words_of(site, after))
    for said in ("测试镇人民政府文件", "测办督〔2026〕1号", "（联系人：镇督查室）", "抄送：县督查室，镇纪委。"):
        assert said in text, said
    old = "".join(words_of(site, before))
    assert "测督〔2026〕1号" in old
    assert "测试镇人民政府文件" not in old
    assert "测试镇人民政府文件" in site.browser("sup1").get(f"/notices/{after}").text


def test_a_kind_becomes_a_sheet_or_a_letter_by_choosing_it(late: Site) -> None:
    site, ref = late, draft_of(late, "east")
    assert "责任单位" not in words_of(site, ref)
    save(site, **{form_field("supervision_notice"): "sheet"})
    assert {"责任单位", "办理事项", "签收"} <= set(words_of(site, ref))


def test_the_record_says_who_changed_what_and_when_in_words(late: Site) -> None:
    site = late
    save(site, contact="联系人：镇督查室", **{form_field("circular"): "sheet"})
    (said,) = site.world.rows("SELECT person_id, payload FROM event WHERE kind = 'campaign.papers_set'")
    assert said["person_id"] == site.world.person_ids["office1"]
    assert said["payload"]["lines"] == ["附注：联系人：镇督查室（原为无）", "通报的格式：表单（原为通知）"]
    log = html.unescape(site.browser("office1").get(f"/campaigns/{site.world.campaign_ref}/changes").text)
    assert "通报的格式：表单（原为通知）" in log.split("调整记录")[-1]
    assert save(site).status_code == 302, "nothing changed, and nothing is recorded"
    assert site.world.value("SELECT count(*) FROM event WHERE kind = 'campaign.papers_set'") == 1
    assert site.world.container.ledger.verify().faults == ()


def test_a_kind_without_a_number_word_gets_one_here_and_can_be_issued(late: Site) -> None:
    site, ref = late, draft_of(late, "east")
    with site.world.container.uows() as uow:
        campaign = uow.campaigns.get_by_ref(site.world.campaign_ref)
        campaign.settings = {**campaign.settings, "number_words": {}}
        uow.commit()
    step(site.browser("sup1"), ref, "seal")
    step(site.browser("sup2"), ref, "approve")
    refused = step(site.browser("sup1"), ref, "issue")
    assert "“调整方案”页的“文书格式和文号”里设定" in html.unescape(refused.text)
    save(site, **{word_field("supervision_notice"): "测督"})
    assert step(site.browser("sup1"), ref, "issue").status_code == 302
    assert site.world.value("SELECT printed_number FROM notice WHERE ref = :ref", ref=ref) == "测督〔2026〕1号"


def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(late: Site) -> None:
    answer = save(
        late, letterhead="长" * 41, contact="（联系人）", copies="\n".join(f"第{n}办" for n in range(21)),
        **{word_field("supervision_notice"): "", word_field("circular"): "测〔2026〕", form_field("listing"): "scroll", "leader_approves_from": "6"},
    )  # fmt: skip
    assert answer.status_code == 422
    page = html.unescape(answer.text)
    for said in (
        "发文机关标志要2到40字", "括号由系统加", "最多20个", "督导通知书的机关代字不能删去", "只写汉字或字母", "请选择挂牌整治通知书的格式", "请选择从哪一级起须由领导批准",
        "长" * 41, "第20办", 'value="测〔2026〕"',
    ):  # fmt: skip
        assert said in page, said
    assert late.world.rows("SELECT 1 FROM event WHERE kind = 'campaign.papers_set'") == []


def test_a_stale_page_changes_nothing_and_only_the_office_may(late: Site) -> None:
    assert save(late, letterhead="测试镇人民政府", version="999").status_code == 409
    for who in ("sup1", "boss", "clerk-east"):
        assert late.browser(who).get(url_of(late)).status_code == 404
    assert "letterhead" not in (late.world.value("SELECT settings -> 'paper_layout' FROM campaign") or {})


def test_the_page_asks_the_database_a_fixed_number_of_times(late: Site) -> None:
    browser = late.browser("office1")
    browser.get(url_of(late))
    with counted_queries() as sent:
        assert browser.get(url_of(late)).status_code == 200
    assert len(sent) <= 12
