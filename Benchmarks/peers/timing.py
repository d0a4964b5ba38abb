"""How the peers are timed: the median over groups of calls after a warm-up, as `measure` times ours."""

import argparse
import json
import os
import statistics
import time


def arguments(**positionals):
    """The command line: `--threads N`, then the named positionals with their types. Restricts the process to N cores, so it
    must come before a library with threads of its own is imported."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    for name, kind in positionals.items():
        parser.add_argument(name, type=kind)
    options = parser.parse_args()
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: options.threads])
    os.environ["OMP_NUM_THREADS"] = str(options.threads)
    return options


def report(work, items=1, finish=lambda: None, budget=0.8):
    """Times `work` and prints the seconds per item. `finish` waits for what `work` has only begun."""

    def seconds(calls):
        start = time.perf_counter()
        for _ in range(calls):
            work()
        finish()
        return time.perf_counter() - start

    seconds(3)
    groups = 7
    calls = max(1, int(budget / groups / (seconds(3) / 3)))
    show(statistics.median(seconds(calls) for _ in range(groups)) / calls / items)


def show(seconds):
    print(json.dumps({"seconds": seconds}))
