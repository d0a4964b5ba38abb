"""Steps of our simulators beside those that the applications are modelled on, in turn, one thread each; prints a table.

Usage: simulators.py MEASURE PYTHON [ROUNDS], the second being the interpreter that has the simulators."""

import json
import pathlib
import statistics
import subprocess
import sys

PAIRS = [
    ("a shop's visitors", "shop", "RecoGym", "recogym"),
    ("long-term satisfaction", "long-term-satisfaction", "RecSim", "recsim"),
    ("a tick of real-time bidding", "nine-campaigns", "RTBGym", "rtbgym"),
    ("a request for capacity", "hub-and-four-spokes", "OR-Gym's online knapsack", "knapsack"),
    ("a period of one product", "scarf-season", "OR-Gym's newsvendor", "newsvendor"),
]

measure, python, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 5
script = pathlib.Path(__file__).with_name("step_simulators.py")


def seconds(command):
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return json.loads(output[output.rindex("{"):])["seconds"]


print("| world | ours, steps/s | theirs | steps/s | ratio |\n|---|---|---|---|---|")
for work, name, peer, simulator in PAIRS:
    times = [
        (
            seconds([measure, "stepping", name, "1024", "--threads", "1"]),
            seconds([python, "-W", "ignore", str(script), "--threads", "1", simulator]),
        )
        for _ in range(rounds)
    ]
    ours, theirs = (statistics.median(column) for column in zip(*times))
    ratio = statistics.median(b / a for a, b in times)
    print(f"| {work} | {1 / ours:,.0f} | {peer} | {1 / theirs:,.0f} | {ratio:,.0f} × |", flush=True)
