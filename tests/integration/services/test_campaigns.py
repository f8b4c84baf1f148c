"""Loading a campaign, and what stands against issuing it, on a real database."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from tracker.definitions.calendar_seed import seed_days
from tracker.definitions.campaign_files import Known, read_campaign_file
from tracker.definitions.catalog import SHIPPED, Catalog, load_catalog
from tracker.definitions.versioned import VersionedCalendars, VersionedCatalog, texts_of
from tracker.domain.campaign_file import CampaignFile
from tracker.domain.deadlines import DueByDate
from tracker.domain.errors import InvalidInput, NotAllowed, NotFound
from tracker.domain.installation import CalendarSeed
from tracker.domain.values import Role
from tracker.persistence.definition_store import DefinitionStore
from tracker.persistence.engine import DatabaseClock, connect
from tracker.persistence.secrets import FieldCipher
from tracker.persistence.unit_of_work import UnitOfWork, UnitOfWorkFactory
from tracker.services.campaigns import CampaignService
from tracker.services.installations import InstallationService

FIRST_MORNING = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)
TABLES = ("campaign", "measure", "assignment", "unit", "unit_set", "person", "post", "event", "office")


class StandingClock:
    """A clock that stands where it was put."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def real_now(self) -> datetime:
        return self.moment

    def for_a_while(self) -> StandingClock:
        return self


class House:
    """A prepared database with the services under test."""

    def __init__(self, database_url: str) -> None:
        self.engine = connect(database_url)
        self.uows = UnitOfWorkFactory(self.engine)
        self.clock = StandingClock(FIRST_MORNING)
        store = DefinitionStore(self.engine)
        self.catalog = VersionedCatalog(content=store.content, newest_id=store.newest_id)
        self.calendars = VersionedCalendars(calendar=store.calendar, newest_id=store.newest_calendar_id)
        self.installations = InstallationService(self.uows, self.clock)
        self.campaigns = CampaignService(
            self.uows, self.clock, catalog=self.catalog, cipher=FieldCipher("for-tests-only-" * 4)
        )

    def count(self, table: str) -> int:
        with self.uows() as uow:
            return int(uow.session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())

    def counts(self) -> dict[str, int]:
        return {table: self.count(table) for table in TABLES}


@pytest.fixture(scope="module")
def shipped() -> Catalog:
    return load_catalog(SHIPPED)


@pytest.fixture(scope="module")
def sample(shipped: Catalog) -> CampaignFile:
    path = SHIPPED / "campaigns" / "anti_fraud_township.yaml"
    return read_campaign_file(path, Known(shipped.workflows, shipped.ladders))


@pytest.fixture
def bare(fresh_database_url: str) -> Iterator[House]:
    house = House(fresh_database_url)
    yield house
    house.engine.dispose()


@pytest.fixture
def house(bare: House, shipped: Catalog) -> House:
    bare.installations.prepare(definitions=texts_of(shipped), calendar=seed(), is_sample=False)
    return bare


def seed(package: str = "chinesecalendar 1.11.0") -> CalendarSeed:
    return CalendarSeed(package, *seed_days(2025, 2027))


def without_posts(file: CampaignFile, unwanted: Callable[[Role, str], bool]) -> CampaignFile:
    """Return the file without the posts for which `unwanted` answers True."""
    people = tuple(
        replace(person, posts=tuple(post for post in person.posts if not unwanted(post.role, post.unit)))
        for person in file.people
    )
    return replace(file, people=people)


def test_a_loaded_file_becomes_one_duty_for_each_unit_of_a_set(house: House, sample: CampaignFile) -> None:
    ref = house.campaigns.load_campaign(sample, actor_person_id=None)
    summary, measures = house.campaigns.get_campaign(ref)
    assert (summary.status, summary.starts_on) == ("draft", date(2026, 3, 2))
    assert {one.title: one.units for one in measures}["入户宣传"] == 15
    # The two bank branches belong to two of the sets that this measure names, and owe it once each.
    assert {one.title: one.units for one in measures}["制定本单位实施安排"] == 7 + 15 + 2
    assert sum(one.units for one in measures) == house.count("assignment")


