"""How a campaign's papers look and how they are numbered, as an office sets it on a page. Pure.

What is set holds for papers issued from then on: how one was printed stands in the event of its issue.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tracker.domain.approving import SETTING
from tracker.domain.errors import FieldProblem, InvalidInput
from tracker.domain.inputs import cleaned, text_of
from tracker.domain.papers import NOTICE_TITLES
from tracker.domain.printed_papers import FORM_TITLES, MOST_COPIES, USUAL_FORMS, PaperForm, PaperLayout

LAYOUT, WORDS = "paper_layout", "number_words"
LETTERHEAD, CONTACT, COPIES = "letterhead", "contact", "copies"
#: Severities from which on leaders alone may approve, as the form offers them.
LEADER_FROM = {str(one): f"轻重{one}级及以上" for one in range(1, 6)}
LONGEST_LETTERHEAD, LONGEST_CONTACT, LONGEST_COPY, LONGEST_WORD = 40, 60, 60, 20
_WORD = re.compile(rf"[\u4e00-\u9fffA-Za-z]{{1,{LONGEST_WORD}}}")


def form_field(kind: str) -> str:
    """Return the name of the field that holds a kind's form."""
    return f"form_{kind}"


def word_field(kind: str) -> str:
    """Return the name of the field that holds a kind's 机关代字."""
    return f"word_{kind}"


@dataclass(frozen=True)
class PaperSettings:
    """What an office sets: the layout, 机关代字 by kind of paper, and from which severity on leaders alone approve."""

    layout: PaperLayout
    words: Mapping[str, str]
    leader_from: int | None = None

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> PaperSettings:
        """Return what a campaign's settings hold."""
        return cls(
            PaperLayout.from_plain(settings.get(LAYOUT) or {}), dict(settings.get(WORDS) or {}), settings.get(SETTING)
        )

    def into(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Return a campaign's settings with these in them."""
        kept = {name: value for name, value in settings.items() if name != SETTING}
        from_severity = {SETTING: self.leader_from} if self.leader_from else {}
        return {**kept, LAYOUT: self.layout.to_plain(), WORDS: dict(self.words), **from_severity}

    def fields(self) -> dict[str, str]:
        """Return what the form shows."""
        return {
            LETTERHEAD: self.layout.letterhead, CONTACT: self.layout.contact, COPIES: "\n".join(self.layout.copies),
            SETTING: str(self.leader_from or ""),
            **{form_field(kind): self.layout.form_of(kind).value for kind in NOTICE_TITLES},
            **{word_field(kind): self.words.get(kind, "") for kind in NOTICE_TITLES},
        }  # fmt: skip

    def changes_to(self, other: PaperSettings) -> tuple[str, ...]:
        """Return in words what `other` has that this has not."""
        return tuple(_changes(self, other))


def read_settings(given: Mapping[str, object], present: PaperSettings) -> PaperSettings:
    """Return what a form means; raises InvalidInput with a sentence a field."""
    problems: list[FieldProblem] = []
    letterhead, contact = cleaned(text_of(given.get(LETTERHEAD))), cleaned(text_of(given.get(CONTACT)))
    if letterhead and not 2 <= len(letterhead) <= LONGEST_LETTERHEAD:
        problems.append(FieldProblem(LETTERHEAD, f"发文机关标志要2到{LONGEST_LETTERHEAD}字，不用红头的留空。"))
    if contact and (not 2 <= len(contact) <= LONGEST_CONTACT or set(contact) & set("（）()")):
        problems.append(FieldProblem(CONTACT, f"附注要2到{LONGEST_CONTACT}字，括号由系统加，不用写。"))
    copies = tuple(one for line in text_of(given.get(COPIES)).splitlines() if (one := cleaned(line)))
    if len(copies) > MOST_COPIES or any(len(one) > LONGEST_COPY for one in copies):
        problems.append(FieldProblem(COPIES, f"抄送机关一行写一个，最多{MOST_COPIES}个，每个不超过{LONGEST_COPY}字。"))
    severity = text_of(given.get(SETTING))
    if severity not in ("", *LEADER_FROM):
        problems.append(FieldProblem(SETTING, "请选择从哪一级起须由领导批准，或选“按文书种类”。"))
    forms = _forms(given, problems)
    words = _words(given, present.words, problems)
    if problems:
        raise InvalidInput(problems)
    return PaperSettings(PaperLayout(letterhead, contact, copies, forms), words, int(severity) if severity else None)


def _forms(given: Mapping[str, object], problems: list[FieldProblem]) -> dict[str, PaperForm]:
    forms = {}
    for kind, title in NOTICE_TITLES.items():
        chosen = text_of(given.get(form_field(kind)))
        if chosen not in {form.value for form in PaperForm}:
            problems.append(FieldProblem(form_field(kind), f"请选择{title}的格式。"))
        elif (form := PaperForm(chosen)) is not USUAL_FORMS.get(kind, PaperForm.NOTICE):
            forms[kind] = form
    return forms


def _words(given: Mapping[str, object], present: Mapping[str, str], problems: list[FieldProblem]) -> dict[str, str]:
    """A word that papers are numbered by may be replaced, and not taken away."""
    words = {kind: word for kind, word in present.items() if kind not in NOTICE_TITLES}
    for kind, title in NOTICE_TITLES.items():
        word = cleaned(text_of(given.get(word_field(kind))))
        if not word and kind in present:
            problems.append(
                FieldProblem(word_field(kind), f"{title}的机关代字不能删去，删了就不能编号；可以改成别的。")
            )
        elif word and not _WORD.fullmatch(word):
            sentence = f"机关代字只写汉字或字母，不超过{LONGEST_WORD}字；年份、括号和序号由系统编。"
            problems.append(FieldProblem(word_field(kind), sentence))
        elif word:
            words[kind] = word
    return words


def _changes(old: PaperSettings, new: PaperSettings) -> Iterator[str]:
    plain = (
        ("发文机关标志", old.layout.letterhead, new.layout.letterhead),
        ("附注", old.layout.contact, new.layout.contact),
        ("抄送", "、".join(old.layout.copies), "、".join(new.layout.copies)),
        (
            "须由领导批准",
            LEADER_FROM.get(str(old.leader_from or ""), ""),
            LEADER_FROM.get(str(new.leader_from or ""), ""),
        ),
        *(
            (f"{title}的格式", FORM_TITLES[old.layout.form_of(kind)], FORM_TITLES[new.layout.form_of(kind)])
            for kind, title in NOTICE_TITLES.items()
        ),
        *(
            (f"{title}的机关代字", old.words.get(kind, ""), new.words.get(kind, ""))
            for kind, title in NOTICE_TITLES.items()
        ),
    )
    for title, before, after in plain:
        if before != after:
            yield f"{title}：{after or '无'}（原为{before or '无'}）"
