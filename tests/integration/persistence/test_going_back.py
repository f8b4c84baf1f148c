"""Going back to an earlier release with rows present: it succeeds, or refuses with a sentence and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import alembic.command
import pytest
from alembic.util import CommandError
from sqlalchemy import text

from tests.support.late_village import draft, late_village, sign
from tests.support.world import World
from tracker.cli.db import alembic_config

UNOPENED = (
    "INSERT INTO firing (clock_id, task_id, occurrence, rung, rung_name, cause, act, fell_due_at, fired_at)"
    " SELECT clock_id, task_id, occurrence, 99, rung_name, 'unopened', act, fell_due_at, fired_at FROM firing LIMIT 1"
)

VOIDED = (
    "INSERT INTO recorded_occurrence (ref, campaign_id, unit_id, kind, occurred_on, count, recorded_by, recorded_at,"
    " voided_at, voided_by, void_reason)"
    " SELECT 'QK-2026-0001', c.id, u.id, 'fire', '2026-03-05', 1, p.id, now(), now(), p.id, '重复登记'"
    " FROM campaign c, unit u, person p LIMIT 1"
)


@contextmanager
def with_an_issued_paper(url: str, *statements: str) -> Iterator[World]:
    with late_village(url) as world:
        sign(world, draft(world))
        world.container.deliver()
        with world.container.uows() as uow:
            for statement in statements:
                uow.session.execute(text(statement))
            uow.commit()
        yield world


def go_back(world: World, revision: str) -> None:
    world.container.close()
    alembic.command.downgrade(alembic_config(world.database_url), revision)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("statement", "undone", "revision", "said"),
    [
        ("UPDATE notice_item SET agreed_at = now()", "UPDATE notice_item SET agreed_at = NULL", "0016_receiving", "约谈商定事项"),
        (UNOPENED, None, "0014_rounds", "无人拆阅的触发"),
        (VOIDED, "DELETE FROM recorded_occurrence", "0010_former_cadences", "1条作废的情况登记"),
    ],
)  # fmt: skip
def test_what_the_earlier_release_cannot_hold_is_not_lost_but_refused(
    fresh_database_url: str, statement: str, undone: str | None, revision: str, said: str
) -> None:
    with with_an_issued_paper(fresh_database_url, statement) as world:
        with pytest.raises(CommandError, match=said):
            go_back(world, revision)
        if undone is None:
            return
        with world.container.uows() as uow:
            uow.session.execute(text(undone))
            uow.commit()
        go_back(world, revision)
        assert world.value("SELECT version_num FROM alembic_version") == revision


def test_messages_to_groups_go_and_what_was_reported_of_them_stays(fresh_database_url: str) -> None:
    to_a_group = (
        "UPDATE delivery SET person_id = NULL, receiver = '工作群', channel = 'group:工作群' WHERE id = (SELECT min(id) FROM delivery)",
        "INSERT INTO receipt (channel, provider_id, ref, code, meaning, sentence, how, times, delivery_id, received_at)"
        " SELECT channel, 'p1', 'r1', 'OK', 'delivered', '', 'callback', 1, id, now() FROM delivery WHERE person_id IS NULL",
    )
    with with_an_issued_paper(fresh_database_url, *to_a_group) as world:
        go_back(world, "0011_void_occurrences")
        assert world.rows("SELECT delivery_id, code FROM receipt") == [{"delivery_id": None, "code": "OK"}]
        assert world.value("SELECT count(*) FROM delivery WHERE person_id IS NULL") == 0


def test_answers_that_were_kept_before_they_were_masked_are_masked_by_the_update(fresh_database_url: str) -> None:
    said = "收件人被发信服务器拒绝（550 <li.ming@town.example>: 13800138000 unknown；另见 m***@town.example）"
    unmasked = (
        f"UPDATE delivery SET status = 'failed', reason = '{said}', provider_id = '250 taken for li.ming@town.example'",
        "INSERT INTO receipt (channel, provider_id, ref, code, meaning, sentence, how, times, received_at)"
        f" VALUES ('sms', '13800138000', 'r1', 'X', 'lost', '{said}', 'callback', 1, now())",
        "UPDATE incident SET sentence = 'office@town.example'",
        "INSERT INTO incident (kind, subject, sentence, times, first_at, last_at)"
        f" VALUES ('delivery_failed', 's', '{said}', 1, now(), now())",
        f"INSERT INTO channel_state (channel, reason, stopped, failures) VALUES ('sms', '{said}', false, 0)",
    )
    masked = "收件人被发信服务器拒绝（550 <l***@town.example>: 138****8000 unknown；另见 m***@town.example）"
    with with_an_issued_paper(fresh_database_url, *unmasked) as world:
        events = world.value("SELECT count(*) FROM event")
        go_back(world, "0026_accept_proposals")
        for _ in range(2):
            alembic.command.upgrade(alembic_config(world.database_url), "head")
            assert world.rows("SELECT DISTINCT reason, provider_id FROM delivery") == [
                {"reason": masked, "provider_id": "250 taken for l***@town.example"}
            ]
            assert world.rows("SELECT provider_id, sentence FROM receipt") == [
                {"provider_id": "13800138000", "sentence": masked}
            ]
            assert world.value("SELECT reason FROM channel_state WHERE channel = 'sms'") == masked
            assert world.value("SELECT sentence FROM incident WHERE subject = 's'") == masked
            alembic.command.downgrade(alembic_config(world.database_url), "0026_accept_proposals")
        assert world.value("SELECT count(*) FROM event") == events


@pytest.mark.slow
def test_the_update_counts_the_tasks_that_were_there_and_tells_papers_from_duties(fresh_database_url: str) -> None:
    with with_an_issued_paper(fresh_database_url) as world:
        papers = world.value("SELECT count(*) FROM task WHERE paper")
        go_back(world, "0029_find_to_accept")
        with world.container.uows() as uow:
            uow.session.execute(text("UPDATE task SET sent_back = NOT sent_back"))  # the earlier release still works
            uow.commit()
        alembic.command.upgrade(alembic_config(world.database_url), "head")
        assert papers == world.value("SELECT count(*) FROM task WHERE paper") > 0
        with world.container.uows() as uow:
            assert uow.tallies.wrong() == 0
        assert world.value("SELECT sum(tasks) FROM tally") == world.value("SELECT count(*) FROM task WHERE NOT paper")
