"""Mail to a real SMTP server on this machine: what arrives, and what each answer of the server means."""

from __future__ import annotations

import email
import socket
import ssl
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tracker.delivery.email import SmtpCourier, SmtpServer
from tracker.domain.errors import DeliveryFailed
from tracker.domain.ports import OutgoingMessage

pytestmark = pytest.mark.enable_socket
HOST = "127.0.0.1"
SENT_AT = datetime(2026, 9, 15, 1, 30, tzinfo=UTC)
MESSAGE = OutgoingMessage(
    ref="SD-2026-0007", message_id="<sd-2026-0007@tracker.example>", channel="email", address="liming@town.example",
    recipient="李明", subject="到期提醒：入户宣传", text="李明，您好：\n\n.一行以点开头\n", html="<p>李明，您好</p>", written_at=SENT_AT,
)  # fmt: skip


class Inbox:
    """An SMTP server's handler that keeps what it takes, and answers as it was told to."""

    def __init__(self, *, to_rcpt: str = "250 OK", to_data: str = "250 Queued as 4F2A") -> None:
        self.to_rcpt, self.to_data = to_rcpt, to_data
        self.taken: list[EmailMessage] = []
        self.raw: list[bytes] = []

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.to_rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.to_rcpt

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.to_data.startswith("250"):
            self.raw.append(envelope.content or b"")  # type: ignore[arg-type]
            self.taken.append(email.message_from_bytes(envelope.content or b"", policy=default))  # type: ignore[arg-type]
        return self.to_data


@contextmanager
def smtp_server(inbox: Inbox, **options: Any) -> Iterator[int]:
    controller = Controller(inbox, hostname=HOST, port=free_port(), **options)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def courier(port: int, **changes: Any) -> SmtpCourier:
    keeps_open = changes.pop("keeps_open", False)
    options = {"security": "none", "sender": "office@tracker.example", **changes}
    return SmtpCourier(SmtpServer(host=HOST, port=port, **options), keeps_open=keeps_open)


def failure(act: Callable[[], object]) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as failed:
        act()
    return failed.value


def test_a_mail_arrives_as_it_was_written() -> None:
    inbox = Inbox()
    with smtp_server(inbox) as port:
        answer = courier(port).send(MESSAGE)
    (mail,) = inbox.taken
    assert answer == "Queued as 4F2A"
    assert mail["Message-ID"] == MESSAGE.message_id
    assert mail["Subject"] == MESSAGE.subject
    assert mail["To"].addresses[0].display_name == "李明"
    assert mail["To"].addresses[0].addr_spec == "liming@town.example"
    assert mail["Date"].datetime == SENT_AT
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "X-Tracker-Resent" not in mail
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().replace("\r\n", "\n") == MESSAGE.text
    assert "<p>李明，您好</p>" in html.get_content()


@pytest.mark.parametrize(("scheme", "at_one_press"), [("https", "List-Unsubscribe=One-Click"), ("http", None)])
def test_a_mail_that_is_optional_says_where_to_do_without_and_at_one_press_over_tls_only(
    scheme: str, at_one_press: str | None
) -> None:
    address = f"{scheme}://tracker.example/unsubscribe/17-{'0' * 32}"
    inbox = Inbox()
    with smtp_server(inbox) as port:
        courier(port).send(replace(MESSAGE, unsubscribe=address))
        courier(port).send(MESSAGE)
    optional, other = inbox.taken
    assert (optional["List-Unsubscribe"], optional["List-Unsubscribe-Post"]) == (f"<{address}>", at_one_press)
    assert (other["List-Unsubscribe"], other["List-Unsubscribe-Post"]) == (None, None)


def test_a_paper_sent_again_says_so() -> None:
    inbox = Inbox()
    with smtp_server(inbox) as port:
        courier(port).send(OutgoingMessage(**{**asdict(MESSAGE), "resent": True}))
    assert inbox.taken[0]["X-Tracker-Resent"] == "1"


@pytest.mark.parametrize(
    ("inbox", "permanent"),
    [
        (Inbox(to_rcpt="550 No such user"), True),
        (Inbox(to_rcpt="450 Mailbox busy"), False),
        (Inbox(to_data="554 Looks like spam"), True),
        (Inbox(to_data="452 Disk full"), False),
    ],
)
def test_a_refusal_is_permanent_when_the_server_says_so(inbox: Inbox, permanent: bool) -> None:
    with smtp_server(inbox) as port:
        failed = failure(lambda: courier(port).send(MESSAGE))
    assert (failed.permanent, failed.unknown) == (permanent, False)
    assert any(code in failed.sentence for code in ("550", "450", "554", "452"))