def test_nothing_stands_against_issuing_the_shipped_sample(house: House, sample: CampaignFile) -> None:
    ref = house.campaigns.load_campaign(sample, actor_person_id=None)
    assert house.campaigns.check_campaign(ref) == []


def test_every_unit_person_and_post_is_in_the_record_and_names_stand_apart(house: House, sample: CampaignFile) -> None:
    house.campaigns.load_campaign(sample, actor_person_id=None)
    with house.uows() as uow:
        found = uow.session.execute(text("SELECT kind, count(*), string_agg(payload::text, '') FROM event GROUP BY 1"))
        kinds = {kind: (count, payloads) for kind, count, payloads in found}
        kept = uow.session.execute(text("SELECT string_agg(fields::text, '') FROM event_personal")).scalar_one()
    assert kinds["unit.created"][0] == len(sample.units)
    assert kinds["post.given"][0] == sum(len(person.posts) for person in sample.people)
    assert kinds["campaign.loaded"][0] == 1
    assert "东岭村联络员" in kept
    assert all("东岭村联络员" not in payloads for _, payloads in kinds.values())


def test_addresses_are_not_readable_in_the_database(house: House, sample: CampaignFile) -> None:
    house.campaigns.load_campaign(sample, actor_person_id=None)
    with house.uows() as uow:
        stored = uow.session.execute(text("SELECT email_cipher, phone_cipher FROM person")).all()
    assert stored
    assert all(b"example.invalid" not in email and b"0000000" not in phone for email, phone in stored)


def test_a_due_date_in_the_past_is_refused_with_its_row_and_nothing_is_changed(
    house: House, sample: CampaignFile
) -> None:
    measures = list(sample.measures)
    measures[4] = replace(measures[4], due=DueByDate(date(2026, 3, 1)))
    before = house.counts()
    with pytest.raises(InvalidInput) as refused:
        house.campaigns.load_campaign(replace(sample, measures=tuple(measures)), actor_person_id=None)
    assert [problem.field for problem in refused.value.problems] == ["measures.第5项（五）"]
    assert "2026年3月1日已经过去（今天是2026年3月2日）" in refused.value.problems[0].sentence
    assert house.counts() == before


def test_today_is_not_past_until_the_cutoff_hour(house: House, sample: CampaignFile) -> None:
    today = replace(sample.measures[0], due=DueByDate(date(2026, 3, 2), "17:30"))
    file = replace(sample, measures=(today,), required_returns=())
    house.clock.moment = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)  # 17:30 in Shanghai
    with pytest.raises(InvalidInput):
        house.campaigns.load_campaign(file, actor_person_id=None)
    house.clock.moment -= timedelta(minutes=1)
    assert house.campaigns.load_campaign(file, actor_person_id=None)


