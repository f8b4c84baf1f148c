"""A gateway that is spoken to as the channels file says: templates for what goes out, places for what comes back."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from tracker.delivery.posting import Answer, Poster, judge_status
from tracker.delivery.sms.numbers import mobile_of
from tracker.domain.channels import HttpGateway, HttpRequest, Question, Reading, Receipt
from tracker.domain.errors import DefinitionInvalid, DeliveryFailed
from tracker.domain.ports import OutgoingMessage
from tracker.domain.provider_codes import Meaning, Verdict
from tracker.domain.values import SHANGHAI

#: What a template may name.
NAMES = (
    "phone", "text", "content", "signature", "ref", "provider_id", "secret", "stamp", "stamp_ms", "time", "date",
)  # fmt: skip


class HttpGatewayCourier:
    """Sends, asks and reads receipts as the file says. Raises DefinitionInvalid when a template cannot be filled."""

    def __init__(
        self, gateway: HttpGateway, *, secret: str, signature: str, poster: Poster, now: Callable[[], datetime]
    ) -> None:
        self._gateway, self._secret, self._signature = gateway, secret, signature
        self._poster, self._now = poster, now
        self._environment = _environment()
        self._try_out()

    @property
    def asks(self) -> bool:
        """Tell whether the file says how to ask after a message."""
        return self._gateway.query is not None

    @property
    def answer(self) -> str:
        """Return what the gateway wants to hear after a report."""
        return self._gateway.receipts.answer if self._gateway.receipts else ""

    def send(self, message: OutgoingMessage) -> str:
        """Return the gateway's id of the message. Raises DeliveryFailed as its code means it."""
        marked = f"【{self._signature}】"
        values = self._values(
            phone=mobile_of(message.address), text=message.text, content=message.text.removeprefix(marked),
            ref=message.ref,
        )  # fmt: skip
        answer = self._post(self._gateway.submit, values)
        reading = self._gateway.answer
        places = _places(answer.text, reading)[:1]
        code = places[0]("code") if places else ""
        if not code:
            raise judge_status(answer) or _unreadable()
        verdict = reading.table.judge(code, places[0]("said"))
        if verdict.meaning is not Meaning.ACCEPTED:
            raise DeliveryFailed.judged(verdict)
        return places[0]("id")

    def ask(self, question: Question) -> Receipt | None:
        """Return what the gateway knows of a message, None when it knows nothing. Raises DeliveryFailed."""
        query, reading = self._gateway.query, self._gateway.found
        if query is None or reading is None:
            return None
        values = self._values(
            phone=mobile_of(question.address), ref=question.ref, provider_id=question.provider_id,
        )  # fmt: skip
        answer = self._post(query, values)
        if (refused := judge_status(answer)) is not None:
            raise refused
        try:
            found = [_receipt(place, reading) for place in _places(answer.text, reading)]
        except ValueError:
            raise _unreadable() from None
        mine = [one for one in found if one.code and _is_about(one, question)]
        return mine[-1] if mine else None

    def verify(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Tell whether a callback carries the signature that the file asks for; True when it asks for none."""
        reading = self._gateway.receipts
        if reading is None or not reading.signed_by:
            return reading is not None
        expected = hmac.new(self._secret.encode(), body, hashlib.sha256).hexdigest()
        given = headers.get(reading.signed_by, "").lower().removeprefix("sha256=")
        return hmac.compare_digest(expected.encode(), given.encode())

    def read(self, body: bytes) -> list[Receipt]:
        """Return the receipts that a callback brings. Raises ValueError when it is none."""
        reading = self._gateway.receipts
        if reading is None:
            raise ValueError("no receipts are read")
        found = [_receipt(place, reading) for place in _places(body.decode(errors="replace"), reading)]
        if not found or any(not one.code for one in found):
            raise ValueError("no code where the file says")
        return found

    def check(self) -> str:
        """Return a sentence that the gateway's machine answers; raises DeliveryFailed when it does not."""
        host = urlsplit(self._gateway.submit.url)
        self._poster.post(f"{host.scheme}://{host.netloc}/", body=b"", headers={}, method="HEAD")
        return f"短信网关 {host.hostname} 有应答。密钥对不对，要用“试发一条”才知道。"

    def _values(self, **given: str) -> dict[str, str]:
        now = self._now()
        local = now.astimezone(SHANGHAI)
        return {
            **dict.fromkeys(NAMES, ""), "signature": self._signature, "secret": self._secret,
            "stamp": str(int(now.timestamp())), "stamp_ms": str(int(now.timestamp() * 1000)),
            "time": f"{local:%Y%m%d%H%M%S}", "date": f"{local:%Y%m%d}", **given,
        }  # fmt: skip

    def _post(self, request: HttpRequest, values: Mapping[str, str]) -> Answer:
        body = self._fill(request.body, values).encode(request.charset, "replace")
        if request.wrapped == "base64":
            body = base64.b64encode(body)
        headers = {name: self._fill(text, values) for name, text in request.headers.items()}
        headers.setdefault("Content-Type", f"application/json; charset={request.charset}")
        return self._poster.post(
            self._fill(request.url, values), body=body, headers=headers, method=request.method, charset=request.charset
        )

    def _fill(self, template: str, values: Mapping[str, str]) -> str:
        return self._environment.from_string(template).render(values)

    def _try_out(self) -> None:
        """Fill every template once, so that a wrong name is said at the start and not at the first message."""
        values, problems = self._values(phone="13800000000", text="试"), []
        for where, request in (("submit", self._gateway.submit), ("query", self._gateway.query)):
            for part, template in _templates(request):
                try:
                    self._fill(template, values)
                except (TemplateError, TypeError, ValueError) as problem:
                    known = "、".join(NAMES)
                    problems.append(f"sms.http.{where}.{part}：模板不能用（{problem}）。可以用的名称：{known}。")
        if problems:
            raise DefinitionInvalid(problems)


def _templates(request: HttpRequest | None) -> list[tuple[str, str]]:
    if request is None:
        return []
    return [("url", request.url), ("body", request.body), *((f"headers.{n}", t) for n, t in request.headers.items())]


def _environment() -> SandboxedEnvironment:
    environment = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False, auto_reload=False)
    environment.filters.update(
        md5=lambda text: hashlib.md5(str(text).encode(), usedforsecurity=False).hexdigest(),
        sha256=lambda text: hashlib.sha256(str(text).encode()).hexdigest(),
        hmac_sha256=lambda text, key: hmac.new(str(key).encode(), str(text).encode(), hashlib.sha256).hexdigest(),
        base64=lambda text: base64.b64encode(str(text).encode()).decode(),
        json=lambda text: json.dumps(str(text), ensure_ascii=False),
        url=lambda text: quote(str(text), safe=""),
    )
    return environment


