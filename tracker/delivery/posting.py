"""One HTTP request to a provider, and what is known when it fails. Standard library only.

Only hosts that the operator allowed are spoken to, and never an address that belongs to the machine's own
neighbourhood (link-local, cloud metadata): a name that resolves there is refused, and the address that was
looked at is the one that is connected to. Nothing is redirected.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse
from urllib.parse import urlsplit

from tracker.domain.channels import KNOWN_HOSTS
from tracker.domain.errors import DeliveryFailed
from tracker.domain.provider_codes import Meaning, Verdict

LONGEST_ANSWER = 256 * 1024
#: Where clouds keep the secrets of a machine; not link-local, and still nobody's gateway.
METADATA = ipaddress.ip_address("100.100.100.200")


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    text: str
    retry_after: str = ""


@dataclass(frozen=True)
class Poster:
    """Sends requests to the hosts that are allowed."""

    hosts: Collection[str] = field(default_factory=frozenset)
    patience_seconds: float = 10.0

    def post(
        self, url: str, *, body: bytes, headers: Mapping[str, str], method: str = "POST", charset: str = "utf-8"
    ) -> Answer:
        """Return the answer, whatever its status.

        Raises DeliveryFailed: AWAY when nothing went out, STOP when the host may not be spoken to, and unknown
        when the line broke or fell silent after the request had gone.
        """
        parts = urlsplit(url)
        host = parts.hostname or ""
        if host not in self.hosts and host not in KNOWN_HOSTS:
            raise _stopped("host_not_allowed", f"主机 {host} 不在允许的名单（TRACKER_GATEWAY_HOSTS）里")
        line = self._connect(host, parts.port or (443 if parts.scheme == "https" else 80), parts.scheme == "https")
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            line.request(method, target, body=body or None, headers=dict(headers))
            return _read(line.getresponse(), charset)
        except (OSError, HTTPException) as problem:
            sentence = f"请求发出后没有收到答复（{type(problem).__name__}），不知道服务商是否接收"
            raise DeliveryFailed(sentence, permanent=False, unknown=True) from problem
        finally:
            line.close()

    def _connect(self, host: str, port: int, secure: bool) -> HTTPConnection:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as problem:
            raise _away(f"查不到主机 {host}", problem) from problem
        family, kind, protocol, _, address = found[0]
        if _is_forbidden(str(address[0])):
            raise _stopped("address_not_allowed", f"主机 {host} 指向本机网段的地址 {address[0]}，不能用作服务商")
        line = HTTPConnection(host, port, timeout=self.patience_seconds)
        bare = socket.socket(family, kind, protocol)
        try:
            bare.settimeout(self.patience_seconds)
            bare.connect(address)
            line.sock = ssl.create_default_context().wrap_socket(bare, server_hostname=host) if secure else bare
        except OSError as problem:
            bare.close()
            raise _away(f"连不上服务商 {host}", problem) from problem
        return line


def _read(response: HTTPResponse, charset: str) -> Answer:
    text = response.read(LONGEST_ANSWER).decode(charset, "replace")
    return Answer(response.status, text, response.headers.get("Retry-After", ""))


def _is_forbidden(address: str) -> bool:
    there = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(there, ipaddress.IPv6Address) and there.ipv4_mapped is not None:
        there = there.ipv4_mapped
    return there.is_link_local or there.is_multicast or there.is_unspecified or there == METADATA


def _away(what: str, problem: OSError) -> DeliveryFailed:
    return DeliveryFailed.judged(Verdict(Meaning.AWAY, "", f"{what}（{type(problem).__name__}）"))


def _stopped(code: str, sentence: str) -> DeliveryFailed:
    return DeliveryFailed.judged(Verdict(Meaning.STOP, code, sentence))


def judge_status(answer: Answer) -> DeliveryFailed | None:
    """Return what an HTTP status alone says, for an answer in which no code was found; None when it says nothing.

    429 and 503 promise that the request was not taken. Any other failure of theirs may come from a proxy in front
    of a server that took it.
    """
    if answer.status in (429, 503):
        verdict = Verdict(Meaning.RETRY, str(answer.status), f"服务商繁忙（HTTP {answer.status}）")
        return DeliveryFailed.judged(verdict)
    if 400 <= answer.status < 500:
        sentence = f"服务商拒绝了请求（HTTP {answer.status}），请核对地址、密钥和白名单"
        return DeliveryFailed.judged(Verdict(Meaning.STOP, str(answer.status), sentence))
    if answer.status >= 500 or answer.status < 200 or answer.status >= 300:
        sentence = f"服务商出错（HTTP {answer.status}），不知道是否接收"
        return DeliveryFailed(sentence, permanent=False, unknown=True)
    return None
