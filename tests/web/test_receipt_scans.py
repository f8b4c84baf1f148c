"""A receipt that was signed by hand comes back as a scan: it is bound to the paper, and names a way and a post."""

from __future__ import annotations

import html
import io

import pytest

from tests.support.bundles import check, data, take
from tests.web.conftest import Site
from tests.web.papers import counted_queries, draft_of, issue

SCAN = b"%PDF-1.7\nsigned by hand\n%%EOF"
GIVEN = {"post": "村主任", "signed_on": "2026-03-25"}


@pytest.fixture
def paper(late: Site) -> str:
    ref = draft_of(late)
    issue(late, ref)
    return ref


def send(late: Site, ref: str, content: bytes | None = SCAN, name: str = "回执.pdf", **changed: str):
    fields: dict[str, object] = {**GIVEN, **changed}
    if content is not None:
        fields["file"] = (io.BytesIO(content), name)
    return late.browser("sup1").post(f"/notices/{ref}/receipt", fields, page=f"/notices/{ref}/receipt")


def state(late: Site, ref: str) -> str:
    return late.world.value("SELECT state FROM task t JOIN notice n ON n.task_id = t.id WHERE n.ref = :ref", ref=ref)


def test_the_scan_is_bound_and_the_paper_received_by_way_and_post_and_no_proven_person(
    late: Site, paper: str, tmp_path
) -> None:
    office = late.browser("sup1")
    assert f"/notices/{paper}/receipt" in office.get(f"/notices/{paper}").text
    assert f"/notices/{paper}/receipt" not in late.browser("clerk-east").get(f"/notices/{paper}").text
    assert send(late, paper).status_code == 302
    page = html.unescape(late.browser("clerk-east").get(f"/notices/{paper}").text)
    assert "纸质送达，手写签收回执；回执上写的是2026年3月25日，岗位“村主任”，系统不核实个人身份" in page
    assert "登记手写签收的回执" in page
    assert "手写签收的送达回执" in page
    assert state(late, paper) == "accepted"
    (moved,) = late.world.rows("SELECT person_id, payload FROM event WHERE payload ? 'how'")
    assert (moved["person_id"], moved["payload"]["how"]) == (
        None, {"way": "hand", "post": "村主任", "signed_on": "2026-03-25", "counts_from": "2026-03-25"},
    )  # fmt: skip
    (bound,) = late.world.rows("SELECT person_id, payload FROM event WHERE kind = 'notice.signed_copy'")
    assert bound["person_id"] == late.world.person_ids["sup1"]
    assert (bound["payload"]["document"], bound["payload"]["post"]) == ("receipt", "村主任")
    printed = late.world.container.printing.compose(late.world.viewer("sup1"), notice_ref=paper)
    assert "在送达回执上手写签收（2026年3月25日，岗位“村主任”），" in printed.notes[-1]
    files = take(late.world, paper)
    assert files["paper/signed-1.pdf"] == SCAN
    assert data(files, "manifest.json")["attachments"][0]["path"] == "paper/signed-1.pdf"
    assert check(files, tmp_path)[0] == 0
    assert late.world.container.ledger.verify().faults == ()


def clock(late: Site, ref: str) -> tuple[str, str]:
    """Return the day by which a reply is due, and the day from which its lateness counts."""
    (row,) = late.world.rows(
        "SELECT due_on, ladder_from_on FROM clock c JOIN notice n ON n.task_id = c.task_id"
        " WHERE n.ref = :ref AND c.name = 'reply'", ref=ref,
    )  # fmt: skip
    return str(row["due_on"]), str(row["ladder_from_on"])


def test_the_limit_for_the_reply_runs_from_the_day_on_the_slip_and_paper_page_and_explanation_say_so(
    late: Site, paper: str
) -> None:
    late.world.move_to("2026-03-27")
    assert send(late, paper).status_code == 302
    # Five working days after 25 March: 26, 27, 30 and 31 March, 1 April.
    assert clock(late, paper) == ("2026-04-01", "2026-04-01")
    said = "回复期限自回执上写的签收日（2026年3月25日）起算"
    printed = late.world.container.printing.compose(late.world.viewer("sup1"), notice_ref=paper)
    assert f"{said}，至2026年4月1日" in printed.notes[-1]
    assert said in html.unescape(late.browser("clerk-east").get(f"/notices/{paper}").text)
    explained = late.world.container.explanations.explain(late.world.viewer("sup1"), paper)
    assert any(said in line for line in explained.lines)
    assert late.world.container.audits.audit().clean


