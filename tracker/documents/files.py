"""The FileChecker: what a file is by its content, whether that is taken, and how it is stored."""

from __future__ import annotations

import re
import zlib

from tracker.documents import packages, pictures
from tracker.documents.file_names import extension_of, safe_name
from tracker.documents.secret_marks import refuse_secret_name, refuse_secret_package, refuse_secret_text
from tracker.domain.errors import AttachmentRefused
from tracker.domain.ports import CheckedFile

TAKEN = "可以上传：照片（JPG、PNG、WebP）、PDF、Word（.docx）、Excel（.xlsx）、OFD、文本（.txt、.csv）。"

#: what a content begins with → what it is, for the sentence
REFUSED_KINDS = (
    (b"MZ", "程序"), (b"\x7fELF", "程序"), (b"#!", "脚本"), (b"\xca\xfe\xba\xbe", "程序"),
    (b"Rar!", "压缩包"), (b"7z\xbc\xaf\x27\x1c", "压缩包"), (b"\x1f\x8b", "压缩包"),
    (b"GIF8", "GIF 动图"), (b"BM", "BMP 图片"), (b"II*\x00", "TIFF 图片"), (b"MM\x00*", "TIFF 图片"),
)  # fmt: skip
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: extensions that may stand on a file of each family; anything else is a file that lies about its type
FAMILIES = {
    "picture": frozenset({"jpg", "jpeg", "jfif", "png", "webp"}), "pdf": frozenset({"pdf"}),
    "docx": frozenset({"docx"}), "xlsx": frozenset({"xlsx"}), "ofd": frozenset({"ofd"}),
    "text": frozenset({"txt", "csv", "md"}),
}  # fmt: skip
# A script's action must be named /JavaScript; the shorter /JS would turn up by chance in compressed pictures.
PDF_ACTIVE = re.compile(rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia|XFA)(?=[\s/<>\[\]()%]|$)")
MARKUP = re.compile(r"<\s*(?:!doctype|html|svg|script|iframe|\?xml|body)\b", re.IGNORECASE)


class ContentFileChecker:
    """Trusts the content alone. `pixel_limit` is the most pixels that a picture may have."""

    def __init__(self, *, pixel_limit: int) -> None:
        self._pixel_limit = pixel_limit

    def check(self, *, file_name: str, content: bytes) -> CheckedFile:
        """Return the file as it will be stored, with its true type and a safe name.

        Raises AttachmentRefused: for what is never taken (markup, programs, macros, archives), for a name
        that promises another kind of file than the content is, and for a mark of secrecy in the name, or in what a text, Word or Excel file says.
        """
        refuse_secret_name(file_name)
        if not content:
            raise AttachmentRefused("文件是空的。请重新选择文件再上传。")
        said = extension_of(file_name)
        if content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or content[8:12] == b"WEBP":
            _check_said("picture", said)
            stored, extension, media_type = pictures.rewrite(content, pixel_limit=self._pixel_limit)
            return CheckedFile(stored, media_type, safe_name(file_name, extension))
        extension, media_type = self._identify(content, said)
        return CheckedFile(content, media_type, safe_name(file_name, extension))

    def _identify(self, content: bytes, said: str) -> tuple[str, str]:
        if b"%PDF-" in content[:1024]:
            _check_said("pdf", said)
            _check_pdf(content)
            return "pdf", "application/pdf"
        if content.startswith(b"PK\x03\x04"):
            extension, media_type = packages.identify(content)
            _check_said(extension, said)
            refuse_secret_package(content)
            return extension, media_type
        _refuse_known(content)
        _check_text(content, said)
        return said, "text/csv" if said == "csv" else "text/plain"


def _check_said(family: str, said: str) -> None:
    if said not in FAMILIES[family]:
        named = f"扩展名“.{said}”" if said else "没有扩展名"
        raise AttachmentRefused(f"文件内容与名称不符：{named}，内容却是另一种文件。请核对后用原来的名称上传。")


def _refuse_known(content: bytes) -> None:
    if content.startswith(OLD_OFFICE):
        raise AttachmentRefused("旧版 Word、Excel（.doc、.xls）可能带宏，不收。请另存为 .docx 或 .xlsx 再上传。")
    if content[4:8] == b"ftyp":
        if content[8:12] in (b"heic", b"heix", b"mif1", b"msf1", b"hevc"):
            raise AttachmentRefused("不收 HEIC 照片。请在手机相机里改用 JPEG 格式，或转成 JPG 再上传。")
        raise AttachmentRefused(f"不收视频和音频。{TAKEN}")
    for beginning, kind in REFUSED_KINDS:
        if content.startswith(beginning):
            raise AttachmentRefused(f"不收{kind}文件。{TAKEN}")


def _check_text(content: bytes, said: str) -> None:
    text = _decoded(content)
    if text is None:
        raise AttachmentRefused(f"认不出这是什么文件，不能上传。{TAKEN}")
    if MARKUP.search(text[:4096]) or said in ("svg", "html", "htm", "xml", "xhtml"):
        raise AttachmentRefused(f"不收网页和 SVG 文件，里面可能带脚本。{TAKEN}")
    _check_said("text", said)
    refuse_secret_text(text)


def _decoded(content: bytes) -> str | None:
    """Return text in UTF-8 or GB18030; None when it is neither, or holds signs that no text has."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if any(ord(sign) < 32 and sign not in "\t\r\n\f" for sign in text) else text
    return None


def _check_pdf(content: bytes) -> None:
    """Refuse what acts by itself. Names may be written with #xx, or hide in object streams."""
    for body in (content, *_object_streams(content)):
        plain = re.sub(rb"#([0-9A-Fa-f]{2})", lambda found: bytes([int(found[1], 16)]), body)
        if PDF_ACTIVE.search(plain):
            raise AttachmentRefused("PDF 里带有脚本、嵌入文件或可执行动作，不能上传。请重新“打印为 PDF”再上传。")


def _object_streams(content: bytes) -> list[bytes]:
    """Return the contents of object streams, as far as they unpack into 8 MB each, 64 in all."""
    found = []
    for match in list(re.finditer(rb"/ObjStm\b", content))[:64]:
        start = content.find(b"stream", match.end())
        if 0 <= start - match.end() < 2048:
            raw = content[start + 6 :].lstrip(b"\r\n")
            try:
                found.append(zlib.decompressobj().decompress(raw, 8 * 1024**2))
            except zlib.error:
                continue
    return found
