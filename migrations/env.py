"""Runs the migrations: one at a time for each database, and never waiting long for a lock that users hold."""

from alembic import context
from sqlalchemy import create_engine, text
from sqlalchemy.engine import Connection

from tracker.cli.configuration import load_settings
from tracker.persistence.models import Base

# A migration that must wait for a busy table gives up, rather than making everybody queue behind it.
LOCK_TIMEOUT = "4s"
STATEMENT_TIMEOUT = "60s"
WAIT_FOR_OTHERS = "5min"
# An arbitrary number, the same on every machine.
ADVISORY_LOCK = 7204911


def database_url() -> str:
    """The address that the caller gave, else that of the settings or of the running embedded server."""
    return str(context.config.attributes.get("database_url") or load_settings().database_url)


def migrate(connection: Connection) -> None:
    """Run the migrations while holding the advisory lock, so that a second caller finds the work done."""
    connection.execute(text(f"SET lock_timeout = '{WAIT_FOR_OTHERS}'"))
    connection.execute(text(f"SELECT pg_advisory_lock({ADVISORY_LOCK})"))
    connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
    connection.execute(text(f"SET statement_timeout = '{STATEMENT_TIMEOUT}'"))
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        transaction_per_migration=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()


def run_online() -> None:
    """Open one connection for the migrations; its end releases the advisory lock."""
    engine = create_engine(database_url())
    try:
        with engine.connect() as connection:
            migrate(connection)
    finally:
        engine.dispose()


def run_offline() -> None:
    """Print the statements instead of running them (`alembic upgrade --sql`)."""
    context.configure(dialect_name="postgresql", target_metadata=Base.metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    run_offline()
else:
    run_online()
