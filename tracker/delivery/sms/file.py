"""Numbers and texts in a file, for an office whose network reaches no gateway: somebody carries it over."""

from __future__ import annotations

import csv
import fcntl
import io
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from tracker.delivery.sms.numbers import mobile_of
from tracker.domain.errors import DeliveryFailed
from tracker.domain.ports import OutgoingMessage
from tracker.domain.provider_codes import Meaning, Verdict
from tracker.domain.values import SHANGHAI

HEADINGS = ("手机号", "短信内容", "编号", "写入时间")
READABLE_BY_OWNER = 0o600


class SmsFileCourier:
    """Appends a line to the day's CSV file. Several workers may write it at once."""

    def __init__(self, folder: Path, *, now: Callable[[], datetime]) -> None:
        self._folder, self._now = folder, now

    def send(self, message: OutgoingMessage) -> str:
        """Return the file's name once the line is on the disk; raises DeliveryFailed (STOP) when it cannot be written."""
        number, at = mobile_of(message.address), self._now().astimezone(SHANGHAI)
        name = f"短信-{at:%Y-%m-%d}.csv"
        try:
            self._append(name, (number, message.text, message.ref, f"{at:%Y-%m-%d %H:%M:%S}"))
        except OSError as problem:
            sentence = f"短信文件写不进去（{self._folder}：{problem.strerror}），请检查文件夹、权限和磁盘"
            raise DeliveryFailed.judged(Verdict(Meaning.STOP, "file", sentence)) from problem
        return name

    def check(self) -> str:
        """Return a sentence that the folder can be written; raises DeliveryFailed when it cannot."""
        if not os.access(self._folder, os.W_OK | os.X_OK):
            sentence = f"短信文件夹 {self._folder} 不存在或不能写"
            raise DeliveryFailed.judged(Verdict(Meaning.STOP, "file", sentence))
        return f"短信写入文件夹 {self._folder}，可以写。"

    def _append(self, name: str, row: tuple[str, ...]) -> None:
        target = os.open(self._folder / name, os.O_WRONLY | os.O_APPEND | os.O_CREAT, READABLE_BY_OWNER)
        with os.fdopen(target, "ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            lines = io.StringIO()
            writer = csv.writer(lines)
            if os.fstat(file.fileno()).st_size == 0:
                lines.write("\ufeff")
                writer.writerow(HEADINGS)
            writer.writerow(row)
            file.write(lines.getvalue().encode())
            file.flush()
            os.fsync(file.fileno())
