"""Mail over SMTP, and what a server's answers mean for us."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
import threading
import time
from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass
from email.header import Header
from email.utils import format_datetime, formataddr, parseaddr
from functools import lru_cache

from tracker.domain.errors import DeliveryFailed
from tracker.domain.masking import mask_email
from tracker.domain.ports import OutgoingMessage
from tracker.domain.provider_codes import SHOWN, Meaning, Verdict, judge_smtp

PRODUCT_NAME = "督办系统"
ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
#: Stands between the parts of a mail; no line of base64 can look like it.
BETWEEN = "=_part"
LINE_OF_BASE64 = 76
#: Servers cut connections that carry too much or rest too long; ours go first.
MAILS_A_LINE, LINE_RESTS = 100, 20.0
TAKEN = 250
#: What a server answers that is about to cut the connection.
CLOSING = "421"


@dataclass(frozen=True, kw_only=True)
class SmtpServer:
    """Where mail is handed over. `security` is none, starttls or tls."""

    host: str
    port: int
    sender: str
    security: str = "starttls"
    user: str = ""
    password: str = ""
    timeout_seconds: float = 10.0


@dataclass
class OpenLine:
    """A connection that is logged in, and what it has carried so far.

    announced   the sender of the next mail has been named already, and the server's answer to that waits to be read
    """

    smtp: smtplib.SMTP
    used_at: float
    mails: int = 0
    announced: bool = False


class SmtpCourier:
    """Hands mails to the server.

    With `keeps_open` a connection carries several mails, for a log-in takes longer than a mail; a mail that the server
    refused costs it nothing. Whoever asks for that calls `close()` in the end.
    """

    def __init__(self, server: SmtpServer, *, keeps_open: bool = False) -> None:
        self._server = server
        self._sender = parseaddr(server.sender)[1]
        self._tls = ssl.create_default_context() if server.security != "none" else None
        self._keeps_open = keeps_open
        self._kept: OpenLine | None = None
        self._lock = threading.Lock()
        self._own_name: str | None = None

    def send(self, message: OutgoingMessage) -> str:
        """Return the server's answer to the data, which mostly names its queue id.

        Raises DeliveryFailed: temporary when the server cannot be reached or answers 4xx, permanent on 5xx,
        and unknown when the line drops after the data has gone out, for then the mail may be on its way.
        """
        mail = self._compose(message)
        line = self._kept_line() or self._new_line()
        try:
            answer = _hand_over(line.smtp, address=message.address, content=mail)
        except DeliveryFailed as refusal:
            if _is_fit_after(refusal, line.smtp):
                self._put_back(line, followed=message.followed)
            else:
                line.smtp.close()
            raise
        except BaseException:
            line.smtp.close()
            raise
        self._put_back(line, followed=message.followed)
        return answer

    def close(self) -> None:
        """Let go of the connection that is kept open."""
        with self._lock:
            kept, self._kept = self._kept, None
        if kept is not None:
            kept.smtp.close()

    def _kept_line(self) -> OpenLine | None:
        """Return the connection that was kept, once it has taken the sender; None when there is none, or it was cut.

        Nothing has gone out by then, so that another can be opened for the same mail.
        """
        with self._lock:
            kept, self._kept = self._kept, None
        if kept is None:
            return None
        if kept.mails < MAILS_A_LINE and time.monotonic() - kept.used_at < LINE_RESTS:
            with suppress(OSError, smtplib.SMTPException):
                if not kept.announced:
                    kept.smtp.putcmd("MAIL", f"FROM:<{self._sender}>")
                kept.announced = False
                if kept.smtp.getreply()[0] == TAKEN:
                    return kept
        kept.smtp.close()
        return None

    def _new_line(self) -> OpenLine:
        """Return a new connection that has taken the sender; raises DeliveryFailed."""
        try:
            line = self._connect()
        except (OSError, smtplib.SMTPException) as problem:
            raise _shut_out(problem) from problem
        try:
            code, answer = _announce(line, "MAIL", f"FROM:<{self._sender}>")
        except (OSError, smtplib.SMTPException) as problem:
            line.close()
            raise _not_ours(_said(problem)) from problem
        if code != TAKEN:
            line.close()
            raise _sender_refused(code, _text(answer))
        return OpenLine(line, time.monotonic())

    def _put_back(self, line: OpenLine, *, followed: bool) -> None:
        """Keep a connection for the next mail. Where one is to follow at once, the server takes its sender meanwhile."""
        line.mails, line.used_at = line.mails + 1, time.monotonic()
        if self._keeps_open and followed and line.mails < MAILS_A_LINE:
            with suppress(OSError, smtplib.SMTPException):
                line.smtp.putcmd("MAIL", f"FROM:<{self._sender}>")
                line.announced = True
        if self._keeps_open:
            with self._lock:
                if self._kept is None:
                    self._kept = line
                    return
        line.smtp.close()

    def check(self) -> str:
        """Return a sentence that the server lets us in; raises DeliveryFailed with what is wrong."""
        try:
            self._connect().close()
        except (OSError, smtplib.SMTPException) as problem:
            raise _shut_out(problem) from problem
        return f"发信服务器 {self._server.host} 有应答，也能登录。"

    def _connect(self) -> smtplib.SMTP:
        server, patience = self._server, self._server.timeout_seconds
        line: smtplib.SMTP
        if server.security == "tls":
            line = smtplib.SMTP_SSL(server.host, server.port, self._name, timeout=patience, context=self._tls)
        else:
            line = smtplib.SMTP(server.host, server.port, self._name, timeout=patience)
        try:
            if server.security == "starttls":
                line.starttls(context=self._tls)
            if server.user:
                line.login(server.user, server.password)
            line.ehlo_or_helo_if_needed()
        except BaseException:
            line.close()
            raise
        return line

    @property
    def _name(self) -> str:
        """Return this machine's name, asked for once: a name server may take its time for each asking."""
        if self._own_name is None:
            self._own_name = socket.getfqdn()
        return self._own_name if "." in self._own_name else "[127.0.0.1]"

    def _compose(self, message: OutgoingMessage) -> bytes:
        """Return the mail as it goes over the line; raises DeliveryFailed for an address that is none.

        The library's own writer folds and copies every line again, which took longer than writing the text does.
        """
        if not message.address.isascii():
            raise DeliveryFailed("邮箱地址含有中文或全角字符", permanent=True)
        if any(ADDRESS.fullmatch(address) is None for address in (message.address, self._sender)):
            raise DeliveryFailed("邮箱地址写得不对", permanent=True)
        headers = {
            "From": _mailbox(PRODUCT_NAME, self._sender),
            "To": _mailbox(_one_line(message.recipient), message.address),
            "Subject": _subject(_one_line(message.subject)),
            "Message-ID": _one_line(message.message_id), "Auto-Submitted": "auto-generated", "MIME-Version": "1.0",
        }  # fmt: skip
        if message.written_at:
            headers["Date"] = format_datetime(message.written_at)
        if message.thread:
            headers |= {"References": _one_line(message.thread), "In-Reply-To": _one_line(message.thread)}
        if message.unsubscribe:
            headers["List-Unsubscribe"] = f"<{_one_line(message.unsubscribe)}>"
            if message.unsubscribe.startswith("https://"):  # RFC 8058: one press in the mail reader, over TLS only
                headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        if message.resent:
            headers["X-Tracker-Resent"] = "1"
        return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode("ascii", "replace") + _content(
            message
        )


