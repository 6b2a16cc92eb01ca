"""The child that reads hostile files. Runs by its path under `python -I`, takes bytes on stdin, tells lines of JSON.

It first loads what it needs and parses a sample, then limits itself and shuts its doors (no network, no files, no
other programs; stack.md §8), and only then reads its input. Lines, in this order:

    {"shut": bool}                     are the doors shut
    {"sheet": name}                    tables only
    {"page": [label, text]}, {"row": [number, [cells]]}, {"turn": [speaker, lead, milliseconds or null, words]} or
    {"left_out": what}, {"sheet": name} and its rows, {"gap": name, "in_row": bool} or {"piece": base64}, as many as
    there are
    {"holds": bool}                    behind the pages of Office: may there be files in it
    {"bytes": base64}                  what is drawn, piece by piece
    {"entry": [number, name, size, sha256, kind, trouble, shut]}  a file in a file, behind its bytes
    {"text": text, "boxes": [[box]]}   where words of a page are drawn
    {"end": null or a Trouble's code}

No last line means that it was stopped by a limit; what it told before stands. Arguments: action (text, table, sheets,
turns, letter, picture, struck, boxes, probe), code of the kind, limits as JSON, and its doors: 'shut' (read nothing if
they cannot be), 'try' (read all the same), 'open' (for the self-test). For pictures, boxes and letters a line of JSON
comes before the file: what is wanted.
"""

import base64
import codecs
import contextlib
import dataclasses
import errno
import hashlib
import importlib
import importlib.machinery
import json
import os
import socket
import sys
import types
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

if __name__ == "__main__":
    # The application's own __init__ loads Flask; a bare package of the same name lets `app.formats` be imported alone.
    _package = types.ModuleType("app")
    _package.__path__ = [str(Path(__file__).resolve().parent.parent)]
    sys.modules["app"] = _package

from app.formats.outcome import Limits, Refused, Trouble

_OFFICE = ("docx", "xlsx", "pptx", "odt")
_TEXT_READERS = {
    "pdf": ("pdf", "pages"),
    "docx": ("word", "pages"),
    "xlsx": ("sheets", "pages"),
    "pptx": ("slides", "pages"),
    "odt": ("opendocument", "pages"),
    "eml": ("mail", "pages"),
    "mbox": ("mail", "mailbox"),
    "csv": ("plain", "pages"),
    "txt": ("plain", "pages"),
    "vtt": ("plain", "transcript"),
    "msg": ("outlook", "pages"),
    **dict.fromkeys(("png", "jpeg", "tiff"), ("frames", "pages")),
    **dict.fromkeys(("doc", "xls", "ppt"), ("macros", "pages")),
}
_TURN_READERS = {
    "vtt": ("turns", "vtt"),
    "txt": ("turns", "text"),
    "docx": ("turns", "docx"),
    "odt": ("turns", "odt"),
    "pdf": ("turns", "portable"),
}
_TABLE_READERS = {"xlsx": ("sheets", "table"), "csv": ("plain", "table")}
_SHEET_READERS = {"xlsx": ("sheets", "tables"), "csv": ("plain", "tables")}
_LETTER_WORKER = ("letter", "work")

_CONTAINERS = {
    "zip": ("contents", "zipped"),
    "eml": ("contents", "attached"),
    "mbox": ("contents", "in_mailbox"),
    "msg": ("contents", "of_outlook"),
    "pdf": ("contents", "embedded"),
    **dict.fromkeys(_OFFICE, ("office", "files")),
}

_FINDER = ("office", "holds_files")

_PAINTERS = {
    ("picture", "pdf"): ("drawing", "draw"),
    **{("picture", code): ("pictures", "draw") for code in ("png", "jpeg", "tiff")},
    ("struck", "pdf"): ("drawing", "strike"),
    **{("struck", code): ("pictures", "strike") for code in ("png", "jpeg", "tiff")},
}
_BOXES = ("pdf", "boxes")
_PICTURES = ("png", "jpeg", "tiff")
# What is wanted of the sample, by the actions that must be told.
_WANTED: dict[str, dict[str, Any]] = {
    "picture": {"page": 1, "width": 9},
    "struck": {"bars": {"1": [[0, 0, 9, 9]]}},
    "boxes": {"page": 1, "spans": [[0, 3]]},
}

