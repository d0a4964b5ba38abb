"""One double-DQN update in eager PyTorch: sample, targets, Huber loss, clipped gradients, fused Adam, target network."""

import timing

options = timing.arguments(batch=int, head=str)

import torch
from torch import nn
from torch.nn import functional

torch.set_num_threads(options.threads)
branches, choices = (int(number) for number in options.head.split("x"))


def network():
    return nn.Sequential(
        nn.Linear(64, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 1 + branches * choices))


def values(network, x):
    """One value per (branch, choice): the state's plus the advantage over the branch's mean; a joint head's as they are."""
    out = network(x)
    if branches == 1:
        return out[:, None, 1:]
    advantages = out[:, 1:].view(-1, branches, choices)
    return out[:, :1, None] + advantages - advantages.mean(dim=2, keepdim=True)


online, target = network(), network()
parameters, targets = list(online.parameters()), list(target.parameters())
optimizer = torch.optim.Adam(parameters, lr=1e-3, fused=True)
size = 100_000
observations, following = torch.randn(size, 64), torch.randn(size, 64)
actions = torch.randint(0, choices, (size, branches, 1))
rewards, discounts = torch.rand(size), torch.full((size,), 0.97)


def work():
    slots = torch.randint(0, size, (options.batch,))
    with torch.no_grad():
        after = following[slots]
        best = values(online, after).argmax(dim=2, keepdim=True)
        goal = rewards[slots] + discounts[slots] * values(target, after).gather(2, best).mean(dim=(1, 2))
    played = values(online, observations[slots]).gather(2, actions[slots]).squeeze(2)
    loss = functional.huber_loss(played, goal[:, None].expand_as(played))
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(parameters, 10, foreach=True)
    optimizer.step()
    with torch.no_grad():
        torch._foreach_lerp_(targets, parameters, 0.005)


timing.report(work)
