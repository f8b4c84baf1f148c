"""A 通报 carries a table of units only where the campaign names what it rests on; its figures are the matrix's."""

from __future__ import annotations

import html
import io
import re

import pytest
from docx import Document

from tests.support.bundles import check, take
from tests.support.kept import standing_world
from tests.support.word_templates import NEEDED, word_template
from tests.support.world import World, small_campaign
from tests.web.papers import step
from tests.web.site import Site
from tracker.domain.errors import CannotIssue, NotFound, StaleVersion
from tracker.persistence.queries.campaign_page import get_campaign
from tracker.persistence.queries.matrix import find_matrix

BASIS = "《测试镇专项行动考核办法》第五条"
MEASURES = [
    "{key: m1, ordinal: （一）, title: 宣传, text: 略, workflow: publicity, units: [各村], due: {by_date: 2026-03-10}}",
    "{key: m2, ordinal: （二）, title: 集市宣传, text: 略, workflow: publicity, units: [各村], due: {by_date: 2026-04-30}}",
]
RETURN: dict[str, object] = {
    "theme": "进村宣传", "held_on": "2026-03-09", "place": "村委会", "forms": ["door_to_door"], "sessions": "1",
    "people_reached": "120余", "leaflets": "300",
}  # fmt: skip
VILLAGES = ("east", "north", "west")


def bring_late(world: World, *settings: str) -> None:
    """Let east and north be late with one duty of two until 20 March, and west do it; a 通报 is drafted."""
    world.load(
        small_campaign(measures=MEASURES, villages=VILLAGES, settings=("ladders: {standard: hotline}", *settings))
    )
    for village in VILLAGES:
        world.act(f"clerk-{village}", world.task("m1", village)["ref"], "accept")
    world.move_to("2026-03-09", "10:00")
    ref = world.task("m1", "west")["ref"]
    world.act("clerk-west", ref, "report", RETURN)
    world.act("sup1", ref, "approve")
    world.move_to("2026-03-20", "10:00")


@standing_world(shown=Site)
def based(world: World) -> None:
    bring_late(world, f"ranking_basis: {BASIS}")


@standing_world(shown=Site)
def baseless(world: World) -> None:
    bring_late(world)


def circular(site: Site) -> str:
    ref: str = site.world.value("SELECT min(ref) FROM notice WHERE kind = 'circular' AND gathering")
    return ref


def put(site: Site, ref: str) -> int:
    version = site.world.value("SELECT version FROM notice WHERE ref = :ref", ref=ref)
    return site.world.container.rankings.put(site.world.viewer("sup1"), notice_ref=ref, expected_version=version)


def text_of(content: bytes) -> str:
    document = Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(one.text for one in document.paragraphs), *cells])


@pytest.mark.slow
def test_without_a_basis_the_page_says_why_there_is_none_and_nothing_is_put_in(baseless: Site) -> None:
    site = baseless
    ref = circular(site)
    page = html.unescape(site.browser("sup1").get(f"/notices/{ref}").text)
    assert "没有写明排名的依据，不提供排名表" in page
    assert f"/notices/{ref}/ranking" not in page
    with pytest.raises(CannotIssue) as refused:
        put(site, ref)
    assert "“调整方案”页“排名表的依据”" in refused.value.reasons[0]
    answer = site.browser("sup1").post(f"/notices/{ref}/ranking", {"version": "1"}, page=f"/notices/{ref}")
    assert answer.status_code in (409, 422)
    assert site.world.value("SELECT details::text FROM notice WHERE ref = :ref", ref=ref) == "{}"


def set_basis(site: Site, who: str, basis: str, version: int | None = None):
    page = f"/campaigns/{site.world.campaign_ref}/changes"
    present = site.world.value("SELECT version FROM campaign WHERE ref = :ref", ref=site.world.campaign_ref)
    return site.browser(who).post(f"{page}/ranking", {"basis": basis, "version": str(version or present)}, page=page)


@pytest.mark.slow
def test_the_office_says_what_the_table_rests_on_and_the_record_keeps_who_when_and_what_it_was(baseless: Site) -> None:
    site = baseless
    world, ref = site.world, circular(site)
    assert set_basis(site, "office1", f" {BASIS} ").status_code == 302
    (said,) = world.rows("SELECT person_id, payload FROM event WHERE kind = 'campaign.ranking_basis_set'")
    assert (said["person_id"], said["payload"]["from"], said["payload"]["to"]) == (
        world.person_ids["office1"], "", BASIS
    )  # fmt: skip
    page = html.unescape(site.browser("office1").get(f"/campaigns/{world.campaign_ref}/changes").text)
    assert "排名表的依据" in page.split("调整记录")[-1]
    assert f'value="{BASIS}"' in page
    put(site, ref)
    assert set_basis(site, "office1", BASIS).status_code == 302
    assert set_basis(site, "office1", "").status_code == 302
    assert world.value("SELECT count(*) FROM event WHERE kind = 'campaign.ranking_basis_set'") == 2
    assert world.value("SELECT details -> 'ranking' ->> 'basis' FROM notice WHERE ref = :ref", ref=ref) == BASIS
    with pytest.raises(CannotIssue):
        put(site, ref)
    assert world.container.ledger.verify().faults == ()