def test_a_server_that_is_away_is_tried_again() -> None:
    failed = failure(lambda: courier(free_port()).send(MESSAGE))
    assert (failed.permanent, failed.unknown) == (False, False)
    assert "连不上发信服务器" in failed.sentence


@pytest.mark.parametrize(("drop_after", "unknown"), [("rcpt", False), ("data", True)])
def test_a_line_that_drops_after_the_content_leaves_it_unknown(drop_after: str, unknown: bool) -> None:
    with dropping_server(drop_after) as port:
        failed = failure(lambda: courier(port).send(MESSAGE))
    assert (failed.permanent, failed.unknown) == (False, unknown)


def test_a_server_that_falls_silent_after_the_content_leaves_it_unknown() -> None:
    with dropping_server("silence") as port:
        failed = failure(lambda: courier(port, timeout_seconds=0.3).send(MESSAGE))
    assert failed.unknown


def test_no_answer_of_a_server_brings_the_address_onto_a_page() -> None:
    inbox = Inbox(to_data="250 2.1.5 <LiMing@town.example> queued as <4F2A@mx.example>")
    with smtp_server(inbox) as port:
        assert courier(port).send(MESSAGE) == "2.1.5 <l***@town.example> queued as <4F2A@mx.example>"
        inbox.to_rcpt = "550 5.1.1 <liming@town.example>: User unknown"
        sentence = failure(lambda: courier(port).send(MESSAGE)).sentence
    assert ("<l***@town.example>: User unknown" in sentence, "liming" in sentence) == (True, False)


@pytest.mark.parametrize("address", ["没有@符号", "liming", "a@b@c", "李明@town.example", "x@y.z\r\nBcc: all@z"])
def test_an_address_that_is_none_is_refused_for_good(address: str) -> None:
    with smtp_server(Inbox()) as port:
        failed = failure(lambda: courier(port).send(OutgoingMessage(**{**asdict(MESSAGE), "address": address})))
    assert failed.permanent


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_a_wrong_password_for_the_server_loses_no_message() -> None:
    with smtp_server(Inbox(), authenticator=_only("secret"), auth_require_tls=False, auth_required=True) as port:
        failed = failure(lambda: courier(port, user="office", password="wrong").send(MESSAGE))
        assert (failed.permanent, failed.unknown) == (False, False)
        assert courier(port, user="office", password="secret").send(MESSAGE)


def test_a_certificate_that_nobody_vouches_for_is_not_spoken_to(tmp_path: Path) -> None:
    inbox = Inbox()
    context = _own_certificate(tmp_path)
    with smtp_server(inbox, tls_context=context) as port:
        failed = failure(lambda: courier(port, security="starttls").send(MESSAGE))
    assert not failed.permanent
    assert inbox.taken == []


@contextmanager
def dropping_server(drop_after: str) -> Iterator[int]:
    """A server that speaks SMTP up to a point, and then hangs up or says nothing more."""
    with socket.create_server((HOST, 0)) as listening:
        speaking = threading.Thread(target=_speak, args=(listening, drop_after))
        speaking.start()
        try:
            yield int(listening.getsockname()[1])
        finally:
            speaking.join(timeout=10)


def _speak(listening: socket.socket, drop_after: str) -> None:
    line, _ = listening.accept()
    with line, line.makefile("rwb") as talk:

        def say(answer: bytes) -> None:
            talk.write(answer + b"\r\n")
            talk.flush()

        say(b"220 test")
        for said in talk:
            verb = said[:4].upper()
            if verb == b"DATA":
                say(b"354 go on")
                while talk.readline() != b".\r\n":
                    pass
                if drop_after == "silence":
                    talk.readline()
                return
            say(b"250 OK")
            if verb == b"MAIL" and drop_after == "rcpt":
                return


def _only(password: str) -> Callable[..., AuthResult]:
    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any) -> AuthResult:
        return AuthResult(success=given.password == password.encode(), handled=False)

    return check


def _own_certificate(folder: Path) -> ssl.SSLContext:
    from_nobody = make_certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(from_nobody)
    return context


