"""Several clients of one server, over HTTP, in a process of their own: `python -m bench.clients` is told what to send.

Each request may have a moment at which it is due. Its time runs from that moment to the whole answer, whether or not a
connection was free: a server that falls behind is not spared the requests that it made wait.
"""

import http.client
import json
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Request:
    path: str
    headers: dict[str, str]
    body: str
    expected: int
    due: float | None = None  # seconds from the start; None: as soon as a connection is free


@dataclass(slots=True)
class Told:
    """What the clients saw."""

    took: float  # seconds from first to last
    seconds: list[float] = field(default_factory=list)  # of each good answer
    errors: list[str] = field(default_factory=list)


def send(port: int, connections: int, requests: Sequence[Request]) -> Told:
    """Post the requests, in their order, over so many connections."""
    asked = {
        "port": port,
        "connections": connections,
        "requests": [[one.path, one.headers, one.body, one.expected, one.due] for one in requests],
    }
    done = subprocess.run(
        [sys.executable, "-m", "bench.clients"],
        cwd=ROOT,
        input=json.dumps(asked),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return Told(**json.loads(done.stdout))


def main() -> None:
    asked = json.load(sys.stdin)
    requests, next_one, told = asked["requests"], count(), Told(0)
    began = time.perf_counter() + 0.2

    def client() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", asked["port"], timeout=60)
        while (number := next(next_one)) < len(requests):
            path, headers, body, expected, due = requests[number]
            start = began + (due or 0)
            time.sleep(max(0.0, start - time.perf_counter()))
            if due is None:
                start = time.perf_counter()
            try:
                connection.request("POST", path, body, headers)
                answer = connection.getresponse()
                text = answer.read()
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                told.errors.append(f"{type(error).__name__}: {error}")
                continue
            if answer.status == expected:
                told.seconds.append(time.perf_counter() - start)
            else:
                told.errors.append(f"{answer.status}: {text[-300:].decode(errors='replace')}")
        connection.close()

    threads = [threading.Thread(target=client) for _ in range(asked["connections"])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told.took = time.perf_counter() - began
    json.dump({"took": told.took, "seconds": told.seconds, "errors": told.errors}, sys.stdout)


if __name__ == "__main__":
    main()
