"""Reminders become digests that a local SMTP server accepts; the floor is a bare smtplib loop sending the same bytes.

One worker, with the clock of the database as a running system has it. Where the time goes, a mail: four round trips to the
mail server as in the floor, one to the database for its outcome, and a tenth of what a round of ten costs (look again,
texts, one commit on disk).
"""

from __future__ import annotations

import resource
import smtplib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from email.parser import BytesHeaderParser
from email.utils import parseaddr
from pathlib import Path

from tests.bench.county import connected, seconds
from tests.bench.figures import Figure
from tests.support.running import free_port
from tests.support.servers import cloned_database
from tests.support.world import RecordingQueue, World, morning, settings_for
from tracker.bootstrap import build
from tracker.cli.embedded import RunningServers
from tracker.settings import CHECKOUT

HOST = "127.0.0.1"
SENDER = "tracker@example.invalid"

PEOPLE = """
    INSERT INTO person (name, email_cipher, created_at)
    SELECT '联络员' || n, %(cipher)s, %(now)s FROM generate_series(1, %(people)s) n"""
REMINDERS = """
    INSERT INTO told (cause, person_id, message, facts, grave, created_at)
    SELECT 'bench:' || n || ':' || p.id, p.id, 'remind', jsonb_build_object('task_ref', 'RW-2026-' || n, 'title',
        '第' || n || '项出租房屋和重点场所排查', 'unit', p.name || '所在村', 'due_on', '2026-03-20', 'working_days_left', 3,
        'campaign', '测试专项行动'), false, %(now)s
    FROM person p, generate_series(1, %(each)s) n"""


def measure(servers: RunningServers, *, people: int, each: int) -> list[Figure]:
    """Send `people` digests of `each` reminders by one worker, then the same bytes by smtplib alone."""
    now = morning("2026-03-02")
    with cloned_database(servers.database_url, "bench") as url, tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "mails"
        with World(url, start=now) as world:
            cipher = world.container.cipher.encrypt("liaison@example.invalid")
        with connected(url) as connection:
            connection.execute(PEOPLE, {"cipher": cipher, "now": now, "people": people})
            connection.execute(REMINDERS, {"each": each, "now": now})
            connection.execute("VACUUM ANALYZE")
        with mail_server(kept) as port:
            settings = replace(
                settings_for(url), smtp_host=HOST, smtp_port=port, smtp_security="none", smtp_from=SENDER
            )
            container = build(settings, queue=RecordingQueue())
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            took = seconds(container.deliver)
            grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
            container.close()
        mails = read_mails(kept)
        assert len(mails) == people, len(mails)
        with mail_server(Path(folder) / "again") as port:
            floor = seconds(lambda: send_plainly(port, mails))
    what = f"{people * each:,} 条提醒 → {people:,} 封汇总邮件，{took:.1f} 秒，内存增长 {grown:.0f} MB；下限是 smtplib 发同样的字节"
    return [Figure("digests_mailed", people, people / took, "mails/s", what, people / floor)]


def send_plainly(port: int, mails: list[bytes]) -> None:
    """Hand the mails over on one connection, as a script would."""
    with smtplib.SMTP(HOST, port) as line:
        for mail in mails:
            to = parseaddr(BytesHeaderParser().parsebytes(mail)["To"])[1]
            line.sendmail(SENDER, [to], mail)


@contextmanager
def mail_server(kept: Path) -> Iterator[int]:
    """Run a server in a process of its own that appends each mail to a file, its length before it."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.mailing", str(port), str(kept)], cwd=CHECKOUT, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "ready"
    try:
        yield port
    finally:
        process.stdin.close()
        process.wait(timeout=30)
        process.stdout.close()


def read_mails(kept: Path) -> list[bytes]:
    """Return the mails that a server kept."""
    content, mails = kept.read_bytes(), []
    while content:
        size = int.from_bytes(content[:8], "big")
        mails.append(content[8 : 8 + size])
        content = content[8 + size :]
    return mails


def serve(port: int, kept: Path) -> None:
    """Take mails until the standard input closes."""
    # Imported here by the server's own process alone: the measured one shall not carry it.
    from aiosmtpd.controller import Controller  # noqa: PLC0415

    class Keeper:
        async def handle_DATA(self, server: object, session: object, envelope: object) -> str:  # noqa: N802 (aiosmtpd's)
            content: bytes = getattr(envelope, "content", b"")
            with kept.open("ab") as file:
                file.write(len(content).to_bytes(8, "big") + content)
            return "250 taken"

    controller = Controller(Keeper(), hostname=HOST, port=port)
    controller.start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.read()
    controller.stop()


if __name__ == "__main__":
    serve(int(sys.argv[1]), Path(sys.argv[2]))
