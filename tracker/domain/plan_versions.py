"""A newer text of a plan beside the running campaign: which measure is which, and what differs. Pure.

Nothing is decided here. Each difference is something that a person may accept; what was accepted becomes edits of the
listed change set (`domain.changing`), which judges them. A measure that the newer text does not seem to hold is no more
than a suggestion to withdraw it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from unicodedata import normalize

from tracker.domain.bigrams import bigrams
from tracker.domain.cadence import MONTHS, Cadence
from tracker.domain.changing import ChangeKind, Edit, MeasureState
from tracker.domain.deadlines import Phase
from tracker.domain.measure_dues import printed_day
from tracker.domain.timings import Timing

#: Texts that share so much of their words are one measure; with the same number in the outline less is enough.
ALIKE, ALIKE_AT_SAME_PLACE = 0.5, 0.25
#: A pair that shares less than this is shown as unsure.
SURE = 0.7


@dataclass(frozen=True)
class Proposed:
    """A measure as the newer text has it. None = not read: `due` no time, `units` (keys) no unit that is known here.

    `lead` = the unit that leads a joint duty; `strange` = printed names that nobody here is called by.
    """

    ordinal: str
    title: str
    text: str
    workflow: str
    due: Timing | None
    units: tuple[str, ...] | None
    lead: str | None = None
    strange: tuple[str, ...] = ()

    @property
    def duties(self) -> tuple[tuple[str, str], ...]:
        """Return (unit key, role) as a new measure would have them."""
        if self.lead is None:
            return tuple((key, "each") for key in self.units or ())
        return ((self.lead, "lead"), *((key, "support") for key in self.units or () if key != self.lead))


@dataclass(frozen=True)
class Difference:
    """One thing that differs. `edit` None = cannot be accepted as it is, `why` says why; `sure` = taken unless left.

    The duties of an edit of UNITS_ADDED are who joins, of UNITS_REMOVED who leaves: see `combined`.
    """

    kind: ChangeKind
    present: MeasureState | None
    proposed: Proposed | None
    edit: Edit | None
    sure: bool = True
    why: str = ""


def match(present: Sequence[MeasureState], proposed: Sequence[Proposed]) -> dict[int, tuple[int, float]]:
    """Return proposed index → (present index, how alike), each measure once, the most alike first."""
    old, new = [set(bigrams(one.text)) for one in present], [set(bigrams(one.text)) for one in proposed]
    scored = []
    for i, have in enumerate(present):
        for j, want in enumerate(proposed):
            alike = _alike(old[i], new[j])
            same_place = bool(have.ordinal) and plain(have.ordinal) == plain(want.ordinal)
            same_units = bool(want.units) and set(want.units or ()) == set(have.duties)
            if alike >= (ALIKE_AT_SAME_PLACE if same_place else ALIKE):
                scored.append((-(alike + 0.1 * same_place + 0.1 * same_units), i, j, alike))
    found: dict[int, tuple[int, float]] = {}
    taken: set[int] = set()
    for _, i, j, alike in sorted(scored):
        if i not in taken and j not in found:
            taken.add(i)
            found[j] = (i, alike)
    return found


def compare(
    present: Sequence[MeasureState], proposed: Sequence[Proposed], phases: Mapping[str, Phase], new_keys: Iterable[str]
) -> list[Difference]:
    """Return what differs, in the order of the newer text, what it does not hold last."""
    pairs, keys = match(present, proposed), iter(new_keys)
    found: list[Difference] = []
    for number, want in enumerate(proposed):
        if number in pairs:
            index, alike = pairs[number]
            found += _between(present[index], want, alike, phases)
        else:
            found.append(_added(want, keys))
    matched = {index for index, _ in pairs.values()}
    why = "新的文本里没有找到这项措施。确实不再要求的，勾选后撤回；只是换了写法的，不要勾选。"
    found += [
        Difference(ChangeKind.WITHDRAWN, have, None, Edit("withdraw", have.key), sure=False, why=why)
        for index, have in enumerate(present)
        if index not in matched
    ]
    return found


def combined(present: Sequence[MeasureState], chosen: Sequence[tuple[ChangeKind, Edit]]) -> list[Edit]:
    """Return the edits of what was accepted; who joins and who leaves one measure become one edit."""
    duties: dict[str, dict[str, str]] = {}
    edits: list[Edit] = []
    before = {one.key: one for one in present}
    for kind, edit in chosen:
        if kind not in (ChangeKind.UNITS_ADDED, ChangeKind.UNITS_REMOVED) or edit.key not in before:
            edits.append(edit)
            continue
        mine = duties.setdefault(edit.key, dict(before[edit.key].duties))
        for key, role in edit.duties or ():
            if kind is ChangeKind.UNITS_ADDED:
                mine.setdefault(key, role)
            else:
                mine.pop(key, None)
    return [*edits, *(Edit("edit", key, duties=tuple(mine.items())) for key, mine in duties.items())]


def plain(words: str) -> str:
    """Return words as they are compared: without white space and signs, with half-width letters."""
    return "".join(sign for sign in normalize("NFKC", words).casefold() if sign.isalnum())


def _between(have: MeasureState, want: Proposed, alike: float, phases: Mapping[str, Phase]) -> list[Difference]:
    unsure = "" if alike >= SURE else "两处文字相差较大，请核对是不是同一项措施。"
    found = [*_wording(have, want), *_timing(have, want, phases), *_units(have, want)]
    return [replace(one, sure=False, why=one.why or unsure) for one in found] if unsure else found


def _wording(have: MeasureState, want: Proposed) -> Iterator[Difference]:
    moved = bool(want.ordinal) and plain(want.ordinal) != plain(have.ordinal)
    ordinal = want.ordinal if moved else None
    if plain(have.text) != plain(want.text):
        yield Difference(
            ChangeKind.REWORDED, have, want, Edit("edit", have.key, text=want.text[:2000], ordinal=ordinal)
        )
    elif moved:
        edit = Edit("edit", have.key, ordinal=ordinal)
        yield Difference(ChangeKind.REWORDED, have, want, edit, sure=False, why="只有序号变了，文字没有变。")


def _timing(have: MeasureState, want: Proposed, phases: Mapping[str, Phase]) -> Iterator[Difference]:
    if want.due is None or _same_time(have.due, want.due, phases):
        return
    if isinstance(have.due, Cadence) != isinstance(want.due, Cadence):
        why = "一次性的不能在进行中改为按期报送，反过来也不能。请撤回这项措施，另加一项。"
        yield Difference(ChangeKind.REDATED, have, want, None, sure=False, why=why)
    else:
        yield Difference(ChangeKind.REDATED, have, want, Edit("edit", have.key, due=want.due))


def _units(have: MeasureState, want: Proposed) -> Iterator[Difference]:
    if want.units is None or want.strange:
        return
    wanted = dict(want.duties)
    lead = next((key for key, role in have.duties.items() if role == "lead"), None)
    role = "each" if lead is None else "support"
    joining = tuple((key, role) for key in wanted if key not in have.duties)
    leaving = tuple((key, role) for key, role in have.duties.items() if key not in wanted)
    if joining:
        yield Difference(ChangeKind.UNITS_ADDED, have, want, Edit("edit", have.key, duties=joining))
    if lead is not None and lead not in wanted:
        why = "牵头单位不能在进行中更换。请撤回这项措施，另加一项。"
        yield Difference(ChangeKind.UNITS_REMOVED, have, want, None, sure=False, why=why)
    elif leaving:
        yield Difference(ChangeKind.UNITS_REMOVED, have, want, Edit("edit", have.key, duties=leaving))


def _added(want: Proposed, keys: Iterator[str]) -> Difference:
    lacking = ["没有读出时限"] if want.due is None else []
    lacking += [f"“{name}”没有对上系统里的单位" for name in want.strange]
    lacking += ["没有读出责任单位"] if not want.units and not want.strange else []
    if lacking:
        return Difference(ChangeKind.ADDED, None, want, None, sure=False, why="；".join(lacking) + "。请填好后再增加。")
    edit = Edit(
        "add", next(keys), ordinal=want.ordinal[:20] or "新增", title=want.title[:100] or want.text[:30],
        text=want.text[:2000], workflow=want.workflow, due=want.due, duties=want.duties,
    )  # fmt: skip
    return Difference(ChangeKind.ADDED, None, want, edit)


def _same_time(have: Timing, want: Timing, phases: Mapping[str, Phase]) -> bool:
    """Tell whether both ask for the same, however each is written: 5月底前 is 5月31日前, at whichever hour."""
    if isinstance(have, Cadence) or isinstance(want, Cadence):
        return isinstance(have, Cadence) and isinstance(want, Cadence) and _rhythm(have) == _rhythm(want)
    days = [printed_day(one, phases) for one in (have, want)]
    if days[0] is not None and days[1] is not None:
        return days[0][0] == days[1][0]
    return replace(have, cutoff=want.cutoff) == want


def _rhythm(cadence: Cadence) -> tuple[object, ...]:
    month = cadence.by_month or MONTHS.get(cadence.every)  # unsaid, it is the last one of the period
    return cadence.every, cadence.by_day, month, cadence.times, cadence.weekdays


def _alike(one: set[str], other: set[str]) -> float:
    """Return Dice's share of grams that two texts have in common."""
    return 2 * len(one & other) / (len(one) + len(other)) if one or other else 0.0
