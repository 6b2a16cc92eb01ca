"""Paired rounds and what is told of them.

The machine is shared and noisy: sides take turns within one run (A B A B ...), and medians are compared, not means.
"""

import gc
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from textwrap import fill, indent
from typing import Any


@dataclass
class Bar:
    """One line of the table at the end."""

    what: str
    limit: str
    figure: str
    holds: bool | None  # None: told, and held to nothing


@dataclass
class Report:
    """What a run found, in order."""

    bars: list[Bar] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)  # measures that could not run

    def bar(self, what: str, limit: str, figure: str, holds: bool | None) -> None:
        self.bars.append(Bar(what, limit, figure, holds))

    def at_most(self, what: str, ratio: float, most: float, told: str = "") -> None:
        self.bar(what, f"at most {most:g} times", f"{ratio:.2f} times{told}", ratio <= most)

    def table(self) -> str:
        """As Markdown."""
        lines = ["| Measure | Bar | Figure | Holds |", "|---|---|---|---|"]
        said = {None: "", True: "yes", False: "**no**"}
        lines += [f"| {bar.what} | {bar.limit} | {bar.figure} | {said[bar.holds]} |" for bar in self.bars]
        return "\n".join(lines)


def heading(text: str) -> None:
    print(f"\n{text}\n{'-' * len(text)}", flush=True)


def take_turns(rounds: int, **sides: Callable[[], Any]) -> dict[str, list[float]]:
    """Seconds of each side's calls: every round calls each side once, the order turned round each time.

    A side that can `prepare` the next call does so before its clock starts.
    """
    names = list(sides)
    seconds: dict[str, list[float]] = {name: [] for name in names}
    gc.collect()
    for number in range(rounds):
        for name in names if number % 2 == 0 else reversed(names):
            side = sides[name]
            if prepare := getattr(side, "prepare", None):
                prepare()
            began = time.perf_counter()
            side()
            seconds[name].append(time.perf_counter() - began)
    return seconds


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def ms(seconds: float) -> str:
    return f"{seconds * 1000:.2f} ms" if seconds < 0.1 else f"{seconds * 1000:.0f} ms"


def print_raw(seconds: dict[str, list[float]]) -> None:
    """Every figure, in milliseconds, in the order measured."""
    for name, values in seconds.items():
        print(f"  {name}: median {ms(median(values))}, least {ms(min(values))}, most {ms(max(values))}; raw ms:")
        print(indent(fill(" ".join(f"{value * 1000:.3g}" for value in values), 114), "    "))
