"""gunicorn: its command line, whether its port is free, and whether it answers."""

import socket
import sys
import urllib.error
import urllib.request

from tracker.cli.plainly import SaidPlainly
from tracker.settings import CHECKOUT, Settings


class PortInUse(SaidPlainly):
    """The web address cannot be taken."""


def gunicorn_command(settings: Settings) -> list[str]:
    """The web server's command line, the same wherever it runs."""
    bind = f"[{settings.host}]" if ":" in settings.host else settings.host
    return [
        sys.executable, "-m", "gunicorn", "wsgi:app", "--chdir", str(CHECKOUT),
        "--bind", f"{bind}:{settings.port}",
        "--worker-class", "gthread", "--workers", str(settings.web_processes),
        "--threads", str(settings.web_threads), "--graceful-timeout", "3", "--timeout", "60",
        "--log-level", "warning", "--no-control-socket",
    ]  # fmt: skip


def check_port(settings: Settings) -> None:
    """Try the port before anything is started, so that the sentence is not lost among restarts."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as problem:
            raise PortInUse(
                f"不能监听 {settings.host}:{settings.port}（{problem.strerror}）。"
                "请停止占用它的程序，或用 TRACKER_PORT 换一个端口。"
            ) from None


def web_answers(settings: Settings) -> bool:
    """Whether /healthz answers on this machine."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)
    host = f"[{host}]" if ":" in host else host
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"http://{host}:{settings.port}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
