"""What people write beside a form, and the private persons' numbers that they should not leave in it."""

from __future__ import annotations

from collections.abc import Mapping

from tracker.domain.definition import WorkflowDefinition
from tracker.domain.errors import FieldProblem, InvalidInput
from tracker.domain.inputs import cleaned
from tracker.domain.personal_numbers import CONFIRMATION, objection
from tracker.persistence.models import Task
from tracker.services.context import Floor

#: free texts beside the forms of workflow files, as the page calls them
FREE_TEXTS = {"reason": "理由", "progress": "目前进展", "text": "催办内容", "note": "要求和说明"}


def check_personal(definition: WorkflowDefinition, given: Mapping[str, object], **texts: str) -> None:
    """Raise InvalidInput for each free text beside a form that seems to hold a private person's number.

    `given` holds the ticks by which the person stands by a text; they count unless the work is confidential.
    """
    problems = []
    for name, text in texts.items():
        confirmed = given.get(name + CONFIRMATION) == "yes"
        if sentence := objection(cleaned(text), confirmed=confirmed, confidential=definition.confidential):
            problems.append(FieldProblem(name, f"{FREE_TEXTS[name]}{sentence}。"))
    if problems:
        raise InvalidInput(problems)


def refuse_personal(floor: Floor, task: Task, ticks: Mapping[str, object] | None, **texts: str) -> None:
    """Raise InvalidInput for each free text of an act on `task` that seems to hold a private person's number.

    `ticks` as `given` in `check_personal`.
    """
    check_personal(floor.catalog.workflow(task.workflow_version_id), ticks or {}, **texts)
