"""An office's own wording of messages: files that go before the shipped ones, tried out before the first message."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

from jinja2 import Environment, PackageLoader, TemplateError, meta
from jinja2.exceptions import TemplateNotFound

from tracker.domain.messages import KINDS, sample_facts
from tracker.domain.ports import TextSource

LONGEST = 20_000


def own_text_problems(folder: Path, environment: Environment, shipped: PackageLoader) -> list[str]:
    """Return what is wrong with the texts in `folder`, a sentence each; none when all can be used.

    A text may name what the shipped one names and what its message always has, and must be writable from the
    latter alone: other facts are not always there.
    """
    if not folder.is_dir():
        return [f"用语目录 {folder} 不存在。请核对 TRACKER_MESSAGES_DIR。"]
    known = set(shipped.list_templates())
    problems = []
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = file.relative_to(folder).as_posix()
        if name not in known:
            near = get_close_matches(name, known, n=1)
            problems.append(f"{name}：没有这个用语文件。" + (f"是不是 {near[0]}？" if near else ""))
        elif problem := _problem(file, name, environment, shipped):
            problems.append(f"{name}：{problem}")
    return problems


def look_at(folder: Path | None, name: str, environment: Environment, shipped: PackageLoader) -> TextSource:
    """Return a text as it is shipped and as the office has it now, what it may name, and what is wrong with it."""
    source = shipped.get_source(environment, name)[0]
    file = folder / name if folder is not None else None
    own, problem = None, ""
    if file is not None and file.is_file():
        problem = _problem(file, name, environment, shipped)
        own = file.read_bytes()[: LONGEST * 4].decode("utf-8", "replace")
    return TextSource(name, source, own, problem, tuple(sorted(_allowed(name, environment, source))))


def _allowed(name: str, environment: Environment, source: str) -> set[str]:
    kind = name.split("/")[0]
    return (set(KINDS[kind].required) if kind in KINDS else set()) | _named(environment, source)


def _problem(file: Path, name: str, environment: Environment, shipped: PackageLoader) -> str:
    try:
        source = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return "读不出来，请用 UTF-8 编码保存。"
    if len(source) > LONGEST:
        return f"太长，最多 {LONGEST} 个字符。"
    kind = name.split("/")[0]
    try:
        allowed = _allowed(name, environment, shipped.get_source(environment, name)[0])
        if strange := sorted(_named(environment, source) - allowed):
            return f"没有叫 {'、'.join(strange)} 的内容。这里可以用：{'、'.join(sorted(allowed))}。"
        if kind in KINDS and not environment.from_string(source).render(sample_facts(kind)).strip():
            return "写出来是空的。"
    except (TemplateError, TemplateNotFound, TypeError, ValueError) as problem:
        return f"不能用（{problem}）。不是每条消息都有的内容，要先用 is defined 判断。"
    return ""


def _named(environment: Environment, source: str) -> set[str]:
    return meta.find_undeclared_variables(environment.parse(source))