def make_certificate(folder: Path) -> Path:
    """A self-signed certificate with its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2040, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(certificate.public_bytes(Encoding.PEM) + private)
    return file


# -- several mails on one connection


class Counting(Inbox):
    """Counts connections, and cuts each after `most` mails."""

    def __init__(self, most: int = 1000) -> None:
        super().__init__()
        self.lines: set[tuple[str, int]] = set()
        self.carried: Counter[tuple[str, int]] = Counter()
        self.most = most
        self.announced_twice = threading.Event()

    async def handle_EHLO(  # noqa: N802 (aiosmtpd's name)
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.lines.add(session.peer)
        return responses

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.carried[session.peer] == self.most:
            server.transport.close()
        self.carried[session.peer] += 1
        if self.carried.total() == 2:
            self.announced_twice.set()
        envelope.mail_from = address
        return "250 OK"


def test_a_connection_carries_several_mails_and_another_is_opened_when_it_was_cut() -> None:
    inbox = Counting(most=3)
    with smtp_server(inbox) as port:
        open_line = courier(port, keeps_open=True)
        for number in range(5):
            open_line.send(replace(MESSAGE, message_id=f"<{number}@x>"))
        open_line.close()
    assert [mail["Message-ID"] for mail in inbox.taken] == [f"<{number}@x>" for number in range(5)]
    assert len(inbox.lines) == 2


@pytest.mark.parametrize(
    ("refusal", "lines"), [({"to_rcpt": "550 No such user"}, 1), ({"to_data": "554 Spam"}, 1), ({"to_rcpt": "421 Bye"}, 2)]
)  # fmt: skip
def test_a_refused_mail_costs_no_connection_unless_the_server_takes_its_leave(
    refusal: dict[str, str], lines: int
) -> None:
    inbox = Counting()
    with smtp_server(inbox) as port:
        open_line = courier(port, keeps_open=True)
        open_line.send(replace(MESSAGE, followed=True))
        vars(inbox).update(refusal)
        assert failure(lambda: open_line.send(replace(MESSAGE, followed=True))).permanent is (lines == 1)
        inbox.to_rcpt, inbox.to_data = "250 OK", "250 Queued"
        open_line.send(MESSAGE)
        open_line.close()
    assert (len(inbox.taken), len(inbox.lines)) == (2, lines)


def test_where_another_follows_the_server_takes_its_sender_meanwhile_and_nothing_else() -> None:
    inbox = Counting()
    with smtp_server(inbox) as port:
        open_line = courier(port, keeps_open=True)
        open_line.send(replace(MESSAGE, followed=True))
        assert inbox.announced_twice.wait(5)
        assert len(inbox.taken) == 1
        open_line.send(MESSAGE)
        open_line.close()
    assert (inbox.carried.total(), len(inbox.taken), len(inbox.lines)) == (2, 2, 1)


def test_what_goes_over_the_line_is_plain_ascii_in_short_lines_that_any_server_takes() -> None:
    inbox = Inbox()
    message = replace(
        MESSAGE, recipient="长" * 60, subject="排查\r\nBcc: all@z" * 30, text="一\r\n二\n三\r四" + "长" * 3000
    )
    with smtp_server(inbox) as port:
        courier(port).send(message)
    (mail,) = inbox.taken
    assert mail.defects == []
    assert "Bcc" not in mail
    text = mail.get_body(("plain",))
    assert text is not None
    assert text.get_content().splitlines()[:3] == ["一", "二", "三"]
    (sent,) = inbox.raw
    assert sent.isascii()
    assert sent.count(b"\n") == sent.count(b"\r\n") == sent.count(b"\r")
    assert max(map(len, sent.split(b"\r\n"))) < 500


def test_mails_of_one_task_lie_in_one_thread() -> None:
    inbox = Inbox()
    with smtp_server(inbox) as port:
        courier(port).send(replace(MESSAGE, thread="<rw-2026-0001@tracker.example>"))
        courier(port).send(MESSAGE)
    assert inbox.taken[0]["References"] == "<rw-2026-0001@tracker.example>"
    assert "References" not in inbox.taken[1]


def test_a_long_subject_and_a_name_of_sixty_characters_arrive_whole() -> None:
    inbox = Inbox()
    name, subject = "长" * 60, "到期提醒：" + "排查" * 80
    with smtp_server(inbox) as port:
        courier(port).send(replace(MESSAGE, recipient=name, subject=subject))
    assert inbox.taken[0]["Subject"] == subject
    assert inbox.taken[0]["To"].addresses[0].display_name == name
