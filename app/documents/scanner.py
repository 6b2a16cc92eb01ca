"""Asking ClamAV's daemon about a file, over its socket. Source: clamd(8), INSTREAM."""

import socket
import struct
from pathlib import Path

PIECE = 1 << 20
SECONDS = 300


class Away(Exception):
    """No answer about the file could be had; the message says why in a sentence."""


def ask(socket_path: str, file: Path) -> str:
    """What is wrong with a file, as the scanner calls it; empty when nothing is. Raises Away."""
    try:
        with socket.socket(socket.AF_UNIX) as clamd, open(file, "rb") as stream:
            clamd.settimeout(SECONDS)
            clamd.connect(socket_path)
            clamd.sendall(b"zINSTREAM\0")
            try:
                while piece := stream.read(PIECE):
                    clamd.sendall(struct.pack(">I", len(piece)) + piece)
                clamd.sendall(struct.pack(">I", 0))
            except (BrokenPipeError, ConnectionResetError):
                pass  # it has said already why it takes no more
            answer = _whole(clamd)
    except OSError as error:
        raise Away(f"The virus scanner cannot be reached ({error.strerror or error}).") from None
    said = answer.removeprefix("stream: ")
    if said == "OK":
        return ""
    if said.endswith(" FOUND"):
        return said.removesuffix(" FOUND")
    raise Away(f"The virus scanner did not look at the file: {said[:200] or 'it gave no answer'}.")


def _whole(clamd: socket.socket) -> str:
    answer = b""
    while len(answer) < 4096 and (piece := clamd.recv(4096)):
        answer += piece
        if answer.endswith(b"\0"):
            break
    return answer.rstrip(b"\0").decode(errors="replace").strip()
