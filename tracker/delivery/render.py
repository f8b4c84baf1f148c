"""One text of all that one person is told on one channel: a digest, grouped by kind of message.

A mail says everything, in sentences from `templates/<message>/`. What an SMS says is `domain.sms_texts`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import DictLoader, FileSystemLoader, PackageLoader, StrictUndefined, Template, TemplateError
from jinja2.runtime import LoopContext
from jinja2.sandbox import SandboxedEnvironment

from tracker.delivery.own_texts import look_at, own_text_problems
from tracker.domain.errors import DefinitionInvalid
from tracker.domain.messages import KINDS, MessageUnreadable
from tracker.domain.ports import MessagePart, TextSource
from tracker.domain.sms_texts import day

#: The order of the groups in a mail, gravest first; also which subject a mixed mail has to lead with.
ORDER = (
    "served", "unopened", "superseded", "urge", "relapsed", "returned", "handed_over", "received", "reply_judged", "remind", "assigned",
    "support_asked", "passed_on", "redated", "recadenced", "reworded", "extension_decided", "objection_decided", "decision_risen", "raised",
    "draft_waiting",
    "to_review", "objection_filed", "extension_examined", "extension_asked", "vacancy", "concluded", "signed_off", "part_confirmed", "approved", "withdrawn",
    "visitors_unverified", "visit_refused", "visit_announced", "visit_planned", "visit_changed", "visit_dropped", "visit_cancelled", "weekly_brief", "trial",
)  # fmt: skip


@dataclass(frozen=True)
class Group:
    """What a mail says under one heading."""

    title: str
    lines: tuple[str, ...]


OURS = frozenset({Group, LoopContext})


class Sandbox(SandboxedEnvironment):
    """A sandbox that does not look at its own groups and loops again for each word that it takes from them."""

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Tell whether a text may read an attribute."""
        if type(obj) in OURS:
            return not attr.startswith("_")
        return super().is_safe_attribute(obj, attr, value)


class TemplateRenderer:
    """The MessageRenderer. Templates are sandboxed; a fact that one misses is an error, never a gap."""

    def __init__(self, folder: Path | None = None) -> None:
        """Let texts in `folder` go before the shipped ones. Raises DefinitionInvalid when one of them cannot be used."""
        shipped = PackageLoader("tracker.delivery")
        self._folder, self._shipped = folder, shipped
        # Every text is read now: a file that somebody edits later would else be half in use, and nobody had checked it.
        texts: dict[str, str] = {}
        self._environment = Sandbox(
            loader=DictLoader(texts),
            undefined=StrictUndefined,
            autoescape=lambda name: name is not None and name.endswith(".html"),
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.globals.clear()  # plain values only; and each text would copy them all
        texts |= {name: shipped.get_source(self._environment, name)[0] for name in shipped.list_templates()}
        self._environment.filters["day"] = day
        if folder is not None and (problems := own_text_problems(folder, self._environment, shipped)):
            raise DefinitionInvalid(problems)
        if folder is not None:
            own = FileSystemLoader(folder)
            texts |= {name: own.get_source(self._environment, name)[0] for name in own.list_templates()}
        self._written: dict[str, Template] = {}

    def email(
        self, *, recipient: str, parts: Sequence[MessagePart], link: str, unsubscribe: str = ""
    ) -> tuple[str, str, str]:
        """Return subject, plain text and HTML. Raises MessageUnreadable when a part's facts do not fit."""
        groups = self._groups(parts)
        facts = {
            "recipient": recipient, "groups": groups, "link": link, "count": len(parts), "unsubscribe": unsubscribe
        }  # fmt: skip
        return (
            self._subject(parts),
            self._write("digest/body.txt", facts).strip() + "\n",
            self._write("digest/body.html", facts),
        )

    def subject(self, part: MessagePart) -> str:
        """Return the subject of a mail of this one thing. Raises MessageUnreadable."""
        return " ".join(self._write(f"{part.message}/subject.txt", part.facts).split())

    def line(self, part: MessagePart) -> str:
        """Return the sentence of one told thing. Raises MessageUnreadable when its facts do not fit."""
        if part.message not in KINDS:
            raise MessageUnreadable(f"no message is called {part.message!r}")
        return self._write(f"{part.message}/body.txt", part.facts).strip()

    def sources(self, kind: str) -> tuple[TextSource, ...]:
        """Return the files of a kind, or of `digest`, as shipped and as the office has them now."""
        names = [name for name in self._shipped.list_templates() if name.startswith(f"{kind}/")]
        return tuple(
            look_at(self._folder, name, self._environment, self._shipped) for name in sorted(names, reverse=True)
        )

    def _groups(self, parts: Sequence[MessagePart]) -> list[Group]:
        lines: dict[str, list[str]] = {}
        for part in parts:
            lines.setdefault(part.message, []).append(self.line(part))
        return [Group(KINDS[kind].title, tuple(lines[kind])) for kind in ORDER if kind in lines]

    def _subject(self, parts: Sequence[MessagePart]) -> str:
        if len(parts) == 1:
            return self.subject(parts[0])
        first = min(parts, key=lambda part: ORDER.index(part.message)).message
        many = sum(1 for part in parts if part.message == first)
        if many == len(parts):
            return f"{KINDS[first].title}{many}件"
        return f"督办事项{len(parts)}件，其中{KINDS[first].title}{many}件"

    def _write(self, name: str, facts: Mapping[str, Any]) -> str:
        try:
            if (template := self._written.get(name)) is None:
                template = self._written[name] = self._environment.get_template(name)
            return template.render(facts)
        except (TemplateError, TypeError, ValueError) as problem:
            raise MessageUnreadable(f"{name}: {problem}") from problem
