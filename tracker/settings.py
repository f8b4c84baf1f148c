"""Every variable that an operator may set: its name, default, parser and help, side by side.

`Settings.from_environ()` is read once, at the edge (command line, web application, worker). Each secret may
be given as NAME or, for Docker and systemd, as NAME_FILE holding the path of a file.
"""

import difflib
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from datetime import timedelta
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parent.parent

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_SIZES = {"KB": 1024, "MB": 1024**2, "GB": 1024**3}


class SettingsError(ValueError):
    """One or more variables cannot be used; the text is one sentence a line, for the operator."""


def text(value: str) -> str:
    """Take the value as it is."""
    return value


def path(value: str) -> Path:
    """Read a path; a relative one counts from the current folder."""
    return Path(value).expanduser().absolute()


def optional_path(value: str) -> Path | None:
    """Read a path, or nothing."""
    return path(value) if value else None


def words(value: str) -> tuple[str, ...]:
    """Read words with commas between them."""
    return tuple(word for part in value.split(",") if (word := part.strip()))


def named_secrets(value: str) -> dict[str, str]:
    """Read name=secret, one a line or with commas between them."""
    pairs = [part.strip().partition("=") for part in re.split(r"[,\n]", value) if part.strip()]
    if any(not (name.strip() and secret.strip()) for name, _, secret in pairs):
        raise ValueError("有一项不是 名称=密钥。请一行写一个，例如 oa=一串随机字符。")
    return {name.strip(): secret.strip() for name, _, secret in pairs}


def integer(value: str) -> int:
    """Read a whole number."""
    try:
        return int(value)
    except ValueError:
        raise ValueError(f"“{value}” 不是整数。请写数字，例如 2。") from None


def duration(value: str) -> timedelta:
    """Read a number and a unit: 30s, 5m, 2h, 1d."""
    number, unit = value[:-1], value[-1:]
    if value.isdigit():
        raise ValueError(f"“{value}” 没有写单位。请写数字加单位，例如 30s、5m 或 2h。")
    if unit not in _UNITS or not number.isdigit():
        raise ValueError(f"“{value}” 不是时长。请写数字加单位，例如 30s、5m 或 2h。")
    return timedelta(seconds=int(number) * _UNITS[unit])


def size(value: str) -> int:
    """Read a number of bytes with a unit: 500KB, 20MB."""
    number, unit = value[:-2], value[-2:].upper()
    if unit not in _SIZES or not number.isdigit():
        raise ValueError(f"“{value}” 不是大小。请写数字加单位，例如 500KB 或 20MB。")
    return int(number) * _SIZES[unit]


def megapixels(value: str) -> int:
    """Read a number of million pixels, such as 40MP, as pixels."""
    number = value.upper().removesuffix("MP")
    if not number.isdigit():
        raise ValueError(f"“{value}” 不是像素数。请写百万像素数，例如 40MP。")
    return int(number) * 1_000_000


def one_of(*choices: str) -> Callable[[str], str]:
    """Return a parser that takes one of `choices`, in any case."""

    def parse(value: str) -> str:
        for choice in choices:
            if choice.lower() == value.lower():
                return choice
        raise ValueError(f"“{value}” 不可用。可以写：{'、'.join(choices)}。")

    return parse


def database_url(value: str) -> str:
    """Read a PostgreSQL address and name its driver; empty means the embedded server."""
    if not value:
        return ""
    scheme, separator, rest = value.partition("://")
    if not separator or scheme not in {"postgres", "postgresql", "postgresql+psycopg"}:
        raise ValueError("不是 PostgreSQL 地址。请写 postgresql://用户:密码@主机:5432/库名，或留空使用内置数据库。")
    return f"postgresql+psycopg://{rest}"


def redis_url(value: str) -> str:
    """Read a Redis address; empty means the embedded server."""
    if value and not value.startswith(("redis://", "rediss://", "unix://")):
        raise ValueError("不是 Redis 地址。请写 redis://主机:6379/0 或 unix:///路径，或留空使用内置 Redis。")
    return value


