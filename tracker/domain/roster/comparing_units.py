"""Units and sets: what a file changes in the present tree, and what in it cannot be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from tracker.domain.campaign_file import MAX_SHORT_NAME, UNIT_KINDS
from tracker.domain.roster.changes import FieldChange, SetChange, UnitAfter, UnitChange
from tracker.domain.roster.entries import TOP, RosterFile, UnitEntry
from tracker.domain.roster.present import County, PresentUnit
from tracker.domain.roster.problems import RowProblem, nearest
from tracker.domain.roster.short_names import propose_short_name

DEFAULT_LEVEL = "member"


@dataclass
class UnitComparison:
    """Compares the units of one file. `after` = every unit, by code, as it will be."""

    county: County
    file: RosterFile
    problems: list[RowProblem] = field(default_factory=list)
    changes: list[UnitChange] = field(default_factory=list)
    sets: list[SetChange] = field(default_factory=list)
    after: dict[str, UnitAfter] = field(default_factory=dict)
    unchanged: int = 0

    def compare(self) -> None:
        """Fill changes and problems."""
        entries = self._without_doubles()
        self.after = {key: _as_it_is(unit) for key, unit in self.county.units.items() if unit.ended_on is None}
        last = max((unit.position for unit in self.after.values()), default=0)
        names = {key: unit.name for key, unit in self.after.items()}
        names |= {key: entry.name for key, entry in entries.items() if entry.name}
        for entry in entries.values():
            if (parent := self._parent(entry, entries)) is not None or entry.parent in (None, TOP):
                last += 1
                self.after[entry.key] = self._after(entry, parent, last, names)
            else:
                # Its parent is unknown; what else is wrong with the row is said all the same.
                self._after(entry, None, last, names)
        for entry in entries.values():
            if entry.key in self.after:
                self._note(entry)
        self._refuse_cycles(entries)
        self._refuse_same_names(entries)
        self._refuse_outside(entries)
        self._compare_sets()

    def _without_doubles(self) -> dict[str, UnitEntry]:
        found: dict[str, UnitEntry] = {}
        for entry in self.file.units:
            known = self.county.units.get(entry.key)
            if entry.key in found:
                row = found[entry.key].source.row.number
                self._wrong(entry, "key", f"编码 {entry.key} 与第{row}行重复。请给每个单位不同的编码。")
            elif known is not None and known.ended_on is not None:
                sentence = f"编码 {entry.key} 是已撤并的“{known.name}”（{known.ended_on}），不能再用。请换一个编码。"
                self._wrong(entry, "key", sentence)
            else:
                found[entry.key] = entry
        return found

    def _parent(self, entry: UnitEntry, entries: Mapping[str, UnitEntry]) -> str | None:
        """Return the code of the parent that a row names; None for no parent or one that is unknown."""
        wanted = entry.parent
        if wanted is None or wanted == TOP:
            return None
        if wanted == entry.key:
            self._wrong(entry, "parent", "上级编码写的是它自己。请写上一级单位的编码；最上一级写“无”。")
            return None
        if wanted in self.after or wanted in entries:
            return wanted
        named = [key for key, unit in self.after.items() if wanted in (unit.name, unit.short_name, *unit.aliases)]
        named += [key for key, other in entries.items() if wanted == other.name and key not in named]
        if len(named) == 1:
            hint = f"“{wanted}”的编码是 {named[0]}，请写编码。"
        else:
            known = [*self.after, *entries]
            hint = f"{nearest(wanted, known)}请核对编码，或先在本表中加上这个单位。"
        self._wrong(entry, "parent", f"没有编码为“{wanted}”的上级单位。{hint}")
        return None

    def _after(self, entry: UnitEntry, parent: str | None, last: int, names: Mapping[str, str]) -> UnitAfter:
        known = self.after.get(entry.key) if entry.key in self.county.units else None
        if known is not None:
            parent = parent if entry.parent is not None else known.parent_key
            return UnitAfter(
                entry.name or known.name, self._short_name(entry, known.short_name, names.get(parent or "", "")),
                entry.kind or known.kind, entry.level or known.level, parent,
                known.position if entry.position is None else entry.position,
                known.aliases if entry.aliases is None else tuple(sorted(entry.aliases)),
            )  # fmt: skip
        if entry.name is None:
            self._wrong(entry, "name", "新单位没有填写名称。请填上全称。")
        if entry.kind is None:
            listed = "、".join(UNIT_KINDS.values())
            self._wrong(entry, "kind", f"新单位没有填写类别。可填：{listed}。")
        short = self._short_name(entry, None, names.get(parent or "", ""))
        return UnitAfter(
            entry.name or entry.key, short, entry.kind or "other", entry.level or DEFAULT_LEVEL, parent,
            last if entry.position is None else entry.position, tuple(sorted(entry.aliases or ())),
        )  # fmt: skip

    def _short_name(self, entry: UnitEntry, known: str | None, parent_name: str) -> str:
        if entry.short_name is None:
            if known is not None:
                return known
            short = propose_short_name(entry.name or entry.key, parent_name)
            if short != (entry.name or entry.key):
                sentence = f"没有简称，暂用“{short}”（短信用，最多{MAX_SHORT_NAME}个字）。不合适请填上。"
                self.problems.append(entry.source.problem("short_name", sentence, grave=False))
            return short
        if len(entry.short_name) > MAX_SHORT_NAME:
            proposal = propose_short_name(entry.short_name, parent_name)
            sentence = f"简称有{len(entry.short_name)}个字，短信里最多{MAX_SHORT_NAME}个字。可用“{proposal}”。"
            self._wrong(entry, "short_name", sentence)
        return entry.short_name

    def _note(self, entry: UnitEntry) -> None:
        known, after = self.county.units.get(entry.key), self.after[entry.key]
        fields = self._fields(known, after)
        if fields:
            self.changes.append(UnitChange(entry.key, known.id if known else None, after, fields))
        else:
            self.unchanged += 1

    def _fields(self, known: PresentUnit | None, after: UnitAfter) -> tuple[FieldChange, ...]:
        before = _as_it_is(known) if known else None
        pairs = []
        for name in ("name", "short_name", "kind", "level", "parent", "position", "aliases"):
            old, new = _shown(self, before, name) if before else None, _shown(self, after, name)
            if old != new and not (old is None and new in ("", "无", DEFAULT_LEVEL)):
                pairs.append(FieldChange(name, old, new))
        return tuple(pairs)

    def _refuse_cycles(self, entries: Mapping[str, UnitEntry]) -> None:
        settled: set[str] = set()
        for start in self.after:
            path: list[str] = []
            key: str | None = start
            while key is not None and key not in settled and key not in path:
                path.append(key)
                key = self.after[key].parent_key if key in self.after else None
            if key is not None and key in path:
                ring = path[path.index(key) :]
                names = " → ".join(self.after[one].name for one in [*ring, ring[0]])
                entry = next((entries[one] for one in ring if one in entries), None)
                if entry is not None:
                    self._wrong(entry, "parent", f"上下级绕成了圈：{names}。请改正其中一个上级编码。")
            settled.update(path)

    def _refuse_same_names(self, entries: Mapping[str, UnitEntry]) -> None:
        by_name: dict[str, list[str]] = defaultdict(list)
        for key, unit in self.after.items():
            by_name[unit.name].append(key)
        for name, keys in by_name.items():
            touched = [key for key in keys if key in entries]
            if len(keys) < 2 or not touched:
                continue
            for key in touched:
                parent = self.after[key].parent_key
                beside = [other for other in keys if other != key and self.after[other].parent_key == parent]
                # Of two rows the later one is told, so that one mistake is one sentence.
                if beside and (key == touched[-1] or any(other not in entries for other in beside)):
                    others = "、".join(beside)
                    self._wrong(
                        entries[key], "name", f"同一上级下已有“{name}”（编码 {others}）。请改名，或删去重复的一行。"
                    )
                elif not beside and self._is_news(key):
                    others = "、".join(other for other in keys if other != key)
                    sentence = f"别处也有叫“{name}”的单位（编码 {others}）。若是同一个单位，请用原来的编码。"
                    self.problems.append(entries[key].source.problem("name", sentence, grave=False))

    def _is_news(self, key: str) -> bool:
        known = self.county.units.get(key)
        return known is None or known.name != self.after[key].name

    def _refuse_outside(self, entries: Mapping[str, UnitEntry]) -> None:
        importer = self.county.importer
        if importer.scope is None:
            return
        changed = {change.key: change for change in self.changes}
        for key, entry in entries.items():
            change = changed.get(key)
            if change is None:
                continue
            if key in self.county.units and not importer.reaches(key):
                self._wrong(entry, "key", "这个单位不归本办公室管理，不能改动。请删去这一行。")
            elif not self._stays_inside(key):
                self._wrong(entry, "parent", "上级编码要填本办公室管理的单位。请改正。")

    def _stays_inside(self, key: str) -> bool:
        """Tell whether a unit hangs below the own administration, over new units too; its top may stay where it is."""
        seen: set[str] = set()
        at: str | None = key
        while at is not None and at not in seen:
            seen.add(at)
            if at != key and self.county.importer.reaches(at):
                return True
            known = self.county.units.get(at)
            parent = self.after[at].parent_key if at in self.after else None
            if at == key and known is not None and known.parent_key == parent:
                return True
            at = parent
        return False

    def _compare_sets(self) -> None:
        wanted: dict[str, list[str]] = {}
        for entry in self.file.sets:
            members = wanted.setdefault(entry.name, [])
            for key in entry.members:
                if key in self.after:
                    members.append(key)
                else:
                    sentence = f"没有编码为“{key}”的单位。{nearest(key, self.after)}请核对。"
                    self.problems.append(entry.source.problem("members", sentence))
        for name, members in wanted.items():
            known = self.county.sets.get(name)
            have = known.members if known else frozenset()
            added = tuple(key for key in dict.fromkeys(members) if key not in have)
            removed = tuple(sorted(have - set(members)))
            if added or removed:
                self.sets.append(SetChange(name, known.id if known else None, added, removed))

    def _wrong(self, entry: UnitEntry, name: str, sentence: str) -> None:
        self.problems.append(entry.source.problem(name, sentence))


def _as_it_is(unit: PresentUnit) -> UnitAfter:
    return UnitAfter(
        unit.name, unit.short_name, unit.kind, unit.level, unit.parent_key, unit.position, tuple(sorted(unit.aliases))
    )


def _shown(comparison: UnitComparison, unit: UnitAfter, name: str) -> str:
    match name:
        case "parent":
            if unit.parent_key is None:
                return "无"
            known = comparison.after.get(unit.parent_key)
            return f"{known.name if known else ''}（{unit.parent_key}）"
        case "kind":
            return UNIT_KINDS.get(unit.kind, unit.kind)
        case "aliases":
            return "、".join(unit.aliases)
    return str(getattr(unit, name))
