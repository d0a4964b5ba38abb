"""Stable-Baselines3's DQN on CartPole-v1: one update of batch 64 per step, a 64-64 network."""

import timing

options = timing.arguments(steps=int)

import time

import torch
from stable_baselines3 import DQN

torch.set_num_threads(options.threads)


class Clock:
    """Starts after the first updates."""

    def __call__(self, locals, globals):
        if locals["self"].num_timesteps == 600:
            self.start = time.perf_counter()
        return True


learner = DQN(
    "MlpPolicy", "CartPole-v1", learning_starts=500, train_freq=1, gradient_steps=1, batch_size=64, device="cpu",
    buffer_size=100_000, policy_kwargs={"net_arch": [64, 64]})
clock = Clock()
learner.learn(600 + options.steps, callback=clock)
timing.show((time.perf_counter() - clock.start) / options.steps)