def test_the_same_campaign_is_not_loaded_twice_even_at_once(house: House, sample: CampaignFile) -> None:
    answers: list[object] = []

    def load() -> None:
        try:
            answers.append(house.campaigns.load_campaign(sample, actor_person_id=None))
        except InvalidInput as refused:
            answers.append(refused.problems[0].sentence)

    threads = [threading.Thread(target=load) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert house.count("campaign") == 1
    assert sorted("不能重复载入" in str(answer) for answer in answers) == [False, True]


def test_a_second_campaign_uses_the_units_that_are_there(house: House, sample: CampaignFile) -> None:
    house.campaigns.load_campaign(sample, actor_person_id=None)
    places = house.campaigns.present_places()
    assert places.units["cun-01"] == ("东岭村", "东岭村")
    second = replace(sample, key="second", units=(), unit_sets={}, people=())
    before = house.counts()
    ref = house.campaigns.load_campaign(second, actor_person_id=None)
    after = house.counts()
    assert (after["unit"], after["person"], after["office"]) == (before["unit"], before["person"], 1)
    # Area leaders hold their posts for the first campaign only; no rung here speaks to them alone.
    assert house.campaigns.check_campaign(ref) == []


def test_a_unit_of_another_name_under_a_known_key_is_refused(house: House, sample: CampaignFile) -> None:
    house.campaigns.load_campaign(sample, actor_person_id=None)
    units = tuple(replace(u, name="西岭村") if u.key == "cun-01" else u for u in sample.units)
    with pytest.raises(InvalidInput, match="编码 cun-01 在系统里是“东岭村”，文件里写成“西岭村”"):
        house.campaigns.load_campaign(replace(sample, key="second", units=units), actor_person_id=None)


def test_a_ladder_that_addresses_a_vacant_post_stands_against_issuing(house: House, sample: CampaignFile) -> None:
    file = without_posts(sample, lambda role, unit: role is Role.LIAISON and unit in ("cun-03", "paichusuo"))
    ref = house.campaigns.load_campaign(file, actor_person_id=None)
    reasons = house.campaigns.check_campaign(ref)
    assert [reason[: reason.index("没有联络员")] for reason in reasons] == ["青禾派出所", "南湾村"]
    assert all("升级规则“" in reason and "要通知到" in reason for reason in reasons)


def test_a_unit_in_which_nobody_can_act_is_named_once(house: House, sample: CampaignFile) -> None:
    file = without_posts(sample, lambda role, unit: unit == "cun-07" and role is not Role.AREA_LEADER)
    ref = house.campaigns.load_campaign(file, actor_person_id=None)
    assert house.campaigns.check_campaign(ref) == ["前岗村没有联络员，也没有负责人，任务无人签收和办理，请先登记岗位。"]


def test_one_person_alone_at_the_office_cannot_seal_and_approve(house: House, sample: CampaignFile) -> None:
    one = next(person for person in sample.people if person.key == "dudao-1")
    others = tuple(p for p in sample.people if not {post.unit for post in p.posts} & {"office"})
    posts = tuple(replace(one.posts[0], role=role) for role in (Role.SUPERVISOR, Role.OFFICE, Role.LEADER))
    ref = house.campaigns.load_campaign(
        replace(sample, people=(replace(one, posts=posts), *others)), actor_person_id=None
    )
    reasons = house.campaigns.check_campaign(ref)
    assert any("督导通知书”的“提请审批”和“批准”要由不同的人办理" in reason for reason in reasons)
    relaxed = replace(sample.settings, separation=False)
    second = replace(sample, key="second", units=(), unit_sets={}, people=(), settings=relaxed)
    assert house.campaigns.check_campaign(house.campaigns.load_campaign(second, actor_person_id=None)) == []


def test_a_step_that_nobody_may_take_and_a_passed_date_stand_against_issuing(
    house: House, sample: CampaignFile
) -> None:
    file = without_posts(sample, lambda role, _: role is Role.SUPERVISOR)
    ref = house.campaigns.load_campaign(file, actor_person_id=None)
    house.clock.moment += timedelta(days=14)
    reasons = house.campaigns.check_campaign(ref)
    assert "措施（三）“签订工作责任书”的完成时限2026年3月15日已经过去，请改成以后的日期。" in reasons
    assert any("流程“摸排”的“审核通过”要由督导员办理" in reason for reason in reasons)


def test_an_unknown_campaign_is_not_found(house: House) -> None:
    with pytest.raises(NotFound):
        house.campaigns.check_campaign("XD-2026-0999")


def test_preparing_twice_or_at_once_stores_each_version_once(bare: House, shipped: Catalog) -> None:
    def prepare() -> None:
        bare.installations.prepare(definitions=texts_of(shipped), calendar=seed(), is_sample=False)

    threads = [threading.Thread(target=prepare) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    prepare()
    assert bare.count("workflow_version") == len(shipped.workflows)
    assert bare.count("calendar_version") == 1


def test_a_changed_definition_is_a_new_version_and_the_old_one_stays_readable(house: House, shipped: Catalog) -> None:
    old_id, old = house.catalog.newest_workflow("survey")
    changed = replace(shipped.workflows["survey"], version=2, title="新摸排")
    newer = next(one for one in texts_of(shipped) if one.key == "survey" and one.kind == "workflow")
    newer = replace(newer, version=2, content={**newer.content, "version": 2, "title": "新摸排"}, content_hash="2")
    prepared = house.installations.prepare(definitions=[newer], calendar=seed(), is_sample=False)
    assert prepared.added == ("workflow/survey",)
    assert house.catalog.newest_workflow("survey")[1] == changed
    assert house.catalog.workflow(old_id) == old == shipped.workflows["survey"]
    # An old machine that starts again does not bring its older file back into force.
    again = house.installations.prepare(definitions=texts_of(shipped), calendar=seed(), is_sample=False)
    assert (again.added, again.outdated) == ((), ("workflow/survey",))


def test_a_typed_calendar_is_never_replaced_by_a_seed_and_a_newer_seed_replaces_an_older(
    house: House,
) -> None:
    assert house.calendars.newest().is_workday(date(2026, 2, 14))  # 调休
    newer = replace(seed("chinesecalendar 1.12.0"), published_years=frozenset({2025, 2026, 2027}))
    assert house.installations.prepare(definitions=[], calendar=newer, is_sample=False).added == ("calendar",)
    with house.uows() as uow:
        typed = uow.installations.add_calendar(
            source="国务院办公厅通知", exceptions={date(2027, 1, 1): False}, published_years=[2027],
            now=FIRST_MORNING,
        )  # fmt: skip
        uow.commit()
    newest = replace(newer, package="chinesecalendar 1.13.0")
    assert house.installations.prepare(definitions=[], calendar=newest, is_sample=False).added == ()
    assert house.calendars.newest().version == typed


def test_a_sample_begins_at_its_first_moment_and_production_never_becomes_one(bare: House, shipped: Catalog) -> None:
    service = InstallationService(bare.uows, DatabaseClock(bare.engine))
    service.prepare(definitions=texts_of(shipped), calendar=seed(), is_sample=True, first_moment=FIRST_MORNING)
    assert abs(DatabaseClock(bare.engine).now() - FIRST_MORNING) < timedelta(minutes=1)
    assert service.prepare(definitions=[], calendar=seed(), is_sample=False).is_sample is True


def test_a_production_database_never_becomes_a_sample(house: House) -> None:
    with pytest.raises(NotAllowed, match="这是正式数据库"):
        house.installations.prepare(definitions=[], calendar=seed(), is_sample=True)


def test_posts_of_another_campaign_and_ended_posts_do_not_count(house: House, sample: CampaignFile) -> None:
    house.campaigns.load_campaign(sample, actor_person_id=None)
    today = date(2026, 3, 2)
    with house.uows() as uow:
        village = uow.units.units_by_key(["cun-01"])["cun-01"].id
        campaign = uow.campaigns.find_all()[0].id

        def held(uow: UnitOfWork, role: Role, campaign_id: int, on: date) -> int:
            return len(uow.units.holders([village], role, campaign_id, on))

        assert held(uow, Role.AREA_LEADER, campaign, today) == 1
        assert held(uow, Role.AREA_LEADER, campaign + 1, today) == 0
        assert held(uow, Role.LIAISON, campaign + 1, today) == 1
        assert held(uow, Role.LIAISON, campaign, today - timedelta(days=1)) == 0
        uow.session.execute(text("UPDATE post SET ends_on = :day WHERE role = 'liaison'"), {"day": today})
        assert held(uow, Role.LIAISON, campaign, today) == 1
        assert held(uow, Role.LIAISON, campaign, today + timedelta(days=1)) == 0


def test_the_units_below_are_found_at_any_depth(house: House, sample: CampaignFile) -> None:
    house.campaigns.load_campaign(sample, actor_person_id=None)
    with house.uows() as uow:
        ids = {key: unit.id for key, unit in uow.units.units_by_key().items()}
        below = uow.units.descendants([ids["zhen"], ids["office"], ids["cun-01"]])
    assert below[ids["zhen"]] == frozenset(ids.values())
    assert ids["zu-paicha"] in below[ids["office"]]
    assert below[ids["cun-01"]] == {ids["cun-01"]}
