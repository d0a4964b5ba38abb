"""Writes demand.json: generated sales and choices, and what statsmodels (version 0.15.0) fits to them.

    python3 -m venv venv && venv/bin/pip install statsmodels==0.15.0 && venv/bin/python demand.py
"""

import json
import pathlib

import numpy as np
import statsmodels.api as sm
from statsmodels.base.model import GenericLikelihoodModel

rng = np.random.default_rng(5)

# Weekly sales of one product at a constant elasticity of -2.6, lifted by a feature.
n = 240
price = rng.choice([1.59, 1.79, 1.99, 2.29, 2.49], n)
feature = rng.integers(0, 2, n)
log_sales = 8.1 - 2.6 * np.log(price) + 0.7 * feature + rng.normal(0, 0.5, n)
sales = np.round(np.exp(log_sales), 3)
design = np.column_stack([np.ones(n), np.log(price), feature])
ols = sm.OLS(np.log(sales), design).fit()

# Counts of buyers at rates that fall exponentially with the price.
counts = rng.poisson(np.exp(2.4 - 0.8 * price + 0.3 * feature))
poisson = sm.Poisson(counts, np.column_stack([np.ones(n), price, feature])).fit(
    disp=0, method="newton", tol=1e-12)

# Choices among three brands.
m = 400
prices = np.round(rng.uniform(1, 4, (m, 3)), 2)
features = rng.integers(0, 2, (m, 3))
utility = np.array([1.2, 0.4, 0]) - 1.1 * prices + 0.6 * features + rng.gumbel(size=(m, 3))
choices = utility.argmax(1)


class Logit(GenericLikelihoodModel):
    def loglike(self, b):
        u = np.array([b[0], b[1], 0]) + b[2] * prices + b[3] * features
        return float((u[np.arange(m), choices] - np.log(np.exp(u).sum(1))).sum())


logit = Logit(choices, np.ones((m, 4))).fit(start_params=np.zeros(4), method="bfgs", disp=0, gtol=1e-9)

answers = {
    "price": price.tolist(), "feature": feature.tolist(), "sales": sales.tolist(), "counts": counts.tolist(),
    "choice_prices": prices.ravel().tolist(), "choice_features": features.ravel().tolist(),
    "choices": choices.tolist(),
    "ols": {"coefficients": ols.params.tolist(), "errors": ols.bse.tolist(), "loglik": ols.llf},
    "poisson": {"coefficients": poisson.params.tolist(), "errors": poisson.bse.tolist(),
                "loglik": poisson.llf},
    "logit": {"coefficients": logit.params.tolist(), "errors": logit.bse.tolist(), "loglik": logit.llf},
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(answers) + "\n")
