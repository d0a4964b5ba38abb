"""An update of the weakly coupled double-DQN in eager PyTorch, as channels_jax.py has it."""

import timing

options = timing.arguments(states=int)

import torch
from torch import nn
from torch.nn import functional

torch.set_num_threads(options.threads)
channels, features, levels, width, spend_weight = 9, 27, 16, 20.0, 0.03
steps, lanes, passes = 48, 16, 16
count = passes * steps * lanes


def network():
    return nn.Sequential(
        nn.Linear(features + 2, 96), nn.ReLU(), nn.Linear(96, 64), nn.ReLU(), nn.Linear(64, 2 * levels + 1))


def values(network, row, log_price):
    price = log_price.clamp(-5, 5)[:, None]
    out = network(torch.cat([row[:, :features], price, price.relu()], dim=1))
    traffic = row[:, -10:-9]
    gain = row[:, features : features + levels] + traffic * out[:, :levels]
    cost = row[:, features + levels : features + 2 * levels] + traffic * out[:, levels : 2 * levels]
    worth = row[:, features + 2 * levels : features + 3 * levels]
    return gain, cost, row[:, -9] * out[:, -1], gain + worth - log_price.exp()[:, None] * cost


def at(table, level):
    return table.gather(1, level[:, None])[:, 0]


online, target = network(), network()
target.load_state_dict(online.state_dict())
parameters, targets = list(online.parameters()), list(target.parameters())
optimizer = torch.optim.Adam(parameters, lr=1e-3, fused=True)
ring = torch.rand(count, channels, features + 3 * levels + 10)
ring[:, :, -2:] = 0
prices = torch.randn(count, channels)
played = torch.randint(0, levels, (count, channels))
gained, spent = torch.rand(count, channels), torch.rand(count, channels)


def huber(error):
    return functional.huber_loss(error, torch.zeros_like(error), reduction="none", delta=width)


def work():
    states = torch.randint(0, count - lanes, (options.states,))
    row, following = ring[states].flatten(0, 1), ring[states + lanes].flatten(0, 1)
    played_at = prices[states].flatten()
    money = torch.where(torch.rand(played_at.shape) < 0.5, played_at, torch.randn(played_at.shape))
    log_price, next_price = money + row[:, -1] - row[:, -2], money + following[:, -1] - following[:, -2]
    level = played[states].flatten()
    gain_seen = gained[states].flatten() * (-row[:, -2]).exp()
    cost_seen = spent[states].flatten() * (-row[:, -1]).exp()
    with torch.no_grad():
        best = values(online, following, next_price)[3].argmax(dim=1)
        _, cost, after, _ = values(target, following, next_price)
        last = (states // lanes % steps == steps - 1).repeat_interleave(channels)
        spend = cost_seen + (at(cost, best) + after).relu() * (following[:, -1] - row[:, -1]).exp() * ~last
    gain, cost, after, _ = values(online, row, log_price)
    price = log_price.exp()
    weight = 1 / (0.5 + price)
    loss = (
        weight * huber(at(gain, level) - gain_seen) + price * weight * huber(at(cost, level) - cost_seen)
        + spend_weight * huber(at(cost, level) + after - spend)).mean()
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(parameters, 5, foreach=True)
    optimizer.step()
    with torch.no_grad():
        torch._foreach_lerp_(targets, parameters, 0.05)


timing.report(work)
