"""Messages: gather what people are to be told, send what is due."""

from tracker.jobs.context import current

#: A worker looks for sweeps between two jobs only: a long sending must not make a deadline wait.
SEND_AT_ONCE = 10


def gather() -> None:
    """Bind told rows into deliveries; the service rings `send` when it made any."""
    current().deliveries.gather()


def send() -> None:
    """Send what is due; the service rings again when it left some."""
    current().deliveries.send_due(limit=SEND_AT_ONCE)


def gather_and_send() -> None:
    """Do both, for a bell that rang because something was told, and ask what became of earlier messages."""
    gather()
    send()
    current().receipts.ask_due(limit=SEND_AT_ONCE)
