"""The inbox: what one was told, counted in the header until it is read or done."""

from __future__ import annotations

import re

from sqlalchemy import text

from tests.web.papers import counted_queries, draft_of, issue
from tests.web.site import Browser, Site


def unread(browser: Browser, page: str = "/inbox") -> int:
    """Return the number that the header shows."""
    found = re.search(r'class="inbox-count">.*?</span>([0-9]+)', browser.get(page).text)
    return int(found[1]) if found else 0


def told_ids(site: Site, person: str) -> list[int]:
    rows = site.world.rows("SELECT id FROM told WHERE person_id = :p ORDER BY id", p=site.world.person_ids[person])
    return [row["id"] for row in rows]


def test_everything_told_is_there_and_counted_on_every_page(site: Site) -> None:
    browser = site.browser("clerk-east")
    page = browser.get("/inbox").text
    assert page.count("inbox-card") == len(told_ids(site, "clerk-east")) == 2
    assert "出租房屋排查（" in page
    assert unread(browser) == unread(browser, "/desk") == 2


def test_opening_one_leads_to_its_task_and_counts_it_as_read(site: Site) -> None:
    browser = site.browser("clerk-east")
    first = told_ids(site, "clerk-east")[0]
    answer = browser.get(f"/inbox/{first}")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/tasks/")
    assert unread(browser) == 1
    assert site.world.value("SELECT read_at FROM told WHERE id = :id", id=first) == site.world.clock.now()
    site.world.clock.set(site.world.clock.now().replace(hour=5))
    browser.get(f"/inbox/{first}")
    assert site.world.value("SELECT read_at <> :now FROM told WHERE id = :id", id=first, now=site.world.clock.now())


def test_somebody_elses_message_does_not_exist(site: Site) -> None:
    (first, *_) = told_ids(site, "clerk-east")
    browser = site.browser("clerk-west")
    assert browser.get(f"/inbox/{first}").status_code == 404
    browser.post("/inbox/read", {"told": str(first)}, page="/inbox")
    assert site.world.value("SELECT read_at IS NULL FROM told WHERE id = :id", id=first)


def test_what_is_ticked_is_read_and_then_all(site: Site) -> None:
    browser = site.browser("clerk-east")
    (first, *_) = told_ids(site, "clerk-east")
    browser.post("/inbox/read", {"told": str(first)}, page="/inbox")
    assert unread(browser) == 1
    browser.post("/inbox/read", {"all": "yes"}, page="/inbox")
    assert unread(browser) == 0
    assert "没有未读的消息" in browser.get("/inbox").text
    assert browser.get("/inbox?all=1").text.count("inbox-card") == 2
    assert browser.post("/inbox/read", {"told": "x"}, page="/inbox?all=1").status_code == 302


def test_a_reminder_is_done_once_the_task_waits_for_somebody_else(site: Site) -> None:
    browser, task = site.browser("clerk-east"), site.world.task("talk", "east")
    assert unread(browser) == 2
    site.world.act("clerk-east", task["ref"], "accept")
    with site.world.container.uows() as uow:
        uow.session.execute(text("UPDATE task SET waits_for = 'supervisor' WHERE id = :id"), {"id": task["id"]})
        uow.commit()
    assert unread(browser) == 1
    assert "已了结" in browser.get("/inbox?all=1").text


def test_a_served_paper_leads_to_its_page(late: Site) -> None:
    issue(late, draft_of(late))
    browser = late.browser("head-east")
    found = re.search(r'href="(/inbox/[0-9]+)">文书送达', browser.get("/inbox").text)
    assert found is not None
    assert browser.get(found[1]).headers["Location"].startswith("/notices/")


def test_the_inbox_costs_the_same_whatever_its_length(site: Site) -> None:
    browser = site.browser("clerk-east")
    browser.get("/inbox")
    with counted_queries() as few:
        browser.get("/inbox")
    with site.world.container.uows() as uow:
        uow.session.execute(
            text(
                "INSERT INTO told (cause, person_id, message, facts, grave, created_at)"
                " SELECT 'many:' || n, :p, 'remind', '{}', false, now() FROM generate_series(1, 700) n"
            ),
            {"p": site.world.person_ids["clerk-east"]},
        )
        uow.commit()
    with counted_queries() as many:
        page = browser.get("/inbox").text
    assert len(many) == len(few) <= 8
    assert ">99+<" in page
    assert page.count("inbox-card") == 30  # facts that are missing cost no page
