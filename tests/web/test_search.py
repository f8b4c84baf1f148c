"""One box finds what one may see, by number or by a piece of its name, and nothing else."""

from __future__ import annotations

import pytest

from tests.support.visits import plan
from tests.web.conftest import Site
from tests.web.papers import counted_queries, draft_of, issue, report_problems


def found(site: Site, person: str, words: str) -> str:
    answer = site.browser(person).get("/search", query_string={"q": words})
    assert answer.status_code == 200
    return answer.text


def leads_to(site: Site, person: str, words: str) -> str | None:
    answer = site.browser(person).get("/search", query_string={"q": words})
    return answer.headers.get("Location")


def test_a_number_leads_to_its_page_however_it_is_typed(late: Site) -> None:
    task, draft = late.world.task("survey", "east")["ref"], draft_of(late)
    assert leads_to(late, "sup1", f"  {task.lower()} ") == f"/tasks/{task}"
    assert leads_to(late, "sup1", draft) == f"/notices/{draft}"
    finding = late.world.value(
        "SELECT ref FROM finding WHERE unit_id = (SELECT id FROM unit WHERE key = 'east') LIMIT 1"
    )
    assert (leads_to(late, "sup1", finding) or "").startswith("/tasks/RW-")


def test_a_number_that_is_not_ones_own_is_not_there(late: Site) -> None:
    west, draft = late.world.task("survey", "west")["ref"], draft_of(late)
    for ref in (west, draft, "RW-2026-9999"):
        assert leads_to(late, "clerk-east", ref) is None
        assert "没有找到" in found(late, "clerk-east", ref)


def test_a_piece_of_a_name_finds_tasks_units_and_the_campaign(site: Site) -> None:
    page = found(site, "office1", "租房屋")
    assert "出<mark>租房屋</mark>排查" in page
    assert page.count('href="/tasks/RW-') == 2
    assert "<mark>east村</mark>" in found(site, "office1", "east村")
    assert f'href="/campaigns/{site.world.campaign_ref}"' in found(site, "office1", "测试专项")


def test_a_unit_finds_its_own_and_nobody_elses(site: Site) -> None:
    report_problems(site, "east", ("村口出租房",))
    assert "<mark>村口出租</mark>房" in found(site, "clerk-east", "村口出租")
    assert "没有找到" in found(site, "clerk-west", "村口出租")
    assert found(site, "clerk-east", "出租房屋").count('href="/tasks/RW-') == 1
    assert "没有找到" in found(site, "clerk-east", "west村")


def test_a_paper_is_found_by_its_printed_number_by_those_who_have_it(late: Site) -> None:
    draft = draft_of(late)
    issue(late, draft)
    number = late.world.value("SELECT printed_number FROM notice WHERE ref = :ref", ref=draft)
    for person, sees in (("sup1", True), ("clerk-east", True), ("clerk-west", False)):
        assert (f'href="/notices/{draft}"' in found(late, person, number)) is sees


def test_a_visit_is_found_by_its_ground_its_unit_and_its_measure(site: Site) -> None:
    ref = plan(site.world, units=["east"], measures=["talk"])
    address = f'href="/visits/{ref}"'
    page = found(site, "boss", "度督导")
    assert address in page
    assert "方案第四部分，年<mark>度督导</mark>计划。" in page
    assert "待出发" in page
    for words in ("east村", "集市宣传", "督计2026"):
        assert address in found(site, "sup2", words), words
    for words in ("west村", "出租房屋"):
        assert address not in found(site, "sup2", words), words
    assert leads_to(site, "office1", ref.lower()) == f"/visits/{ref}"


def test_a_unit_finds_a_visit_once_it_knows_of_it_and_by_its_own_name_alone(site: Site) -> None:
    surprise, announced = plan(site.world, ground="突击抽查。"), plan(site.world, announced="yes", ground="年度检查。")
    for words in ("突击抽查", "west村", "east村"):
        assert surprise not in found(site, "clerk-east", words)
    assert leads_to(site, "clerk-east", surprise) is None
    assert announced not in found(site, "clerk-east", "west村")
    for words in ("年度检查", "east村"):
        page = found(site, "clerk-east", words)
        assert f'href="/visits/{announced}"' in page, words
        assert "west村" not in page
    assert leads_to(site, "clerk-east", announced) == f"/visits/{announced}"


@pytest.mark.parametrize(
    "words", ["", "一", "%_", "\\\\", "'; DROP TABLE task; --", "\x00\x00", "<script>alert(1)</script>", "长" * 500]
)
def test_strange_words_are_answered_with_a_sentence(site: Site, words: str) -> None:
    page = found(site, "sup1", words)
    assert "<script>alert" not in page
    assert "至少输入" in page or "没有找到" in page or "可以找" in page


def test_administrators_have_no_search(site: Site) -> None:
    assert site.browser("security").get("/search?q=出租").status_code == 404


def test_what_is_found_costs_the_same_few_queries_however_much_it_is(site: Site) -> None:
    for number in range(3):
        plan(site.world, ground=f"出租房屋检查{number}。")
    browser = site.browser("sup1")
    for words in ("没有这样的", "出租房屋"):  # definitions are read once
        browser.get(f"/search?q={words}")
    with counted_queries() as none:
        browser.get("/search?q=没有这样的")
    with counted_queries() as some:
        browser.get("/search?q=出租房屋")
    assert len(some) == len(none) <= 11
