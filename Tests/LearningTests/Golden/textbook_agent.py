"""Prints TextbookAgentGolden.swift: 100 single-transition updates of the textbooks' deep Q-agent in PyTorch.

Run with any Python that has PyTorch. Everything is computed in double precision; inputs come from a linear congruential
generator whose numbers are exact in single precision, and the Swift test draws the same ones.
"""

import torch
from torch import nn

torch.set_default_dtype(torch.float64)


class Numbers:
    def __init__(self, seed):
        self.state = seed

    def word(self):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return self.state >> 48

    def signed(self, count):
        return [(self.word() - 32768) / 32768 for _ in range(count)]


numbers = Numbers(5)
model = nn.Sequential(nn.Linear(4, 24), nn.ReLU(), nn.Linear(24, 24), nn.ReLU(), nn.Linear(24, 3))
with torch.no_grad():
    for parameter in model.parameters():
        parameter.copy_(torch.tensor(numbers.signed(parameter.numel())).reshape(parameter.shape) / 4)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
losses = []
for step in range(100):
    state, next_state = torch.tensor(numbers.signed(4)), torch.tensor(numbers.signed(4))
    action, reward, terminal = numbers.word() % 3, numbers.signed(1)[0], numbers.word() % 8 == 0
    with torch.no_grad():
        target = reward + (0.0 if terminal else 0.9375 * model(next_state).max().item())
    loss = (model(state)[action] - target) ** 2
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())

weights = torch.cat([parameter.detach().flatten() for parameter in model.parameters()]).tolist()


def rows(values):
    return ",\n".join("  " + ", ".join(f"{value:.9g}" for value in values[i : i + 8]) for i in range(0, len(values), 8))


print("/// The squared error of each of 100 updates, and every parameter after them, by `Golden/textbook_agent.py`.")
print(f"let textbookLosses: [Float] = [\n{rows(losses)},\n]")
print(f"let textbookParameters: [Float] = [\n{rows(weights)},\n]")