def test_a_slip_that_came_back_after_the_limit_is_late_from_its_registration_and_nothing_before_is_held_against_the_unit(
    late: Site, paper: str
) -> None:
    late.world.move_to("2026-04-09")
    assert send(late, paper).status_code == 302
    assert clock(late, paper) == ("2026-04-01", "2026-04-09")
    late.world.engine_works()
    fired = "SELECT count(*) FROM firing f JOIN clock c ON c.id = f.clock_id WHERE c.name = 'reply' AND f.rung > 1"
    assert late.world.value(fired) == 0, "neither an urge nor an interview on the day of the registration"


def test_a_wrong_field_loses_neither_what_was_typed_nor_the_file(late: Site, paper: str) -> None:
    for changed, said in (
        ({"signed_on": "2026-03-01"}, "签收日期要在印发当天至今天之间"),
        ({"signed_on": "二月三十"}, "要填日期"),
        ({"post": ""}, "请照回执填写签收人的岗位"),
        ({"post": "13800138000"}, "岗位"),
    ):
        refused = send(late, paper, **changed)
        assert refused.status_code == 422
        text = html.unescape(refused.text)
        assert said in text
        assert "已收到 回执.pdf，不用再选" in text
        assert 'name="scan" value="' in text
    assert state(late, paper) == "issued"
    kept = text.split('name="scan" value="')[1].split('"')[0]
    assert send(late, paper, None, scan=kept).status_code == 302
    assert state(late, paper) == "accepted"


def test_a_file_that_is_refused_leaves_the_scan_that_was_kept_before(late: Site, paper: str) -> None:
    kept = html.unescape(send(late, paper, post="").text).split('name="scan" value="')[1].split('"')[0]
    refused = send(late, paper, "岗位,日期\n".encode(), "回执.csv", scan=kept)
    assert refused.status_code == 422
    text = html.unescape(refused.text)
    assert "只收 PDF、OFD 或照片" in text
    assert "已收到 回执.pdf，不用再选" in text
    assert send(late, paper, None, scan=kept).status_code == 302


def test_without_a_scan_or_with_another_kind_of_file_nothing_is_received(late: Site, paper: str) -> None:
    assert "请选择签收回执的扫描件或照片" in send(late, paper, None).text
    assert "只收 PDF、OFD 或照片" in send(late, paper, "岗位,日期\n".encode(), "回执.csv").text
    other = late.world.value("SELECT ref FROM task ORDER BY id LIMIT 1")
    assert "请选择签收回执的扫描件或照片" in send(late, paper, None, scan=other).text
    assert state(late, paper) == "issued"


def test_a_paper_that_was_received_already_keeps_how_and_the_scan_is_kept_once(late: Site, paper: str) -> None:
    late.world.act_on_notice("clerk-east", paper, "accept")
    assert send(late, paper).status_code == 302
    assert late.world.value("SELECT count(*) FROM event WHERE payload ? 'how'") == 0
    assert "已经上传过" in send(late, paper).text
    assert late.world.value("SELECT count(*) FROM event WHERE kind = 'notice.signed_copy'") == 1


def test_a_draft_has_no_receipt_and_units_and_neighbours_find_no_page(late: Site) -> None:
    ref = draft_of(late)
    assert "还没有印发" in html.unescape(late.browser("sup1").get(f"/notices/{ref}/receipt").text)
    issue(late, ref)
    for who in ("clerk-east", "clerk-west"):
        assert late.browser(who).get(f"/notices/{ref}/receipt").status_code == 404


def test_the_number_of_queries_does_not_grow_with_what_is_bound(late: Site, paper: str) -> None:
    office, page = late.browser("sup1"), f"/notices/{paper}/receipt"
    office.get(page)
    with counted_queries() as before:
        office.get(page)
    for number in range(3):
        assert send(late, paper, SCAN + b"%d" % number).status_code == 302
    office.get(page)
    with counted_queries() as after:
        office.get(page)
    assert len(after) == len(before) <= 20
