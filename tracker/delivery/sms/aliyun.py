"""Aliyun Dysmsapi 2017-05-25 over plain HTTPS, signed with ACS3-HMAC-SHA256 (DOMAIN.md §5.2)."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

from tracker.delivery.posting import Answer, Poster, judge_status
from tracker.delivery.sms.numbers import mobile_of
from tracker.domain.channels import AliyunSms, Question, Receipt
from tracker.domain.errors import DeliveryFailed
from tracker.domain.ports import OutgoingMessage
from tracker.domain.provider_codes import ALIYUN, ALIYUN_RECEIPTS, Meaning, Verdict
from tracker.domain.values import SHANGHAI, local_date

VERSION = "2017-05-25"
ALGORITHM = "ACS3-HMAC-SHA256"
ANSWER = '{"code":0,"msg":"接收成功"}'
#: SendStatus of QuerySendDetails.
WAITING, ARRIVED = 1, 3


class AliyunCourier:
    """Sends through an approved template, asks what became of it, and reads SmsReport callbacks."""

    answer = ANSWER

    def __init__(
        self, account: AliyunSms, *, secret: str, signature: str, poster: Poster, now: Callable[[], datetime]
    ) -> None:
        self._account, self._secret, self._signature = account, secret, signature
        self._poster, self._now = poster, now

    def send(self, message: OutgoingMessage) -> str:
        """Return the BizId. Raises DeliveryFailed as the code means it; unknown when the answer never came."""
        said = self._call("SendSms", {
            "PhoneNumbers": mobile_of(message.address),
            "SignName": self._signature,
            "TemplateCode": self._account.template_code,
            "TemplateParam": json.dumps(dict(message.values), ensure_ascii=False, separators=(",", ":")),
            "OutId": message.ref,
        })  # fmt: skip
        verdict = ALIYUN.judge(str(said["Code"]), str(said.get("Message", "")))
        if verdict.meaning is not Meaning.ACCEPTED:
            raise DeliveryFailed.judged(verdict)
        return str(said.get("BizId", ""))

    def ask(self, question: Question) -> Receipt | None:
        """Return what Aliyun knows of a message, None when it knows nothing. Raises DeliveryFailed when it does not say."""
        given = {
            "PhoneNumber": mobile_of(question.address),
            "SendDate": f"{local_date(question.submitted_at):%Y%m%d}",
            "PageSize": "50", "CurrentPage": "1",
        }  # fmt: skip
        if question.provider_id:
            given["BizId"] = question.provider_id
        said = self._call("QuerySendDetails", given)
        verdict = ALIYUN.judge(str(said["Code"]), str(said.get("Message", "")))
        if verdict.meaning is not Meaning.ACCEPTED:
            raise DeliveryFailed.judged(verdict)
        for one in said.get("SmsSendDetailDTOs", {}).get("SmsSendDetailDTO", []):
            if one.get("OutId") == question.ref:
                return _detail(one, question)
        return None

    def check(self) -> str:
        """Return a sentence that the signature is accepted; raises DeliveryFailed with what is wrong."""
        said = self._call("QuerySmsSign", {"SignName": self._signature})
        verdict = ALIYUN.judge(str(said["Code"]), str(said.get("Message", "")))
        if verdict.meaning is not Meaning.ACCEPTED:
            raise DeliveryFailed.judged(verdict)
        return "阿里云短信有应答，密钥和签名都认。"

    def verify(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Tell whether a callback is theirs beyond the token in its address: Aliyun signs nothing."""
        return True

    def read(self, body: bytes) -> list[Receipt]:
        """Return the receipts of an SmsReport callback. Raises ValueError when it is none."""
        reports = json.loads(body)
        if not isinstance(reports, list) or not all(isinstance(one, dict) for one in reports):
            raise ValueError("not a list of reports")
        return [_report(one) for one in reports]

    def _call(self, action: str, given: Mapping[str, str]) -> dict[str, Any]:
        url, headers = sign(
            self._account.endpoint, action, given, key_id=self._account.access_key_id, secret=self._secret,
            at=self._now(), nonce=secrets.token_hex(16),
        )  # fmt: skip
        answer = self._poster.post(url, body=b"", headers=headers)
        said = _object(answer)
        if said is None or "Code" not in said:
            raise judge_status(answer) or DeliveryFailed(
                "阿里云的答复读不懂，不知道是否接收", permanent=False, unknown=True
            )
        return said


def sign(
    endpoint: str, action: str, given: Mapping[str, str], *, key_id: str, secret: str, at: datetime, nonce: str,
    version: str = VERSION,
) -> tuple[str, dict[str, str]]:  # fmt: skip
    """Return the address and headers of a signed RPC call without a body."""
    query = "&".join(f"{_escaped(name)}={_escaped(given[name])}" for name in sorted(given))
    hashed_body = hashlib.sha256(b"").hexdigest()
    signed = {
        "host": urlsplit(endpoint).netloc,
        "x-acs-action": action,
        "x-acs-content-sha256": hashed_body,
        "x-acs-date": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "x-acs-signature-nonce": nonce,
        "x-acs-version": version,
    }
    names = ";".join(sorted(signed))
    lines = "".join(f"{name}:{signed[name]}\n" for name in sorted(signed))
    canonical = "\n".join(("POST", "/", query, lines, names, hashed_body))
    to_sign = f"{ALGORITHM}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    authorization = f"{ALGORITHM} Credential={key_id},SignedHeaders={names},Signature={signature}"
    return f"{endpoint.rstrip('/')}/?{query}", {**signed, "Authorization": authorization, "Accept": "application/json"}


def _escaped(text: str) -> str:
    return quote(text, safe="-_.~")


def _object(answer: Answer) -> dict[str, Any] | None:
    try:
        said = json.loads(answer.text)
    except ValueError:
        return None
    return said if isinstance(said, dict) else None


def _detail(one: Mapping[str, Any], question: Question) -> Receipt:
    status, code = one.get("SendStatus"), str(one.get("ErrCode", ""))
    if status == ARRIVED:
        code = "DELIVERED"
    elif status == WAITING:
        code = "PENDING"
    return _receipt(question.provider_id, question.ref, code, "", one.get("ReceiveDate"), failed=True)


def _report(one: Mapping[str, Any]) -> Receipt:
    code = str(one.get("err_code", ""))
    said = str(one.get("err_msg", ""))
    return _receipt(
        str(one.get("biz_id", "")), str(one.get("out_id") or ""), "DELIVERED" if one.get("success") is True else code,
        said, one.get("report_time"), failed=True,
    )  # fmt: skip


def _receipt(provider_id: str, ref: str, code: str, said: str, at: object, *, failed: bool) -> Receipt:
    verdict = ALIYUN_RECEIPTS.judge(code, said)
    if verdict.meaning is Meaning.UNLISTED and failed:
        verdict = Verdict(Meaning.LOST, code, verdict.sentence)
    return Receipt(provider_id, ref, code, verdict.meaning.value, verdict.sentence, _moment(at))


def _moment(text: object) -> datetime | None:
    try:
        return datetime.strptime(str(text), "%Y-%m-%d %H:%M:%S").replace(tzinfo=SHANGHAI)
    except ValueError:
        return None
