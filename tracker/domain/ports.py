"""What services need from the floors beside them, as Protocols. `bootstrap` binds the real parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Any, Protocol

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.channels import Question, Receipt
from tracker.domain.definition import WorkflowDefinition
from tracker.domain.ladder import Ladder
from tracker.domain.printed_papers import PrintedPaper
from tracker.domain.sheets import LedgerLayout, Sheet, SheetLayout


class Clock(Protocol):
    """The only reader of the time."""

    def now(self) -> datetime:
        """Return the present moment, aware UTC; in a sample database it carries the sample's offset."""

    def real_now(self) -> datetime:
        """Return the present moment without any offset, for sessions, leases and receipts."""

    def for_a_while(self) -> Clock:
        """Return a clock that was set by this one and goes by itself; good for seconds, not for minutes."""


class JobQueue(Protocol):
    """The bell. A bell that cannot ring is logged; nothing is lost, because rows are the truth."""

    def enqueue(self, queue: str, job: str, *args: int | str) -> None:
        """Ask a worker to run the dotted job name with these ids."""


class WorkflowCatalog(Protocol):
    """Definitions by stored version. Values are cached for the life of the process: versions never change."""

    def workflow(self, version_id: int) -> WorkflowDefinition:
        """Return the workflow of a stored version."""

    def ladder(self, version_id: int) -> Ladder:
        """Return the ladder of a stored version."""

    def newest_workflow(self, key: str) -> tuple[int, WorkflowDefinition]:
        """Return id and definition of the newest version; raises NotFound."""

    def newest_ladder(self, key: str) -> tuple[int, Ladder]:
        """Return id and ladder of the newest version; raises NotFound."""


class CalendarCatalog(Protocol):
    """Working-day tables by stored version."""

    def calendar(self, version_id: int) -> WorkingCalendar:
        """Return a stored version (its `version` is the id)."""

    def newest(self) -> WorkingCalendar:
        """Return the version in force."""


@dataclass(frozen=True)
class OutgoingMessage:
    """One message ready to send. `address` is an e-mail address or a phone number as it is stored.

    `values` are what a provider's approved template names; `thread` is the Message-ID under which a mail reader
    gathers all mails of one task, empty for a mail of several; `written_at` is real time. `unsubscribe` is the address
    at which the reader may do without such mails, empty where that is not the reader's to choose. `followed`: another
    message goes to the same provider right after this one.
    """

    ref: str
    message_id: str
    channel: str
    address: str
    recipient: str
    subject: str
    text: str
    html: str | None
    resent: bool = False
    values: Mapping[str, str] = field(default_factory=dict)
    thread: str = ""
    unsubscribe: str = ""
    written_at: datetime | None = None
    followed: bool = False


class Courier(Protocol):
    """Carries one message to a provider."""

    def send(self, message: OutgoingMessage) -> str:
        """Return the provider's id once it accepted the message; raises DeliveryFailed."""


class ReceiptAsker(Protocol):
    """Asks a provider what became of a message."""

    def ask(self, question: Question) -> Receipt | None:
        """Return what the provider knows, None when it has no such message; raises DeliveryFailed when it does not say."""