Place = Callable[[str], str]


def _places(text: str, reading: Reading) -> list[Place]:
    """Return, for each report in `text`, a function from a part (code, id …) to what stands there ("" = nothing)."""
    if reading.kind == "pattern":
        return [lambda part: _matched(getattr(reading, part), text)]
    if reading.kind == "form":
        fields = {name: values[0] for name, values in parse_qs(text, keep_blank_values=True).items()}
        return [lambda part: fields.get(getattr(reading, part), "")]
    try:
        whole = _at(json.loads(text), reading.listed)
    except ValueError:
        return []
    rows = whole if isinstance(whole, list) else [whole]
    return [_json_place(row, reading) for row in rows if isinstance(row, dict)]


def _json_place(row: Mapping[str, Any], reading: Reading) -> Place:
    def at(part: str) -> str:
        found = _at(row, getattr(reading, part)) if getattr(reading, part) else None
        if isinstance(found, bool):
            return str(found).lower()
        return "" if found is None or isinstance(found, dict | list) else str(found)

    return at


def _at(content: Any, path: str) -> Any:
    """Return what lies at a dotted path (`result.0.code`), None when nothing does."""
    for step in path.split(".") if path else ():
        if isinstance(content, dict):
            content = content.get(step)
        elif isinstance(content, list) and step.isdigit() and int(step) < len(content):
            content = content[int(step)]
        else:
            return None
    return content


def _matched(pattern: str, text: str) -> str:
    found = re.search(pattern, text) if pattern else None
    return found[1] if found else ""


def _receipt(place: Place, reading: Reading) -> Receipt:
    code = place("code")
    verdict = reading.table.judge(code, place("said"))
    if verdict.meaning is Meaning.UNLISTED:
        # A report always tells the end of a message; one whose code nobody knows is no arrival.
        verdict = Verdict(Meaning.LOST, code, verdict.sentence)
    return Receipt(place("id"), place("ref"), code, verdict.meaning.value, verdict.sentence, _moment(place("at")))


def _is_about(receipt: Receipt, question: Question) -> bool:
    if receipt.ref:
        return receipt.ref == question.ref
    return bool(receipt.provider_id) and receipt.provider_id == question.provider_id


def _moment(text: str) -> datetime | None:
    digits = re.sub(r"\D", "", text)[:14]
    try:
        return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=SHANGHAI)
    except ValueError:
        return None


def _unreadable() -> DeliveryFailed:
    return DeliveryFailed("短信网关的答复读不懂，不知道是否接收", permanent=False, unknown=True)
