"""Whatever an operator can set is documented, and whatever is documented exists."""

import re

from click.testing import CliRunner

from tracker.cli.main import main
from tracker.settings import CHECKOUT, describe_settings

KNOWN = {each.name for each in describe_settings()} | {
    f"{each.name}_FILE" for each in describe_settings() if each.secret
}
README = CHECKOUT / "README.md"


def variables_in(text: str) -> set[str]:
    return {name for name in re.findall(r"TRACKER_[A-Z0-9_]*[A-Z0-9]", text) if not name.startswith("TRACKER_TEST_")}


def test_the_readme_holds_the_table_that_tracker_settings_prints() -> None:
    section = README.read_text(encoding="utf-8").split("\n## 设置", 1)[1].split("\n## ", 1)[0]
    printed = CliRunner().invoke(main, ["settings"], env={}).stdout
    missing = [row for row in printed.splitlines() if row not in section.splitlines()]
    assert missing == [], "put the output of `tracker settings` into the README's section 设置"


def test_every_variable_that_the_readme_names_exists() -> None:
    assert variables_in(README.read_text(encoding="utf-8")) <= KNOWN


def test_every_variable_that_docker_make_and_ci_name_exists() -> None:
    files = [*(CHECKOUT / "docker").iterdir(), CHECKOUT / "Makefile", CHECKOUT / ".ci" / "run"]
    for file in files:
        if file.is_file():
            assert variables_in(file.read_text(encoding="utf-8")) <= KNOWN, file