@lru_cache(maxsize=256)
def _subject(text: str) -> str:
    """Return a subject as it stands in the head of a mail. Digests of one sweep mostly share theirs."""
    return Header(text, "utf-8", header_name="Subject").encode(linesep="\r\n")


def _mailbox(name: str, address: str) -> str:
    """Return name and address as the head of a mail has them; the library takes each address apart once more."""
    if name.isascii():
        return formataddr((name, address))
    return f"=?utf-8?b?{b64encode(name.encode()).decode()}?= <{address}>"


def _content(message: OutgoingMessage) -> bytes:
    """Return the headers of the content, an empty line, and the content: the text, or text and HTML to choose from."""
    text = _part("plain", message.text)
    if message.html is None:
        return text
    head = f'Content-Type: multipart/alternative; boundary="{BETWEEN}"\r\n\r\n'.encode()
    between = f"--{BETWEEN}\r\n".encode()
    return head + between + text + between + _part("html", message.html) + f"--{BETWEEN}--\r\n".encode()


def _part(kind: str, text: str) -> bytes:
    head = f'Content-Type: text/{kind}; charset="utf-8"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")
    content = b64encode(lines.encode())
    folded = [content[at : at + LINE_OF_BASE64] for at in range(0, len(content), LINE_OF_BASE64)]
    return head.encode() + b"\r\n".join((*folded, b""))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _announce(line: smtplib.SMTP, command: str, about: str) -> tuple[int, bytes]:
    """Give a command about an address that `ADDRESS` has matched; the library would take each apart once more."""
    return line.docmd(command, about)


