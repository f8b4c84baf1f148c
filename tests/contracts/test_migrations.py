"""The migrations lead to what the models say, and back."""

import alembic.command

from tracker.cli.db import alembic_config, check_database, upgrade_database


def test_up_down_and_up_again_ends_without_drift(fresh_database_url: str) -> None:
    alembic.command.downgrade(alembic_config(fresh_database_url), "base")
    upgrade_database(fresh_database_url)
    assert check_database(fresh_database_url) is None


def test_a_database_behind_the_code_is_told_with_what_to_do(fresh_database_url: str) -> None:
    alembic.command.downgrade(alembic_config(fresh_database_url), "base")
    said = check_database(fresh_database_url)
    assert said is not None
    assert "tracker db upgrade" in said
