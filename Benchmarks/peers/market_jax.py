"""The market `nine-campaigns` in JAX, jitted and vectorised over lanes: whole episodes under random actions.

The same model as ours, as JAX runs it best: one scan over an episode's ticks, arrays of channels × lanes, the default random
bits (on CPUs twice as fast as `rbg`), and counts by the inversion that ours uses (a search below a variance of 16, an
expansion from there on) instead of the far slower `jax.random.poisson` and `jax.random.binomial`.
"""

import timing

options = timing.arguments(lanes=int)

import csv
import pathlib

import jax
import jax.numpy as jnp
import numpy as np
import yaml

resources = pathlib.Path(__file__).parents[2] / "Sources/Budgets/Resources"
market = yaml.safe_load((resources / "nine-campaigns.yaml").read_text())
auctions = [channel["auction"] for channel in market["channels"]]
with (resources / auctions[0]["prices"]["file"]).open() as file:
    histograms = {
        int(row["campaign"]): np.array([float(row[f"n_price_{price}"]) for price in range(301)])
        for row in csv.DictReader(file)
    }


def column(*keys):
    """One number of every channel."""

    def read(auction):
        for key in keys:
            auction = auction[key]
        return float(auction)

    return jnp.array([read(auction) for auction in auctions])[:, None]


def landscape(auction):
    """Shares won, prices and squared prices below every price, as a row per price."""
    counts, prices = histograms[auction["prices"]["campaign"]], np.arange(301.0)
    sums = np.stack([counts, counts * prices, counts * prices**2]).cumsum(axis=1) / counts.sum()
    return np.concatenate([np.zeros((3, 1)), sums], axis=1).T


channels, ticks = len(auctions), market["ticks"]
tables = jnp.array(np.concatenate([landscape(auction) for auction in auctions]), jnp.float32)
bids = jnp.array([auction["bids"] for auction in auctions], jnp.float32)
volume, unit = column("volume"), column("price_unit")
click_rate, conversion_rate = column("click_rate"), column("conversion_rate")
inverse_reach, strength = 1 / column("fatigue", "reach"), column("fatigue", "strength")
retention = column("fatigue", "retention")
season = jnp.array(market["season"]) / np.mean(market["season"])
drift, spread = market["drift"], market["randomization"]
persistence = drift["persistence"]
deviations = jnp.array([drift["price"], drift["volume"], drift["response"]])[:, None, None]
spreads = jnp.array([spread["price"], spread["volume"], spread["response"], spread["conversion"]])[:, None, None]
innovation = (1 - persistence**2) ** 0.5 * deviations
rows = jnp.arange(channels)[:, None]
first = rows * 302


def quantile(u):
    """Of the standard normal distribution, by the polynomials that ours uses."""
    return 2**0.5 * jax.lax.erf_inv(2 * u - 1)


def expand(mean, variance, skew, excess, z):
    deviation = jnp.sqrt(variance)
    square = z * z
    second = z * (excess * (square - 3) / 24 - skew * skew * (2 * square - 5) / 36 - 1 / 24)
    return jnp.floor(jnp.maximum(mean + deviation * z + skew * (square - 1) / 6 + second / deviation + 0.5, 0))


def search(left, fall, odds, mass, u, unrolled):
    """Counts up to where the cumulative probability reaches u: some steps unrolled, the rest while any lane needs them."""

    def step(state):
        k, left, mass, cumulative, count = state
        count = jnp.where(cumulative < u, k + 1, count)
        mass = mass * left * odds / (k + 1)
        return k + 1, left - fall, mass, cumulative + mass, count

    state = (0.0, left, mass, mass, jnp.zeros_like(mass))
    for _ in range(unrolled):
        state = step(state)
    return jax.lax.while_loop(lambda s: (s[0] < 64) & jnp.any((s[3] < u) & (s[2] > 1e-8)), step, state)[4]


def poisson(mean, u):
    small = jnp.minimum(mean, 16)
    few = search(small, 0, 1, jnp.exp(-small), u, 24)
    return jnp.where(mean < 16, few, expand(mean, jnp.maximum(mean, 1), 1, 1, quantile(u)))