def _default_data_dir() -> str:
    home = CHECKOUT if (CHECKOUT / "pyproject.toml").is_file() else Path.cwd()
    return str(home / ".tracker-data")


def setting(
    name: str,
    *,
    default: str | Callable[[], str],
    help: str,
    parse: Callable[[str], Any] = text,
    minimum: str | None = None,
    secret: bool = False,
    shown_default: str | None = None,
) -> Any:
    """Declare one variable. `default` and `minimum` are written as an operator would write them."""
    written = default if callable(default) else lambda: default
    about = {
        "name": name,
        "default": written,
        "parse": parse,
        "minimum": minimum,
        "secret": secret,
        "help": help,
        "shown_default": shown_default,
    }
    return field(default_factory=lambda: parse(written()), metadata=about, repr=not secret)


@dataclass(frozen=True, kw_only=True)
class SettingDescription:
    """What documentation and `tracker settings` say about one variable."""

    name: str
    default: str
    help: str
    secret: bool


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What an operator chose; frozen, and complete even when nothing was chosen."""

    data_dir: Path = setting(
        "TRACKER_DATA_DIR",
        default=_default_data_dir,
        parse=path,
        shown_default=".tracker-data",
        help="数据目录：内置数据库、密钥和日志都在其中。默认是程序所在目录下的 .tracker-data",
    )
    database_url: str = setting(
        "TRACKER_DATABASE_URL",
        default="",
        parse=database_url,
        secret=True,
        help="PostgreSQL 地址，如 postgresql://用户:密码@db:5432/tracker；留空则启动内置数据库",
    )
    redis_url: str = setting(
        "TRACKER_REDIS_URL",
        default="",
        parse=redis_url,
        secret=True,
        help="Redis 地址，如 redis://redis:6379/0；留空则启动内置 Redis",
    )
    host: str = setting("TRACKER_HOST", default="127.0.0.1", help="网页监听的地址；默认只允许本机访问")
    port: int = setting("TRACKER_PORT", default="8000", parse=integer, minimum="1", help="网页监听的端口")
    secret_key: str = setting(
        "TRACKER_SECRET_KEY",
        default="",
        secret=True,
        help="会话签名密钥，至少 32 个字符；留空则由 tracker up 生成一次并存入数据目录",
    )
    public_url: str = setting("TRACKER_PUBLIC_URL", default="", help="用户访问的网址，写进邮件和短信；留空则用监听地址")
    web_threads: int = setting(
        "TRACKER_WEB_THREADS", default="8", parse=integer, minimum="1", help="每个网页进程的线程数"
    )
    web_processes: int = setting("TRACKER_WEB_PROCESSES", default="1", parse=integer, minimum="1", help="网页进程数")
    workers: int = setting(
        "TRACKER_WORKERS", default="2", parse=integer, minimum="1", help="tracker up 启动的后台工作进程数"
    )
    sweep_batch: int = setting(
        "TRACKER_SWEEP_BATCH", default="1000", parse=integer, minimum="1", help="一次巡查每批处理的计时数"
    )
    sweep_at_least_every: timedelta = setting(
        "TRACKER_SWEEP_EVERY",
        default="5m",
        parse=duration,
        minimum="1m",
        help="到期即巡查；无论提醒铃是否响，至少每隔这么久巡查一次",
    )
    sweep_grace: timedelta = setting(
        "TRACKER_SWEEP_GRACE",
        default="30s",
        parse=duration,
        minimum="1s",
        help="到期后这么久仍无巡查完成，调度进程就自己巡查并记一条事故",
    )
    smtp_host: str = setting("TRACKER_SMTP_HOST", default="", help="发信服务器；留空则不发邮件")
    smtp_port: int = setting("TRACKER_SMTP_PORT", default="587", parse=integer, minimum="1", help="发信服务器端口")
    smtp_user: str = setting("TRACKER_SMTP_USER", default="", help="发信账号；留空则不登录")
    smtp_password: str = setting("TRACKER_SMTP_PASSWORD", default="", secret=True, help="发信账号的密码")
    smtp_security: str = setting(
        "TRACKER_SMTP_SECURITY",
        default="starttls",
        parse=one_of("none", "starttls", "tls"),
        help="发信加密方式：none（不加密）、starttls 或 tls",
    )
    smtp_from: str = setting("TRACKER_SMTP_FROM", default="tracker@localhost", help="发件人地址")
    courier: str = setting(
        "TRACKER_COURIER",
        default="smtp",
        parse=one_of("sample", "smtp"),
        help="送达方式：smtp 发邮件；sample 只在页面上显示会发给谁",
    )
    channels_file: Path | None = setting(
        "TRACKER_CHANNELS_FILE",
        default="",
        parse=optional_path,
        help="送达通道设置文件（YAML）：短信走哪里、告知哪些群和系统（企业微信群、接口推送）、发送速度、免打扰时段；留空则只发邮件，样例见 docker/channels.example.yaml",
    )
    messages_dir: Path | None = setting(
        "TRACKER_MESSAGES_DIR",
        default="",
        parse=optional_path,
        help="本单位自己的邮件用语所在目录，如 remind/body.txt；有的用它，没有的用自带的；留空则全用自带的",
    )
    gateway_hosts: tuple[str, ...] = setting(
        "TRACKER_GATEWAY_HOSTS",
        default="",
        parse=words,
        shown_default="",
        help="允许连接的短信网关、接口推送和自建企业微信的主机名，用逗号隔开；不在名单里的一律不连（阿里云短信、企业微信公网地址不用写）",
    )
    sms_secret: str = setting(
        "TRACKER_SMS_SECRET", default="", secret=True, help="短信服务商的密钥（AccessKey Secret、网关密码等）"
    )
    channel_secrets: Mapping[str, str] = setting(
        "TRACKER_CHANNEL_SECRETS",
        default="",
        parse=named_secrets,
        secret=True,
        help="群机器人的 key 和接口推送的签名密钥，一行（或逗号隔开）一个：名称=密钥，名称同通道设置文件",
    )
    receipt_token: str = setting(
        "TRACKER_RECEIPT_TOKEN",
        default="",
        secret=True,
        help="短信回执的口令，至少 16 个字符，写进交给服务商的回调网址 /receipts/sms/口令；留空则不收回执",
    )
    upload_limit: int = setting(
        "TRACKER_UPLOAD_LIMIT", default="20MB", parse=size, minimum="1MB", help="一个附件的大小上限"
    )
    image_pixels: int = setting(
        "TRACKER_IMAGE_PIXELS",
        default="40MP",
        parse=megapixels,
        minimum="1MP",
        help="一张图片的像素上限（百万像素）",
    )
    session_idle: timedelta = setting(
        "TRACKER_SESSION_IDLE", default="30m", parse=duration, minimum="1m", help="无操作多久后需要重新登录"
    )
    session_max: timedelta = setting(
        "TRACKER_SESSION_MAX", default="12h", parse=duration, minimum="1m", help="一次登录最长多久"
    )
    login_tries: int = setting(
        "TRACKER_LOGIN_TRIES", default="5", parse=integer, minimum="1", help="连续输错几次密码后锁定账号"
    )
    login_lock: timedelta = setting(
        "TRACKER_LOGIN_LOCK", default="15m", parse=duration, minimum="1m", help="账号锁定多久"
    )
    log_level: str = setting(
        "TRACKER_LOG_LEVEL",
        default="INFO",
        parse=one_of("DEBUG", "INFO", "WARNING", "ERROR"),
        help="日志级别",
    )
    log_format: str = setting(
        "TRACKER_LOG_FORMAT",
        default="text",
        parse=one_of("text", "json"),
        help="日志格式：text 给人看，json 给采集器",
    )
    trusted_proxies: int = setting(
        "TRACKER_TRUSTED_PROXIES",
        default="0",
        parse=integer,
        minimum="0",
        help="网页前有几层可信反向代理；决定是否相信 X-Forwarded-For 和 X-Forwarded-Proto",
    )
    cookie_secure: str = setting(
        "TRACKER_COOKIE_SECURE",
        default="auto",
        parse=one_of("auto", "yes", "no"),
        help="Cookie 是否只走 HTTPS：auto 按 TRACKER_PUBLIC_URL 判断",
    )
    workflows_dir: Path = setting(
        "TRACKER_WORKFLOWS_DIR",
        default=lambda: str(CHECKOUT / "workflows"),
        parse=path,
        shown_default="workflows",
        help="流程和升级规则所在目录",
    )

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Read the variables, NAME_FILE for secrets included.

        Raises SettingsError naming every variable that cannot be used, what it holds and what to write.
        """
        environ = os.environ if environ is None else environ
        chosen: dict[str, Any] = {}
        problems: list[str] = []
        for each in fields(cls):
            try:
                written = _written(each, environ)
                if written is not None:
                    chosen[each.name] = _parsed(each, written)
            except ValueError as problem:
                problems.append(f"{each.metadata['name']}：{problem}")
        settings = cls(**chosen)
        if settings.secret_key and len(settings.secret_key) < 32:
            problems.append("TRACKER_SECRET_KEY：少于 32 个字符。请写一串随机字符，或留空由 tracker up 生成。")
        if settings.receipt_token and len(settings.receipt_token) < 16:
            problems.append("TRACKER_RECEIPT_TOKEN：少于 16 个字符。请写一串随机的字母和数字，或留空不收回执。")
        if problems:
            raise SettingsError("\n".join(problems))
        return settings

    @property
    def address(self) -> str:
        """The address that people open, without a slash at its end."""
        return self.public_url.rstrip("/") or f"http://{self.host}:{self.port}"


