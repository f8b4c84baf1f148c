"""A private person's number in a free text: kept as typed, marked, confirmed or removed; for leads refused outright."""

from __future__ import annotations

import re

import pytest

from tests.support.kept import standing_world
from tests.support.world import World, small_campaign
from tests.web.conftest import Site
from tests.web.kinds import filled
from tests.web.test_every_kind import CATALOG, take

PHONE = "13800001234"
MEASURES = [
    "{key: survey, ordinal: （一）, title: 排查, text: 逐户排查。, workflow: survey, units: [各村], due: {by_date: 2026-03-20}}",
    "{key: lead, ordinal: （二）, title: 线索核查, text: 逐条核查。, workflow: lead_check, units: [各村], due: {by_date: 2026-03-20}}",
]
RETURN = {"category": "rental", "should_check": "12", "checked": "12"}


@standing_world(shown=Site)
def running(world: World) -> None:
    world.load(small_campaign(measures=MEASURES))


def opened(site: Site, measure: str) -> str:
    ref: str = site.world.task(measure, "east")["ref"]
    site.world.act("clerk-east", ref, "accept")
    return ref


def test_a_phone_number_is_marked_and_kept_until_it_is_confirmed(
    running: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    ref = opened(running, "survey")
    given = {**RETURN, "remark": f"村部电话{PHONE}"}
    answer = take(running, "clerk-east", ref, "report", given)
    assert answer.status_code == 422
    assert re.search(r'id="report-remark-error">[^<]*像是有电话号码[^<]*打勾确认', answer.text)
    assert f"村部电话{PHONE}</textarea>" in answer.text
    assert 'name="remark__personal_ok" value="yes">' in answer.text
    assert PHONE not in "".join(capsys.readouterr())
    assert take(running, "clerk-east", ref, "report", {**given, "remark__personal_ok": "yes"}).status_code == 302
    assert PHONE in running.browser("clerk-east").get(f"/tasks/{ref}").text


def test_a_number_in_a_row_or_in_a_reason_is_marked_as_well(running: Site) -> None:
    ref = opened(running, "survey")
    row = {
        "place": "三组", "kind": "other", "risk_grade": "low", "description": f"房主{PHONE}", "measure": "补登记",
        "leader": "村主任", "limit_on": "2026-03-20",
    }  # fmt: skip
    given = {**RETURN, **{f"problems.0.{name}": value for name, value in row.items()}}
    answer = take(running, "clerk-east", ref, "report", given)
    assert 'name="problems.0.description__personal_ok"' in answer.text
    assert (
        take(running, "clerk-east", ref, "report", {**given, "problems.0.description__personal_ok": "yes"}).status_code
        == 302
    )
    refused = take(running, "sup1", ref, "return", {"reason": f"请打{PHONE}"})
    assert refused.status_code == 422
    assert 'name="reason__personal_ok"' in refused.text
    assert f"请打{PHONE}</textarea>" in refused.text
    ticked = {"reason": f"请打{PHONE}", "reason__personal_ok": "yes"}
    assert take(running, "sup1", ref, "return", ticked).status_code == 302


def test_what_is_written_beside_a_form_is_marked_as_well(running: Site) -> None:
    ref = opened(running, "survey")
    page = f"/tasks/{ref}"
    clerk, supervisor = running.browser("clerk-east"), running.browser("sup1")
    wish = {"wanted_on": "2026-04-01", "reason": f"等房主{PHONE}回来", "progress": "已查八成"}
    urging = {"text": f"请打{PHONE}"}
    for browser, act, given, name in (
        (clerk, "extension", wish, "reason"), (clerk, "extension", {**wish, "reason": "人手不足", "progress": PHONE}, "progress"),
        (supervisor, "urge", urging, "text"),
    ):  # fmt: skip
        refused = browser.post(f"{page}/{act}", given, page=page)
        assert refused.status_code == 422
        assert f'name="{name}__personal_ok"' in refused.text
        assert f"{given[name]}</textarea>" in refused.text
    assert supervisor.post(f"{page}/urge", {**urging, "text__personal_ok": "yes"}, page=page).status_code == 302
    assert clerk.post(f"{page}/extension", {**wish, "reason__personal_ok": "yes"}, page=page).status_code == 302
    decision = {"grant": "no", "reason": f"请打{PHONE}"}
    assert supervisor.post(f"{page}/extension/decision", decision, page=page).status_code == 422
    ticked = {**decision, "reason__personal_ok": "yes"}
    assert supervisor.post(f"{page}/extension/decision", ticked, page=page).status_code == 302


def test_a_lead_takes_no_such_number_whatever_is_ticked(running: Site) -> None:
    ref = opened(running, "lead")
    definition = CATALOG.workflows["lead_check"]
    given = filled(definition.forms["lead_result"], definition, today="2026-03-02")
    given |= {"result": f"来电{PHONE}反映", "result__personal_ok": "yes"}
    answer = take(running, "clerk-east", ref, "feed_back", given)
    assert answer.status_code == 422
    assert "不能写入个人号码" in answer.text
    assert "personal_ok" not in answer.text
    assert f"来电{PHONE}反映" in answer.text
    browser = running.browser("sup1")
    urged = browser.post(f"/tasks/{ref}/urge", {"text": f"请回{PHONE}"}, page=f"/tasks/{ref}")
    assert urged.status_code == 422
    withdrawn = take(running, "office1", ref, "withdraw", {"reason": f"举报人{PHONE}", "reason__personal_ok": "yes"})
    assert withdrawn.status_code == 422
    assert running.world.task("lead", "east")["state"] == "verifying"
    asked = running.browser("clerk-east").post(
        f"/tasks/{ref}/extension", {"wanted_on": "2026-04-01", "reason": f"等{PHONE}回电"}, page=f"/tasks/{ref}"
    )
    assert asked.status_code == 422
    assert not running.world.rows("SELECT 1 FROM event WHERE payload::text LIKE :like", like=f"%{PHONE}%")
