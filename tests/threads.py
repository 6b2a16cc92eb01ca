"""Doing something several times at once."""

import threading
from collections.abc import Callable
from typing import Any


def at_once(threads: int, work: Callable[[int], Any]) -> list[Any]:
    """`work(0)` to `work(threads - 1)`, each in a thread, begun together: what each gave, or how it failed."""
    start = threading.Barrier(threads)
    outcomes: list[Any] = [None] * threads

    def run(n: int) -> None:
        start.wait()
        try:
            outcomes[n] = work(n)
        except Exception as error:
            outcomes[n] = error

    running = [threading.Thread(target=run, args=(n,), daemon=True) for n in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join(timeout=120)
        assert not thread.is_alive(), "a thread never came to an end"
    return outcomes