@pytest.mark.slow
def test_a_wrong_basis_keeps_what_was_typed_and_a_stale_page_changes_nothing(baseless: Site) -> None:
    site = baseless
    for basis, said in (("长" * 201, "依据最多200字"), (f"{BASIS} 13800138000", "像是有")):
        refused = set_basis(site, "office1", basis)
        assert refused.status_code == 422
        text = html.unescape(refused.text)
        assert said in text
        assert basis in text
    assert set_basis(site, "office1", BASIS, version=999).status_code == 409
    assert site.world.value("SELECT settings ->> 'ranking_basis' FROM campaign") is None


def test_the_table_is_put_in_shown_printed_approved_and_taken_along_as_evidence(based: Site, tmp_path) -> None:
    ref, office = circular(based), based.browser("sup1")
    assert BASIS in office.get(f"/notices/{ref}").text
    assert step(office, ref, "ranking").status_code == 302
    page = html.unescape(office.get(f"/notices/{ref}").text)
    assert "各单位任务办理情况表见附件，依据《测试镇专项行动考核办法》第五条编制，数字截至2026年3月20日10时00分" in page
    assert re.search(r'<td data-label="位次">1</td>\s*<th scope="row">west村</th>\s*<td data-label="任务">2</td>', page)
    content = word_template("镇里自己的版式", *NEEDED)
    based.world.container.paper_templates.upload(
        based.world.viewer("office1"), kind="circular", file_name="通报.docx", content=content
    )
    for who, name in (("sup1", "seal"), ("boss", "approve"), ("sup1", "issue")):
        step(based.browser(who), ref, name)
    unit = based.world.value("SELECT u.key FROM notice n JOIN unit u ON u.id = n.unit_id WHERE n.ref = :ref", ref=ref)
    clerk = based.browser(f"clerk-{unit}")
    said = text_of(clerk.get(f"/notices/{ref}/paper.docx").data)
    assert "附件：各单位任务办理情况表" in said
    assert "村（3个）" in said
    assert "镇里自己的版式" not in said, "a template has no place for the table, and the paper is printed whole"
    assert "位次" in clerk.get(f"/notices/{ref}").text
    assert check(take(based.world, ref), tmp_path)[0] == 0


def test_the_figures_add_up_with_the_matrix_and_with_the_list_of_tasks(based: Site) -> None:
    world, ref = based.world, circular(based)
    put(based, ref)
    (details,) = world.rows("SELECT details FROM notice WHERE ref = :ref", ref=ref)
    ((title, rows),) = details["details"]["ranking"]["groups"]
    now = world.clock.now()
    with world.container.reading() as session:
        campaign = get_campaign(session, world.viewer("sup1"), world.campaign_ref, now=now)
        cells = find_matrix(
            session, world.viewer("sup1"), campaign, now=now, calendar=world.container.calendars.newest()
        ).cells
    assert (title, [row[0] for row in rows]) == ("村", [1, 2, 2])
    for _, unit, tasks, done, late in rows:
        mine = [cell for cell in cells if cell.unit_name == unit]
        assert tasks == sum(cell.tasks for cell in mine)
        assert done == sum(cell.light == "done" for cell in mine)
        assert late == sum(cell.light == "late" for cell in mine)
        key = mine[0].unit_key
        for light, many in (("done", done), ("late", late)):
            listed = based.browser("sup1").get(f"/campaigns/{world.campaign_ref}/tasks?unit={key}&light={light}").text
            assert len(set(re.findall(r'href="/tasks/([A-Z0-9-]+)"', listed))) == many


def test_taking_out_a_table_that_is_not_there_changes_nothing(based: Site) -> None:
    world, ref = based.world, circular(based)
    version = world.value("SELECT version FROM notice WHERE ref = :ref", ref=ref)
    assert world.container.rankings.take_out(world.viewer("sup1"), notice_ref=ref, expected_version=version) == version
    assert world.value("SELECT version FROM notice WHERE ref = :ref", ref=ref) == version
    assert world.rows("SELECT 1 FROM event WHERE kind = 'notice.ranking_changed'") == []


def test_who_put_it_in_has_drafted_and_a_stale_page_or_another_paper_gets_none(based: Site) -> None:
    world, ref = based.world, circular(based)
    version = put(based, ref)
    service, viewer = world.container.rankings, world.viewer("sup1")
    with pytest.raises(StaleVersion):
        service.put(viewer, notice_ref=ref, expected_version=version - 1)
    assert world.value("SELECT last_doers -> 'edit' FROM task t JOIN notice n ON n.task_id = t.id WHERE n.ref = :ref", ref=ref) == [
        world.person_ids["sup1"]
    ]  # fmt: skip
    other = world.value("SELECT min(ref) FROM notice WHERE kind = 'urge_notice'")
    with pytest.raises(NotFound):
        service.put(viewer, notice_ref=other, expected_version=1)
    with pytest.raises(NotFound):
        service.put(world.viewer("clerk-east"), notice_ref=ref, expected_version=version)
    service.take_out(viewer, notice_ref=ref, expected_version=version)
    assert world.value("SELECT details::text FROM notice WHERE ref = :ref", ref=ref) == "{}"
    assert world.container.ledger.verify().faults == ()


def test_what_was_approved_with_one_table_is_not_printed_with_another(based: Site) -> None:
    world, ref = based.world, circular(based)
    put(based, ref)
    world.act_on_notice("sup1", ref, "seal")
    version = world.value("SELECT version FROM notice WHERE ref = :ref", ref=ref)
    with pytest.raises(StaleVersion):
        world.container.rankings.put(world.viewer("sup1"), notice_ref=ref, expected_version=version)
