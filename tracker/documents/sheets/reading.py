"""The SheetReader: which kind of table a file is, by its content."""

from __future__ import annotations

from tracker.documents.file_names import extension_of
from tracker.documents.files import OLD_OFFICE
from tracker.documents.secret_marks import refuse_secret_name, refuse_secret_text
from tracker.documents.sheets.limits import MOST_BYTES
from tracker.documents.sheets.separated import read_separated
from tracker.documents.sheets.workbook import read_workbook
from tracker.domain.errors import AttachmentRefused
from tracker.domain.sheets import Sheet


class FileSheetReader:
    """Reads .xlsx and .csv."""

    def read(self, file_name: str, content: bytes) -> tuple[Sheet, ...]:
        """Return the tables of a file with their rows of text.

        Raises AttachmentRefused with a sentence: empty, too large, macros, a password, an old or unknown format, a mark of secrecy.
        """
        refuse_secret_name(file_name)
        if not content:
            raise AttachmentRefused("文件是空的。请重新选择文件。")
        if len(content) > MOST_BYTES:
            raise AttachmentRefused(f"文件超过{MOST_BYTES // 1024**2} MB。请删去无关内容，或拆成几个文件。")
        if content.startswith(OLD_OFFICE):
            raise AttachmentRefused("旧版 Excel（.xls）或带密码的文件不能读。请另存为不加密的 .xlsx 再导入。")
        sheets = self._sheets(file_name, content)
        refuse_secret_text("\n".join(cell for sheet in sheets for row in sheet.rows for cell in row.cells))
        return sheets

    def _sheets(self, file_name: str, content: bytes) -> tuple[Sheet, ...]:
        if content.startswith(b"PK\x03\x04"):
            return read_workbook(content)
        if extension_of(file_name) not in ("csv", "txt"):
            raise AttachmentRefused("只收 .xlsx 和 .csv 文件。请另存为其中一种再导入。")
        stem = file_name.replace("\\", "/").rsplit("/", 1)[-1].rsplit(".", 1)[0]
        return (read_separated(stem or "表", content),)
