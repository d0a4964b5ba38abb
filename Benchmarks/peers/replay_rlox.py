"""rlox's replay buffer: a uniform sample of transitions with 64 floats per observation."""

import timing

options = timing.arguments(batch=int)

import numpy as np
from rlox import ReplayBuffer

size = 100_000
ring = ReplayBuffer(size, 64, 1)
generator = np.random.default_rng(0)
rows = generator.normal(size=(1000, 64)).astype(np.float32)
action = np.zeros(1, dtype=np.float32)
for step in range(size):
    ring.push(rows[step % 1000], action, 1.0, False, False, rows[(step + 1) % 1000])
seed = 0


def work():
    global seed
    seed += 1
    ring.sample(options.batch, seed)


timing.report(work)
