"""An update of the weakly coupled double-DQN in JAX: sample, targets by two networks, Huber losses, clip, Adam, target network.

The same rows, sizes and losses as `measure channel-update`; one jitted call.
"""

import timing

options = timing.arguments(states=int)

import functools

import jax
import jax.numpy as jnp
import optax

channels, features, levels, width, spend_weight = 9, 27, 16, 20.0, 0.03
widths = [features + 2, 96, 64, 2 * levels + 1]
optimizer = optax.chain(optax.clip_by_global_norm(5.0), optax.adam(1e-3))
steps, lanes, passes = 48, 16, 16
count = passes * steps * lanes


def network(parameters, x):
    for weight, bias in parameters[:-1]:
        x = jax.nn.relu(x @ weight + bias)
    weight, bias = parameters[-1]
    return x @ weight + bias


def rows(ring, states):
    """The rows of the channels of some states: features, forecasts of gains and costs, worths, traffic now and after."""
    found = ring[states].reshape(-1, ring.shape[-1])
    names = jnp.split(found, [features, features + levels, features + 2 * levels, features + 3 * levels], axis=1)
    return *names[:4], found[:, -10], found[:, -9], found[:, -2], found[:, -1]


def values(parameters, row, log_price):
    x, gains, costs, worths, traffic, after, _, _ = row
    price = jnp.clip(log_price, -5, 5)[:, None]
    out = network(parameters, jnp.concatenate([x, price, jax.nn.relu(price)], axis=1))
    gain = gains + traffic[:, None] * out[:, :levels]
    cost = costs + traffic[:, None] * out[:, levels : 2 * levels]
    return gain, cost, after * out[:, -1], gain + worths - jnp.exp(log_price)[:, None] * cost


def at(table, level):
    return jnp.take_along_axis(table, level[:, None], axis=1)[:, 0]


def loss(parameters, target, row, following, log_price, next_price, level, gained, spent, last):
    best = values(parameters, following, next_price)[3].argmax(axis=1)
    _, cost, after, _ = values(target, following, next_price)
    ratio = jnp.exp(following[7] - row[7])
    spend = spent + jnp.where(last, 0, jnp.maximum(at(cost, best) + after, 0) * ratio)
    gain, cost, after, _ = values(parameters, row, log_price)
    price = jnp.exp(log_price)
    weight = 1 / (0.5 + price)
    terms = (
        weight * optax.huber_loss(at(gain, level), gained, delta=width)
        + price * weight * optax.huber_loss(at(cost, level), spent, delta=width)
        + spend_weight * optax.huber_loss(at(cost, level) + after, jax.lax.stop_gradient(spend), delta=width))
    return terms.mean()


@functools.partial(jax.jit, donate_argnums=(0, 1, 2))
def update(parameters, target, state, key, ring, prices, played, gained, spent):
    key, a, b, c = jax.random.split(key, 4)
    states = jax.random.randint(a, (options.states,), 0, count - lanes)
    row, following = rows(ring, states), rows(ring, states + lanes)
    played_at = prices[states].reshape(-1)
    fresh = jax.random.normal(b, played_at.shape)
    money = jnp.where(jax.random.bernoulli(c, 0.5, played_at.shape), played_at, fresh)
    last = jnp.repeat(states // lanes % steps == steps - 1, channels)
    gradients = jax.grad(loss)(
        parameters, target, row, following, money + row[7] - row[6], money + following[7] - following[6],
        played[states].reshape(-1), gained[states].reshape(-1) * jnp.exp(-row[6]),
        spent[states].reshape(-1) * jnp.exp(-row[7]), last)
    changes, state = optimizer.update(gradients, state)
    parameters = optax.apply_updates(parameters, changes)
    return parameters, optax.incremental_update(parameters, target, 0.05), state, key


keys = jax.random.split(jax.random.key(0), 8)
ring = jax.random.uniform(keys[0], (count, channels, features + 3 * levels + 10)).at[:, :, -2:].set(0)
prices = jax.random.normal(keys[1], (count, channels))
played = jax.random.randint(keys[2], (count, channels), 0, levels)
gained = jax.random.uniform(keys[3], (count, channels))
spent = jax.random.uniform(keys[4], (count, channels))
online = [
    (jax.random.normal(k, (a, b)) * (2 / a) ** 0.5, jnp.zeros(b))
    for k, a, b in zip(jax.random.split(keys[5], 3), widths, widths[1:])
]
state = (online, jax.tree.map(jnp.copy, online), optimizer.init(online), keys[6])


def work():
    global state
    state = update(*state, ring, prices, played, gained, spent)


timing.report(work, finish=lambda: jax.block_until_ready(state))
