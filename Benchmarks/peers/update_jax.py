"""One double-DQN update in JAX: sample, targets, Huber loss, clipped gradients, Adam, target network; one jitted call."""

import timing

options = timing.arguments(batch=int, head=str)

import functools

import jax
import jax.numpy as jnp
import optax

branches, choices = (int(number) for number in options.head.split("x"))
widths = [64, 256, 256, 1 + branches * choices]
optimizer = optax.chain(optax.clip_by_global_norm(10.0), optax.adam(1e-3))


def network(parameters, x):
    for weight, bias in parameters[:-1]:
        x = jax.nn.relu(x @ weight + bias)
    weight, bias = parameters[-1]
    return x @ weight + bias


def values(parameters, x):
    """One value per (branch, choice): the state's plus the advantage over the branch's mean; a joint head's as they are."""
    out = network(parameters, x)
    if branches == 1:
        return out[:, None, 1:]
    advantages = out[:, 1:].reshape(-1, branches, choices)
    return out[:, :1, None] + advantages - advantages.mean(axis=2, keepdims=True)


def chosen(q, actions):
    return jnp.take_along_axis(q, actions[:, :, None], axis=2)[:, :, 0]


def loss(parameters, target, batch):
    observations, actions, rewards, discounts, following = batch
    best = values(parameters, following).argmax(axis=2)
    goal = rewards + discounts * chosen(values(target, following), best).mean(axis=1)
    error = chosen(values(parameters, observations), actions) - jax.lax.stop_gradient(goal)[:, None]
    return optax.huber_loss(error).mean()


@functools.partial(jax.jit, donate_argnums=(0, 1, 2))
def update(parameters, target, state, key, ring):
    key, draw = jax.random.split(key)
    slots = jax.random.randint(draw, (options.batch,), 0, len(ring[0]))
    gradients = jax.grad(loss)(parameters, target, [column[slots] for column in ring])
    steps, state = optimizer.update(gradients, state)
    parameters = optax.apply_updates(parameters, steps)
    target = optax.incremental_update(parameters, target, 0.005)
    return parameters, target, state, key


def parameters(key):
    keys = jax.random.split(key, len(widths) - 1)
    return [
        (jax.random.normal(k, (a, b)) * (2 / a) ** 0.5, jnp.zeros(b)) for k, a, b in zip(keys, widths, widths[1:])
    ]


size = 100_000
keys = jax.random.split(jax.random.key(0), 6)
ring = [
    jax.random.normal(keys[0], (size, 64)),
    jax.random.randint(keys[1], (size, branches), 0, choices),
    jax.random.uniform(keys[2], (size,)),
    jnp.full((size,), 0.97),
    jax.random.normal(keys[3], (size, 64)),
]
online = parameters(keys[4])
state = (online, jax.tree.map(jnp.copy, online), optimizer.init(online), keys[5])


def work():
    global state
    state = update(*state, ring)


timing.report(work, finish=lambda: jax.block_until_ready(state))
