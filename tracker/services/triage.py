"""Several matters decided at once, with one reason: each in a transaction of its own, each with its own answer.

Who works off three hundred findings decides alike about many. Nothing is decided that the person did not see: drafts
carry the version of the page, and what somebody else moved meanwhile is answered as everywhere (DESIGN.md §3.10).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from tracker.domain.errors import CannotIssue, FieldProblem, InvalidInput, TrackerError
from tracker.domain.inputs import cleaned
from tracker.domain.permissions import Viewer
from tracker.services.claims import ClaimService, why_held
from tracker.services.merging import MergeService
from tracker.services.notices import NoticeService

MOST_AT_ONCE = 100
#: Steps of a draft that may be taken for many at once, and whether they need a reason.
STEPS = {"seal": False, "approve": False, "issue": False, "send_back": True, "discard": True}


@dataclass(frozen=True)
class Picked:
    """A draft as the person saw it."""

    ref: str
    version: int


@dataclass(frozen=True)
class Answer:
    """What became of one matter; `sentence` says why nothing did, or the number that a paper got."""

    ref: str
    done: bool
    sentence: str = ""


class TriageService:
    """Takes one decision about many findings or drafts. One that is refused does not hold up the others."""

    def __init__(self, notices: NoticeService, claims: ClaimService, merging: MergeService) -> None:
        self._notices, self._claims, self._merging = notices, claims, merging

    def step(self, viewer: Viewer, step: str, picked: Sequence[Picked], *, reason: str = "") -> tuple[Answer, ...]:
        """Take one of STEPS for each draft. Raises InvalidInput for a missing reason or too many at once."""
        if step not in STEPS:
            raise InvalidInput([], "没有这项批量操作。")
        _check(picked, reason, needed=STEPS[step])

        def take(one: Picked) -> str:
            taken = self._notices.apply_transition(
                viewer, notice_ref=one.ref, transition=step, expected_version=one.version, reason=reason
            )
            return taken.printed_number or ""

        return self._decide(viewer, [(one.ref, partial(take, one)) for one in picked])

    def waive(self, viewer: Viewer, refs: Sequence[str], *, reason: str) -> tuple[Answer, ...]:
        """Waive each finding with the same reason (有正当理由). Raises InvalidInput for a missing one."""
        _check(refs, reason, needed=True)

        def take(ref: str) -> str:
            self._notices.waive_finding(viewer, finding_ref=ref, reason=reason)
            return ""

        return self._decide(viewer, [(ref, partial(take, ref)) for ref in refs])

    def restore(self, viewer: Viewer, refs: Sequence[str]) -> tuple[Answer, ...]:
        """Take the waiving of findings back, as long as their draft is open."""
        _check(refs, "", needed=False)

        def take(ref: str) -> str:
            self._notices.restore_finding(viewer, finding_ref=ref)
            return ""

        return self._decide(viewer, [(ref, partial(take, ref)) for ref in refs])

    def merge(self, viewer: Viewer, one: Picked, *, into_ref: str) -> Answer:
        """Merge a draft into another one, unless somebody else of the team has either in hand."""
        held = self._claims.held_by_others(viewer, [into_ref])
        if held:
            return Answer(one.ref, done=False, sentence=f"要并入的{into_ref}，{why_held(held[into_ref])}")

        def take() -> str:
            merged = self._merging.merge(viewer, notice_ref=one.ref, expected_version=one.version, into_ref=into_ref)
            return f"{merged.lines}项并入{merged.into_ref}。"

        (answer,) = self._decide(viewer, [(one.ref, take)])
        return answer

    def _decide(self, viewer: Viewer, taking: Sequence[tuple[str, Callable[[], str]]]) -> tuple[Answer, ...]:
        """Take each that nobody else of the team has in hand, and let go of what was decided."""
        refs = [ref for ref, _ in taking]
        held = self._claims.held_by_others(viewer, refs)
        answers = tuple(
            Answer(ref, done=False, sentence=why_held(held[ref])) if ref in held else _answer(ref, take)
            for ref, take in taking
        )
        self._claims.release(viewer, refs)
        return answers


def _check(picked: Sequence[object], reason: str, *, needed: bool) -> None:
    problems = []
    if needed and not cleaned(reason):
        problems.append(FieldProblem("reason", "请写明理由，各项都用这一个理由。"))
    if not picked:
        problems.append(FieldProblem("pick", "还没有选中任何一项。"))
    if len(picked) > MOST_AT_ONCE:
        problems.append(FieldProblem("pick", f"一次最多办{MOST_AT_ONCE}项，现在选了{len(picked)}项，请分批办理。"))
    if problems:
        raise InvalidInput(problems)


def _answer(ref: str, take: Callable[[], str]) -> Answer:
    try:
        return Answer(ref, done=True, sentence=take())
    except CannotIssue as refused:
        return Answer(ref, done=False, sentence="".join([refused.sentence, *refused.reasons]))
    except TrackerError as refused:
        return Answer(ref, done=False, sentence=refused.sentence)
