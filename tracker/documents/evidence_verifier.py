"""核验一份证据包，只用 Python 3.8 以上自带的库。

用法：python3 verify.py 证据包.zip    或者解开以后在文件夹里：python3 verify.py
退出码：0 全部一致；1 有不一致；2 打不开。

This file goes into each bundle as verify.py and is what `tracker evidence verify` runs: it must stand alone.
"""

from __future__ import annotations

import hashlib
import html
import io
import json
import os
import re
import sys
import zipfile
from collections.abc import Iterator
from typing import IO, Any

FORMAT = "tracker-evidence/1"
MANIFEST = "manifest.json"
GENESIS = "00" * 32
PIECE = 1024 * 1024
#: No part that is read whole is larger; attachments are only hashed.
LARGEST_TEXT = 256 * 1024 * 1024


class Unreadable(Exception):
    """What was given is no bundle."""


class Source:
    """The files of a bundle, in a .zip or a folder."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._zip: zipfile.ZipFile | None = None
        if not os.path.isdir(path):
            try:
                self._zip = zipfile.ZipFile(path)
            except (OSError, zipfile.BadZipFile, ValueError) as problem:
                raise Unreadable(f"打不开“{path}”，它不是完整的 ZIP 文件。") from problem

    def names(self) -> list[str]:
        """Return every file's path, with repetitions."""
        if self._zip is not None:
            return [one.filename for one in self._zip.infolist() if not one.filename.endswith("/")]
        found = []
        for folder, folders, files in os.walk(self._path):
            folders[:] = [one for one in folders if one != "__pycache__"]
            found += [os.path.relpath(os.path.join(folder, one), self._path).replace(os.sep, "/") for one in files]
        return found

    def pieces(self, name: str) -> Iterator[bytes]:
        """Yield a file's content."""
        try:
            with self._opened(name) as file:
                while True:
                    piece = file.read(PIECE)
                    if not piece:
                        return
                    yield piece
        except (OSError, KeyError, zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as problem:
            raise Unreadable(f"读不出“{name}”。") from problem

    def _opened(self, name: str) -> IO[bytes]:
        return self._zip.open(name) if self._zip is not None else open(os.path.join(self._path, name), "rb")

    def content(self, name: str) -> bytes:
        """Return a file's whole content."""
        found = bytearray()
        for piece in self.pieces(name):
            found += piece
            if len(found) > LARGEST_TEXT:
                raise Unreadable(f"“{name}”大得不合理。")
        return bytes(found)

    def data(self, name: str) -> Any:
        """Return a JSON file as values."""
        try:
            return json.loads(self.content(name).decode("utf-8"))
        except (ValueError, RecursionError) as problem:
            raise Unreadable(f"“{name}”不是正确的 JSON。") from problem


def canonical(value: Any) -> bytes:
    """Return the canonical JSON that is hashed: sorted keys, no spaces, UTF-8."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")


class Verification:
    """What was found. `faults` empty = whole."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.faults: list[str] = []

    def sentences(self) -> list[str]:
        """Return the result as sentences."""
        if self.faults:
            return [*self.notes, *("不一致：" + one for one in self.faults), f"这份证据包有{len(self.faults)}处不一致，不能采信。"]  # fmt: skip
        return [*self.notes, "全部一致：内容与清单、记录链和批准时的文书相符。"]


def verify(path: str) -> Verification:
    """Check a bundle. Raises Unreadable where it is none."""
    source, result = Source(path), Verification()
    names = source.names()
    if MANIFEST not in names:
        raise Unreadable(f"里面没有 {MANIFEST}，不是证据包。")
    manifest = source.data(MANIFEST)
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise Unreadable(f"清单不是本程序认识的格式（{FORMAT}）。")
    checks = (_check_files, _check_chains, _check_paper, _check_attachments, _check_seal)
    for check in checks:
        try:
            check(source, manifest, result)
        except Unreadable as problem:
            result.faults.append(str(problem))
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as problem:
            result.faults.append(f"清单或材料缺少应有的内容（{problem}）。")
    return result


def _check_files(source: Source, manifest: dict[str, Any], result: Verification) -> None:
    listed = {one["path"]: one for one in manifest["files"]}
    names = source.names()
    for name in sorted(set(names)):
        if names.count(name) > 1:
            result.faults.append(f"“{name}”在包里出现了两次。")
        if name not in listed and name != MANIFEST:
            result.faults.append(f"“{name}”不在清单里，是后来加进去的。")
    for name, one in sorted(listed.items()):
        if name not in names:
            result.faults.append(f"清单里的“{name}”不见了。")
            continue
        digest, size = hashlib.sha256(), 0
        try:
            for piece in source.pieces(name):
                digest.update(piece)
                size += len(piece)
        except Unreadable as problem:
            result.faults.append(str(problem))
            continue
        if size != one["size"] or digest.hexdigest() != one["sha256"]:
            result.faults.append(f"“{name}”的内容与清单上的校验值不符，被改动过。")
    result.notes.append(f"清单列有{len(listed)}个文件，已逐个核对校验值。")


def _check_chains(source: Source, manifest: dict[str, Any], result: Verification) -> None:
    events = withheld = 0
    for stream, place in sorted(manifest["chains"].items()):
        chain = source.data(place["file"])
        if chain["stream"] != stream:
            result.faults.append("“{}”里的记录链不是清单所说的 {}。".format(place["file"], stream))
        head = GENESIS
        for seq, event in enumerate(chain["events"], start=1):
            fault = _event_fault(stream, seq, event, head)
            if fault:
                result.faults.append(fault)
            head = event["hash"]
            events += 1
            withheld += bool(event.get("withheld"))
        if (len(chain["events"]), head) != (place["seq"], place["head"]):
            result.faults.append(f"记录链 {stream} 的末端与清单不符，可能缺了最后的记录。")
    hidden = f"其中{withheld}条是发文单位内部办理的记录，只给出校验值" if withheld else "全部给出内容"
    result.notes.append("共{}条记录链、{}条记录，{}，已从头重算。".format(len(manifest["chains"]), events, hidden))


def _event_fault(stream: str, seq: int, event: dict[str, Any], head: str) -> str:
    if event["seq"] != seq:
        return f"记录链 {stream} 缺第{seq}条。"
    if event["previous"] != head:
        return f"记录链 {stream} 第{seq}条与前一条接不上。"
    if event.get("withheld"):
        return "" if re.match("^[0-9a-f]{64}$", event["hash"]) else f"记录链 {stream} 第{seq}条的校验值不完整。"
    body = {name: event[name] for name in ("at", "commitment", "kind", "payload", "person", "post", "seq")}
    body["stream"] = stream
    if hashlib.sha256(bytes.fromhex(event["previous"]) + canonical(body)).hexdigest() != event["hash"]:
        return "记录链 {} 第{}条（{}）与其校验值不符，内容被改动过。".format(stream, seq, event["kind"])
    return ""


def _check_paper(source: Source, manifest: dict[str, Any], result: Verification) -> None:
    paper = manifest["paper"]
    content = source.data("paper/content.json")
    events = source.data(manifest["chains"][paper["stream"]]["file"])["events"]
    issued = [one["payload"] for one in events if one.get("kind") == "notice.issued"]
    if len(issued) != 1:
        result.faults.append("记录里没有这份文书的印发，或者不止一次。")
        return
    said = issued[0]
    hashes = {said["approved_hash"], paper["approved_hash"], content["approved_hash"]}
    # A paper that was sent back was approved more than once; the last time counts.
    hashes |= set([one["payload"]["hash"] for one in events if one.get("kind") == "notice.approved"][-1:])
    if len(hashes) != 1:
        result.faults.append("清单、文书内容和记录里的批准校验值不一致。")
    if not said["number"] == paper["number"] == content["number"]:
        result.faults.append("文号与印发时的记录不一致。")
    if content["printed"] != said["items"]:
        result.faults.append("文书所列事项与印发时的记录不一致。")
    if any(text is None for _, text in content["items"]):
        result.notes.append("印发时划去的事项没有给出内容，批准校验值不能在这里重算；可请发文单位核验。")
    else:
        hashed = {name: content[name] for name in ("kind", "unit", "severity", "title", "body", "details", "items")}
        if hashlib.sha256(canonical(hashed)).hexdigest() != said["approved_hash"]:
            result.faults.append("文书内容与批准时的校验值不符，被改动过。")
        else:
            result.notes.append("文书内容重算得到的校验值与批准、印发时的一致。")
    _check_word(source, content, result)


def _check_word(source: Source, content: dict[str, Any], result: Verification) -> None:
    """See that what was approved is what is printed."""
    try:
        with zipfile.ZipFile(io.BytesIO(source.content("paper/paper.docx"))) as package:
            xml = package.read("word/document.xml").decode("utf-8")
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as problem:
        raise Unreadable("“paper/paper.docx”打不开。") from problem
    printed = _squeezed("".join(html.unescape(one) for one in re.findall(r"<w:t(?: [^>]*)?>([^<]*)</w:t>", xml)))
    texts = dict(content["items"])
    wanted = [("标题", content["title"]), ("文号", content["number"]), ("受文单位", content["recipient"])]
    wanted += [("正文", line) for line in content["body"].splitlines()]
    wanted += [(f"第{n}项", texts.get(item_id)) for n, item_id in enumerate(content["printed"], start=1)]
    missing = [name for name, text in wanted if text is None or _squeezed(text) not in printed]
    if missing:
        result.faults.append("Word 文书里的{}与批准的内容不一致。".format("、".join(missing)))
    else:
        result.notes.append("Word 文书的标题、文号、正文和{}项事项与批准的内容一致。".format(len(content["printed"])))


def _squeezed(text: str) -> str:
    return "".join(sign for sign in text if sign.isprintable() and not sign.isspace())


def _check_attachments(source: Source, manifest: dict[str, Any], result: Verification) -> None:
    recorded = set()
    for place in manifest["chains"].values():
        for event in source.data(place["file"])["events"]:
            said = event.get("payload") or {}
            if "attachment" in said and "sha256" in said:
                recorded.add((said["attachment"], said["sha256"]))
    hashes = {one["path"]: one["sha256"] for one in manifest["files"]}
    for one in manifest["attachments"]:
        if (one["ref"], hashes.get(one["path"])) not in recorded:
            result.faults.append("附件“{}”（{}）与上传时的记录不符。".format(one["path"], one["ref"]))
    if manifest["attachments"]:
        result.notes.append("{}个附件已与上传时的记录核对。".format(len(manifest["attachments"])))


def _check_seal(source: Source, manifest: dict[str, Any], result: Verification) -> None:
    if not manifest.get("seal"):
        result.notes.append("这份文书的记录还没有被封存过，请过后再取一份。")
        return
    seal = source.data(manifest["seal"]["file"])
    digest = hashlib.sha256(bytes.fromhex(seal["previous"]))
    for stream_id, seq, head in seal["leaves"]:
        digest.update(f"{stream_id}:{seq}:{head};".encode("ascii"))
    if digest.hexdigest() != seal["root"] or seal["root"] != manifest["seal"]["root"]:
        result.faults.append("第{}次封存的根值不符。".format(seal["id"]))
        return
    leaves = {stream_id: (seq, head) for stream_id, seq, head in seal["leaves"]}
    for stream, stream_id in sorted(seal["streams"].items()):
        seq, head = leaves[stream_id]
        if source.data(manifest["chains"][stream]["file"])["events"][seq - 1]["hash"] != head:
            result.faults.append("记录链 {} 第{}条与第{}次封存的不符。".format(stream, seq, seal["id"]))
    result.notes.append(
        "第{}次封存（{}）的根值 {}，请与库外保存的根值核对。".format(seal["id"], seal["at"], seal["root"])
    )


def run(arguments: list[str]) -> tuple[int, list[str]]:
    """Return the exit code and the sentences."""
    here = os.path.dirname(os.path.abspath(__file__))
    path = arguments[0] if arguments else here
    try:
        result = verify(path)
    except Unreadable as problem:
        return 2, [str(problem)]
    return (1 if result.faults else 0), result.sentences()


if __name__ == "__main__":
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    code, sentences = run(sys.argv[1:])
    sys.stdout.write("\n".join(sentences) + "\n")
    sys.exit(code)
