"""Every error is a page with a sentence, never a stack trace."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from sqlalchemy import text

from tests.support.logs import written_log
from tests.support.world import World, morning, small_campaign
from tests.web.conftest import MEASURES, Site
from tracker.domain import errors as domain_errors
from tracker.domain.errors import CannotIssue, TrackerError
from tracker.web.assembly import assemble
from tracker.web.auth import check_routes, open_to_all
from tracker.web.errors import ANSWERS


def test_every_error_that_a_person_can_meet_has_an_answer() -> None:
    codes = {e.code for e in vars(domain_errors).values() if isinstance(e, type) and issubclass(e, TrackerError)}
    assert codes - {"tracker_error", "delivery_failed"} == set(ANSWERS)


def test_somebody_elses_page_and_a_page_that_is_not_there_look_the_same(site: Site) -> None:
    foreign = site.world.task("survey", "west")["ref"]
    browser = site.browser("clerk-east")
    for path in (f"/tasks/{foreign}", "/tasks/RW-2026-9999", "/workbench", "/admin/accounts", "/nothing"):
        answer = browser.get(path)
        assert answer.status_code == 404, path
        assert "没有" in answer.text


def test_an_unexpected_failure_shows_a_number_and_no_trace(site: Site) -> None:
    app: Flask = assemble(site.world.container)

    @open_to_all
    def broken() -> str:
        raise ZeroDivisionError("a secret of the code")

    app.add_url_rule("/broken", view_func=broken)
    answer = app.test_client().get("/broken")
    assert answer.status_code == 500
    assert "编号" in answer.text
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text


def test_what_stands_in_the_way_of_issuing_is_listed(site: Site) -> None:
    app: Flask = assemble(site.world.container)

    @open_to_all
    def refused() -> str:
        raise CannotIssue("还不能印发。", ["东村没有联络员。", "西村没有负责人。"])

    app.add_url_rule("/refused", view_func=refused)
    answer = app.test_client().get("/refused")
    assert answer.status_code == 409
    assert "东村没有联络员。" in answer.text
    assert "西村没有负责人。" in answer.text


def test_an_upload_beyond_all_limits_is_refused_in_words(site: Site) -> None:
    browser, task = site.browser("clerk-east"), site.world.task("survey", "east")
    site.app.config["MAX_CONTENT_LENGTH"] = limit = 100_000
    answer = browser.client.post(
        f"/tasks/{task['ref']}/report", data={"photos__upload": (io.BytesIO(b"0" * (limit + 1)), "a.jpg")},
        content_type="multipart/form-data",
    )  # fmt: skip
    assert answer.status_code == 413
    assert "太大" in answer.text


def test_a_route_that_does_not_say_who_may_use_it_stops_the_start(site: Site) -> None:
    app: Flask = assemble(site.world.container)
    app.add_url_rule("/forgotten", endpoint="forgotten", view_func=lambda: "")
    with pytest.raises(RuntimeError, match="forgotten"):
        check_routes(app)


def test_a_healthy_database_is_reported_and_metrics_stay_home(site: Site) -> None:
    client = site.app.test_client()
    health = client.get("/healthz")
    assert (health.status_code, health.get_json()["status"]) == (200, "ok")
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 404
    looked_after = site.browser("system").client
    assert looked_after.get("/metrics", environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 200


def test_a_database_behind_this_program_is_reported_as_failing(site: Site) -> None:
    with site.world.container.uows() as uow:
        uow.session.execute(text("ALTER TABLE told DROP COLUMN read_at"))
        uow.commit()
    health = site.app.test_client().get("/healthz")
    assert health.status_code == 503
    assert health.get_json()["missing_columns"] == 1


def test_a_production_database_has_no_route_that_moves_time(site: Site) -> None:
    assert not any("sample" in rule.rule for rule in site.app.url_map.iter_rules())
    assert site.browser("clerk-east").post("/sample/move", {"to": "day"}).status_code == 404


def test_the_log_holds_neither_names_nor_what_was_typed(site: Site) -> None:
    task = site.world.task("survey", "east")
    with written_log() as log:
        browser = site.browser("clerk-east")
        browser.post(f"/tasks/{task['ref']}/report", {"remark": "张三13800000000说的话"}, page=f"/tasks/{task['ref']}")
        browser.post("/login", {"username": "clerk-east", "password": "a wrong one"}, page="/login")
    written = log.getvalue()
    assert "web.request" in written
    for secret in ("张三", "13800000000", "a wrong one", "clerk-east"):
        assert secret not in written


def test_a_sample_shows_its_time_and_moves_by_known_steps_only(fresh_database_url: str) -> None:
    with World(fresh_database_url, start=morning("2026-03-02"), is_sample=True) as world:
        world.load(small_campaign(measures=MEASURES))
        browser = Site(world).browser("clerk-east")
        page = browser.get("/desk").text
        assert "演示数据" in page
        assert "2026年3月2日 08:30" in page
        assert browser.post("/sample/move", {"to": "yesterday"}).status_code == 404
