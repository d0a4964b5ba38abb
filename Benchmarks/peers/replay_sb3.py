"""Stable-Baselines3's replay buffer: a uniform sample of transitions with 64 floats per observation."""

import timing

options = timing.arguments(batch=int)

import numpy as np
import torch
from gymnasium import spaces
from stable_baselines3.common.buffers import ReplayBuffer

torch.set_num_threads(options.threads)
size = 100_000
box = spaces.Box(-np.inf, np.inf, (64,), np.float32)
ring = ReplayBuffer(size, box, spaces.Discrete(16), device="cpu")
ring.observations[:] = np.random.default_rng(0).normal(size=ring.observations.shape)
ring.next_observations[:] = ring.observations
ring.full = True

timing.report(lambda: ring.sample(options.batch))
