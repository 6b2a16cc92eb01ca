"""One large file sent over HTTP to a server of its own: how much memory its whole process tree takes, and how long.

The file is as large as an upload may be. The bytes are made while they are sent, so that nothing here holds them.
"""

import http.client
import time
from collections.abc import Iterator
from urllib.parse import urlencode
from uuid import uuid4

from bench.client import INSPECTION, Browser, Failed
from bench.exporting import MEBIBYTE, Watch, memory, serving
from bench.rounds import Report, heading
from bench.world import World

MOST_MEGABYTES_MORE = 150
SIZE = 499 * MEBIBYTE
LINE = b"The victim's risk assessment was late.\n"
BOUNDARY = "fieldbook-bench"


def measure(report: Report, world: World, rounds: int, size: int = SIZE) -> None:
    heading(f"Upload of {size // MEBIBYTE} MB, over HTTP, {rounds} rounds")
    more: list[float] = []
    with serving(world) as (port, process):
        app = world.open()
        browser = Browser(app, world.readers[1].token)
        time.sleep(3)  # its worker has come up
        for number in range(rounds):
            before, began = memory(process), time.perf_counter()
            with Watch(process) as watch:
                address = _send(port, browser, size, number)
            took = time.perf_counter() - began
            _open(port, browser, address)
            with Watch(process) as download:
                _fetch(port, browser, address, size)
            more += [(peak - before) / MEBIBYTE for peak in (watch.peak, download.peak)]
            print(
                f"  {address}: {took:.1f} s; {before / MEBIBYTE:.0f} MB before, {watch.peak / MEBIBYTE:.0f} at most"
                f" while it is received, {download.peak / MEBIBYTE:.0f} while it is handed out"
            )
    figure = f"{max(more):.0f} MB more at most (each, received and handed out: {', '.join(f'{m:.0f}' for m in more)})"
    limit = f"at most {MOST_MEGABYTES_MORE} MB more"
    report.bar(f"Memory of an upload of {size // MEBIBYTE} MB", limit, figure, max(more) <= MOST_MEGABYTES_MORE)


def _send(port: int, browser: Browser, size: int, number: int) -> str:
    """Send a file of so many bytes; the address of its document."""
    fields = {"csrf_token": browser.token, "operation": str(uuid4()), "title": "", "body": ""}
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    disposition = 'Content-Disposition: form-data; name="files"; filename="large.txt"'
    head = f"{''.join(parts)}--{BOUNDARY}\r\n{disposition}\r\nContent-Type: text/plain\r\n\r\n".encode()
    head += f"Upload {number} {uuid4()}\n".encode()
    tail = f"\r\n--{BOUNDARY}--\r\n".encode()

    def body() -> Iterator[bytes]:
        yield head
        piece = LINE * (MEBIBYTE // len(LINE) + 1)
        for _ in range(size // MEBIBYTE):
            yield piece[:MEBIBYTE]
        yield tail

    length = len(head) + size // MEBIBYTE * MEBIBYTE + len(tail)
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}", "Content-Length": str(length)}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    connection.request("POST", f"{INSPECTION}/documents/new", body(), headers | browser.headers())
    answer = connection.getresponse()
    text = answer.read().decode()
    address = answer.headers.get("Location")
    if answer.status != 303 or not address:
        raise Failed(f"the upload was answered with {answer.status}\n{text[-1000:]}")
    return address


def _open(port: int, browser: Browser, address: str) -> None:
    """What came in is closed until somebody opens it to check it for names."""
    form = urlencode({"csrf_token": browser.token, "operation": str(uuid4())})
    headers = {"Content-Type": "application/x-www-form-urlencoded"} | browser.headers()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    connection.request("POST", f"{address}/open", form, headers)
    answer = connection.getresponse()
    if answer.read() and answer.status >= 400:
        raise Failed(f"opening it was answered with {answer.status}")


def _fetch(port: int, browser: Browser, address: str, size: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    connection.request("GET", f"{address}/original", headers=browser.headers())
    answer, got = connection.getresponse(), 0
    while piece := answer.read(MEBIBYTE):
        got += len(piece)
    if answer.status != 200 or got < size:
        raise Failed(f"the download was answered with {answer.status} and {got:,} bytes")
