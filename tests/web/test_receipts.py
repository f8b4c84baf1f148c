"""The door at which providers report: theirs by the token in its address, and nobody else's."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.support.kept import Kept
from tests.support.outgoing import TOKEN
from tests.support.servers import copied_database
from tests.support.world import HandClock, RecordingQueue, morning, settings_for
from tracker.bootstrap import Container, build
from tracker.web.assembly import assemble

CHANNELS = """
sms:
  provider: own
  http:
    submit: {url: 'https://gw.example/send', body: '{{ phone }}'}
    answer: {code: code, codes: {'0': accepted}}
    receipts: {id: id, code: code, answer: OK, signed_by: X-Signature}
"""
SECRET = "gateway-secret"


@pytest.fixture
def parts(county: Kept, tmp_path: Path) -> Iterator[Container]:
    file = tmp_path / "channels.yaml"
    file.write_text(CHANNELS, encoding="utf-8")
    with copied_database(county.database_url) as url:
        settings = settings_for(
            url, channels_file=file, gateway_hosts=("gw.example",), sms_secret=SECRET, receipt_token=TOKEN
        )
        container = build(settings, clock=HandClock(morning("2026-03-02")), queue=RecordingQueue())
        yield container
        container.close()


def call(parts: Container, body: bytes, *, token: str = TOKEN, secret: str = SECRET) -> tuple[int, str]:
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    answer = assemble(parts).test_client().post(
        f"/receipts/sms/{token}", data=body, headers={"X-Signature": signature}
    )  # fmt: skip
    return answer.status_code, answer.text


def noted(parts: Container) -> int:
    with parts.reading() as session:
        return int(session.execute(text("SELECT count(*) FROM receipt")).scalar_one())


def test_a_providers_call_is_answered_as_it_wants_and_noted(parts: Container) -> None:
    assert call(parts, b'{"id":"unknown-1","code":"DELIVRD"}') == (200, "OK")
    assert noted(parts) == 1


def test_a_forged_call_finds_no_door(parts: Container) -> None:
    assert call(parts, b'{"id":"1","code":"DELIVRD"}', token="another-token-of-somebody")[0] == 404
    assert call(parts, b'{"id":"1","code":"DELIVRD"}', secret="not the secret")[0] == 404
    assert noted(parts) == 0


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff" * 40, b"x" * (1024 * 1024 + 1)])
def test_a_call_that_cannot_be_read_is_no_error_of_ours(parts: Container, body: bytes) -> None:
    assert call(parts, body)[0] in (400, 413)
    assert noted(parts) == 0
