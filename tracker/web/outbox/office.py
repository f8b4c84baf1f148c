"""The outbox: what waits and why, what did not arrive, the proof of each message, and the channels."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from tracker.domain.channels import CHANNEL_TITLES, channel_title
from tracker.domain.delivery_states import STATUS_TITLES
from tracker.domain.errors import NotAllowed, NotFound
from tracker.domain.permissions import Action
from tracker.persistence.queries import outbox as queries
from tracker.web.auth import requires
from tracker.web.listing import asked, page_number, page_url
from tracker.web.requests import container, viewer
from tracker.web.showing import show_moment

blueprint = Blueprint("deliveries", __name__)

PAGE_SIZE = 50
#: Beside the statuses: what somebody should look at, and everything.
VIEWS = {"attention": "需要留意（未送达）", "all": "全部"}


@blueprint.get("/outbox")
@requires(Action.SEE_OUTBOX)
def index() -> str:
    """List deliveries, and how the channels stand."""
    parts = container()
    channel, sought = asked("channel", CHANNEL_TITLES), asked("q")
    status = asked("status", {**VIEWS, **STATUS_TITLES}) or "attention"
    statuses = None if status == "all" else queries.ATTENTION if status == "attention" else [status]
    now = parts.clock.now()
    with parts.reading() as session:
        found = queries.find_outbox(
            session, viewer(), channel=channel, statuses=statuses, sought=sought, page=page_number(), size=PAGE_SIZE
        )
        channels = queries.find_channels(session, parts.outbox.channels, others=True)
    resting = {one.channel: one for one in channels if one.rests(now)}
    waits = {one.id: why_it_waits(one, resting.get(one.channel), now) for one in found.rows}
    return render_template(
        "outbox/list.html", found=found, channels=channels, now=now, waits=waits, channel=channel, sought=sought or "",
        status=status, url=page_url("deliveries.index"), titles=CHANNEL_TITLES, price=_price(),
        receivers=parts.outbox.receivers, may_resume=parts.outbox.may_resume, in_use=parts.outbox.channels,
        statuses=[(key, title) for key, title in {**VIEWS, **STATUS_TITLES}.items() if key != "attention"],
        all_title=VIEWS["attention"],
    )  # fmt: skip


@blueprint.get("/outbox/<ref>")
@requires(Action.SEE_OUTBOX)
def show(ref: str) -> str:
    """Show one delivery: when what happened, what the provider reported, what it carries."""
    return _page(ref)


@blueprint.post("/outbox/<ref>/retry")
@requires(Action.SEE_OUTBOX)
def retry(ref: str) -> Response | tuple[str, int]:
    """Send it again."""
    try:
        container().outbox.retry(viewer(), ref)
    except NotAllowed as refused:
        return _page(ref, refused.sentence), 409
    flash("已排入发送队列。仍按免打扰时段和速度发出。", "success")
    return redirect(url_for("deliveries.show", ref=ref))


@blueprint.post("/outbox/channels/<channel>/resume")
@requires(Action.SEE_OUTBOX)
def resume(channel: str) -> Response:
    """Let a channel go on."""
    container().outbox.resume(viewer(), channel)
    flash(f"{channel_title(channel)}通道已恢复发送。", "success")
    return redirect(url_for("deliveries.index"))


@blueprint.post("/outbox/channels/<channel>/trial")
@requires(Action.SEE_OUTBOX)
def try_out_receiver(channel: str) -> Response:
    """Send a group or a system a message that says nothing."""
    container().outbox.try_out_receiver(viewer(), channel)
    flash(f"已向{channel_title(channel)}试发一条，结果在发件箱“全部”里看。", "success")
    return redirect(url_for("deliveries.index", status="all"))


@blueprint.post("/outbox/trial")
@requires(Action.SEE_OUTBOX)
def try_out() -> Response:
    """Send the viewer a message that says nothing."""
    container().outbox.try_out(viewer())
    flash("试发消息已排队，会发到您本人登记的邮箱和手机号；结果在发件箱“全部”里看。", "success")
    return redirect(url_for("deliveries.index", status="all"))


def why_it_waits(row: queries.OutboxRow, resting: queries.ChannelNow | None, now: datetime) -> str:
    """Return why a delivery has not gone out yet, as a sentence; empty for one that does not wait."""
    if row.status != "gathered":
        return ""
    if resting is not None:
        until = f"暂停到{show_moment(resting.paused_until)}" if resting.ends_by_itself else "已停发，等人恢复"
        return f"{resting.title}通道{until}：{resting.reason}"
    if row.next_try_at is not None and row.next_try_at > now:
        tried = f"已试{row.submissions}次，" if row.submissions else ""
        return f"{tried}{show_moment(row.next_try_at)}发送。{row.reason}"
    return "排队中，按通道速度依次发出。"


def _page(ref: str, refused: str = "") -> str:
    parts = container()
    now = parts.clock.now()
    with parts.reading() as session:
        item = queries.get_outbox_item(session, viewer(), ref)
        if item is None:
            raise NotFound("没有这条消息，或者您无权查看。")
        (state,) = queries.find_channels(session, [item.row.channel])
    row = item.row
    steps = [
        ("汇总", row.gathered_at), ("提交给服务商", row.submitted_at), ("服务商接收", row.accepted_at),
        ("送达", row.delivered_at),
    ]  # fmt: skip
    return render_template(
        "outbox/show.html", item=item, row=row, steps=[step for step in steps if step[1]], refused=refused,
        waits=why_it_waits(row, state if state.rests(now) else None, now), price=_price(),
        may_retry=row.status in ("gathered", "failed", "unknown"),
    )  # fmt: skip


def _price() -> float | None:
    sms = container().channels.sms
    return float(sms.price) if sms is not None and sms.price else None
