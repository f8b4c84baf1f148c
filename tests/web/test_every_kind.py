"""Every kind of work is walked through its pages from opening to end, and its forms refuse what is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

import pytest
from werkzeug.test import TestResponse

from tests.support.kept import standing_world
from tests.support.world import WORKFLOWS, World, small_campaign
from tests.web.kinds import UNIT, WALKS, filled
from tests.web.site import Site
from tracker.definitions.catalog import load_catalog
from tracker.domain.definition import FieldType, FormDefinition, WorkflowDefinition
from tracker.domain.errors import InvalidInput
from tracker.domain.fields import read_form
from tracker.domain.rates import rates_of

CATALOG = load_catalog(WORKFLOWS)
MEASURES = [
    f"{{key: {key}, ordinal: 第{n}项, title: {CATALOG.workflows[key].title}, text: 照办。, workflow: {key},"
    " units: [各村], due: {by_date: 2026-03-20}}"
    for n, key in enumerate(WALKS, start=1)
]
each_walk = pytest.mark.parametrize(("key", "number"), [(key, n) for key in WALKS for n in range(len(WALKS[key]))])
each_form = pytest.mark.parametrize(
    ("key", "form"), [(key, form) for key in WALKS for form in CATALOG.workflows[key].forms]
)


@standing_world(shown=Site)
def site(world: World) -> None:
    world.load(small_campaign(measures=MEASURES))


def take(site: Site, person: str, ref: str, move: str, fields: Mapping[str, object]) -> TestResponse:
    return site.browser(person).post(f"/tasks/{ref}/{move}", {"reason": "需要补正", **fields}, page=f"/tasks/{ref}")


@pytest.mark.slow
@each_walk
def test_a_kind_of_work_is_walked_from_its_opening_to_its_end(site: Site, key: str, number: int) -> None:
    definition, task = CATALOG.workflows[key], site.world.task(key, "east")
    assert task["state"] == definition.initial
    for person, name in WALKS[key][number]:
        move = definition.transition(name)
        assert move is not None
        page = site.browser(person).get(f"/tasks/{task['ref']}").text
        assert move.title in page, (person, name)
        form = definition.forms.get(move.form or "")
        fields = filled(form, definition, today="2026-03-02") if form else {}
        if form:
            assert all(re.search(rf'name="{re.escape(field)}"', page) for field in fields), (person, name)
        answer = take(site, person, task["ref"], name, fields)
        assert answer.status_code == 302, re.findall(r'class="error-summary".*?</div>', answer.text, re.DOTALL)
        assert site.world.task(key, "east")["state"] == move.target
    assert definition.states[site.world.task(key, "east")["state"]].final
    assert site.browser(UNIT).get(f"/tasks/{task['ref']}").status_code == 200


@pytest.mark.parametrize("key", sorted(WALKS))
def test_the_walks_make_every_move(key: str) -> None:
    made = {move for walk in WALKS[key] for _, move in walk}
    assert made == {move.name for move in CATALOG.workflows[key].transitions}


@pytest.mark.slow
def test_nobody_else_makes_the_moves(site: Site) -> None:
    for key in WALKS:
        person, move = WALKS[key][0][0]
        ref = site.world.task(key, "east")["ref"]
        assert site.browser("clerk-west").get(f"/tasks/{ref}").status_code == 404
        assert take(site, "clerk-west", ref, move, {}).status_code == 404
        stranger = "sup1" if person == UNIT else UNIT
        assert take(site, stranger, ref, move, {}).status_code in (403, 409, 422), key
        assert site.world.task(key, "east")["state"] == CATALOG.workflows[key].initial


def refusals(definition: WorkflowDefinition, form: FormDefinition, **changes: str) -> dict[str, str]:
    from_page = {**filled(form, definition, today="2026-03-02"), **changes}
    return by_field(form, definition, from_page)


def by_field(form: FormDefinition, definition: WorkflowDefinition, given: Mapping[str, object]) -> dict[str, str]:
    try:
        read_form(form, definition.forms, given, today=date(2026, 3, 2))
    except InvalidInput as wrong:
        return dict(wrong.by_field())
    return {}


@each_form
def test_each_form_refuses_what_is_wrong_at_its_field(key: str, form: str) -> None:
    definition = CATALOG.workflows[key]
    asked = definition.forms[form]
    assert refusals(definition, asked) == {}
    for field in asked.fields:
        if field.type is FieldType.COUNT:
            assert "要填整数" in refusals(definition, asked, **{field.name: "许多户"})[field.name]
            assert "不能是负数" in refusals(definition, asked, **{field.name: "-3"})[field.name]
        if field.at_most:
            assert "不能大于" in refusals(definition, asked, **{field.name: "13"})[field.name]
        if field.type is FieldType.DATE:
            assert "没有这一天" in refusals(definition, asked, **{field.name: "2026-04-31"})[field.name]
        if field.not_future:
            assert "不能晚于今天" in refusals(definition, asked, **{field.name: "2026-03-03"})[field.name]
    required = {field.name for field in asked.fields if field.required}
    assert by_field(asked, definition, {}).keys() == required


@pytest.mark.slow
def test_a_page_says_each_mistake_at_its_field_and_keeps_what_was_typed(site: Site) -> None:
    for key in ("crackdown", "pledge_signing", "control", "training", "summary", "sub_plan"):
        definition, ref = CATALOG.workflows[key], site.world.task(key, "east")["ref"]
        site.world.act(UNIT, ref, "accept")
        move = definition.transition("report")
        assert move is not None
        form = definition.forms[move.form or ""]
        given = filled(form, definition, today="2026-03-02")
        counts = [name for name, value in given.items() if value == "12"]
        dates = [name for name, value in given.items() if value == "2026-03-02"]
        wrong = {**given, counts[0]: "一大批", **dict.fromkeys(dates, "2026-04-31")}
        answer = take(site, UNIT, ref, "report", wrong)
        assert answer.status_code == 422
        assert 'value="一大批"' in answer.text
        assert "要填整数" in answer.text
        assert ("没有这一天" in answer.text) == bool(dates)
        assert len(re.findall(r'type="text"[^>]*value="2026-04-31"', answer.text)) == len(dates), "a date box hides it"
        assert take(site, UNIT, ref, "report", {}).status_code == 422
        assert site.world.task(key, "east")["state"] in move.sources


def test_rates_are_shown_on_the_form_and_on_what_was_sent(site: Site) -> None:
    ref = site.world.task("pledge_signing", "east")["ref"]
    site.world.act(UNIT, ref, "accept")
    assert "填好后自动算出" in site.browser(UNIT).get(f"/tasks/{ref}").text
    form = filled(
        CATALOG.workflows["pledge_signing"].forms["pledge_return"],
        CATALOG.workflows["pledge_signing"],
        today="2026-03-02",
    )
    second = {
        "categories.1.category": "staff", "categories.1.should_sign": "8", "categories.1.signed": "0"
    }  # fmt: skip
    wrong = take(site, UNIT, ref, "report", {**form, **second, "as_of": "", "categories.0.signed": "9"})
    assert ">75.0%</output>" in wrong.text
    assert take(site, UNIT, ref, "report", {**form, **second}).status_code == 302
    page = site.browser("sup1").get(f"/tasks/{ref}").text
    assert "合计：应签数：20份；已签数：12份；签订率：60.0%" in page


def test_an_empty_base_has_no_rate(site: Site) -> None:
    ref = site.world.task("training", "east")["ref"]
    site.world.act(UNIT, ref, "accept")
    definition = CATALOG.workflows["training"]
    form = filled(definition.forms["training_return"], definition, today="2026-03-02")
    nobody = {**form, "should_attend": "0", "attended": "0", "tested": "", "passed": ""}
    assert take(site, UNIT, ref, "report", nobody).status_code == 302
    assert "—（基数为0）" in site.browser(UNIT).get(f"/tasks/{ref}").text


def test_a_rate_has_a_base_that_is_asked_for_in_the_same_form() -> None:
    named = [
        rate for flow in CATALOG.workflows.values() for form in flow.forms.values() for rate in rates_of(form).values()
    ]
    assert {"排查率", "建档率", "签订率", "到会率", "到课率", "合格率", "知晓率"} <= {rate.title for rate in named}


def test_what_an_inspection_finds_becomes_the_units_rectification(site: Site) -> None:
    definition, ref = CATALOG.workflows["inspection"], site.world.task("inspection", "east")["ref"]
    record = filled(definition.forms["inspection_record"], definition, today="2026-03-02")
    assert take(site, "sup1", ref, "record", record).status_code == 302
    (item,) = site.world.rows("SELECT ref, unit_id FROM task WHERE workflow_key = 'rectification'")
    assert item["unit_id"] == site.world.task("inspection", "east")["unit_id"]
    assert f'href="/tasks/{item["ref"]}"' in site.browser(UNIT).get(f"/tasks/{ref}").text
    assert ("clerk-east", "passed_on") in {(who, message) for _, who, message in site.world.told()}
