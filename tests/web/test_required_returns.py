"""Which returns a unit owes, what is in, what is missing, and the blank form: on the campaign's page and the desk."""

from __future__ import annotations

import pytest

from tests.support.kept import standing_world
from tests.support.world import World, morning, small_campaign
from tests.web.kinds import filled
from tests.web.site import Site
from tests.web.test_every_kind import CATALOG
from tracker.domain.errors import DefinitionInvalid

MEASURES = [
    "{key: talk, ordinal: （一）, title: 宣传, text: 宣传。, workflow: publicity, units: [各村], due: {by_date: 2026-03-20}}",
    "{key: sign, ordinal: （二）, title: 签订, text: 签订。, workflow: pledge_signing, units: [east], due: {by_date: 2026-03-25}}",
    "{key: check, ordinal: （三）, title: 排查, text: 排查。, workflow: survey, units: [各村], due: {by_date: 2026-03-25}}",
]
RETURNS = """
required_returns:
  - {key: annex2, title: 附件2 宣传活动登记表, workflow: publicity, form: publicity_return, units: [各村], measure: talk}
  - {key: annex5, title: 附件5 承诺书签订情况表, workflow: pledge_signing, form: pledge_return, units: [east]}
"""


@standing_world(shown=Site)
def site(world: World) -> None:
    world.load(small_campaign(measures=MEASURES) + RETURNS)


def report(site: Site, measure: str, workflow: str, form: str) -> str:
    ref: str = site.world.task(measure, "east")["ref"]
    definition = CATALOG.workflows[workflow]
    if site.world.task(measure, "east")["state"] == "assigned":
        site.world.act("clerk-east", ref, "accept")
    site.world.act("clerk-east", ref, "report", filled(definition.forms[form], definition, today="2026-03-02"))
    return ref


@pytest.mark.slow
def test_a_return_is_missing_until_sent_and_again_when_sent_back(site: Site) -> None:
    path, browser = f"/campaigns/{site.world.campaign_ref}/returns", site.browser("sup1")
    before = browser.get(path).text
    assert before.count("附件2 宣传活动登记表") == 3  # the list, and once for each village
    desk = site.browser("clerk-east").get("/desk").text
    assert "还缺的报表" in desk
    assert "附件5 承诺书签订情况表" in desk
    assert "附件5" not in site.browser("clerk-west").get("/desk").text
    ref = report(site, "talk", "publicity", "publicity_return")
    assert "附件2" not in site.browser("clerk-east").get("/desk").text
    only = browser.get(f"{path}?only=missing&kind=village").text
    assert "east村" in only
    assert f'href="/tasks/{ref}"' in browser.get(path).text
    site.world.act("sup1", ref, "return", reason="数字不对")
    assert "被退回，待重报" in site.browser("clerk-east").get("/desk").text
    report(site, "talk", "publicity", "publicity_return")
    report(site, "sign", "pledge_signing", "pledge_return")
    assert "还缺的报表" not in site.browser("clerk-east").get("/desk").text
    assert "0（已报齐）" in browser.get(path).text


def test_a_unit_sees_its_own_returns_only(site: Site) -> None:
    path = f"/campaigns/{site.world.campaign_ref}/returns"
    own = site.browser("clerk-west").get(path).text
    assert "east村" not in own
    assert "附件5" not in own
    assert site.browser("clerk-west").get(f"{path}/annex5").status_code == 404


def test_the_blank_form_has_every_field_and_a_place_to_sign(site: Site) -> None:
    path = f"/campaigns/{site.world.campaign_ref}/returns"
    page = site.browser("clerk-east").get(f"{path}/annex5").text
    for form in ("pledge_return", "category"):
        for field in CATALOG.workflows["pledge_signing"].forms[form].fields:
            assert field.title in page
    assert "□ 承诺书" in page
    assert "负责人（单位盖章）" in page
    assert site.browser("clerk-east").get(f"{path}/annex9").status_code == 404


@pytest.mark.parametrize(
    ("wrong", "right", "said"),
    [
        ("workflow: pledge_signing, form", "workflow: pledge, form", "流程"),
        ("form: pledge_return", "form: pledge_retrun", "pledge_return"),
        ("units: [east]", "units: [各村]", "west"),
        ("units: [east]", "units: [eats]", "east"),
        ("measure: talk", "measure: check", "check"),
        ("key: annex5", "key: annex2", "写了2次"),
    ],
)  # fmt: skip
def test_a_return_that_nobody_could_send_is_refused_when_the_file_is_read(
    fresh_database_url: str, wrong: str, right: str, said: str
) -> None:
    with World(fresh_database_url, start=morning("2026-03-02")) as world:
        text = small_campaign(measures=MEASURES) + RETURNS.replace(wrong, right)
        with pytest.raises(DefinitionInvalid, match=said) as refused:
            world.load(text)
        assert all("required_returns" in problem for problem in refused.value.problems)