def describe_settings() -> Iterator[SettingDescription]:
    """Yield each variable with what an operator needs to know of it, in the order of this file."""
    for each in fields(Settings):
        about = each.metadata
        shown = about["shown_default"]
        yield SettingDescription(
            name=about["name"],
            default=about["default"]() if shown is None else shown,
            help=about["help"],
            secret=about["secret"],
        )


def misspelt_variables(environ: Mapping[str, str]) -> list[str]:
    """Say which TRACKER_ variables nothing reads, and which was probably meant."""
    known = {each.name for each in describe_settings()}
    known |= {f"{each.name}_FILE" for each in describe_settings() if each.secret}
    sentences = []
    for name in sorted(environ):
        if name.startswith("TRACKER_") and not name.startswith("TRACKER_TEST_") and name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            sentences.append(f"{name}：没有这个设置。" + (f"是不是 {near[0]}？" if near else ""))
    return sentences


def _written(each: "Field[Any]", environ: Mapping[str, str]) -> str | None:
    """What the operator wrote for a variable; None where nothing was written."""
    name = each.metadata["name"]
    direct = environ.get(name, "").strip()
    file = environ.get(f"{name}_FILE", "").strip() if each.metadata["secret"] else ""
    if not file:
        return direct or None
    if direct:
        raise ValueError(f"同时写了 {name} 和 {name}_FILE。请只留一个。")
    try:
        return Path(file).read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeDecodeError) as problem:
        raise ValueError(f"读不了 {name}_FILE 指的文件 {file}（{problem}）。请检查路径和权限。") from None


def _parsed(each: "Field[Any]", written: str) -> Any:
    about = each.metadata
    value = about["parse"](written)
    if about["minimum"] is not None and value < about["parse"](about["minimum"]):
        raise ValueError(f"“{written}” 太小。最小是 {about['minimum']}。")
    return value
