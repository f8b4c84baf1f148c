"""The inbox of whoever is signed in."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.web.auth import signed_in
from tracker.web.listing import asked, page_number, page_url
from tracker.web.requests import container, viewer

blueprint = Blueprint("inbox", __name__)

PAGE_SIZE = 30


@blueprint.get("/inbox")
@signed_in
def index() -> str:
    """Show what the person was told: what still waits and is unread, or (?all=1) everything."""
    everything = asked("all") is not None
    found = container().inboxes.read(viewer(), unread=not everything, page=page_number(), size=PAGE_SIZE)
    return render_template("inbox/index.html", found=found, everything=everything, url=page_url("inbox.index"))


@blueprint.get("/inbox/<int:told_id>")
@signed_in
def open_one(told_id: int) -> Response:
    """Mark one as read and go where it leads."""
    leads = container().inboxes.open(viewer(), told_id)
    if leads.notice_ref is not None:
        return redirect(url_for("notices.show", ref=leads.notice_ref))
    if leads.task_ref is not None:
        return redirect(url_for("tasks.show", ref=leads.task_ref))
    if leads.visit_ref is not None:
        return redirect(url_for("visits.show", ref=leads.visit_ref))
    return redirect(url_for("inbox.index", all=1))


@blueprint.post("/inbox/read")
@signed_in
def mark_read() -> Response:
    """Mark what was ticked as read, or everything."""
    everything = "all" in request.form
    ids = [int(one) for one in request.form.getlist("told") if one.isascii() and one.isdigit() and len(one) < 18]
    marked = container().inboxes.mark_read(viewer(), None if everything else ids[:PAGE_SIZE])
    flash(f"已将{marked}条标为已读。" if marked else "没有勾选未读的消息。", "success" if marked else "warning")
    return redirect(url_for("inbox.index"))
