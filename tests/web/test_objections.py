"""Objections on the screens: filed from the paper, read by both sides, answered by whoever had no hand in it."""

from __future__ import annotations

import html
import io
import re

import pytest

from tests.support.kept import standing_world
from tests.support.world import World
from tests.web.papers import counted_queries, draft_of, issue, run_late, step
from tests.web.site import Site, begin_county

STATEMENT = {"target": "whole", "ground": "facts", "statement": "三月十九日已经报过。"}


@standing_world(shown=Site)
def served(world: World) -> None:
    """A paper has been served to the east."""
    begin_county(world)
    site = Site(world)
    run_late(site)
    issue(site, draft_of(site))


def paper(site: Site) -> str:
    ref: str = site.world.value("SELECT ref FROM notice WHERE printed_number IS NOT NULL")
    return ref


def file(site: Site, fields: dict[str, object] | None = None, person: str = "clerk-east"):
    page = f"/notices/{paper(site)}/objection"
    return site.browser(person).post(page, STATEMENT if fields is None else fields, page=page)


def filed(site: Site) -> str:
    ref: str = site.world.value("SELECT t.ref FROM objection b JOIN task t ON t.id = b.task_id")
    return ref


def answer(site: Site, person: str, name: str, fields: dict[str, object] | None = None):
    page = f"/tasks/{filed(site)}"
    return site.browser(person).post(f"{page}/{name}", fields, page=page)


def seen(site: Site, person: str, path: str) -> str:
    found = site.browser(person).get(path)
    assert found.status_code == 200, path
    return html.unescape(found.text)


@pytest.mark.slow
def test_a_liaison_contests_one_line_from_the_paper_and_both_sides_read_it(served: Site) -> None:
    ref = paper(served)
    item = served.world.value(
        "SELECT min(i.id) FROM notice_item i JOIN notice n ON n.id = i.notice_id WHERE n.ref = :ref", ref=ref
    )
    assert f"/notices/{ref}/objection?item={item}" in seen(served, "clerk-east", f"/notices/{ref}")
    form = seen(served, "clerk-east", f"/notices/{ref}/objection?item={item}")
    assert f'value="{item}" checked' in form
    assert "2026年4月24日" in form or "4月24日" in form
    assert file(served, {**STATEMENT, "target": str(item)}).status_code == 302
    page = seen(served, "clerk-east", f"/notices/{ref}")
    assert "本事项正在申诉" in page
    assert "暂停" in page
    duty = served.world.task("survey", "east")["ref"]
    assert "本事项正在申诉" in seen(served, "head-east", f"/tasks/{duty}")
    assert "light-late" not in seen(served, "clerk-east", f"/tasks/{duty}")
    assert filed(served) in seen(served, "sup1", "/workbench")
    assert "三月十九日已经报过" in seen(served, "boss", f"/tasks/{filed(served)}")
    assert filed(served) in seen(served, "clerk-east", "/desk")
    assert served.browser("clerk-west").get(f"/tasks/{filed(served)}").status_code == 404


def duty_page(site: Site) -> str:
    return f"/tasks/{site.world.task('survey', 'east')['ref']}"


def own_pick(site: Site, page: str | None = None) -> str:
    pick = re.search(r'name="target" value="([^"]+)" checked', page or seen(site, "clerk-east", duty_page(site)))
    assert pick, "the only line is picked already"
    return pick[1]


def from_the_duty(site: Site, **fields: object):
    """Contest the one line about the duty from the duty's own page."""
    given = {**STATEMENT, "target": own_pick(site), **fields}
    return site.browser("clerk-east").post(f"{duty_page(site)}/objection", given, page=duty_page(site))


