"""A paper that has run its course is filed: where it is kept stands in its record, on its page and in the ledger."""

from __future__ import annotations

import csv
import html
import io
from typing import Any

import pytest

from tests.support.kept import standing_world
from tests.support.world import World
from tests.web.papers import draft_of, issue, run_late, step
from tests.web.site import Site, begin_county

PLACE = "2026年督查第3卷第12号"


@standing_world(shown=Site)
def served(world: World) -> None:
    """The villages were served a paper each; east's was voided."""
    begin_county(world)
    site = Site(world)
    run_late(site)
    for village in ("east", "west"):
        issue(site, draft_of(site, village))
    step(site.browser("boss"), paper(site), "void", {"reason": "写错单位"})


def paper(site: Site, village: str = "east") -> str:
    ref: str = site.world.value(
        "SELECT n.ref FROM notice n JOIN unit u ON u.id = n.unit_id WHERE u.key = :village AND n.number IS NOT NULL",
        village=village,
    )  # fmt: skip
    return ref


def file(site: Site, filed_as: str, who: str = "office1", village: str = "east", **more: str) -> Any:
    ref = paper(site, village)
    return site.browser(who).post(
        f"/notices/{ref}/filing", {"filed_as": filed_as, **more}, page=f"/notices/{ref}"
    )  # fmt: skip


def test_it_is_filed_moved_to_another_volume_and_both_stand_in_the_record(served: Site) -> None:
    assert file(served, PLACE).status_code == 302
    assert file(served, "2026年督查第4卷").status_code == 302
    page = html.unescape(served.browser("sup1").get(f"/notices/{paper(served)}").text)
    assert 'value="2026年督查第4卷"' in page
    record = page.split("办理过程")[-1]
    assert f"{PLACE}；没有盖章件。" in record
    assert "2026年督查第4卷；没有盖章件。" in record
    rows = csv.DictReader(io.StringIO(served.browser("sup1").get("/ledger/notices.csv").data.decode("utf-8-sig")))
    assert {row["文号"]: row["归档"] for row in rows if row["文号"]} == {
        "测督〔2026〕1号": "2026年督查第4卷", "测督〔2026〕2号": "",
    }  # fmt: skip
    assert served.world.container.ledger.verify().faults == ()
    explained = served.browser("sup1").get(f"/notices/{paper(served)}?why=1")
    assert explained.status_code == 200


def test_what_still_runs_is_not_filed(served: Site) -> None:
    answer = file(served, PLACE, village="west")
    assert answer.status_code == 409
    assert "办结、作废或撤销以后再归档" in html.unescape(answer.text)
    assert "档号或存放处" not in served.browser("sup1").get(f"/notices/{paper(served, 'west')}").text


@pytest.mark.parametrize(
    ("filed_as", "said"), [(" ", "请写档号或存放处"), ("长" * 61, "不超过60字"), ("柜13800138000", "电话号码")]
)
def test_what_is_wrong_is_said_at_the_field_and_what_was_typed_stays(served: Site, filed_as: str, said: str) -> None:
    answer = file(served, filed_as)
    assert answer.status_code == 422
    page = html.unescape(answer.text)
    assert said in page
    assert f'value="{filed_as.strip()}"' in page or not filed_as.strip()
    assert served.world.rows("SELECT 1 FROM event WHERE kind = 'notice.filed'") == []


def test_a_stale_page_files_nothing_and_leaders_and_units_do_not(served: Site) -> None:
    assert file(served, PLACE, version="1").status_code == 409
    for who in ("boss", "clerk-east", "clerk-west"):
        assert file(served, PLACE, who).status_code in (403, 404)
    assert served.world.rows("SELECT 1 FROM event WHERE kind = 'notice.filed'") == []
