"""The outbox of a sample database. Registered in samples only: elsewhere these routes do not exist."""

from __future__ import annotations

from flask import Blueprint, render_template

from tracker.domain.channels import CHANNEL_TITLES
from tracker.domain.delivery_states import STATUS_TITLES
from tracker.persistence.queries import outbox as queries
from tracker.web.auth import signed_in
from tracker.web.listing import asked, page_number, page_url
from tracker.web.requests import container

blueprint = Blueprint("outbox", __name__)

PAGE_SIZE = 30


@blueprint.get("/sample/outbox")
@signed_in
def index() -> str:
    """Show the deliveries, newest first."""
    channel, status = asked("channel", CHANNEL_TITLES), asked("status", STATUS_TITLES)
    typed = asked("person") or ""
    person_id = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 18 else None
    with container().reading() as session:
        found = queries.find_outbox(
            session,
            person_id=person_id,
            channel=channel,
            statuses=[status] if status else None,
            page=page_number(),
            size=PAGE_SIZE,
        )
        recipients = queries.find_recipients(session)
    return render_template(
        "outbox/index.html", found=found, channel=channel, status=status, person=person_id,
        url=page_url("outbox.index"),
        people=[(one.person_id, f"{one.name}（{one.deliveries}）") for one in recipients],
        channels=CHANNEL_TITLES, statuses=STATUS_TITLES,
    )  # fmt: skip
