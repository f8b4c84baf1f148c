"""Under which account, where and from which files the embedded servers run.

PostgreSQL refuses to run as root. As root the servers therefore run as an existing unprivileged account, in
a folder that this account can reach. No account is ever added, and the mode of a folder that was not made
here is never changed: where the data directory or the wheel's binaries are out of reach, a folder under
/var/lib is used.
"""

import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tracker.cli.plainly import SaidPlainly

STATE_ROOT = Path("/var/lib")
CANDIDATES = ("postgres", "nobody")
MINIMAL_ENVIRON = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


class EmbeddedServerUnavailable(SaidPlainly):
    """An embedded server cannot run here; the text says why and what the operator can do."""


@dataclass(frozen=True)
class ServerAccount:
    """An account, other than this process's own, that servers are to run under."""

    name: str
    uid: int
    gid: int

    @classmethod
    def of_uid(cls, uid: int) -> "ServerAccount":
        entry = pwd.getpwuid(uid)
        return cls(entry.pw_name, entry.pw_uid, entry.pw_gid)

    def can(self, command: Sequence[str]) -> bool:
        """Whether this account can run `command` and it succeeds."""
        try:
            done = subprocess.run(
                list(command), user=self.uid, group=self.gid, extra_groups=[], cwd="/", env=MINIMAL_ENVIRON,
                stdin=subprocess.DEVNULL, capture_output=True, timeout=30, check=False)  # fmt: skip
        except OSError:
            return False
        return done.returncode == 0

    def reaches(self, folder: Path) -> bool:
        return self.can(["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)])


@dataclass
class ServerHome:
    """The folder of the servers' data and sockets, the account owning it, and what the operator is told."""

    folder: Path
    account: ServerAccount | None
    spare: Path
    notes: list[str] = field(default_factory=list)

    def make(self, name: str) -> Path:
        """Return a folder of ours below the home, mode 0700, owned by the servers' account."""
        return _own_folder(self.folder / name, self.account)


def open_home(data_dir: Path) -> ServerHome:
    """Find or make the servers' home of a data directory.

    The choice is written down on first use and kept: a folder that later falls out of reach is an error to be
    read, never a reason to begin with an empty database somewhere else.
    """
    make_data_dir(data_dir)
    spare = STATE_ROOT / f"tracker-{hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:12]}"
    choice = data_dir / "server-home"
    if os.geteuid() != 0:
        folder = Path(choice.read_text(encoding="utf-8")) if choice.exists() else data_dir / "servers"
        _refuse_foreign(folder)
        return ServerHome(_own_folder(folder, None), None, spare)
    if choice.exists():
        return _known_home(Path(choice.read_text(encoding="utf-8")), spare)
    home = _new_home(data_dir, spare)
    choice.write_text(str(home.folder), encoding="utf-8")
    return home


def make_data_dir(data_dir: Path) -> None:
    """Make the data directory if it is missing; what lies in it is protected by its own modes."""
    if data_dir.exists():
        return
    try:
        data_dir.mkdir(parents=True)
        # As root the servers' account must be able to pass through.
        data_dir.chmod(0o711 if os.geteuid() == 0 else 0o700)
    except OSError as problem:
        raise EmbeddedServerUnavailable(
            f"建不了数据目录 {data_dir}（{problem.strerror}）。请用 TRACKER_DATA_DIR 指定一个可写的目录。"
        ) from None


def find_package(name: str) -> Path | None:
    """The folder of an installed package, found without importing it."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0])


def reachable_copy(home: ServerHome, sources: Sequence[Path], probe: Path) -> Path:
    """Return a path of `probe`, one file below the first of `sources`, that the servers' account can execute.

    Where the originals are out of its reach (a checkout below a closed home), the sources are copied side by
    side into the spare folder, once per version of the files.
    """
    if home.account is None or home.account.can([str(probe), "--version"]):
        return probe
    about = probe.stat()
    mark = hashlib.sha256(f"{probe}:{about.st_size}:{about.st_mtime_ns}".encode()).hexdigest()[:12]
    target = _spare_folder(home.spare) / f"software-{mark}"
    if not target.exists():
        growing = target.with_suffix(".new")
        shutil.rmtree(growing, ignore_errors=True)
        for source in sources:
            shutil.copytree(source, growing / source.name, symlinks=True)
        _open_to_readers(growing)
        growing.rename(target)
    copy = target / sources[0].name / probe.relative_to(sources[0])
    if not home.account.can([str(copy), "--version"]):
        raise EmbeddedServerUnavailable(
            f"用户 {home.account.name} 运行不了 {copy}。请改用普通用户运行 tracker up，"
            "或设置 TRACKER_DATABASE_URL 和 TRACKER_REDIS_URL。"
        )
    home.notes.append(f"用户 {home.account.name} 够不到程序目录，{probe.name} 已复制到 {target}。")
    return copy


def _new_home(data_dir: Path, spare: Path) -> ServerHome:
    account = _unprivileged_account()
    if account.reaches(data_dir):
        return ServerHome(_own_folder(data_dir / "servers", account), account, spare)
    folder = _own_folder(_spare_folder(spare) / "servers", account)
    note = f"用户 {account.name} 够不到 {data_dir}，内置数据库的数据放在 {folder}。"
    return ServerHome(folder, account, spare, [note])


def _known_home(folder: Path, spare: Path) -> ServerHome:
    if not folder.is_dir():
        raise EmbeddedServerUnavailable(
            f"内置数据库的数据目录 {folder} 不见了。请恢复它；若要从空库重来，请删除整个数据目录。"
        )
    owner = folder.stat().st_uid
    account = ServerAccount.of_uid(owner) if owner else _unprivileged_account()
    if not account.reaches(folder):
        raise EmbeddedServerUnavailable(
            f"用户 {account.name} 进不了 {folder}。请恢复上级目录的权限，或把数据目录移到它够得到的地方。"
        )
    return ServerHome(folder, account, spare)


def _unprivileged_account() -> ServerAccount:
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return ServerAccount(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise EmbeddedServerUnavailable(
        "PostgreSQL 不能以 root 运行，而系统里没有 postgres 或 nobody 用户。请改用普通用户运行 tracker up。"
    )


def _own_folder(folder: Path, account: ServerAccount | None) -> Path:
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        return folder
    except OSError as problem:
        raise EmbeddedServerUnavailable(f"建不了目录 {folder}（{problem.strerror}）。请检查权限和磁盘空间。") from None
    if account is not None:
        os.chown(folder, account.uid, account.gid)
    return folder


def _spare_folder(spare: Path) -> Path:
    """Make the folder under /var/lib; one that somebody else made is not trusted."""
    try:
        spare.mkdir(mode=0o711)
        spare.chmod(0o711)
    except FileExistsError:
        about = spare.lstat()
        if not stat.S_ISDIR(about.st_mode) or about.st_uid != os.geteuid():
            raise EmbeddedServerUnavailable(f"{spare} 不是本程序建的，不能使用。请移走它。") from None
    return spare


def _refuse_foreign(folder: Path) -> None:
    if folder.exists() and folder.stat().st_uid != os.geteuid():
        raise EmbeddedServerUnavailable(
            f"{folder} 属于另一个用户（多半以 root 运行过）。请用同一个用户运行，或用 TRACKER_DATA_DIR 指定另一个目录。"
        )


def _open_to_readers(top: Path) -> None:
    for folder, _, files in os.walk(top):
        Path(folder).chmod(0o755)
        for name in files:
            file = Path(folder, name)
            if not file.is_symlink():
                file.chmod(0o755 if file.stat().st_mode & stat.S_IXUSR else 0o644)
