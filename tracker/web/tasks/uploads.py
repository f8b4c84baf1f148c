"""Files that come with a form: each is stored at once, so that a mistake elsewhere in the form does not lose it."""

from __future__ import annotations

from flask import request

from tracker.domain.errors import AttachmentRefused, FieldProblem
from tracker.web.forms import read_given
from tracker.web.requests import container, viewer

UPLOAD_SUFFIX = "__upload"


def read_with_files(ref: str, task_id: int) -> tuple[dict[str, object], list[FieldProblem]]:
    """Return the posted form with its files stored, and what was refused.

    A file of somebody who may not act here is not even stored; the act itself is refused anyway.
    """
    given = read_given(request.form)
    if any(file.filename for file in request.files.values()) and may_attach(ref):
        return store_posted_files(given, task_id=task_id)
    return given, []


def may_attach(ref: str) -> bool:
    """Tell whether the viewer may now take a transition that has a form: only then a file can go anywhere."""
    return any(transition.form for transition in container().tasks.allowed(viewer(), ref))


def store_posted_files(given: dict[str, object], *, task_id: int) -> tuple[dict[str, object], list[FieldProblem]]:
    """Store the files of the posted form; return `given` with their refs added, and what was refused."""
    kept, problems = dict(given), []
    for name in list(request.files):
        field = name.removesuffix(UPLOAD_SUFFIX)
        refs = _listed(kept.get(field))
        for file in request.files.getlist(name):
            if not file.filename or not name.endswith(UPLOAD_SUFFIX):
                continue
            try:
                stored = container().attachments.store(
                    viewer(), task_id=task_id, file_name=file.filename, content=file.read()
                )
            except AttachmentRefused as refused:
                problems.append(FieldProblem(field, f"“{shown_name(file.filename)}”没有收下：{refused.sentence}"))
            else:
                refs.append(stored.ref)
        kept[field] = refs
    return kept, problems


def shown_name(file_name: str) -> str:
    """Return a file's name without folders and at a readable length."""
    bare = file_name.replace("\\", "/").rsplit("/", 1)[-1]
    return bare if len(bare) <= 40 else f"{bare[:25]}…{bare[-12:]}"


def _listed(raw: object) -> list[str]:
    if isinstance(raw, list | tuple):
        return [str(one) for one in raw if one]
    return [str(raw)] if raw else []