def _hand_over(line: smtplib.SMTP, *, address: str, content: bytes) -> str:
    try:
        code, answer = _announce(line, "RCPT", f"TO:<{address}>")
    except (OSError, smtplib.SMTPException) as problem:
        raise _not_ours(_said(problem)) from problem
    if code not in (250, 251):
        raise _answered(code, answer, "收件人被发信服务器拒绝")
    try:
        code, answer = line.data(content)
    except smtplib.SMTPDataError as problem:
        raise _answered(problem.smtp_code, problem.smtp_error, "发信服务器不收这封邮件") from problem
    except (OSError, smtplib.SMTPException) as problem:
        sentence = "邮件内容发出后连接中断，不知道对方是否收到"
        raise DeliveryFailed(sentence, permanent=False, unknown=True) from problem
    if code != TAKEN:
        raise _answered(code, answer, "发信服务器不收这封邮件")
    said = _text(answer)
    if address.lower() in said.lower():
        said = re.sub(re.escape(address), mask_email(address), said, flags=re.IGNORECASE)
    return said[:200]


def _is_fit_after(refusal: DeliveryFailed, line: smtplib.SMTP) -> bool:
    """Tell whether a connection can carry another mail after one that the server refused in so many words."""
    if refusal.verdict is None or refusal.verdict.code == CLOSING:
        return False
    try:
        return line.rset()[0] == TAKEN
    except (OSError, smtplib.SMTPException):
        return False


def _shut_out(problem: Exception) -> DeliveryFailed:
    """Return what it means that we did not get in: nothing went out, and nothing will until somebody mends it.

    A wrong password answers 535; were that permanent, one slip in the settings would lose every message.
    """
    meaning = Meaning.STOP if isinstance(problem, smtplib.SMTPAuthenticationError) else Meaning.AWAY
    code = str(problem.smtp_code) if isinstance(problem, smtplib.SMTPResponseException) else ""
    return DeliveryFailed.judged(Verdict(meaning, code, f"连不上发信服务器，或登录不上（{_said(problem)}）"))


def _sender_refused(code: int, answer: str) -> DeliveryFailed:
    """Return what it means that our own address is refused: the operator's to mend, unless the server is busy."""
    meaning = Meaning.STOP if 500 <= code < 600 else Meaning.RETRY
    sentence = f"发信服务器不接受我们的发件人地址（{code} {answer[:SHOWN]}）"
    return DeliveryFailed.judged(Verdict(meaning, str(code), sentence))


def _not_ours(detail: str) -> DeliveryFailed:
    """Return a failure before the content was sent: try again."""
    return DeliveryFailed(f"发信服务器中断了连接（{detail}）", permanent=False)


def _answered(code: int, answer: bytes | str, what: str) -> DeliveryFailed:
    return DeliveryFailed.judged(judge_smtp(code, _text(answer), what))


def _said(problem: Exception) -> str:
    if isinstance(problem, smtplib.SMTPResponseException):
        return f"{problem.smtp_code} {_text(problem.smtp_error)[:SHOWN]}"
    return type(problem).__name__


def _text(answer: bytes | str) -> str:
    return answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
