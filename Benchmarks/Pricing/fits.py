"""Fits of statsmodels (version 0.15.0) to the sales that `pricing-results sales` fits, for a comparison digit by digit.

    python3 -m venv venv && venv/bin/pip install statsmodels==0.15.0 pandas
    venv/bin/python fits.py FOLDER    # with dominicks_oj.csv.gz and ecdat_{yogurt,catsup,cracker}.csv
"""

import pathlib
import sys

import numpy as np
import pandas as pd
import statsmodels.api as sm
from statsmodels.base.model import GenericLikelihoodModel

folder = pathlib.Path(sys.argv[1])
juice = pd.read_csv(folder / "dominicks_oj.csv.gz")
for brand, rows in juice.groupby("brand"):
    design = np.column_stack([np.ones(len(rows)), np.log(rows.price), rows.feat])
    fit = sm.OLS(np.log(rows.sales), design).fit()
    print(brand, len(rows), f"{fit.llf:.3f}", *(f"{b:.5f} ± {e:.5f}" for b, e in zip(fit.params, fit.bse)))

for name, base in (("yogurt", "hiland"), ("catsup", "hunts32"), ("cracker", "nabisco")):
    data = pd.read_csv(folder / f"ecdat_{name}.csv")
    names = [c.split(".", 1)[1] for c in data if c.startswith("price.")]
    attributes = ["price", "feat"] + (["disp"] if any(c.startswith("disp.") for c in data) else [])
    values = np.stack([data[[f"{a}.{n}" for n in names]].to_numpy(float) for a in attributes], 2)
    chosen = np.array([names.index(c) for c in data.choice])
    others = [i for i, n in enumerate(names) if n != base]

    class Logit(GenericLikelihoodModel):
        def loglike(self, b):
            u = values @ b[len(others):]
            u[:, others] += b[: len(others)]
            u -= u.max(1, keepdims=True)
            return float((u[np.arange(len(u)), chosen] - np.log(np.exp(u).sum(1))).sum())

    width = len(others) + len(attributes)
    fit = Logit(chosen, np.ones((len(chosen), width))).fit(
        start_params=np.zeros(width), method="bfgs", disp=0, gtol=1e-7, maxiter=500)
    labels = [names[i] for i in others] + attributes
    print(name, len(data), f"{fit.llf:.3f}", *(f"{l} {b:.5f}" for l, b in zip(labels, fit.params)))
