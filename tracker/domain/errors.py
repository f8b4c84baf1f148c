"""The errors a person can meet, each with a stable code and a sentence that says what to do.

The web maps `code` to an HTTP status in one table (`web/errors.py`); the command line prints the
sentence. A sentence is Chinese because the people who read it work in Chinese offices.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tracker.domain.provider_codes import FATAL, Verdict


class TrackerError(Exception):
    """Root of every error this project raises on purpose."""

    code = "tracker_error"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class NotFound(TrackerError):
    """The thing does not exist, or the actor may not know that it does. Both answer 404."""

    code = "not_found"


class NotAllowed(TrackerError):
    """The actor sees the thing but may not do this to it."""

    code = "not_allowed"


class TransitionNotAllowed(TrackerError):
    """The task is in a state from which this transition does not lead, or a guard refused it."""

    code = "transition_not_allowed"


class StaleVersion(TrackerError):
    """Somebody acted first; the page was older than the row (DESIGN.md §3.10)."""

    code = "stale_version"


class CannotRehearse(TrackerError):
    """A campaign cannot be lived through beforehand here; nothing was begun."""

    code = "cannot_rehearse"


@dataclass(frozen=True)
class FieldProblem:
    """One thing wrong with one input. `field` is the form field's name, or "row 3 / kind" style for rows."""

    field: str
    sentence: str


class InvalidInput(TrackerError):
    """What was typed cannot be taken; nothing changed and nothing typed is lost."""

    code = "invalid_input"

    def __init__(
        self, problems: Sequence[FieldProblem], sentence: str = "有填写不对的地方，请按提示修改后再提交。"
    ) -> None:
        super().__init__(sentence)
        self.problems = tuple(problems)

    def by_field(self) -> Mapping[str, str]:
        """Return the first sentence for each field."""
        found: dict[str, str] = {}
        for problem in self.problems:
            found.setdefault(problem.field, problem.sentence)
        return found


class DefinitionInvalid(TrackerError):
    """A workflow, ladder or campaign file is wrong; `problems` name file, path, reason and the nearest right word."""

    code = "definition_invalid"

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class CannotIssue(TrackerError):
    """A campaign or notice cannot be issued yet; `reasons` lists all that stands in the way."""

    code = "cannot_issue"

    def __init__(self, sentence: str, reasons: Sequence[str]) -> None:
        super().__init__(sentence)
        self.reasons = tuple(reasons)


class PaperAltered(TrackerError):
    """What is stored of an issued paper is not what was approved: it is not printed as if it were."""

    code = "paper_altered"


class SlipRefused(TrackerError):
    """A slip of paper cannot be signed for by: one sentence for whatever is wrong with it."""

    code = "slip_refused"


class VisitCodeRefused(TrackerError):
    """A code proves no visit at this unit: one sentence for whatever is wrong with it."""

    code = "visit_code_refused"


class CannotChange(TrackerError):
    """A running campaign cannot be changed so; `reasons` lists all that stands in the way. Nothing was changed."""

    code = "cannot_change"

    def __init__(self, sentence: str, reasons: Sequence[str]) -> None:
        super().__init__(sentence)
        self.reasons = tuple(reasons)


class TemplateRefused(TrackerError):
    """An office's Word template cannot be used; `problems` say what and where, each as a sentence."""

    code = "template_refused"

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("这个模板不能用，没有启用。")
        self.problems = tuple(problems)


class LoginRefused(TrackerError):
    """Wrong name or password, a locked account, or too many tries."""

    code = "login_refused"


class AttachmentRefused(TrackerError):
    """A file cannot be taken: too large, not what it says, or of a kind that is never taken."""

    code = "attachment_refused"


class DeliveryFailed(TrackerError):
    """A message was not accepted. `permanent` says that trying again is useless.

    `unknown` says that the other side may have taken it all the same (the line dropped after the data).
    `verdict` is what the provider's code means, where it gave one.
    """

    code = "delivery_failed"

    def __init__(
        self, sentence: str, *, permanent: bool, unknown: bool = False, verdict: Verdict | None = None
    ) -> None:
        super().__init__(sentence)
        self.permanent = permanent
        self.unknown = unknown
        self.verdict = verdict

    @classmethod
    def judged(cls, verdict: Verdict) -> DeliveryFailed:
        """Return the failure that a provider's answer amounts to."""
        return cls(verdict.sentence, permanent=verdict.meaning in FATAL, verdict=verdict)
