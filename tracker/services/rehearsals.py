"""An office lets the campaign of a plan draft be lived through before it makes it. In the background, one at a time."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO, Any

from tracker.domain.campaign_file import CampaignFile
from tracker.domain.errors import FieldProblem, InvalidInput, TrackerError
from tracker.domain.inputs import cleaned
from tracker.domain.permissions import Viewer
from tracker.domain.rehearsal import Assumption, Outcome, why_too_large
from tracker.persistence.models import LedgerExport
from tracker.services.background_files import (
    Asked,
    BackgroundFileService,
    Described,
    ExportStatus,
    Progress,
)
from tracker.services.context import Floor
from tracker.services.plan_drafts import PlanDraftService
from tracker.services.rehearsing import Assumed, MovedClock, Stage, days_from, first_moment, live

KIND = "rehearsal"
#: A worker has other things to do; what is not lived through by then is left out, and the outcome says so.
LONGEST = timedelta(minutes=8)
LONGEST_SEED = 20


@dataclass(frozen=True)
class Rehearsal:
    """The latest rehearsal of a draft: how far it is; once it is done what came of it, or why it was refused."""

    status: ExportStatus
    revision: int
    assumption: Assumption
    seed: str
    outcome: Outcome | None = None
    refused: tuple[str, ...] = ()


class RehearsalService:
    """Everything here is of the viewer's own office, and what came of a rehearsal is for who asked for it alone.

    `scene` gives the stage: a database that is thrown away, with the present units, posts and definitions.
    """

    def __init__(
        self, floor: Floor, files: BackgroundFileService, drafts: PlanDraftService, *,
        scene: Callable[[MovedClock], AbstractContextManager[Stage]],
    ) -> None:  # fmt: skip
        self._floor, self._files, self._drafts, self._scene = floor, files, drafts, scene
        files.serve([KIND], self)

    def ask(self, viewer: Viewer, ref: str, *, assumption: str, seed: str) -> None:
        """Let a draft be lived through in the background. Asking twice makes one rehearsal.

        Raises NotFound, InvalidInput while questions are open, for an assumption that there is none or a plan that is
        too large, or TransitionNotAllowed while another is under way.
        """
        seed = cleaned(seed) or "1"
        if assumption not in list(Assumption):
            raise InvalidInput([FieldProblem("assumption", "请选择一种假设。")])
        if len(seed) > LONGEST_SEED:
            raise InvalidInput([FieldProblem("seed", f"种子最多{LONGEST_SEED}个字，现在是{len(seed)}个。")])
        ready = self._drafts.ready(viewer, ref)
        if why := why_too_large(ready.tasks, Assumption(assumption)):
            raise InvalidInput([FieldProblem("assumption", why)])
        days = days_from(first_moment(ready.file, now=self._floor.clock.now()), ready.file)
        if not days:
            raise InvalidInput([FieldProblem("assumption", "行动的结束日期已经过去，没有可试的日子。请改结束日期。")])
        filters = {"draft": ref, "revision": ready.revision, "assumption": assumption, "seed": seed}
        self._files.ask(viewer, Asked(KIND, filters, days), record=lambda uow: None, one_at_a_time=True)

    def latest(self, viewer: Viewer, ref: str) -> Rehearsal | None:
        """Return the viewer's latest rehearsal of a draft, None where there is none; raises NotFound."""
        self._drafts.check_visible(viewer, ref)
        status = self._files.latest(viewer, KIND, {"draft": ref})
        if status is None:
            return None
        asked = status.filters
        found = Rehearsal(status, int(asked["revision"]), Assumption(asked["assumption"]), str(asked["seed"]))
        if status.state != "done":
            return found
        plain: dict[str, Any] = json.loads(b"".join(self._files.open(viewer, status.ref)))
        if "refused" in plain:
            return Rehearsal(status, found.revision, found.assumption, found.seed, refused=tuple(plain["refused"]))
        return Rehearsal(status, found.revision, found.assumption, found.seed, Outcome.from_plain(plain))

    def cancel(self, viewer: Viewer, ref: str) -> None:
        """Stop the latest rehearsal of a draft, or forget it. Raises NotFound; nothing happens where there is none."""
        self._drafts.check_visible(viewer, ref)
        status = self._files.latest(viewer, KIND, {"draft": ref})
        if status is not None:
            self._files.take_back(viewer, status.ref)

    def live(
        self, file: CampaignFile, assumed: Assumed, *, start: datetime, tick: Callable[[int], None],
        longest: timedelta | None = None,
    ) -> Outcome:  # fmt: skip
        """Live a campaign file through on a stage of its own from `start` on; see `rehearsing.live`.

        Raises CannotRehearse or InvalidInput. The real database is read once and not written.
        """
        real_now = self._floor.clock.real_now
        until = None if longest is None else real_now() + longest
        with self._scene(MovedClock(start)) as stage:
            return live(stage, file, assumed, tick=tick, expired=lambda: until is not None and real_now() > until)

    def describe(self, export: LedgerExport) -> Described:
        """Return how the outcome is called."""
        return Described(
            f"试运行 {export.filters['draft']}", "rehearsal.json", "application/json", "天", "请换一种假设再试"
        )

    def make(self, viewer: Viewer, export: LedgerExport, progress: Progress) -> IO[bytes]:
        """Live the campaign through and return what came of it as JSON, or the sentences that refuse it."""
        asked: Mapping[str, Any] = export.filters
        assumed = Assumed(Assumption(asked["assumption"]), str(asked["seed"]))
        try:
            ready = self._drafts.ready(viewer, str(asked["draft"]))
            start = first_moment(ready.file, now=self._floor.clock.now())
            return _json(self.live(ready.file, assumed, start=start, tick=progress, longest=LONGEST).to_plain())
        except InvalidInput as wrong:
            return _json({"refused": [problem.sentence for problem in wrong.problems] or [wrong.sentence]})
        except TrackerError as refused:
            return _json({"refused": [refused.sentence]})


def _json(plain: Mapping[str, Any]) -> IO[bytes]:
    return io.BytesIO(json.dumps(plain, ensure_ascii=False).encode())
