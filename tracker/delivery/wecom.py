"""A robot in a WeCom group (DOMAIN.md §5.3): its key in the address is all its secret, and a failure answers HTTP 200."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from tracker.delivery.posting import Poster, judge_status
from tracker.domain.channels import WecomRobot
from tracker.domain.errors import DeliveryFailed
from tracker.domain.group_texts import group_text
from tracker.domain.ports import MessagePart, News, OutgoingMessage
from tracker.domain.provider_codes import WECOM, Meaning

LONGEST = 2048  # bytes of UTF-8
KEY = re.compile(r"[A-Za-z0-9-]{16,64}")


class WecomCourier:
    """Speaks to one group. It gives no id and no receipts, and knows no repetition: what is unsure is not sent again."""

    def __init__(self, robot: WecomRobot, *, key: str, poster: Poster) -> None:
        self._base, self._key, self._poster = robot.base.rstrip("/"), key, poster

    def send(self, message: OutgoingMessage) -> str:
        """Return nothing, once the robot took it; raises DeliveryFailed as its errcode means it."""
        body = json.dumps({"msgtype": "text", "text": {"content": message.text}}, ensure_ascii=False).encode()
        answer = self._poster.post(
            f"{self._base}/cgi-bin/webhook/send?key={self._key}", body=body,
            headers={"Content-Type": "application/json; charset=utf-8"},
        )  # fmt: skip
        try:
            said = json.loads(answer.text)
            code = str(said["errcode"])
        except (ValueError, KeyError, TypeError):
            raise judge_status(answer) or DeliveryFailed(
                "企业微信的答复读不懂，不知道是否接收", permanent=False, unknown=True
            ) from None
        verdict = WECOM.judge(code, str(said.get("errmsg", "")).replace(self._key, "***"))
        if verdict.meaning is not Meaning.ACCEPTED:
            raise DeliveryFailed.judged(verdict)
        return ""

    def write(self, news: Sequence[News], *, say: Callable[[MessagePart], str], ref: str, link: str) -> str:
        """Return how much each unit has to do, and no sentence of what."""
        return group_text(news, link=link, longest=LONGEST)

    def check(self) -> str:
        """Return a sentence that the host answers; raises DeliveryFailed when it does not."""
        parts = urlsplit(self._base)
        self._poster.post(f"{parts.scheme}://{parts.netloc}/", body=b"", headers={}, method="HEAD")
        return f"企业微信 {parts.hostname} 有应答。密钥对不对，要用“试发”才知道。"