def test_the_line_about_a_duty_is_contested_on_the_dutys_own_page(served: Site) -> None:
    assert "提出申诉" in seen(served, "clerk-east", duty_page(served))
    assert "act-objection" not in seen(served, "sup1", duty_page(served))
    assert from_the_duty(served).headers["Location"].endswith(duty_page(served))
    page = seen(served, "clerk-east", duty_page(served))
    assert "本事项正在申诉" in page
    assert "act-objection" not in page
    assert served.world.value("SELECT item_id IS NOT NULL FROM objection")


@pytest.mark.parametrize(
    ("wrong", "status", "says"),
    [
        ({"ground": ""}, 422, "申诉理由"), ({"target": ""}, 422, "请选择对哪一项有异议"),
        ({"target": "WS-2026-0001:1:一"}, 422, "请选择对哪一项有异议"), ({"target": "::"}, 422, "请选择对哪一项有异议"),
    ],
)  # fmt: skip
def test_what_was_typed_on_the_dutys_page_is_never_lost(
    served: Site, wrong: dict[str, object], status: int, says: str
) -> None:
    upload = {"files__upload": (io.BytesIO(b"a,b\n1,2\n"), "回执.csv")}
    refused = from_the_duty(served, statement="写了很久的说明", **upload, **wrong)
    assert refused.status_code == status
    assert says in refused.text
    assert "写了很久的说明" in refused.text
    assert ("回执.csv" in refused.text) == ("ground" in wrong)
    assert served.world.value("SELECT count(*) FROM objection") == 0


def test_a_paper_that_moved_on_is_not_contested_on_the_dutys_page_and_the_text_stays(served: Site) -> None:
    place, _, version = own_pick(served).rpartition(":")
    refused = from_the_duty(served, target=f"{place}:{int(version) - 1}", statement="旧页面上写的")
    assert refused.status_code == 409
    assert "文书在您打开页面之后有变动，现在是“待签收”" in html.unescape(refused.text)
    assert "旧页面上写的" in refused.text
    assert own_pick(served, refused.text) == f"{place}:{version}", "the line stays picked, as it now is"
    assert served.world.value("SELECT count(*) FROM objection") == 0


def raise_again(site: Site, *, times: int) -> None:
    """Let the finding in the served paper have been raised some times more, each with a line of its own."""
    changed = {
        "firing": "'rung', f.rung + 20 + n",
        "finding": "'ref', x.ref || n, 'firing_id', f.id * 100 + n",
        "notice_item": "'position', i.position + n, 'finding_id', x.id * 100 + n",
    }
    with site.world.container.uows() as uow:
        for table, alias in (("firing", "f"), ("finding", "x"), ("notice_item", "i")):
            uow.session.connection().exec_driver_sql(
                f"INSERT INTO {table} SELECT (jsonb_populate_record({alias},"
                f" jsonb_build_object('id', {alias}.id * 100 + n, {changed[table]}))).*"
                " FROM firing f JOIN finding x ON x.firing_id = f.id JOIN notice_item i ON i.finding_id = x.id"
                f" JOIN notice p ON p.id = i.notice_id AND p.issued_at IS NOT NULL, generate_series(1, {times}) n"
            )
        uow.commit()


def test_the_number_of_queries_does_not_grow_with_the_lines_that_may_be_contested(served: Site) -> None:
    duty = duty_page(served)
    seen(served, "clerk-east", duty)
    with counted_queries() as before:
        seen(served, "clerk-east", duty)
    raise_again(served, times=4)
    with counted_queries() as after:
        assert seen(served, "clerk-east", duty).count('name="target"') == 5
    assert len(after) == len(before)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [({"target": ""}, "请选择要申诉的"), ({"ground": ""}, "申诉理由"), ({"target": "99999999"}, "")],
)  # fmt: skip
def test_what_was_typed_is_never_lost(served: Site, wrong: dict[str, object], says: str) -> None:
    refused = file(served, {**STATEMENT, **wrong, "statement": "写了很久的说明"})
    assert refused.status_code in (404, 422)
    if says:
        assert says in refused.text
        assert "写了很久的说明" in refused.text
    assert served.world.value("SELECT count(*) FROM objection") == 0


