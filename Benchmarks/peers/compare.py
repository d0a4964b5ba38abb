"""Runs ours and the peers in turn, and keeps what was measured in results.json; `results.py` makes the page of it.

Usage: compare.py MEASURE APPORTION [--rounds N] [NAME ...], the names being those of comparisons.py, `peak`, `memory` and
`growth`; all of them where none is given.
"""

import argparse
import datetime
import importlib.metadata
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile

import results
from comparisons import COMPARISONS

folder = pathlib.Path(__file__).parent
sys.path.append(str(folder.parent))
import machine

# Old builds of OpenBLAS are told here which kernels to use; the peers run as they would by themselves.
environment = {key: value for key, value in os.environ.items() if not key.startswith("OPENBLAS_")}
environment["TF_CPP_MIN_LOG_LEVEL"] = "3"


class Missing(Exception):
    """A peer that does not run here, and why."""


def run(command):
    """The JSON of a program's output or of its last line, and the most memory it held, in MB."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, stdout=output, stderr=errors, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        output.seek(0)
        errors.seek(0)
        text = output.read().decode().strip()
        if status != 0 or not text:
            reason = errors.read().decode(errors="replace").strip().splitlines()
            raise Missing(reason[-1] if reason else f"ended with status {status}")
    found = text if text.startswith("{\n") else text.splitlines()[-1]
    return json.loads(found), usage.ru_maxrss / 1024


class Harness:
    def __init__(self, measure, apportion, rounds):
        self.measure, self.apportion, self.rounds = measure, apportion, rounds

    def command(self, rival, threads):
        if rival.is_ours:
            return [self.measure, *rival.command]
        return [
            sys.executable, *rival.python, str(folder / rival.command[0]), "--threads", str(threads),
            *rival.command[1:]]

    def compare(self, comparison):
        """Medians over rounds of ours and of every rival, at the number of threads that served the rival best."""
        ours, theirs, missing, best = [], {}, {}, {}
        for _ in range(self.rounds):
            ours.append(run([self.measure, *comparison.ours])[0]["seconds"])
            for rival in comparison.rivals:
                try:
                    for threads in best.get(rival.name, rival.threads or (0,)):
                        seconds = run(self.command(rival, threads))[0]["seconds"]
                        theirs.setdefault(rival.name, {}).setdefault(threads, []).append(seconds)
                except Missing as reason:
                    missing[rival.name] = str(reason)
                    continue
                medians = {threads: statistics.median(s) for threads, s in theirs[rival.name].items()}
                best[rival.name] = (min(medians, key=medians.get),)
        return {
            "ours": ours, "missing": missing,
            "rivals": {name: {"threads": best[name][0], "seconds": theirs[name][best[name][0]]} for name in theirs},
        }

    def peak(self):
        """Operations per second of the update of 1024 beside those of large products."""
        rounds = []
        for _ in range(self.rounds):
            products = run([self.measure, "products"])[0]["gflops"]
            rounds.append({"products": products, "update": run([self.measure, "update", "1024", "8x16"])[0]["gflops"]})
        return {"rounds": rounds}

    def memory(self):
        """The most memory that training holds, in MB: ours until its replay ring is full, theirs for a few updates."""
        with tempfile.TemporaryDirectory() as runs:
            ours = run(
                [self.apportion, "train", "--json", "--quiet", "--algorithm", "paired-double-dqn",
                 "--set", "steps=100000", "--output", f"{runs}/run"])[1]
        try:
            return {"ours": ours, "theirs": run([sys.executable, str(folder / "dqn_sb3.py"), "200"])[1]}
        except Missing as reason:
            return {"ours": ours, "missing": str(reason)}

    def growth(self):
        """What work costs as one of its sizes grows."""
        sizes = {
            "channels": [4, 8, 16, 32, 64], "bids": [4, 8, 16, 32, 64], "lanes": [64, 512, 4096, 65_536],
            "replay": [10_000, 100_000, 1_000_000, 10_000_000],
        }
        return {
            axis: [{"size": size} | run([self.measure, "growth", axis, str(size)])[0] for size in row]
            for axis, row in sizes.items()
        }


def versions():
    found = {"Python": platform.python_version()}
    for line in (folder / "requirements.txt").read_text().split():
        try:
            found[line] = importlib.metadata.version(line)
        except importlib.metadata.PackageNotFoundError:
            found[line] = "missing"
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("measure")
    parser.add_argument("apportion")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("names", nargs="*")
    options = parser.parse_intermixed_args()
    harness = Harness(options.measure, options.apportion, options.rounds)
    work = {comparison.name: lambda c=comparison: harness.compare(c) for comparison in COMPARISONS}
    work |= {"peak": harness.peak, "memory": harness.memory, "growth": harness.growth}
    unknown = set(options.names) - set(work)
    if unknown:
        sys.exit(f"There is no comparison {', '.join(sorted(unknown))}; there are {', '.join(work)}.")
    machines = results.read()
    kept = machines.setdefault(machine.name(), {"measured": {}})
    kept["versions"] = versions()
    for name in options.names or work:
        print(f"Measuring {name} ...", file=sys.stderr, flush=True)
        load = round(os.getloadavg()[0], 1)
        kept["measured"][name] = {"date": datetime.date.today().isoformat(), "load": load, **work[name]()}
        results.write(machines)
    print(results.table(kept))


main()
