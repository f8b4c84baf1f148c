"""What a unit writes to contest a paper or a line of it: its form and its filing, the same on the paper's and the duty's page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tracker.domain.errors import InvalidInput, NotAllowed, StaleVersion, TransitionNotAllowed
from tracker.domain.objections import OBJECTION
from tracker.services.objections import STATEMENT, Filed
from tracker.web.errors import status_of
from tracker.web.forms import FormView, KeptFile, field_id, present_form
from tracker.web.requests import container, viewer
from tracker.web.tasks.presenters import Attempt
from tracker.web.tasks.uploads import store_posted_files

CONTEST = "objection"
FILED = "申诉已提交。审查期间有关时限和升级暂停，结果会通知您。"


@dataclass(frozen=True)
class Statement:
    """The form; `target_id` and `target_error` are of the field that says what is contested, which each page draws."""

    form: FormView
    help: str
    target_id: str
    target_error: str


@dataclass(frozen=True)
class Refused:
    """A statement that was not filed: what the form shows again, and the status that answers."""

    attempt: Attempt
    status: int


def present_statement(attempt: Attempt, *, paper_task_id: int | None) -> Statement:
    """Return the form with what was typed, and the files that were put to the paper (None = none yet) and not sent."""
    parts = container()
    definition = parts.catalog.newest_workflow(OBJECTION)[1]
    stored = parts.attachments.find_for_task(task_id=paper_task_id) if paper_task_id is not None else []
    kept = [
        KeptFile(one.ref, one.file_name, one.media_type.startswith("image/"))
        for one in stored
        if one.submission_id is None
    ]
    form = present_form(
        definition.forms[STATEMENT], definition.forms, given=attempt.given, problems=attempt.problems, files=kept,
        scope=CONTEST,
    )  # fmt: skip
    return Statement(form, definition.help, field_id("target", CONTEST), attempt.error("target"))


def file_statement(
    given: dict[str, object], *, notice_ref: str, paper_task_id: int,
    picked: Callable[[Mapping[str, object]], tuple[int, int | None]],
) -> Filed | Refused:  # fmt: skip
    """File the posted form with its files, which are kept whatever else is wrong.

    `picked` returns the version of the paper that the page had, and the line (None = all of it); it may raise
    InvalidInput. Raises what the form cannot answer, such as NotFound.
    """
    given, problems = store_posted_files(given, task_id=paper_task_id)
    try:
        if problems:
            raise InvalidInput(problems)
        version, item_id = picked(given)
        return container().objections.file(
            viewer(), notice_ref=notice_ref, expected_version=version, given=given, item_id=item_id
        )
    except (InvalidInput, NotAllowed, StaleVersion, TransitionNotAllowed) as refused:
        listed = refused.problems if isinstance(refused, InvalidInput) else ()
        sentence = "" if listed else refused.sentence
        return Refused(Attempt(CONTEST, given, listed, sentence), status_of(refused))