# Shut even for root, whom a limit or a file's permissions would not stop.
_REFUSED = """
    socket socketpair connect bind listen accept accept4 sendto sendmsg sendmmsg
    open openat openat2 creat open_by_handle_at memfd_create
    execve execveat fork vfork kill tkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_send_signal
    ptrace process_vm_readv process_vm_writev pidfd_open pidfd_getfd kcmp
    unlink unlinkat rename renameat renameat2 link linkat symlink symlinkat mkdir mkdirat rmdir mknod mknodat truncate
    chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat utimensat setxattr lsetxattr fsetxattr
    mount umount2 move_mount open_tree fsopen fsmount pivot_root chroot unshare setns
    bpf keyctl add_key request_key io_uring_setup userfaultfd perf_event_open
    shmget shmat msgget semget mq_open setrlimit prlimit64
    init_module finit_module delete_module kexec_load reboot swapon swapoff sethostname settimeofday clock_settime
""".split()  # noqa: SIM905  # a list would take a hundred lines

_CODECS = """
    ascii latin_1 utf_8 utf_8_sig utf_16 utf_16_le utf_16_be cp1252 utf_7 utf_32 cp437 cp850 cp1250 cp1251 cp1253
    cp1254 cp1255 cp1256 cp1257 cp1258 iso8859_1 iso8859_2 iso8859_3 iso8859_4 iso8859_5 iso8859_6 iso8859_7 iso8859_8
    iso8859_9 iso8859_13 iso8859_15 koi8_r koi8_u mac_roman gb2312 gbk gb18030 big5 shift_jis euc_jp iso2022_jp euc_kr
    idna punycode unicode_escape raw_unicode_escape quopri_codec base64_codec
""".split()  # noqa: SIM905  # as above


_Pages = Callable[[bytes, Limits], Iterator[tuple[str, str]]]
_Turns = Callable[[bytes, Limits], Iterator[object]]
_Messages = Callable[[bytes, Limits], Iterator[dict[str, object]]]
_Table = Callable[[bytes, Limits], tuple[str, Iterator[tuple[int, list[str]]]]]
_Painter = Callable[[bytes, Mapping[str, Any], Limits], bytes]
_Finder = Callable[[bytes, Limits], bool]
_Container = Callable[[bytes, Limits], Iterator[Any]]
_Boxes = Callable[[bytes, Mapping[str, Any], Limits], tuple[str, list[list[tuple[int, int, int, int]]]]]


def main(arguments: list[str]) -> None:
    """See the module's docstring."""
    action, code, limits_json, doors = arguments
    limits = Limits(**json.loads(limits_json))
    work: Callable[[bytes], None]
    if action == "probe":
        work = _probe
    elif action == "table":
        read_table = cast(_Table, _load(_TABLE_READERS[code]))
        work = _table_worker(read_table, limits)
        list(read_table(_sample(code), limits)[1])
    elif action == "sheets":
        read_sheets = cast(_Messages, _load(_SHEET_READERS[code]))
        work = _message_worker(read_sheets, limits)
        list(read_sheets(_sample(code), limits))
    elif action == "letter":
        letter_work = cast(_Messages, _load(_LETTER_WORKER))
        work = _message_worker(letter_work, limits)
        list(letter_work(_sample("letter"), limits))
    elif action == "turns":
        read_turns = cast(_Turns, _load(_TURN_READERS[code]))
        work = _turns_worker(read_turns, limits)
        list(read_turns(_sample(code), limits))
    elif (action, code) in _PAINTERS:
        paint = cast(_Painter, _load(_PAINTERS[action, code]))
        work = _painting_worker(paint, limits)
        paint(_sample(code), _WANTED[action], limits)
    elif action == "unpack":
        contents = cast(_Container, _load(_CONTAINERS[code]))
        work = _unpacking_worker(contents, limits)
        _identify(b"Sample", "a.txt")
        _may_be_shut("docx", _sample("docx"), limits)
        with contextlib.suppress(Refused):  # as of an empty sample
            for entry in contents(_sample(code), limits):
                _identify(b"".join(entry.pieces()), entry.name)
    elif action == "boxes":
        find = cast(_Boxes, _load(_BOXES))
        work = _boxes_worker(find, limits)
        find(_sample(code), _WANTED[action], limits)
    else:
        read_pages = cast(_Pages, _load(_TEXT_READERS[code]))
        work = _text_worker(code, read_pages, limits)
        with contextlib.suppress(Refused):
            list(read_pages(b"" if code in _PICTURES else _sample(code), limits))
    shut_doors = None if doors == "open" else _doors()
    if doors != "open":
        # A probe may have files, so that its test is of the doors and not of this limit.
        _limit(limits, files=64 if action == "probe" else 3)
    shut = shut_doors is not None and shut_doors()
    if shut and action != "probe":
        # What is not loaded by now is simply missing: a library can live with that, not with a refused file.
        sys.meta_path.remove(importlib.machinery.PathFinder)
    tell(shut=shut)
    if doors == "shut" and not shut:
        tell(end=Trouble.JAIL_MISSING.code)
        sys.stdout.buffer.flush()
    else:
        _work(work)
    os._exit(0)  # nothing that was read is worth tidying up


