"""The container files, as far as they can be judged without an engine."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import yaml

from tracker.cli.main import main
from tracker.settings import CHECKOUT, Settings, describe_settings

DOCKER = CHECKOUT / "docker"
IGNORED = (CHECKOUT / ".dockerignore").read_text(encoding="utf-8").split()


def instructions() -> list[tuple[str, str]]:
    joined = (DOCKER / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.strip() for line in joined.splitlines() if line.strip() and not line.startswith("#")]
    return [(word.upper(), rest.strip()) for word, _, rest in (line.partition(" ") for line in lines)]


def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((DOCKER / "compose.yaml").read_text(encoding="utf-8"))
    return loaded


def ours() -> dict[str, Any]:
    return {name: service for name, service in compose()["services"].items() if "build" in service}


def test_everything_that_the_image_copies_is_in_the_repository() -> None:
    for word, rest in instructions():
        if word == "COPY":
            for source in rest.split()[:-1]:
                assert (CHECKOUT / source).exists(), source
                assert f"{source}/" not in IGNORED


def test_the_image_does_not_run_as_root_and_installs_only_what_is_locked() -> None:
    users = [rest for word, rest in instructions() if word == "USER"]
    installs = [rest for word, rest in instructions() if "pip install" in rest]
    assert users[-1:] == ["tracker"]
    assert all("--no-deps" in each for each in installs)
    assert any("--require-hashes -r .ci/requirements.lock" in each for each in installs)


def test_compose_runs_every_part_and_a_mail_catcher() -> None:
    assert set(compose()["services"]) == {"db", "redis", "mail", "web", "worker", "scheduler"}
    assert {name: service["command"] for name, service in ours().items()} == {
        "web": ["web"], "worker": ["worker"], "scheduler": ["scheduler"]}  # fmt: skip


def test_every_variable_in_compose_and_image_is_a_setting_with_a_usable_value(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    known = {each.name for each in describe_settings()}
    secrets = {f"{each.name}_FILE" for each in describe_settings() if each.secret}
    image = dict(re.findall(r"(TRACKER_\w+)=(\S+)", " ".join(rest for word, rest in instructions() if word == "ENV")))
    for service in ours().values():
        environ = {name: str(value) for name, value in (image | service["environment"]).items()}
        assert set(environ) <= known | secrets
        for name in secrets & set(environ):
            assert environ[name].removeprefix("/run/secrets/") in service["secrets"]
            file = secret.with_name(name)
            file.write_text("postgresql://u@h/d" if "DATABASE" in name else "s" * 40, encoding="utf-8")
            environ[name] = str(file)
        assert Settings.from_environ(environ).database_url == "postgresql+psycopg://u@h/d"


def test_every_secret_is_declared_and_kept_out_of_version_control_and_image() -> None:
    declared = compose()["secrets"]
    used = {name for service in compose()["services"].values() for name in service.get("secrets", [])}
    assert used == set(declared)
    assert all(each["file"].startswith("./secrets/") for each in declared.values())
    assert "docker/secrets/" in IGNORED
    assert "docker/secrets/" in (CHECKOUT / ".gitignore").read_text(encoding="utf-8").split()


def test_the_entrypoint_runs_any_command_of_tracker(tmp_path: Path) -> None:
    command = tmp_path / "tracker"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tracker.cli.main "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    ran = subprocess.run(
        ["sh", str(DOCKER / "entrypoint.sh"), "settings"],
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHONPATH": str(CHECKOUT)},
        capture_output=True, text=True, check=True)  # fmt: skip
    assert "TRACKER_DATABASE_URL" in ran.stdout


def test_every_command_that_the_entrypoint_names_exists() -> None:
    named = re.findall(r"^\s*(?:exec )?tracker (\w+)", (DOCKER / "entrypoint.sh").read_text(encoding="utf-8"), re.M)
    assert {"db", "serve"} == set(named)
    assert set(named) | {"worker", "scheduler"} <= set(main.list_commands(click.Context(main)))
