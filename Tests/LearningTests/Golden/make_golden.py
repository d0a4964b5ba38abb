"""Writes ../DoubleDQN/GoldenUpdates.swift: double-DQN updates done with PyTorch's autograd, Adam and clip_grad_norm_.

Run with any Python that has PyTorch (made with Debian's python3-torch 1.13.1):
    python3 make_golden.py && swift format -i ../DoubleDQN/GoldenUpdates.swift
Everything is computed in double precision. Inputs come from a linear congruential generator whose numbers are exact
in single precision, and the Swift test draws the same ones.
"""
import pathlib

import torch
from torch import nn

torch.set_default_dtype(torch.float64)
OBSERVATION, HIDDEN, BRANCHES, BATCH, UPDATES = 16, [12, 10], [3, 5, 2], 70, 6
CHOICES = sum(BRANCHES)
PRIOR = 5  # the first prior column, where there is a prior


class Numbers:
    """The numbers both languages draw."""

    def __init__(self, seed):
        self.state = seed

    def word(self):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return self.state >> 48

    def signed(self, count):
        """Multiples of 2^-15 in [-1, 1)."""
        return torch.tensor([(self.word() - 32768) / 32768 for _ in range(count)])

    def below(self, limit):
        return self.word() % limit


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        layers, width = [], OBSERVATION
        for units in HIDDEN:
            layers += [nn.Linear(width, units), nn.ReLU()]
            width = units
        self.trunk = nn.Sequential(*layers)
        self.value = nn.Linear(width, 1)
        self.advantage = nn.Linear(width, CHOICES)

    def flat_tensors(self):
        """The parameters in the order of the flat buffer."""
        trunk = [tensor for name, tensor in self.named_parameters() if name.startswith("trunk")]
        return trunk + [self.value.weight, self.advantage.weight, self.value.bias, self.advantage.bias]

    def flat(self):
        return torch.cat([tensor.detach().reshape(-1) for tensor in self.flat_tensors()])

    def load(self, values):
        start = 0
        for tensor in self.flat_tensors():
            tensor.data = values[start : start + tensor.numel()].reshape(tensor.shape).clone()
            start += tensor.numel()

    def forward(self, x, prior):
        """State values (batch) and one matrix of advantages per branch."""
        hidden = self.trunk(x)
        state = self.value(hidden)[:, 0]
        advantages = [a - a.mean(1, keepdim=True) for a in self.advantage(hidden).split(BRANCHES, 1)]
        if prior is not None:
            raw = x[:, PRIOR : PRIOR + 1 + CHOICES] * prior["scale"] + prior["offset"]
            raw = raw * prior["reward_scale"]
            state = state + raw[:, 0]
            advantages = [a + p for a, p in zip(advantages, raw[:, 1:].split(BRANCHES, 1))]
        return state, advantages


def run(case):
    numbers = Numbers(case["seed"])
    online, target = Network(), Network()
    count = online.flat().numel()
    online.load(numbers.signed(count) / 2)
    target.load(online.flat())
    prior = None
    if case["prior"]:
        prior = {"scale": numbers.signed(1 + CHOICES), "offset": numbers.signed(1 + CHOICES), "reward_scale": 0.5}
    optimizer = torch.optim.Adam(online.parameters(), lr=0.01, betas=(0.9, 0.999), eps=1e-8)
    results = []
    for step in range(1, UPDATES + 1):
        x = numbers.signed(BATCH * OBSERVATION).reshape(BATCH, OBSERVATION)
        next_x = numbers.signed(BATCH * OBSERVATION).reshape(BATCH, OBSERVATION)
        actions = torch.tensor([[numbers.below(size) for size in BRANCHES] for _ in range(BATCH)])
        rewards = 4 * numbers.signed(BATCH)
        discounts = torch.tensor([0.0 if numbers.below(8) == 0 else 0.9375 for _ in range(BATCH)])
        weights = (numbers.signed(BATCH) + 1) if case["weights"] else torch.ones(BATCH)
        with torch.no_grad():
            _, scores = online(next_x, prior)
            state, advantages = target(next_x, prior)
            best = [branch.argmax(1, keepdim=True) for branch in scores]
            chosen = torch.stack([a.gather(1, b)[:, 0] for a, b in zip(advantages, best)], 1)
            combined = chosen.mean(1) if case["aggregation"] == "branching" else chosen.sum(1)
            y = rewards + discounts * (state + combined)
        state, advantages = online(x, prior)
        chosen = torch.stack([a.gather(1, actions[:, k : k + 1])[:, 0] for k, a in enumerate(advantages)], 1)
        if case["aggregation"] == "branching":
            q = state[:, None] + chosen
            losses = nn.functional.huber_loss(q, y[:, None].expand_as(q), reduction="none", delta=case["delta"])
            losses = losses.mean(1)
        else:
            q = state + chosen.sum(1)
            losses = nn.functional.huber_loss(q, y, reduction="none", delta=case["delta"])
        loss = (weights * losses).mean()
        optimizer.zero_grad()
        loss.backward()
        norm = nn.utils.clip_grad_norm_(online.parameters(), case["clip"])
        optimizer.step()
        with torch.no_grad():
            if case["hard"]:
                if step % case["hard"] == 0:
                    target.load(online.flat())
            else:
                target.load(target.flat() + case["tau"] * (online.flat() - target.flat()))
        results.append((loss.item(), norm.item(), q.mean().item()))
    return results, online.flat(), target.flat()


def swift_array(values, indent):
    words = [f"{value:.9g}" for value in values]
    lines, line = [], " " * indent
    for word in words:
        if len(line) + len(word) + 2 > 108:
            lines.append(line.rstrip())
            line = " " * indent
        line += word + ", "
    return "\n".join(lines + [line.rstrip()])


CASES = {
    "branching": dict(seed=1, aggregation="branching", prior=False, weights=False, delta=1.0, clip=0.25, hard=0, tau=0.125),
    "branchingPrior": dict(seed=2, aggregation="branching", prior=True, weights=True, delta=0.5, clip=0.125, hard=2, tau=0),
    "additive": dict(seed=3, aggregation="additive", prior=False, weights=True, delta=1.0, clip=1.0, hard=3, tau=0),
    "additivePrior": dict(seed=4, aggregation="additive", prior=True, weights=False, delta=2.0, clip=100.0, hard=0, tau=0.0625),
}

if __name__ == "__main__":
    text = "// Made by Golden/make_golden.py with PyTorch " + torch.__version__ + "; do not edit.\n\n"
    text += "/// What consecutive updates must give: [loss, gradient norm, mean Q] of each, and the parameters at the end.\n"
    text += "struct GoldenUpdates: Sendable {\n  let statistics: [[Float]]\n  let online: [Float]\n  let target: [Float]\n}\n\n"
    text += "extension GoldenUpdates {\n"
    for name, case in CASES.items():
        results, online, target = run(case)
        text += f"  static let {name} = GoldenUpdates(\n    statistics: [\n"
        text += "".join("      [" + ", ".join(f"{v:.9g}" for v in row) + "],\n" for row in results)
        text += "    ],\n    online: [\n" + swift_array(online.tolist(), 6) + "\n    ],\n"
        text += "    target: [\n" + swift_array(target.tolist(), 6) + "\n    ])\n"
    text += "}\n"
    pathlib.Path(__file__).parent.parent.joinpath("DoubleDQN", "GoldenUpdates.swift").write_text(text)
