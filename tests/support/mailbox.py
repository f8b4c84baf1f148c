"""A real SMTP server on this machine that keeps what it was given."""

from __future__ import annotations

import asyncio
import email
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.support.running import free_port

HOST = "127.0.0.1"
PATIENCE = 30.0


@dataclass(frozen=True)
class Mail:
    """One mail that the server took."""

    message_id: str
    address: str
    resent: bool
    text: str


class Mailbox:
    """What the server took, in order. With `hold_at` it has that mail and does not say so until `go_on` is set."""

    def __init__(self) -> None:
        self.taken: list[Mail] = []
        self.hold_at: int | None = None
        self.holds, self.go_on = threading.Event(), threading.Event()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 (aiosmtpd's)
        """Keep a mail and accept it."""
        mail = email.message_from_bytes(envelope.content or b"", policy=default)  # type: ignore[arg-type]
        assert isinstance(mail, EmailMessage)
        body = mail.get_body(("plain",))
        text = body.get_content() if body is not None else ""
        resent = mail["X-Tracker-Resent"] == "1"
        self.taken.append(Mail(str(mail["Message-ID"]), envelope.rcpt_tos[0], resent, text))
        number = len(self.taken)
        if number == self.hold_at:
            self.holds.set()
            await asyncio.get_running_loop().run_in_executor(None, self.go_on.wait, PATIENCE)
        return f"250 taken as {number}"

    def times(self) -> Counter[str]:
        """Return how often each Message-ID was taken."""
        return Counter(mail.message_id for mail in list(self.taken))


@contextmanager
def mail_server() -> Iterator[tuple[Mailbox, int]]:
    """Run the server in a thread; yield what it takes and its port."""
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname=HOST, port=free_port())
    controller.start()
    try:
        yield mailbox, controller.port
    finally:
        controller.stop()
