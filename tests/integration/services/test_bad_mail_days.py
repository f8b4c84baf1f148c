"""Days on which the mail server behaves badly, before a real one: a sentence each, and nothing lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.integration.delivery.test_email import Inbox, courier, dropping_server, smtp_server
from tests.support.kept import standing_world
from tests.support.outgoing import Outgoing
from tests.support.world import World
from tracker.persistence.queries.outbox import find_outbox

pytestmark = pytest.mark.enable_socket


class Changing(Inbox):
    """Answers the content with one line after another, and takes everything at last."""

    def __init__(self, *answers: str) -> None:
        super().__init__()
        self.answers = list(answers)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.to_data = self.answers.pop(0) if self.answers else "250 Queued"
        return await super().handle_DATA(server, session, envelope)


@standing_world(shown=lambda world: Outgoing(world, "p0"))
def out(_: World) -> None:
    """People and lines, and no campaign."""


def work(out: Outgoing, port: int, hours: float = 1) -> None:
    made = out.deliveries(channel="email", couriers={"email": courier(port)})
    made.gather()
    end = out.world.clock.now() + timedelta(hours=hours)
    while (upcoming := made.next_moment()) is not None and upcoming <= end:
        out.world.clock.set(max(out.world.clock.now(), upcoming))
        made.send_due()


def test_a_server_that_answers_451_and_then_250_gets_the_mail_once(out: Outgoing) -> None:
    inbox = Changing("451 4.3.0 Try again later")
    out.tell("p0")
    with smtp_server(inbox) as port:
        made = out.deliveries(channel="email", couriers={"email": courier(port)})
        made.gather()
        made.send_due()
        waits = out.newest()
        assert (waits["status"], "451" in waits["reason"]) == ("gathered", True)
        work(out, port)
    (mail,) = inbox.taken
    sent = out.newest()
    assert (sent["status"], sent["attempts"], mail["Message-ID"]) == ("accepted", 2, sent["message_id"])
    assert out.incidents("delivery_failed") == []


@pytest.mark.parametrize(("message", "status"), [("remind", "unknown"), ("served", "accepted")])
def test_a_line_that_drops_after_the_content_leaves_a_sentence_and_only_a_paper_goes_once_more(
    out: Outgoing, message: str, status: str
) -> None:
    out.tell("p0", message)
    with dropping_server("data") as port:
        made = out.deliveries(channel="email", couriers={"email": courier(port)})
        made.gather()
        made.send_due()
    assert "不明" in out.newest()["reason"] or "不知道对方是否收到" in out.newest()["reason"]
    inbox = Inbox()
    with smtp_server(inbox) as port:
        work(out, port)
    assert out.newest()["status"] == status
    assert [mail["X-Tracker-Resent"] for mail in inbox.taken] == (["1"] if status == "accepted" else [])


@pytest.mark.slow
def test_a_server_that_refuses_everybody_leaves_a_sentence_for_each_and_the_next_day_all_can_go_again(
    out: Outgoing,
) -> None:
    many = 300
    out.change(
        "INSERT INTO person (name, email_cipher, created_at) SELECT 'm' || n, p.email_cipher, p.created_at"
        " FROM generate_series(1, :many) n CROSS JOIN person p WHERE p.name = 'p0'", many=many,
    )  # fmt: skip
    out.change(
        "INSERT INTO told (cause, person_id, message, facts, grave, created_at)"
        " SELECT 'all:1', id, 'trial', '{}', false, :now FROM person", now=out.world.clock.now(),
    )  # fmt: skip
    with smtp_server(Inbox(to_rcpt="550 relay denied")) as port:
        work(out, port)
    with out.world.container.reading() as session:
        failed = find_outbox(session, statuses=["failed"], size=5)
    assert failed.total == many + 1
    assert all("550 relay denied" in row.reason for row in failed.rows)
    assert len(out.incidents("delivery_failed")) == many + 1
    assert out.world.value("SELECT count(*) FROM contact_trouble") == 0  # a plain 550 may be our own server's word
    for row in failed.rows:
        out.world.container.outbox.retry(None, row.ref)
    inbox = Inbox()
    with smtp_server(inbox) as port:
        work(out, port)
    assert len(inbox.taken) == len(failed.rows)
