"""Word's own numbering: the 「一、」 that stands in no run of text but in numbering.xml."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.etree import ElementTree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DIGITS = "零一二三四五六七八九"
_CHINESE_FORMATS = {"chineseCounting", "chineseCountingThousand", "japaneseCounting", "ideographDigital", "taiwaneseCounting",
                    "taiwaneseCountingThousand", "chineseLegalSimplified", "koreanDigital2"}  # fmt: skip


@dataclass(frozen=True)
class _Level:
    format: str
    text: str
    start: int


@dataclass
class Numbering:
    """Counts list items as Word does: one counter a level and list, restarted by a higher level."""

    levels: dict[tuple[str, int], _Level] = field(default_factory=dict)
    abstract_of: dict[str, str] = field(default_factory=dict)
    restarts: dict[tuple[str, int], int] = field(default_factory=dict)
    style_numbers: dict[str, tuple[str, int]] = field(default_factory=dict)
    style_headings: dict[str, int] = field(default_factory=dict)
    _counters: dict[str, dict[int, int]] = field(default_factory=dict)
    _seen: set[tuple[str, int]] = field(default_factory=set)

    def next_label(self, number_id: str, level: int) -> str:
        """Count one item and return what Word prints before it; empty for bullets and unknown lists."""
        abstract = self.abstract_of.get(number_id)
        if abstract is None or (abstract, level) not in self.levels:
            return ""
        counter = self._counters.setdefault(abstract, {})
        restart = self.restarts.get((number_id, level))
        if restart is not None and (number_id, level) not in self._seen:
            counter[level] = restart - 1
        self._seen.add((number_id, level))
        counter[level] = counter.get(level, self.levels[abstract, level].start - 1) + 1
        for below in [each for each in counter if each > level]:
            del counter[below]
        return self._printed(abstract, level, counter)

    def _printed(self, abstract: str, level: int, counter: dict[int, int]) -> str:
        shape = self.levels[abstract, level]
        if shape.format in ("bullet", "none"):
            return ""

        def value(found: re.Match[str]) -> str:
            which = int(found.group(1)) - 1
            at = self.levels.get((abstract, which))
            return _spelled(counter.get(which, at.start if at else 1), at.format if at else "decimal")

        return re.sub(r"%(\d)", value, shape.text)


def read_numbering(numbering: ElementTree.Element | None, styles: ElementTree.Element | None) -> Numbering:
    """Return the lists of a document and what its styles say of numbers and headings."""
    result = Numbering()
    if numbering is not None:
        _read_lists(numbering, result)
    if styles is not None:
        _read_styles(styles, result)
    return result


def _read_lists(numbering: ElementTree.Element, result: Numbering) -> None:
    for abstract in numbering.iter(f"{W}abstractNum"):
        for level in abstract.iter(f"{W}lvl"):
            place = _number(level.get(f"{W}ilvl"))
            result.levels[abstract.get(f"{W}abstractNumId", ""), place] = _Level(
                _value(level, "numFmt") or "decimal", _value(level, "lvlText") or "", _number(_value(level, "start"), 1)
            )
    for num in numbering.iter(f"{W}num"):
        number_id = num.get(f"{W}numId", "")
        result.abstract_of[number_id] = _value(num, "abstractNumId") or ""
        for override in num.iter(f"{W}lvlOverride"):
            start = _value(override, "startOverride")
            if start is not None:
                result.restarts[number_id, _number(override.get(f"{W}ilvl"))] = _number(start, 1)


def _read_styles(styles: ElementTree.Element, result: Numbering) -> None:
    for style in styles.iter(f"{W}style"):
        key = style.get(f"{W}styleId", "")
        number_id = style.find(f"{W}pPr/{W}numPr/{W}numId")
        if number_id is not None:
            level = style.find(f"{W}pPr/{W}numPr/{W}ilvl")
            result.style_numbers[key] = (
                number_id.get(f"{W}val", ""),
                _number(level.get(f"{W}val") if level is not None else None),
            )
        named = re.fullmatch(r"(?:heading|标题)\s*(\d)", (_value(style, "name") or "").lower())
        outline = style.find(f"{W}pPr/{W}outlineLvl")
        if named:
            result.style_headings[key] = int(named.group(1))
        elif outline is not None:
            depth = _number(outline.get(f"{W}val"), 9) + 1
            if depth <= 6:
                result.style_headings[key] = depth


def _value(element: ElementTree.Element, name: str) -> str | None:
    found = element.find(f"{W}{name}")
    return found.get(f"{W}val") if found is not None else None


def _number(written: str | None, default: int = 0) -> int:
    return int(written) if written and written.isascii() and written.isdigit() and len(written) < 6 else default


def _spelled(value: int, shape: str) -> str:
    if shape in _CHINESE_FORMATS and 0 < value < 100:
        tens, ones = divmod(value, 10)
        return (("" if tens == 1 else _DIGITS[tens]) + "十" if tens else "") + (
            _DIGITS[ones] if ones or not tens else ""
        )
    if shape.startswith("decimalEnclosedCircle") and 0 < value <= 20:
        return chr(0x245F + value)
    if shape in ("upperLetter", "lowerLetter") and 0 < value <= 26:
        return chr((64 if shape == "upperLetter" else 96) + value)
    return str(value)
