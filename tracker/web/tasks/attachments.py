"""Files of a task: sent ahead of the form by the page's script, and fetched again."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, jsonify, request
from werkzeug.wrappers import Response

from tracker.domain.errors import AttachmentRefused, NotAllowed
from tracker.domain.permissions import Action
from tracker.persistence.queries.task_page import get_file_place, get_task_page
from tracker.web.auth import requires
from tracker.web.errors import status_of
from tracker.web.requests import container, viewer
from tracker.web.tasks.uploads import may_attach

blueprint = Blueprint("attachments", __name__)

#: Shown in the browser; everything else is handed over as a file. None of these can run anything.
SHOWN_INLINE = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif", "application/pdf"})


@blueprint.post("/tasks/<ref>/attachments")
@requires(Action.SEE_TASK)
def upload(ref: str) -> tuple[Response, int]:
    """Store one file ahead of its form; answers JSON, for the page's script."""
    parts, who = container(), viewer()
    with parts.reading() as session:
        page = get_task_page(session, who, ref, now=parts.clock.now(), calendar=parts.calendars.newest())
    if not may_attach(ref):
        raise NotAllowed("这项任务现在不由您办理，不能上传附件。")
    file = request.files.get("file")
    try:
        if file is None or not file.filename:
            raise AttachmentRefused("没有收到文件，请重新选择。")
        stored = parts.attachments.store(who, task_id=page.head.id, file_name=file.filename, content=file.read())
    except AttachmentRefused as refused:
        return jsonify(sentence=refused.sentence), status_of(refused)
    return jsonify(ref=stored.ref, file_name=stored.file_name), 200


@blueprint.get("/attachments/<ref>")
@requires(Action.SEE_TASK)
def fetch(ref: str) -> Response:
    """Send a file to somebody who may see its task."""
    parts = container()
    with parts.reading() as session:
        place = get_file_place(session, viewer(), ref)
    opened = parts.attachments.open(ref, task_id=place.task_id)
    view = opened.view
    answer = Response(opened.chunks, mimetype=view.media_type)
    manner = "inline" if view.media_type in SHOWN_INLINE else "attachment"
    answer.headers["Content-Disposition"] = f"{manner}; filename*=UTF-8''{quote(view.file_name)}"
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'; frame-ancestors 'none'"
    answer.headers["Content-Length"] = str(view.size)
    return answer
