"""One text of all that one person is told on one channel: a digest, grouped by kind of message.

A mail says everything, in sentences from `templates/<message>/`. What an SMS says is `domain.sms_texts`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import PackageLoader, StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from tracker.domain.messages import KINDS, MessageUnreadable
from tracker.domain.ports import MessagePart
from tracker.domain.sms_texts import day

#: The order of the groups in a mail, gravest first; also which subject a mixed mail has to lead with.
ORDER = (
    "served", "superseded", "urge", "relapsed", "returned", "handed_over", "reply_judged", "remind", "assigned", "support_asked",
    "passed_on", "redated", "reworded", "extension_decided", "objection_decided", "decision_risen", "raised", "draft_waiting",
    "to_review", "objection_filed", "extension_asked", "vacancy", "concluded", "signed_off", "part_confirmed", "approved", "withdrawn",
    "trial",
)  # fmt: skip


@dataclass(frozen=True)
class Group:
    """What a mail says under one heading."""

    title: str
    lines: tuple[str, ...]


class TemplateRenderer:
    """The MessageRenderer. Templates are sandboxed; a fact that one misses is an error, never a gap."""

    def __init__(self) -> None:
        self._environment = SandboxedEnvironment(
            loader=PackageLoader("tracker.delivery"),
            undefined=StrictUndefined,
            autoescape=lambda name: name is not None and name.endswith(".html"),
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.filters["day"] = day

    def email(self, *, recipient: str, parts: Sequence[MessagePart], link: str) -> tuple[str, str, str]:
        """Return subject, plain text and HTML. Raises MessageUnreadable when a part's facts do not fit."""
        groups = self._groups(parts)
        facts = {"recipient": recipient, "groups": groups, "link": link, "count": len(parts)}
        return (
            self._subject(parts),
            self._write("digest/body.txt", facts).strip() + "\n",
            self._write("digest/body.html", facts),
        )

    def line(self, part: MessagePart) -> str:
        """Return the sentence of one told thing. Raises MessageUnreadable when its facts do not fit."""
        if part.message not in KINDS:
            raise MessageUnreadable(f"no message is called {part.message!r}")
        return self._write(f"{part.message}/body.txt", part.facts).strip()

    def _groups(self, parts: Sequence[MessagePart]) -> list[Group]:
        lines: dict[str, list[str]] = {}
        for part in parts:
            lines.setdefault(part.message, []).append(self.line(part))
        return [Group(KINDS[kind].title, tuple(lines[kind])) for kind in ORDER if kind in lines]

    def _subject(self, parts: Sequence[MessagePart]) -> str:
        if len(parts) == 1:
            return " ".join(self._write(f"{parts[0].message}/subject.txt", parts[0].facts).split())
        first = min(parts, key=lambda part: ORDER.index(part.message)).message
        many = sum(1 for part in parts if part.message == first)
        if many == len(parts):
            return f"{KINDS[first].title} {many} 件"
        return f"督办事项 {len(parts)} 件，其中{KINDS[first].title} {many} 件"

    def _write(self, name: str, facts: Mapping[str, Any]) -> str:
        try:
            return self._environment.get_template(name).render(facts)
        except (TemplateError, TypeError, ValueError) as problem:
            raise MessageUnreadable(f"{name}: {problem}") from problem
