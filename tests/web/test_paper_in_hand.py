"""A paper in somebody's hand, on its own page: colleagues read whose, it lapses, and the unit learns nothing of it."""

from __future__ import annotations

from tests.web.conftest import Site
from tests.web.papers import draft_of, issue, step
from tracker.services.claims import LASTS


def hand(site: Site, person: str, ref: str, **fields: str) -> str:
    """Press the button about the hand; return the page that follows."""
    browser = site.browser(person)
    answer = browser.post(f"/notices/{ref}/hand", dict(fields), page=f"/notices/{ref}")
    assert answer.status_code == 302
    return browser.get(answer.headers["Location"]).text


def test_what_one_takes_in_hand_the_others_see_here_and_on_the_workbench_until_it_lapses(late: Site) -> None:
    ref = draft_of(late)
    assert "我来处理" in late.browser("sup1").get(f"/notices/{ref}").text
    assert "在您手上" in hand(late, "sup1", ref)
    other = late.browser("sup2")
    for path in (f"/notices/{ref}", "/workbench?section=open"):
        assert "sup1正在处理" in other.get(path).text, path
    assert "我来处理" not in other.get(f"/notices/{ref}").text
    assert "同事刚刚拿到手上" in hand(late, "sup2", ref)
    late.world.clock.real += LASTS
    assert "我来处理" in late.browser("sup2").get(f"/notices/{ref}").text


def test_it_is_put_down_by_a_button_and_by_the_next_step(late: Site) -> None:
    ref = draft_of(late)
    hand(late, "sup1", ref)
    assert "我来处理" in hand(late, "sup1", ref, put_down="yes")
    hand(late, "sup1", ref)
    step(late.browser("sup1"), ref, "seal")
    assert "正在处理" not in late.browser("sup2").get(f"/notices/{ref}").text


def test_it_keeps_nobody_from_acting(late: Site) -> None:
    ref = draft_of(late)
    hand(late, "sup1", ref)
    assert step(late.browser("sup2"), ref, "seal").status_code == 302


def test_nobody_takes_a_paper_that_does_not_wait_for_him(late: Site) -> None:
    ref = draft_of(late)
    issue(late, ref)
    for after in ("wait for the unit", "be void"):
        if after == "be void":
            void = {"reason": "印发有误，另行处理。"}
            assert step(late.browser("boss"), ref, "void", void).status_code == 302
        answer = late.browser("sup1").post(f"/notices/{ref}/hand", page=f"/notices/{ref}")
        assert answer.status_code == 409, after
        assert "现在不等您办理" in answer.text
    assert late.world.value("SELECT count(*) FROM triage_claim WHERE ref = :ref", ref=ref) == 0


def test_a_unit_learns_nothing_of_whose_hand_its_paper_is_in(late: Site) -> None:
    ref = draft_of(late)
    issue(late, ref)
    late.world.container.team.claims.take(late.world.viewer("sup1"), ref)
    page = late.browser("clerk-east").get(f"/notices/{ref}").text
    assert "正在处理" not in page
    assert "我来处理" not in page
