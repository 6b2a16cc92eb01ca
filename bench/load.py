"""Notes as many people send them at once, against the same note on a server that has nothing else to do."""

import random
from urllib.parse import urlencode

from bench.client import INSPECTION, Browser, note
from bench.clients import Request, Told, send
from bench.exporting import serving
from bench.rounds import Report, heading, median, ms, percentile
from bench.world import World

RATES = (10, 50)  # notes a second
MOST_TIMES = 5.0
CONNECTIONS = 24
INTERVIEWS = 10  # under way at once
REST = 0.1  # seconds from one note to the next where there is no load


def measure(report: Report, world: World, seconds: float) -> None:
    heading(f"Notes that arrive at random, {' and '.join(map(str, RATES))} a second, {seconds:g} s each, over HTTP")
    app = world.open()
    people = [Browser(app, reader.token) for reader in world.readers]
    dice = random.Random(4)

    def saving(due: float | None) -> Request:
        person = dice.choice(people)
        interview = dice.randint(1, min(INTERVIEWS, world.items // 60))
        return Request(
            f"{INSPECTION}/interviews/INT-{interview:03}/notes",
            person.headers(htmx=True) | {"Content-Type": "application/x-www-form-urlencoded"},
            urlencode({"csrf_token": person.token, **note()}),
            200,
            due,
        )

    def rested() -> Told:
        return send(port, 1, [saving(number * REST) for number in range(int(seconds / 3 / REST))])

    def arriving(rate: int) -> Told:
        due, requests = dice.expovariate(rate), []
        while due < seconds:
            requests.append(saving(due))
            due += dice.expovariate(rate)
        return send(port, CONNECTIONS, requests)

    with serving(world) as (port, _process):
        send(port, CONNECTIONS, [saving(None) for _ in range(100)])  # statements and templates cached, connections open
        quiet = [rested()]
        loaded = {}
        for rate in RATES:
            loaded[rate] = arriving(rate)
            quiet.append(rested())
    for name, told in [("no load", one) for one in quiet] + [(f"{rate} a second", one) for rate, one in loaded.items()]:
        times = told.seconds
        print(
            f"  {name}: {len(times)} notes, {len(told.errors)} errors, p50 {ms(median(times))}, "
            f"p95 {ms(percentile(times, 0.95))}, p99 {ms(percentile(times, 0.99))}, most {ms(max(times))}"
        )
        for error in told.errors[:3]:
            print(f"    {error}")
    without = median([percentile(one.seconds, 0.95) for one in quiet])
    for rate, told in loaded.items():
        with_load = percentile(told.seconds, 0.95)
        what = f"Notes at {rate} a second, at random, p95"
        told_too = f" of {ms(without)} ({ms(with_load)}; {len(told.seconds):,} notes)"
        report.at_most(what, with_load / without, MOST_TIMES, told_too)
        errors = len(told.errors)
        report.bar(f"Notes at {rate} a second, at random: errors", "none", f"{errors}", errors == 0)
