"""Settings: complete when nothing is set, and plain about what cannot be used."""

import dataclasses
from datetime import timedelta
from pathlib import Path

import pytest

from tracker.settings import Settings, SettingsError, misspelt_variables


def test_nothing_needs_to_be_set() -> None:
    settings = Settings.from_environ({})
    assert (settings.host, settings.port, settings.workers) == ("127.0.0.1", 8000, 2)
    assert settings.sweep_at_least_every == timedelta(minutes=5)
    assert settings.upload_limit == 20 * 1024**2
    assert settings.database_url == settings.redis_url == ""


def test_settings_do_not_change() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Settings.from_environ({}).port = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("TRACKER_SWEEP_EVERY", "5", "“5” 没有写单位。请写数字加单位，例如 30s、5m 或 2h。"),
        ("TRACKER_SWEEP_EVERY", "30s", "“30s” 太小。最小是 1m。"),
        ("TRACKER_PORT", "http", "“http” 不是整数"),
        ("TRACKER_UPLOAD_LIMIT", "20", "“20” 不是大小"),
        ("TRACKER_IMAGE_PIXELS", "many", "“many” 不是像素数"),
        ("TRACKER_SMTP_SECURITY", "ssl", "可以写：none、starttls、tls"),
        ("TRACKER_DATABASE_URL", "mysql://db", "不是 PostgreSQL 地址"),
        ("TRACKER_REDIS_URL", "localhost", "不是 Redis 地址"),
        ("TRACKER_CHANNEL_SECRETS", "oa", "有一项不是 名称=密钥"),
        ("TRACKER_SECRET_KEY", "short", "少于 32 个字符"),
        ("TRACKER_SECRET_KEY_FILE", "/nowhere/key", "读不了 TRACKER_SECRET_KEY_FILE 指的文件 /nowhere/key"),
    ],
)
def test_a_value_that_cannot_be_used_is_named_with_what_to_write(variable: str, value: str, said: str) -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.from_environ({variable: value})
    assert str(refused.value).startswith(variable.removesuffix("_FILE"))
    assert said in str(refused.value)


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.from_environ({"TRACKER_PORT": "x", "TRACKER_WORKERS": "0"})
    assert len(str(refused.value).splitlines()) == 2


def test_a_secret_is_read_from_a_file_and_never_shown(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("k" * 40 + "\n", encoding="utf-8")
    settings = Settings.from_environ({"TRACKER_SECRET_KEY_FILE": str(file)})
    assert settings.secret_key == "k" * 40
    assert "kkk" not in repr(settings)


def test_secrets_of_channels_are_read_by_name_and_never_shown(tmp_path: Path) -> None:
    file = tmp_path / "channels"
    file.write_text("oa=abc=def\n\nvillages = 693a91f6\n", encoding="utf-8")
    settings = Settings.from_environ({"TRACKER_CHANNEL_SECRETS_FILE": str(file)})
    assert settings.channel_secrets == {"oa": "abc=def", "villages": "693a91f6"}
    assert "693a91f6" not in repr(settings)


def test_a_secret_given_twice_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("k" * 40, encoding="utf-8")
    with pytest.raises(SettingsError, match="请只留一个"):
        Settings.from_environ({"TRACKER_SECRET_KEY": "q" * 40, "TRACKER_SECRET_KEY_FILE": str(file)})


def test_a_misspelt_variable_is_told_with_the_right_one() -> None:
    assert misspelt_variables({"TRACKER_WORKER": "3", "TRACKER_WORKERS": "3", "TRACKER_TEST_REDIS_URL": "x"}) == [
        "TRACKER_WORKER：没有这个设置。是不是 TRACKER_WORKERS？"
    ]
