"""A file's bytes → its text. What cannot be read gets a sentence that says what to do instead."""

from __future__ import annotations

from tracker.plans.reading import PlanUnreadable

MOST_BYTES = 20 * 1024**2
_OLD_WORD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM", b"II*\x00", b"MM\x00*")


def text_of_bytes(content: bytes) -> str:
    """Return the text of a .txt or .md file in UTF-8, UTF-16 (with a mark) or GB18030, with \\n for line ends.

    A UTF-8 mark stays as the first character, so that places count as they do in the file.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = content.decode("utf-16", errors="replace")
    else:
        text = _decoded(content)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def check_kind(name: str, content: bytes) -> None:
    """Refuse what is no text and no .docx; raises PlanUnreadable."""
    lowered = name.lower()
    if not content:
        raise PlanUnreadable("文件是空的。请重新选择文件。")
    if len(content) > MOST_BYTES:
        raise PlanUnreadable("文件超过20兆，多半是图片或扫描件。请另存为只含文字的 .docx 或 .txt 再导入。")
    if content.startswith(_OLD_WORD) or (lowered.endswith((".doc", ".wps")) and not content.startswith(b"PK")):
        raise PlanUnreadable("这是旧版 Word（.doc）或 WPS 文件，读不了。请用 Word 或 WPS 打开，另存为 .docx 再导入。")
    if b"%PDF-" in content[:1024]:
        raise PlanUnreadable(
            "这是 PDF 文件，读不了。请在阅读器里全选、复制文字后粘贴，或另存为 .docx 再导入；扫描件请先做文字识别。"
        )
    if content.startswith(_PICTURES):
        raise PlanUnreadable("这是图片或扫描件，里面没有文字。请先做文字识别，再导入识别出的文字。")
    if content[:5] == b"{\\rtf":
        raise PlanUnreadable("这是 RTF 文件，读不了。请另存为 .docx 或 .txt 再导入。")


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("gb18030")
    except UnicodeDecodeError as problem:
        if content.count(b"\x00") > len(content) // 20:
            raise PlanUnreadable("文件里不是文字。只能导入 .docx、.txt、.md。") from problem
        utf8, chinese = (content.decode(name, errors="replace") for name in ("utf-8", "gb18030"))
        return utf8 if utf8.count("\ufffd") <= chinese.count("\ufffd") else chinese
