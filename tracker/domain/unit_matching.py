"""Which unit or unit set a name in a plan means. Pure; where two could be meant, nobody is chosen."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from unicodedata import normalize

_BRACKETS = re.compile(r"\([^()]*\)")
_PLACE = re.compile(r"^.{1,6}?(?:省|市|县|区|镇|乡|街道)(?=.)")


class UnitNames:
    """What units and sets are called here; `find` returns the official name that a printed one means."""

    def __init__(
        self, units: Iterable[tuple[str, str]], sets: Iterable[str], aliases: Mapping[str, str] | None = None
    ) -> None:
        """Take (name, short name) of each unit, the names of sets, and alias → official name."""
        self._said: dict[str, set[str]] = {}
        for name, short in units:
            for called in (name, short):
                self._add(called, name)
        for name in sets:
            self._add(name, name)
        for alias, name in (aliases or {}).items():
            self._add(alias, name)

    def find(self, printed: str) -> str | None:
        """Return the one official name, or None when none or several could be meant."""
        plain = _plain(printed)
        for called in (plain, _BRACKETS.sub("", plain), _PLACE.sub("", _BRACKETS.sub("", plain))):
            if len(found := self._said.get(called, set())) == 1:
                return next(iter(found))
        # 公安局 in a county's plan is 某县公安局; 镇综治办 is 综治办 of the township.
        ends = {name for called, names in self._said.items() for name in names if _ends(called, plain)}
        return next(iter(ends)) if len(ends) == 1 else None

    def _add(self, called: str, name: str) -> None:
        if plain := _plain(called):
            self._said.setdefault(plain, set()).add(name)
            self._said.setdefault(_BRACKETS.sub("", plain), set()).add(name)


def _ends(called: str, printed: str) -> bool:
    shorter, longer = sorted((called, printed), key=len)
    return len(shorter) >= 3 and longer.endswith(shorter) and not shorter.startswith("各")


def _plain(name: str) -> str:
    """Return a name without white space, with half-width signs."""
    return "".join(normalize("NFKC", name).split())
