"""The PaperTemplates: an office's template is looked at here and filled in a process of its own, within limits."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence

from tracker.documents.word.template_package import check_package
from tracker.domain.errors import TemplateRefused
from tracker.domain.paper_templates import must_show

CHILD = (sys.executable, "-I", "-B", "-m", "tracker.documents.word.template_child")
#: On the wall: the process's own limit is on what it computes, and it might wait instead.
SECONDS = 20
STOPPED = f"模板排版用的时间或内存过多（超过{SECONDS}秒，或用尽了给它的限额），已停止。请删去循环套循环等写法。"


#: Children that one process has at a time: each may take as much memory as it is allowed.
_AT_ONCE = threading.BoundedSemaphore(2)


class ProcessPaperTemplates:
    """Fills templates with docxtpl in a child process without environment."""

    def check(self, template: bytes, samples: Sequence[Mapping[str, object]]) -> None:
        """Raise TemplateRefused with everything that is wrong, each with its place."""
        check_package(template)
        for sample in samples:
            _run({"do": "check", "values": sample, "must_show": must_show(sample)}, template)

    def fill(self, template: bytes, values: Mapping[str, object]) -> bytes:
        """Return the filled document; raises TemplateRefused."""
        return _run({"do": "fill", "values": values}, template)


def _run(asked: Mapping[str, object], template: bytes) -> bytes:
    line = json.dumps(asked).encode() + b"\n"
    try:
        with _AT_ONCE:
            done = subprocess.run(
                CHILD, input=line + template, capture_output=True, timeout=SECONDS, env={"LANG": "C.UTF-8"}, cwd="/",
                check=False,
            )  # fmt: skip
    except subprocess.TimeoutExpired as late:
        raise TemplateRefused([STOPPED]) from late
    if done.returncode != 0 or done.stdout[:1] not in (b"D", b"P"):
        raise TemplateRefused([STOPPED])
    if done.stdout[:1] == b"P":
        raise TemplateRefused([str(problem) for problem in json.loads(done.stdout[1:])])
    return done.stdout[1:]
