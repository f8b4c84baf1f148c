"""Two offices of one township, each with its campaign: everybody who could knock at a door, and every door's number.

The neighbour's campaign (`n-…`) reaches into the same village east, by a liaison of its own who has no part in the
first campaign. East ran late with everything, so that a paper is issued to it, the next is a draft, and one finding
waits; a third campaign is loaded and not issued.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from PIL import Image

from tests.support.kept import Kept
from tests.support.rosters import as_workbook
from tests.support.visits import plan
from tests.support.world import World, small_campaign
from tests.web.papers import draft_of, issue, run_late
from tests.web.site import MEASURES, MORE_PEOPLE, Site
from tracker.services.rosters import GivenFile

NEIGHBOUR = """
key: neighbour_campaign
version: 1
title: 邻办专项行动
summary: 测试。
office: n-office
starts_on: 2026-03-02
ends_on: 2026-08-31
phases:
  - {key: all, title: 全程, starts_on: 2026-03-02, ends_on: 2026-08-31}
units:
  - {key: town, name: 测试镇, short_name: 测试镇, kind: township}
  - {key: n-office, name: 测试镇消防专项办公室, short_name: 镇消防办, kind: office, parent: town}
  - {key: east, name: east村, short_name: east村, kind: village, parent: town}
  - {key: north, name: 北村, short_name: 北村, kind: village, parent: town}
unit_sets: {本行动各村: [east, north]}
people:
  - {key: n-office1, name: n-office1, email: n1@example.invalid, posts: [{role: office, unit: n-office}]}
  - {key: n-sup, name: n-sup, email: n2@example.invalid, posts: [{role: supervisor, unit: n-office}]}
  - {key: n-boss, name: n-boss, email: n3@example.invalid, posts: [{role: leader, unit: n-office}]}
  - {key: n-area, name: n-area, email: n4@example.invalid, posts: [{role: area_leader, unit: town, campaign_only: true}]}
  - {key: n-east, name: n-east, email: n5@example.invalid, posts: [{role: liaison, unit: east, campaign_only: true}]}
  - {key: n-east-head, name: n-east-head, email: n6@example.invalid, posts: [{role: head, unit: east, campaign_only: true}]}
  - {key: n-north, name: n-north, email: n7@example.invalid, posts: [{role: liaison, unit: north}]}
  - {key: n-north-head, name: n-north-head, email: n8@example.invalid, posts: [{role: head, unit: north}]}
measures:
  - {key: fire, ordinal: （一）, title: 消防排查, text: 排查。, workflow: survey, units: [本行动各村], due: {by_date: 2026-05-20}}
settings:
  number_words: {supervision_notice: 消督, interview_notice: 消约, rectification_notice: 消改}
  separation: false
"""
RETURNS = """
required_returns:
  - {key: annex2, title: 附件2 宣传活动登记表, workflow: publicity, form: publicity_return, units: [各村]}
