"""Real HTTP servers on this machine that behave like providers of SMS, group robots and receivers of webhooks."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

HOST = "127.0.0.1"
#: Instead of an answer: the line is cut, or nothing is said until the other side gives up.
CUT, SILENT = "cut", "silent"


@dataclass(frozen=True)
class Asked:
    """One request that a server got."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


Reply = tuple[int, str] | tuple[int, str, Mapping[str, str]] | str


@dataclass
class Gateway:
    """A server that answers each request by `reply`, which sees what was asked and how many came before."""

    reply: Callable[[Asked, int], Reply]
    asked: list[Asked] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)


@contextmanager
def serving(gateway: Gateway) -> Iterator[str]:
    """Run the server; yield its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
            asked = Asked(self.command, parts.path, query, dict(self.headers.items()), body)
            before = len(gateway.asked)
            gateway.asked.append(asked)
            reply = gateway.reply(asked, before)
            if isinstance(reply, str):
                if reply == SILENT:
                    gateway.done.wait(10)
                self.close_connection = True
                return
            content = reply[1].encode()
            self.send_response(reply[0])
            for name, value in reply[2].items() if len(reply) > 2 else ():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_HEAD = do_POST  # noqa: N815 (http.server's names)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer((HOST, 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_port}"
    finally:
        gateway.done.set()
        server.shutdown()
        server.server_close()
        thread.join()


def replying(*replies: Reply) -> Gateway:
    """A gateway that gives these replies in turn, and the last one for ever."""
    return Gateway(lambda _, before: replies[min(before, len(replies) - 1)])


# -- 云MAS: JSON in base64 with an MD5 over its parts; every answer is HTTP 200

MAS_SECRET = "mas-secret"
MAS_FILE = """
sms:
  provider: yunmas
  signature: 测试镇
  http:
    submit:
      url: {url}/sms/norsubmit
      wrapped: base64
      body: >-
        {{"ecName":"测试镇","apId":"test","mobiles":"{{{{ phone }}}}","content":{{{{ content | json }}}},"sign":"s1",
        "addSerial":"","mac":"{{{{ ("测试镇test" ~ secret ~ phone ~ content ~ "s1") | md5 }}}}"}}
    answer:
      code: rspcod
      id: msgGroup
      codes: {{success: accepted, IllegalMac: stop, TimeOut: retry, Flow: delay, NoNumber: bad_contact}}
    receipts: {{id: msgGroup, code: errorCode, at: receiveDate, codes: {{'MK:*': bad_contact}}}}
    query: {{url: '{url}/sms/report', body: '{{"msgGroup":"{{{{ provider_id }}}}","ref":"{{{{ ref }}}}"}}'}}
    found: {{listed: reports, id: msgGroup, ref: ref, code: errorCode}}
"""


def mas_reply(asked: Asked, before: int) -> Reply:
    """Take a message whose MAC is right, under an id that counts up."""
    given = json.loads(base64.b64decode(asked.body))
    parts = "".join(given[name] for name in ("ecName", "apId")) + MAS_SECRET
    parts += "".join(given[name] for name in ("mobiles", "content", "sign", "addSerial"))
    if hashlib.md5(parts.encode(), usedforsecurity=False).hexdigest() != given["mac"]:
        return 200, '{"rspcod":"IllegalMac","msgGroup":"","success":false}'
    return 200, json.dumps({"rspcod": "success", "msgGroup": f"G{before + 1}", "success": True})


def mas_says(code: str) -> Reply:
    """Refuse with HTTP 200, as such gateways do."""
    return 200, json.dumps({"rspcod": code, "msgGroup": "", "success": False})


# -- a WeCom group robot: HTTP 200 whatever happened, 20 messages in a minute

WECOM_KEY = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"


def wecom_says(code: int, said: str = "") -> Reply:
    """Answer as the robot does."""
    return 200, json.dumps({"errcode": code, "errmsg": said or ("ok" if code == 0 else "failed")})


def wecom_robot(most: int = 20) -> Callable[[Asked, int], Reply]:
    """Take texts for the right key, so many and no more, none of them too long."""

    def reply(asked: Asked, before: int) -> Reply:
        if asked.query.get("key") != WECOM_KEY:
            return wecom_says(93000, "invalid webhook url, hint: [1], from ip: 1.2.3.4")
        if before >= most:
            return wecom_says(45009, "api freq out of limit")
        content = json.loads(asked.body)["text"]["content"]
        return wecom_says(45002 if len(content.encode()) > 2048 else 0)

    return reply


# -- a receiver of webhooks, written from what the README says and not from our code

HOOK_SECRET = "a-secret-of-the-office"


def hook_checked(reply: Callable[[Asked, int], Reply], *, now: float) -> Callable[[Asked, int], Reply]:
    """Refuse what is not signed, or was signed more than five minutes away from `now`."""

    def check(asked: Asked, before: int) -> Reply:
        stamp = asked.headers["X-Tracker-Timestamp"]
        right = "v1=" + hmac.new(HOOK_SECRET.encode(), f"{stamp}.".encode() + asked.body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(right, asked.headers["X-Tracker-Signature"]) or abs(int(stamp) - now) > 300:
            return 401, "signature"
        return reply(asked, before)

    return check


# -- Aliyun: RPC calls signed with ACS3-HMAC-SHA256

ALIYUN_SECRET = "aliyun-secret"


def aliyun_says(code: str, **more: Any) -> Reply:
    """Answer as Aliyun does: a failure of the call is HTTP 400 with a code, one of the business HTTP 200."""
    status = 200 if code == "OK" or code.startswith("isv.") else 400
    return status, json.dumps({"Code": code, "Message": code, "RequestId": "R", **more})


def aliyun_checked(reply: Callable[[Asked, int], Reply]) -> Callable[[Asked, int], Reply]:
    """Refuse what is not signed with the secret; the signature is worked out here anew."""

    def check(asked: Asked, before: int) -> Reply:
        headers = {name.lower(): value for name, value in asked.headers.items()}
        fields = dict(part.strip().split("=", 1) for part in headers["authorization"].split(" ", 1)[1].split(","))
        named = fields["SignedHeaders"].split(";")
        lines = "".join(f"{name}:{headers[name].strip()}\n" for name in named)
        pairs = sorted(asked.query.items())
        query = "&".join(f"{quote(n, safe='-_.~')}={quote(v, safe='-_.~')}" for n, v in pairs)
        body_hash = hashlib.sha256(asked.body).hexdigest()
        canonical = f"{asked.method}\n{asked.path}\n{query}\n{lines}\n{fields['SignedHeaders']}\n{body_hash}"
        to_sign = f"ACS3-HMAC-SHA256\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        right = hmac.new(ALIYUN_SECRET.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
        if right != fields["Signature"]:
            return aliyun_says("SignatureDoesNotMatch")
        return reply(asked, before)

    return check
