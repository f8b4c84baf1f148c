"""Messages on their way, without a campaign: people to be told, couriers that answer as they were told to."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any

from sqlalchemy import text

from tests.support.world import World, small_campaign
from tracker.delivery.render import TemplateRenderer
from tracker.domain.channels import Channels, Question, Receipt
from tracker.domain.errors import DeliveryFailed
from tracker.domain.ports import Courier, MessageRenderer, OutgoingMessage, ReceiptAsker, ReceiptReader
from tracker.domain.provider_codes import CMPP_RECEIPTS, Meaning, Verdict
from tracker.persistence.repositories.told import NewTold
from tracker.services.deliveries import DeliveryService
from tracker.services.receipts import ReceiptService

TOKEN = "a-token-that-nobody-guesses"
REMIND: Mapping[str, Any] = {
    "task_ref": "RW-1", "title": "摸排", "unit": "东村", "due_on": "2026-03-20", "working_days_left": 3,
    "campaign": "测试专项行动",
}  # fmt: skip
SERVED: Mapping[str, Any] = {
    "notice_ref": "WS-1", "printed_number": "测督〔2026〕1号", "title": "督导通知书", "unit": "东村",
    "reply_due_on": "2026-03-27",
}  # fmt: skip
MEASURE = (
    "{key: s1, ordinal: （一）, title: 摸排, text: 摸排, workflow: survey, units: [各村], due: {by_date: 2026-03-20}}"
)
DROPPED = DeliveryFailed("请求发出后没有收到答复", permanent=False, unknown=True)
causes = count(1)


def refusal(meaning: Meaning, code: str = "X") -> DeliveryFailed:
    """Return the failure that a code of this meaning makes."""
    return DeliveryFailed.judged(Verdict(meaning, code, f"服务商说了{code}"))


class ScriptedCourier:
    """Answers each message with the next of what was written for it; accepts when nothing is left."""

    def __init__(self, answers: Sequence[DeliveryFailed | None] = ()) -> None:
        self.answers = list(answers)
        self.sent: list[OutgoingMessage] = []
        self.on_send: Callable[[], None] = lambda: None

    def send(self, message: OutgoingMessage) -> str:
        """Give the next answer."""
        self.sent.append(message)
        self.on_send()
        answer = self.answers.pop(0) if self.answers else None
        if answer is not None:
            raise answer
        return f"queue-{len(self.sent)}"


class ScriptedProvider:
    """What a provider says of messages when asked, and a reader of callbacks: `provider id:code` a line."""

    answer = "thanks"

    def __init__(self, *answers: str | DeliveryFailed | None) -> None:
        self.answers = list(answers)
        self.questions: list[Question] = []
        self.signed = True

    def ask(self, question: Question) -> Receipt | None:
        """Give the next answer: a code, None for an unknown message, a failure."""
        self.questions.append(question)
        answer = self.answers.pop(0)
        if isinstance(answer, DeliveryFailed):
            raise answer
        return None if answer is None else receipt(answer, question.provider_id or "late-id", question.ref)

    def verify(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Tell what the test decided."""
        return self.signed

    def read(self, body: bytes) -> list[Receipt]:
        """Read the lines; raises ValueError where a colon is missing."""
        pairs = [line.split(":") for line in body.decode().split()]
        return [receipt(code, provider_id) for provider_id, code in pairs]


def receipt(code: str, provider_id: str, ref: str = "") -> Receipt:
    """Return the receipt that a CMPP code makes; NOBODY marks the contact."""
    verdict = CMPP_RECEIPTS.judge(code)
    meaning = Meaning.BAD_CONTACT if code == "NOBODY" else verdict.meaning
    return Receipt(provider_id, ref, code, meaning.value, verdict.sentence)


class Outgoing:
    """People with telephones in a database without a campaign, and the services over scripted lines."""

    def __init__(self, world: World, *people: str) -> None:
        self.world = world
        self.courier, self.provider = ScriptedCourier(), ScriptedProvider()
        cipher = world.container.cipher
        for number, name in enumerate(people):
            self.change(
                "INSERT INTO person (name, phone_cipher, email_cipher, created_at)"
                " VALUES (:name, :phone, :email, :now)",
                name=name, phone=cipher.encrypt(f"1380000{number:04}"), now=world.clock.now(),
                email=cipher.encrypt(f"{name}@example.invalid"),
            )  # fmt: skip
        self.people = {row["name"]: row["id"] for row in world.rows("SELECT id, name FROM person")}

    def change(self, statement: str, **values: Any) -> None:
        """Run a statement and commit."""
        with self.world.container.uows() as uow:
            uow.session.execute(text(statement), values)
            uow.commit()

    def campaign(self, settings: Mapping[str, Any]) -> int:
        """Make a campaign with these settings, and return its id."""
        self.world.load(small_campaign(measures=[MEASURE], villages=("east",)), issue=False)
        self.change("UPDATE campaign SET settings = settings || CAST(:more AS jsonb)", more=json.dumps(settings))
        return int(self.world.value("SELECT id FROM campaign"))

    def tell(self, person: str, message: str = "remind", *, campaign_id: int | None = None) -> None:
        """Write what a deciding transaction would write."""
        facts = SERVED if message == "served" else REMIND
        row = NewTold(
            f"test:{next(causes)}", self.people[person], None, message, facts, campaign_id, grave=message == "served"
        )  # fmt: skip
        with self.world.container.uows() as uow:
            uow.told.add([row], now=self.world.clock.now())
            uow.commit()

    def deliveries(
        self, *answers: DeliveryFailed | None, channel: str = "sms", channels: Channels | None = None,
        asks: bool = False, couriers: Mapping[str, Courier] | None = None, renderer: MessageRenderer | None = None,
    ) -> DeliveryService:  # fmt: skip
        """Return the service with one channel, whose courier gives `answers`."""
        self.courier.answers[:] = answers
        askers: Mapping[str, ReceiptAsker] = {channel: self.provider} if asks else {}
        parts = self.world.container
        return DeliveryService(
            uows=parts.uows, clock=self.world.clock, couriers=couriers or {channel: self.courier},
            renderer=renderer or TemplateRenderer(), cipher=parts.cipher, queue=self.world.queue,
            public_url="https://tracker.example", channels=channels or Channels(), askers=askers,
            reported={channel},
        )  # fmt: skip

    def receipts(self) -> ReceiptService:
        """Return the receipts of the one provider."""
        readers: Mapping[str, ReceiptReader] = {"sms": self.provider}
        parts = self.world.container
        return ReceiptService(
            uows=parts.uows, clock=self.world.clock, readers=readers, askers={"sms": self.provider},
            cipher=parts.cipher, token=TOKEN,
        )  # fmt: skip

    def call_back(self, lines: str, token: str = TOKEN) -> str:
        """Let the provider report."""
        return self.receipts().take_in("sms", token, headers={}, body=lines.encode())

    def newest(self) -> dict[str, Any]:
        """Return the newest delivery."""
        return self.world.rows("SELECT * FROM delivery ORDER BY id DESC LIMIT 1")[0]

    def incidents(self, kind: str, *, is_open: bool = True) -> list[str]:
        """Return the sentences of the incidents of a kind."""
        found = self.world.rows(
            "SELECT sentence FROM incident WHERE kind = :kind AND (resolved_at IS NULL) = :open",
            kind=kind,
            open=is_open,
        )
        return [row["sentence"] for row in found]
