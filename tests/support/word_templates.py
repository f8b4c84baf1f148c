"""Word templates of an office in tests, made as a clerk would: paragraphs with placeholders."""

from __future__ import annotations

import io

from docx import Document

#: What a template of papers must print.
NEEDED = (
    "{{ 标记 }}", "{{ 文号 }}", "{{ 标题 }}", "{{ 主送 }}：", "{%p for 段 in 正文 %}", "{{ 段 }}", "{%p endfor %}",
    "{%p for 项 in 事项 %}", "{{ 项.序号 }}. {{ 项.内容 }}", "{%p endfor %}",
    "{{ 回复要求 }}",
)  # fmt: skip


def word_template(*paragraphs: str) -> bytes:
    """Return a .docx of these paragraphs."""
    document = Document()
    for words in paragraphs:
        document.add_paragraph(words)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()