def binomial(trials, p, u):
    few = search(trials, 1, p / (1 - p), jnp.exp(trials * jnp.log1p(-p)), u, 3)
    variance = trials * p * (1 - p)
    many = expand(trials * p, jnp.maximum(variance, 1), 1 - 2 * p, 1 - 6 * p * (1 - p), quantile(u))
    return jnp.minimum(jnp.where(variance < 16, few, many), trials)


def tick(state, inputs):
    time, share, key, levels = inputs
    factors, shifts, exposure, remaining, sums = state
    uniforms = jax.random.uniform(key, (7, channels, options.lanes), minval=1e-7, maxval=1 - 1e-7)
    normals = quantile(uniforms[:4])
    moved = shifts[:3] + persistence * (factors - shifts[:3]) + innovation * normals[:3]
    factors = jnp.where(time > 0, moved, factors)
    bid = bids[rows, levels]
    scale = jnp.exp(factors[0])
    price = jnp.minimum(bid / scale, 300)
    cell = price.astype(jnp.int32)
    low, high = tables[first + cell], tables[first + cell + 1]
    won, paid, squares = jnp.moveaxis(low + (price - cell)[:, :, None] * (high - low), 2, 0)
    wins = poisson(volume * share * jnp.exp(factors[1]) * won, uniforms[4])
    mean = jnp.where(won > 0, scale * paid / won, 0)
    variance = jnp.maximum(jnp.where(won > 0, scale * scale * squares / won, 0) - mean * mean, 0)
    limit = wins * jnp.minimum(mean, jnp.maximum(bid - mean, 0))
    cost = unit * (wins * mean + jnp.clip(jnp.sqrt(wins * variance) * normals[3], -limit, limit))
    kept = jnp.minimum(remaining / jnp.maximum(cost.sum(axis=0), 1e-9), 1)
    whole = jnp.where(kept < 1, jnp.floor(wins * kept), wins)
    spend = cost * jnp.where(kept < 1, whole / jnp.maximum(wins, 1), 1)
    remaining = jnp.maximum(remaining - spend.sum(axis=0), 0)
    rate = jnp.minimum(click_rate * jnp.exp(factors[2] - strength * exposure), 1)
    clicks = binomial(whole, rate, uniforms[5])
    outcome = binomial(clicks, jnp.minimum(conversion_rate * jnp.exp(shifts[3]), 0.999), uniforms[6])
    exposure = retention * exposure + whole * inverse_reach
    sums = sums + jnp.stack([clicks, outcome])
    seen = jnp.stack(
        [levels / 15, whole / volume, spend / jnp.maximum(whole, 1) / (250 * unit), clicks / (volume * click_rate),
         outcome / (volume * click_rate * conversion_rate), sums[0] / (volume * click_rate),
         sums[1] / (volume * click_rate * conversion_rate), exposure])
    left = remaining / market["budget"]
    whole_time = jnp.full_like(left, (time + 1) / ticks)
    globals = jnp.stack([whole_time, share + 0 * left, left, left / (1 - time / ticks)])
    observation = jnp.concatenate([globals, seen.reshape(-1, options.lanes)])
    return (factors, shifts, exposure, remaining, sums), (observation, outcome.sum(axis=0))


@jax.jit
def episode(key, levels):
    key, draw = jax.random.split(key)
    normals = jax.random.normal(draw, (7, channels, options.lanes))
    shifts = spreads * normals[3:]
    state = (
        shifts[:3] + deviations * normals[:3], shifts, jnp.zeros((channels, options.lanes)),
        jnp.full((options.lanes,), market["budget"]), jnp.zeros((2, channels, options.lanes)))
    keys = jax.random.split(key, ticks + 1)
    _, (observations, rewards) = jax.lax.scan(tick, state, (jnp.arange(ticks), season, keys[1:], levels))
    return keys[0], observations, rewards


key = jax.random.key(0)
levels = jax.random.randint(key, (ticks, channels, options.lanes), 0, 16)
result = None


def work():
    global key, result
    key, *result = episode(key, levels)


timing.report(work, items=ticks * options.lanes, finish=lambda: jax.block_until_ready(result))