def tell(**message: object) -> None:
    """Writes one line. ASCII only, so that lone surrogates cross as escapes; the parent cleans what it receives."""
    sys.stdout.buffer.write(json.dumps(message).encode() + b"\n")


def _work(work: Callable[[bytes], None]) -> None:
    sys.stdout.buffer.flush()
    end = None
    try:
        work(sys.stdin.buffer.read())
    except Refused as refused:
        end = refused.trouble.code
    except (MemoryError, RecursionError):  # the second: things that lie in one another without end
        end = Trouble.TOO_LARGE.code
    except Exception:  # whatever a library raises over a hostile file, the file cannot be read
        end = Trouble.DAMAGED.code
    tell(end=end)
    sys.stdout.buffer.flush()


def _text_worker(code: str, read_pages: _Pages, limits: Limits) -> Callable[[bytes], None]:
    from app.formats.extract.encoded import TEXTS, Encoded
    from app.formats.extract.macros import holds_macro

    holds_files = cast(_Finder, _load(_FINDER)) if code in _OFFICE else None
    if holds_files:
        holds_files(_sample(code), limits)

    def work(data: bytes) -> None:
        left, number, encoded = limits.characters, 0, Encoded()
        for number, (label, text) in enumerate(read_pages(data, limits), start=1):
            if number > limits.pages or len(text) > left:
                if number <= limits.pages and left > 0:
                    tell(page=[label, text[:left]])
                raise Refused(Trouble.TOO_LARGE)
            left -= len(text)
            if code in TEXTS:
                encoded.hear(text)
            tell(page=[label, text])
            sys.stdout.buffer.flush()  # a page told is a page kept, even if the next one kills this process
        if not number:
            raise Refused(Trouble.EMPTY)
        with contextlib.suppress(Refused):  # whoever takes it apart will say so
            if holds_files:
                tell(holds=holds_files(data, limits))
        if holds_macro(code, data):
            raise Refused(Trouble.MACRO)
        if encoded.found:
            raise Refused(Trouble.ENCODED)

    return work


def _table_worker(read_table: _Table, limits: Limits) -> Callable[[bytes], None]:
    def work(data: bytes) -> None:
        left, count = limits.characters, 0
        name, rows = read_table(data, limits)
        tell(sheet=name)
        for count, (number, cells) in enumerate(rows, start=1):
            left -= sum(map(len, cells))
            if count > limits.rows or left < 0:
                raise Refused(Trouble.TOO_LARGE)
            tell(row=[number, cells])
        if not count:
            raise Refused(Trouble.EMPTY)

    return work


def _message_worker(read: _Messages, limits: Limits) -> Callable[[bytes], None]:
    """For what tells messages of its own, and keeps to its limits itself."""

    def work(data: bytes) -> None:
        for message in read(data, limits):
            tell(**message)

    return work


def _turns_worker(read_turns: _Turns, limits: Limits) -> Callable[[bytes], None]:
    def work(data: bytes) -> None:
        left, count = limits.characters, 0
        for piece in read_turns(data, limits):
            match dataclasses.astuple(cast(Any, piece)):
                case (speaker, lead, at, words):
                    left -= len(speaker) + len(lead) + len(words)
                    count += 1
                    tell(turn=[speaker, lead, at, words])
                case (what,):
                    tell(left_out=what)
            if count > limits.rows or left < 0:
                raise Refused(Trouble.TOO_LARGE)
        if not count:
            raise Refused(Trouble.EMPTY)

    return work


def _painting_worker(paint: _Painter, limits: Limits) -> Callable[[bytes], None]:
    def work(data: bytes) -> None:
        line, _, rest = data.partition(b"\n")
        del data
        drawn = paint(rest, json.loads(line), limits)
        if len(drawn) > limits.drawn:
            raise Refused(Trouble.TOO_LARGE)
        for at in range(0, len(drawn), _PIECE):
            tell(bytes=base64.b64encode(drawn[at : at + _PIECE]).decode())

    return work


def _boxes_worker(find: _Boxes, limits: Limits) -> Callable[[bytes], None]:
    def work(data: bytes) -> None:
        line, _, rest = data.partition(b"\n")
        text, boxes = find(rest, json.loads(line), limits)
        if len(text) > limits.characters:
            raise Refused(Trouble.TOO_LARGE)
        tell(text=text, boxes=boxes)

    return work


_PIECE = 3 << 18  # a multiple of 3, so that the pieces of base64 could be put together too


