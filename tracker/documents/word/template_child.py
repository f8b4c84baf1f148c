"""The process in which an office's template is opened and filled: `python -I -m tracker.documents.word.template_child`.

It reads one line of JSON ({"do": "check" | "fill", "values": …, "must_show": …}) and then the template, and
writes either `D` and the document, or `P` and a JSON list of sentences. Its limits are set before it opens anything; it
has no environment, no settings and no connection, so that what breaks out of the sandbox finds nothing.
"""

from __future__ import annotations

import io
import json
import re
import resource
import sys
from typing import Any

from tracker.documents.word import template_filling

CPU_SECONDS = 8
MEMORY = 640 * 1024**2
MOST_WRITTEN = 20 * 1024**2
MOST_PROBLEMS = 20
DOCUMENT, PROBLEMS = b"D", b"P"
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
TOO_LARGE = f"按这个模板印出的文件超过{MOST_WRITTEN // 1024**2} MB，不能用。请检查循环的写法。"


def limit() -> None:
    """Take the process's means away: time, memory, files, children, core dumps."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Do what is asked on standard input."""
    limit()
    asked = json.loads(sys.stdin.buffer.readline())
    template = sys.stdin.buffer.read()
    try:
        answer = _work(asked, template)
    except MemoryError:
        answer = PROBLEMS + _plain(["模板用的内存过多，已停止。请删去循环套循环等写法。"])
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()


def _work(asked: dict[str, Any], template: bytes) -> bytes:
    values = _clean(asked["values"])
    if asked["do"] == "check":
        problems = template_filling.problems_of(template, values, required=list(asked["must_show"]))
        if problems:
            return PROBLEMS + _plain(problems[:MOST_PROBLEMS])
    try:
        written = template_filling.fill(io.BytesIO(template), values)
    except template_filling.FILLING_ERRORS as wrong:
        return PROBLEMS + _plain(template_filling.explained(template, wrong))
    if asked["do"] == "check" and (hidden := template_filling.not_shown(written, asked["must_show"])):
        return PROBLEMS + _plain(hidden)
    if len(written) > MOST_WRITTEN:
        return PROBLEMS + _plain([TOO_LARGE])
    return DOCUMENT + written


def _plain(problems: list[str]) -> bytes:
    return json.dumps(problems, ensure_ascii=False).encode()


def _clean(value: Any) -> Any:
    """Return texts without what XML cannot hold; nothing but texts, lists and rows comes through."""
    if isinstance(value, str):
        return UNWRITABLE.sub("", value)
    if isinstance(value, list):
        return [_clean(one) for one in value]
    if isinstance(value, dict):
        return {str(name): _clean(one) for name, one in value.items()}
    return ""


if __name__ == "__main__":
    main()
