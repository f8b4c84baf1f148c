"""Mail over SMTP, and what a server's answers mean for us."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from tracker.domain.errors import DeliveryFailed
from tracker.domain.ports import OutgoingMessage
from tracker.domain.provider_codes import SHOWN, Meaning, Verdict, judge_smtp

PRODUCT_NAME = "督办系统"


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


class SmtpCourier:
    """Hands one mail to the server on a connection of its own. `now` gives the time for the Date header."""

    def __init__(self, server: SmtpServer, *, now: Callable[[], datetime]) -> None:
        self._server = server
        self._now = now
        self._tls = ssl.create_default_context() if server.security != "none" else None

    def send(self, message: OutgoingMessage) -> str:
        """Return the server's answer to the data, which mostly names its queue id.

        Raises DeliveryFailed: temporary when the server cannot be reached or answers 4xx, permanent on 5xx,
        and unknown when the line drops after the data has gone out, for then the mail may be on its way.
        """
        mail = self._compose(message)
        try:
            line = self._connect()
        except (OSError, smtplib.SMTPException) as problem:
            raise _shut_out(problem) from problem
        try:
            return _hand_over(line, sender=self._server.sender, address=message.address, content=mail)
        finally:
            line.close()

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
            line = smtplib.SMTP_SSL(server.host, server.port, timeout=patience, context=self._tls)
        else:
            line = smtplib.SMTP(server.host, server.port, timeout=patience)
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

    def _compose(self, message: OutgoingMessage) -> bytes:
        mail = EmailMessage(policy=SMTP)
        if not message.address.isascii():
            raise DeliveryFailed("邮箱地址含有中文或全角字符", permanent=True)
        try:
            mail["From"] = Address(PRODUCT_NAME, addr_spec=parseaddr(self._server.sender)[1])
            mail["To"] = Address(message.recipient, addr_spec=message.address)
            mail["Subject"] = message.subject
        except (ValueError, IndexError, MessageError) as problem:
            raise DeliveryFailed("邮箱地址写得不对", permanent=True) from problem
        mail["Date"] = format_datetime(self._now())
        mail["Message-ID"] = message.message_id
        mail["Auto-Submitted"] = "auto-generated"
        if message.resent:
            mail["X-Tracker-Resent"] = "1"
        mail.set_content(message.text)
        if message.html is not None:
            mail.add_alternative(message.html, subtype="html")
        return mail.as_bytes()


def _hand_over(line: smtplib.SMTP, *, sender: str, address: str, content: bytes) -> str:
    try:
        code, answer = line.mail(parseaddr(sender)[1])
        if code != 250:
            raise _sender_refused(code, _text(answer))
        code, answer = line.rcpt(address)
    except (OSError, smtplib.SMTPException) as problem:
        raise _not_ours(_said(problem), "发信服务器中断了连接") from problem
    if code not in (250, 251):
        raise _answered(code, answer, "收件人被发信服务器拒绝")
    try:
        code, answer = line.data(content)
    except smtplib.SMTPDataError as problem:
        raise _answered(problem.smtp_code, problem.smtp_error, "发信服务器不收这封邮件") from problem
    except (OSError, smtplib.SMTPException) as problem:
        sentence = "邮件内容发出后连接中断，不知道对方是否收到"
        raise DeliveryFailed(sentence, permanent=False, unknown=True) from problem
    if code != 250:
        raise _answered(code, answer, "发信服务器不收这封邮件")
    return _text(answer)[:200]


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


def _not_ours(detail: str, what: str) -> DeliveryFailed:
    """Return a failure before the content was sent: try again."""
    return DeliveryFailed(f"{what}（{detail}）", permanent=False)


def _answered(code: int, answer: bytes | str, what: str) -> DeliveryFailed:
    return DeliveryFailed.judged(judge_smtp(code, _text(answer), what))


def _said(problem: Exception) -> str:
    if isinstance(problem, smtplib.SMTPResponseException):
        return f"{problem.smtp_code} {_text(problem.smtp_error)[:SHOWN]}"
    return type(problem).__name__


def _text(answer: bytes | str) -> str:
    return answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