def _unpacking_worker(contents: _Container, limits: Limits) -> Callable[[bytes], None]:
    """Tells what each file in a file is, and of those whose numbers are wanted (`take`) all of it."""

    def work(data: bytes) -> None:
        line, _, rest = data.partition(b"\n")
        del data
        take, left = set(json.loads(line)["take"]), limits.unpacked
        for number, entry in enumerate(contents(rest, limits), start=1):
            if number > limits.entries:
                raise Refused(Trouble.TOO_LARGE)
            digest, size, held, trouble = hashlib.sha256(), 0, [], entry.trouble
            try:
                for piece in entry.pieces() if trouble is None else ():
                    size += len(piece)
                    left -= len(piece)
                    if left < 0:
                        raise Refused(Trouble.TOO_LARGE)
                    digest.update(piece)
                    held.append(piece)
            except Refused as refused:
                if left < 0:
                    raise
                trouble = refused.trouble.code
            data = b"".join(held)
            if number in take and trouble is None:
                for at in range(0, size, _PIECE):
                    tell(bytes=base64.b64encode(data[at : at + _PIECE]).decode())
            kind = "" if trouble else _identify(data, entry.name)
            size = entry.size if trouble else size
            sha256, shut = "" if trouble else digest.hexdigest(), _may_be_shut(kind, data, limits)
            tell(entry=[number, entry.name, size, sha256, kind, trouble or "", shut])
            sys.stdout.buffer.flush()

    return work


def _identify(data: bytes, name: str) -> str:
    from app.formats.kinds import identify

    return identify(data, name).code


def _may_be_shut(kind: str, data: bytes, limits: Limits) -> bool:
    """Whether somebody may not be able to look through it: it is locked, its end is missing, or files lie in it. Rather
    too often."""
    if kind == "pdf":
        told = (b"/Encrypt", b"/EmbeddedFile", b"/FileAttachment")
        return any(name in data for name in told) or b"%%EOF" not in data[-2048:]
    if kind in _OFFICE:
        try:
            return cast(_Finder, _load(_FINDER))(data, limits)
        except Refused:
            return True
    return kind == "encrypted_office"


def _load(place: tuple[str, str]) -> object:
    module, name = place
    return getattr(importlib.import_module(f"app.formats.extract.{module}"), name)


def _sample(code: str) -> bytes:
    from app.formats.extract.samples import sample

    # A codec cannot be loaded later. A message may name any; those first in the list are what the other kinds need.
    for codec in _CODECS if code in ("eml", "mbox", "msg") else _CODECS[:8]:
        codecs.lookup(codec)
    return sample(code)


def _limit(limits: Limits, files: int) -> None:
    """Limits on memory, processor time and open files, where the system has them."""
    try:
        import resource
    except ImportError:  # not a Unix
        return
    for kind, value in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_CPU, limits.seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, files),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):  # macOS knows no RLIMIT_AS; the self-test says what holds
            resource.setrlimit(kind, (value, value))


def _doors() -> Callable[[], bool] | None:
    """What shuts the doors: refuses with EPERM all that a reader of bytes has no need of. None if this system cannot.

    Made before the limits are set, for loading pyseccomp opens files and starts ldconfig.
    """
    try:
        import pyseccomp as seccomp

        doors = seccomp.SyscallFilter(defaction=seccomp.ALLOW)
        refuse = seccomp.ERRNO(errno.EPERM)
        for name in _REFUSED:
            if seccomp.resolve_syscall(seccomp.system_arch(), name) != _NO_SUCH_CALL:
                doors.add_rule(refuse, name)
        # Threads may be made, processes not. clone3 hides its flags from the filter, so glibc is sent back to clone.
        doors.add_rule(refuse, "clone", seccomp.Arg(0, seccomp.MASKED_EQ, 0x10000, 0))
        doors.add_rule(seccomp.ERRNO(errno.ENOSYS), "clone3")
        # It may abort itself: that is how Rust and C say that memory has run out.
        doors.add_rule(refuse, "tgkill", seccomp.Arg(0, seccomp.NE, os.getpid()))
    except Exception:  # no libseccomp, no rule of that kind, not Linux: all mean the same here
        return None

    def shut() -> bool:
        with contextlib.suppress(Exception):
            doors.load()
            return True
        return False

    return shut


_NO_SUCH_CALL = -1


def _probe(data: bytes) -> None:
    """Tells which doors it got through. `data` is JSON: {"host", "port", "path"}."""
    wanted = json.loads(data)
    reached = []
    try:
        # Not create_connection: looking up a name opens files, which would hide whether the network itself is shut.
        with socket.socket() as caller:
            caller.settimeout(2)
            caller.connect((wanted["host"], wanted["port"]))
            reached.append("network")
    except OSError:
        pass
    try:
        with open(wanted["path"], "rb"):
            reached.append("file")
    except OSError:
        pass
    try:
        os.waitpid(os.posix_spawn(sys.executable, [sys.executable, "-I", "-S", "-c", ""], {}), 0)
        reached.append("program")
    except OSError:
        pass
    tell(reached=reached)


if __name__ == "__main__":
    main(sys.argv[1:])