class ReceiptReader(Protocol):
    """Reads what a provider calls back with."""

    @property
    def answer(self) -> str:
        """What the provider wants to hear, as JSON or plain text."""

    def verify(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Tell whether the provider signed the call, where it signs."""

    def read(self, body: bytes) -> list[Receipt]:
        """Return the receipts in a call; raises ValueError when it holds none."""


class ChannelCheck(Protocol):
    """Looks whether a provider can be reached, without sending anything."""

    def check(self) -> str:
        """Return a good sentence; raises DeliveryFailed with what is wrong."""


@dataclass(frozen=True)
class MessagePart:
    """One told thing: which message, and the plain values that its text needs."""

    message: str
    facts: Mapping[str, object]


@dataclass(frozen=True)
class News(MessagePart):
    """One told thing as a receiver gets it: `cause` is the same for all who were told of it.

    `unit` is the short name of the unit whose duty it is, `role` the post that was told; None where there is none.
    """

    cause: str
    campaign: str | None
    unit: str | None
    role: str | None


class NewsWriter(Protocol):
    """Makes the text that a receiver gets."""

    def write(self, news: Sequence[News], *, say: Callable[[MessagePart], str], ref: str, link: str) -> str:
        """Return the text exactly as it will be sent; `say` gives the sentence of one, where it is wanted."""


@dataclass(frozen=True)
class TextSource:
    """One text file of messages: as shipped, as the office has it (None = it has none), and what it may name."""

    name: str
    shipped: str
    own: str | None
    problem: str
    allowed: tuple[str, ...]


class MessageSources(Protocol):
    """Knows the files that messages are made from."""

    def sources(self, kind: str) -> tuple[TextSource, ...]:
        """Return the files of a kind, or of `digest`, which frames them all; what is on the disk now."""


class MessageRenderer(Protocol):
    """Makes one text of all that one person is told on one channel."""

    def email(
        self, *, recipient: str, parts: Sequence[MessagePart], link: str, unsubscribe: str = ""
    ) -> tuple[str, str, str]:
        """Return subject, plain text and HTML."""

    def subject(self, part: MessagePart) -> str:
        """Return the subject of a mail of one told thing alone; raises MessageUnreadable."""

    def line(self, part: MessagePart) -> str:
        """Return the sentence of one told thing; raises MessageUnreadable."""


class Cipher(Protocol):
    """Encrypts fields at rest."""

    def encrypt(self, text: str) -> bytes:
        """Return the ciphertext of `text`."""

    def decrypt(self, cipher: bytes) -> str:
        """Return the text; raises ValueError when the key does not fit."""


class PasswordHasher(Protocol):
    """argon2."""

    def hash(self, password: str) -> str:
        """Return the encoded hash."""

    def verify(self, encoded: str, password: str) -> bool:
        """Tell whether the password fits; takes as long for a wrong one."""


@dataclass(frozen=True)
class CheckedFile:
    """A file that passed the checks: its content as it will be stored, its true type, its safe name."""

    content: bytes
    media_type: str
    file_name: str


class FileChecker(Protocol):
    """Looks at content, not at names."""

    def check(self, *, file_name: str, content: bytes) -> CheckedFile:
        """Return the file as it will be stored (images re-encoded, GPS removed); raises AttachmentRefused."""


class SheetReader(Protocol):
    """Reads tables."""

    def read(self, file_name: str, content: bytes) -> tuple[Sheet, ...]:
        """Return the tables of an .xlsx or .csv as rows of text; raises AttachmentRefused."""


class SheetWriter(Protocol):
    """Writes tables."""

    def workbook(self, sheets: tuple[SheetLayout, ...]) -> bytes:
        """Return an .xlsx."""

    def ledger(self, layout: LedgerLayout, rows: Iterable[Sequence[str]]) -> IO[bytes]:
        """Return a printable ledger as an open .xlsx, to be closed by the caller; memory stays flat however long it is."""

    def separated(self, sheet: SheetLayout) -> bytes:
        """Return a .csv that no spreadsheet takes for formulas."""


class PaperTemplates(Protocol):
    """Fills an office's own Word template, away from this process."""

    def check(self, template: bytes, samples: Sequence[Mapping[str, object]]) -> None:
        """Raise TemplateRefused with everything that is wrong, each with its place; else the template can be used.

        Each of the samples is printed with it, the fullest first, and must show what a paper must.
        """

    def fill(self, template: bytes, values: Mapping[str, object]) -> bytes:
        """Return the .docx; raises TemplateRefused when it cannot be filled within its limits."""


class PaperWriter(Protocol):
    """Lays papers out."""

    def word(self, paper: PrintedPaper) -> bytes:
        """Return a .docx."""


@dataclass(frozen=True)
class BundlePart:
    """A file of a bundle: its path, and its content in pieces. `packed` = it would not become smaller."""

    path: str
    content: Iterable[bytes]
    packed: bool = False


class BundleWriter(Protocol):
    """Puts evidence together."""

    def bundle(self, parts: Iterable[BundlePart], manifest: Mapping[str, Any]) -> IO[bytes]:
        """Return a .zip of the parts, open: with a list of their hashes and the program that checks it."""

    def package(self, parts: Iterable[BundlePart]) -> IO[bytes]:
        """Return a .zip of the parts alone, open; their names are made safe for a disk."""
