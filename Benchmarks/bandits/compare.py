"""Classification tables played as bandits, in one pass: ours beside Vowpal Wabbit and MABWiser, each peer at its best.

Usage: compare.py MEASURE TABLE.csv[.gz] ... [--rows N]    (needs numpy, pandas, vowpalwabbit, mabwiser)

A table's columns but the last are the context, scaled to 0..1; the last is the class. Rows are shuffled by
RandomState(1) and the first 6,000 played: an arm per class, reward 1 for the row's own. Vowpal Wabbit learns after
every row and plays an action drawn from its distribution, MABWiser and ours learn after batches of 20.
"""

import argparse
import csv
import gzip
import json
import pathlib
import subprocess
import tempfile

import numpy as np
from mabwiser.mab import MAB, LearningPolicy
from vowpalwabbit import Workspace

VOWPAL = {
    "squarecb": "--squarecb", "rnd3": "--rnd 3", "regcbopt": "--regcbopt", "eps0.05_mtr": "--epsilon 0.05 --cb_type mtr",
    "cover5": "--cover 5"}
MABWISER = {
    "LinUCB_1": LearningPolicy.LinUCB(alpha=1), "LinUCB_0.25": LearningPolicy.LinUCB(alpha=0.25),
    "LinTS_0.1": LearningPolicy.LinTS(alpha=0.1), "LinGreedy_0.05": LearningPolicy.LinGreedy(epsilon=0.05)}
OURS = ["fourier-ucb", "neural-linear", "lin-ucb", "lin-thompson", "lin-greedy"]


def read(path, limit):
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt") as file:
        rows = list(csv.reader(file))[1:]
    contexts = np.array([[float(v) for v in row[:-1]] for row in rows])
    classes = sorted({row[-1] for row in rows})
    arms = np.array([classes.index(row[-1]) for row in rows])
    span = contexts.max(0) - contexts.min(0)
    contexts = (contexts - contexts.min(0)) / np.where(span > 0, span, 1)
    order = np.random.RandomState(1).permutation(len(arms))[:limit]
    return contexts[order], arms[order], len(classes)


def vowpal(contexts, arms, count, options, low, high):
    learner = Workspace(f"--cb_explore {count} {options} --quiet --random_seed 1")
    draws = np.random.RandomState(2)
    total = 0.0
    for context, arm in zip(contexts, arms):
        features = " ".join(f"f{i}:{v:.6f}" for i, v in enumerate(context))
        shares = np.array(learner.predict(f"| {features}"))
        shares /= shares.sum()
        played = draws.choice(count, p=shares)
        reward = float(played == arm)
        total += reward
        cost = high if reward else low
        learner.learn(f"{played + 1}:{cost}:{max(shares[played], 1e-6)} | {features}")
    learner.finish()
    return total / len(arms)


def mabwiser(contexts, arms, count, policy, batch=20):
    learner = MAB(list(range(count)), policy, seed=1)
    with_one = np.c_[contexts, np.ones(len(arms))]
    total = 0.0
    for first in range(0, len(arms), batch):
        rows = slice(first, first + batch)
        if first == 0:
            played = np.random.RandomState(2).randint(count, size=len(arms[rows]))
        else:
            played = np.atleast_1d(learner.predict(with_one[rows]))
        rewards = (played == arms[rows]).astype(float)
        total += rewards.sum()
        (learner.partial_fit if first else learner.fit)(played, rewards, with_one[rows])
    return total / len(arms)


def ours(measure, contexts, arms, learner):
    with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
        np.savetxt(file, np.c_[contexts, arms], delimiter=",", fmt="%.9g")
        file.flush()
        output = subprocess.run(
            [measure, "play-bandit", file.name, "--learner", learner], check=True, capture_output=True, text=True)
    return json.loads(output.stdout)["mean_reward"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("measure")
    parser.add_argument("tables", nargs="+", type=pathlib.Path)
    parser.add_argument("--rows", type=int, default=6000)
    options = parser.parse_args()
    columns = ["table", "rows", "arms", "ours", "best peer", "peer", "others of ours"]
    print("| " + " | ".join(columns) + " |\n|" + "---|" * len(columns))
    for path in options.tables:
        contexts, arms, count = read(path, options.rows)
        mine = {name: ours(options.measure, contexts, arms, name) for name in OURS}
        peers = {}
        for name, flags in VOWPAL.items():
            for low, high in ((1.0, 0.0), (0.0, -1.0)):
                key = f"Vowpal Wabbit {name}, cost {'1-r' if low else '-r'}"
                peers[key] = vowpal(contexts, arms, count, flags, low, high)
        for name, policy in MABWISER.items():
            peers[f"MABWiser {name}"] = mabwiser(contexts, arms, count, policy)
        best = max(peers, key=peers.get)
        rest = ", ".join(f"{name} {mine[name]:.4f}" for name in OURS[1:])
        print(
            f"| {path.name.split('.')[0]} | {len(arms)} | {count} | {mine[OURS[0]]:.4f} | {peers[best]:.4f} | {best} "
            f"| {rest} |", flush=True)


main()