"""
DRAFT_MEASURES = (
    "{key: later, ordinal: （一）, title: 以后的排查, text: 以后排查。, workflow: survey, units: [各村],"
    " due: {by_date: 2026-06-20}}",
)


PLAN = "测试镇排查行动方案\n一、工作任务\n（一）逐户排查。各村逐户排查。（责任单位：各村；完成时限：2026年6月20日前）\n"

#: name in the addresses → SQL that finds the number behind it
DOORS = {
    "task": "SELECT t.ref FROM task t JOIN measure m ON m.id = t.measure_id JOIN unit u ON u.id = t.unit_id"
    " WHERE m.key = 'survey' AND u.key = 'east'",
    "draft": "SELECT ref FROM notice WHERE id = :draft",
    "draft_task": "SELECT t.ref FROM task t JOIN notice n ON n.task_id = t.id WHERE n.id = :draft",
    "draft_item": "SELECT min(id) FROM notice_item WHERE notice_id = :draft",
    "finding": "SELECT f.ref FROM finding f JOIN notice_item i ON i.finding_id = f.id WHERE i.notice_id = :draft",
    "issued": "SELECT ref FROM notice WHERE printed_number IS NOT NULL",
    "issued_task": "SELECT t.ref FROM task t JOIN notice n ON n.task_id = t.id WHERE n.printed_number IS NOT NULL",
    "issued_item": "SELECT min(i.id) FROM notice_item i JOIN notice n ON n.id = i.notice_id"
    " WHERE n.printed_number IS NOT NULL",
    "campaign": "SELECT ref FROM campaign WHERE key = 'test_campaign'",
    "unissued": "SELECT ref FROM campaign WHERE key = 'later_campaign'",
    "attachment": "SELECT ref FROM attachment",
    "incident": "SELECT id FROM incident WHERE subject = 'unit:test'",
    "system_incident": "SELECT id FROM incident WHERE subject = 'sweep:test'",
    "person": "SELECT :person",
    "told": "SELECT min(id) FROM told WHERE person_id = :person",
    "delivery": "SELECT min(ref) FROM delivery WHERE person_id = :person",
    "account": "SELECT id FROM account WHERE person_id = :person",
    "post": "SELECT id FROM post WHERE person_id = :person",
    "leaver": "SELECT :leaver",
    "unit": "SELECT id FROM unit WHERE key = 'east'",
    "import": "SELECT ref FROM roster_import WHERE person_id = :office1",
    "n_import": "SELECT ref FROM roster_import WHERE person_id = :neighbour",
    "plan": "SELECT ref FROM plan_draft",
    "visit": "SELECT ref FROM visit",
    "area_post": "SELECT id FROM post WHERE person_id = :area",
}


@dataclass(frozen=True)
class TwoOffices:
    """Where they stand, and `doors`: what stands in the addresses, all of it of the first office and of village east."""

    kept: Kept
    doors: Mapping[str, str]

    @contextmanager
    def site(self) -> Iterator[Site]:
        """Open a copy of it."""
        with self.kept.copied() as world:
            yield Site(world)


def build(world: World) -> TwoOffices:
    """Make the two offices of an empty database."""
    first = small_campaign(measures=MEASURES).replace("\nmeasures:", f"{MORE_PEOPLE}measures:", 1)
    people = dict(_load(world, first + RETURNS))
    people |= _load(world, NEIGHBOUR)
    later = small_campaign(measures=DRAFT_MEASURES, ends_on="2026-08-31").replace("test_campaign", "later_campaign")
    _load(world, later, issue=False)
    world.person_ids, world.campaign_ref = people, world.value(DOORS["campaign"])
    site = Site(world)
    for key in people:
        site.account(key)
    for village in ("east", "north"):
        world.act(f"n-{village}", world.task("fire", village)["ref"], "accept")
    run_late(site)
    issue(site, draft_of(site))
    world.container.attachments.store(
        world.viewer("clerk-east"), task_id=world.task("survey", "east")["id"], file_name="a.jpg", content=_photo()
    )
    world.move_to("2026-04-03")
    draft = world.value("SELECT id FROM notice WHERE ref = :ref", ref=draft_of(site, kind="interview_notice"))
    campaign = world.value("SELECT id FROM campaign WHERE ref = :ref", ref=world.campaign_ref)
    with world.container.uows() as uow:
        uow.incidents.raise_(
            kind="vacancy",
            subject="unit:test",
            sentence="东村没有联络员。",
            now=world.clock.now(),
            campaign_id=campaign,
        )
        uow.incidents.raise_(kind="sweep_late", subject="sweep:test", sentence="巡检迟了。", now=world.clock.now())
        uow.commit()
    for who, key in (("office1", "new-a"), ("n-office1", "new-b")):
        book = as_workbook(units=[(key, f"{key}村", "", "", "村", "town", "", "")])
        world.container.rosters.preview(world.viewer(who), [GivenFile("a.xlsx", book)], whole=False)
    world.container.plan_drafts.start(world.viewer("office1"), name="方案.txt", content=PLAN.encode())
    plan(world, units=["east"], announced="yes", from_on="2026-04-03", to_on="2026-04-03")
    given = {
        "draft": draft, "person": people["clerk-east"], "leaver": people["clerk-west"], "office1": people["office1"],
        "neighbour": people["n-office1"], "area": people["area"],
    }  # fmt: skip
    doors = {
        name: str(world.value(sql, **{key: value for key, value in given.items() if f":{key}" in sql}))
        for name, sql in DOORS.items()
    }
    return TwoOffices(Kept.of(world), doors)


def _load(world: World, text: str, *, issue: bool = True) -> Mapping[str, int]:
    world.load(text, issue=issue)
    return world.person_ids


def _photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), (120, 160, 90)).save(out, "JPEG")
    return out.getvalue()