def test_a_file_survives_a_wrong_field_and_belongs_to_the_objection(served: Site) -> None:
    page = f"/notices/{paper(served)}/objection"
    upload = {"files__upload": (io.BytesIO(b"a,b\n1,2\n"), "回执.csv")}
    refused = served.browser("clerk-east").post(page, {**STATEMENT, "ground": "", **upload}, page=page)
    assert refused.status_code == 422
    kept = served.world.value("SELECT ref FROM attachment")
    assert kept in refused.text
    assert file(served, {**STATEMENT, "files": kept}).status_code == 302
    assert "回执.csv" in seen(served, "boss", f"/tasks/{filed(served)}")
    assert served.browser("boss").get(f"/attachments/{kept}").status_code == 200


def test_a_stale_page_keeps_the_text_and_shows_why(served: Site) -> None:
    refused = file(served, {**STATEMENT, "version": "1", "statement": "旧页面上写的"})
    assert refused.status_code == 409
    assert "旧页面上写的" in refused.text


def test_who_approved_the_paper_is_offered_no_answer_and_the_leader_is(served: Site) -> None:
    file(served)
    page = f"/tasks/{filed(served)}"
    assert f"{page}/uphold" not in seen(served, "sup2", page)
    assert f"{page}/uphold" in seen(served, "boss", page)
    assert answer(served, "sup2", "uphold", {"reason": "属实", "version": "1"}).status_code == 409
    assert answer(served, "boss", "uphold", {"reason": ""}).status_code == 422
    assert answer(served, "boss", "uphold", {"reason": "属实"}).status_code == 302
    page = seen(served, "clerk-east", f"/notices/{paper(served)}")
    assert "已撤销" in page
    assert "测督〔2026〕1号" in page
    assert "申诉成立" in seen(served, "clerk-east", f"/tasks/{filed(served)}")


def test_an_upheld_line_stays_readable_for_the_unit_as_struck(served: Site) -> None:
    item = served.world.value(
        "SELECT min(i.id) FROM notice_item i JOIN notice n ON n.id = i.notice_id WHERE n.ref = :ref", ref=paper(served)
    )
    # A second line, so that the paper still says something once the first one is gone.
    with served.world.container.uows() as uow:
        uow.session.connection().exec_driver_sql(
            "INSERT INTO notice_item (notice_id, position, text, strike_reason, measure, leader)"
            f" SELECT notice_id, 9, '另一项', '', '', '' FROM notice_item WHERE id = {item}"
        )
        uow.commit()
    file(served, {**STATEMENT, "target": str(item)})
    answer(served, "office1", "uphold", {"reason": "回执为证"})
    page = seen(served, "clerk-east", f"/notices/{paper(served)}")
    assert "申诉成立，本项撤销" in page
    assert "回执为证" in page
    assert "另一项" in page


def test_the_ledger_of_objections_lists_what_was_asked_and_answered(served: Site) -> None:
    file(served)
    answer(served, "boss", "reject", {"reason": "回执显示未报"})
    for person in ("sup1", "clerk-east"):
        page = seen(served, person, "/ledger/objections")
        assert filed(served) in page
        assert "申诉不成立" in page
    assert filed(served) not in seen(served, "clerk-west", "/ledger/objections")
    assert "回执显示未报" in served.browser("sup1").get("/ledger/objections.csv").get_data(as_text=True)


def test_the_reply_may_still_be_given_and_the_paper_is_not_closed_meanwhile(served: Site) -> None:
    file(served)
    assert step(served.browser("clerk-east"), paper(served), "accept").status_code == 302


def test_help_tells_a_unit_how_an_objection_goes(served: Site) -> None:
    page = seen(served, "clerk-east", "/help/objection")
    assert "起草、审批、印发这份文书的人不参加审查" in page
