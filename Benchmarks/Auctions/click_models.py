"""Our click models beside scikit-learn and Vowpal Wabbit, on the rows that `auctions clicks` wrote to a folder.

    python Benchmarks/Auctions/click_models.py FOLDER
"""

import collections
import sys
import time

import numpy as np
import vowpalwabbit
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score


def read(folder):
    rows = [line.split("\t") for line in open(f"{folder}/rows.txt").read().split("\n")]
    return [(row[0], int(row[1]), row[2:]) for row in rows]


def report(name, labels, rates, seconds=None):
    auc, loss = roc_auc_score(labels, rates), log_loss(labels, np.clip(rates, 1e-15, 1 - 1e-15))
    print(f"{name:34} AUC {auc:.4f}  log loss {loss:.4f}" + (f"  {seconds:.2f} s" if seconds else ""))


def scikit(train, test):
    start = time.perf_counter()
    counts = collections.Counter(feature for _, _, features in train for feature in set(features))
    kept = lambda features: {feature: 1 for feature in features if counts[feature] >= 5}
    vectorizer = DictVectorizer()
    x = vectorizer.fit_transform([kept(row[2]) for row in train])
    # The ridge of 1 that ours has; the intercept is free in both.
    model = LogisticRegression(C=1.0, tol=1e-8, max_iter=1000).fit(x, [row[1] for row in train])
    seconds = time.perf_counter() - start
    return model.predict_proba(vectorizer.transform([kept(row[2]) for row in test]))[:, 1], seconds


def vowpal(train, test, options):
    # A bar, a colon and a blank have a meaning in its format.
    clean = lambda features: " ".join(f.replace(":", "_").replace("|", "_") for f in features)
    start = time.perf_counter()
    model = vowpalwabbit.Workspace(f"--loss_function logistic --link logistic -b 18 --quiet {options}")
    examples = [f"{1 if label else -1} | {clean(features)}" for _, label, features in train]
    for _ in range(5):
        for example in examples:
            model.learn(example)
    seconds = time.perf_counter() - start
    rates = [model.predict(f"| {clean(features)}") for _, _, features in test]
    model.finish()
    return rates, seconds


def main(folder):
    rows = read(folder)
    train = [row for row in rows if row[0] == "train"]
    test = [row for row in rows if row[0] == "test"]
    labels = [row[1] for row in test]
    print(f"{len(train)} rows to learn from with {sum(r[1] for r in train)} clicks, {len(test)} to judge with {sum(labels)}")
    report("ours, Newton", labels, np.loadtxt(f"{folder}/newton.txt"))
    report("scikit-learn, logistic regression", labels, *scikit(train, test))
    report("ours, FTRL-Proximal", labels, np.loadtxt(f"{folder}/ftrl.txt"))
    report("Vowpal Wabbit, FTRL", labels, *vowpal(train, test, "--ftrl --ftrl_alpha 0.1 --ftrl_beta 1 --l1 0.1 --l2 1"))
    report("Vowpal Wabbit, FTRL without penalties", labels, *vowpal(train, test, "--ftrl --ftrl_alpha 0.1 --ftrl_beta 1"))
    report("Vowpal Wabbit, default", labels, *vowpal(train, test, ""))


if __name__ == "__main__":
    main(sys.argv[1])
