"""rlox's DQN on CartPole-v1: one update of batch 64 per step, a 64-64 network."""

import timing

options = timing.arguments(steps=int)

import time

import torch
from rlox.algorithms.dqn import DQN
from rlox.callbacks import Callback

torch.set_num_threads(options.threads)


class Clock(Callback):
    """Starts after the first updates."""

    def on_step(self, step=0, **kwargs):
        if step == 600:
            self.start = time.perf_counter()
        return True


clock = Clock()
learner = DQN(
    "CartPole-v1", buffer_size=100_000, learning_starts=500, train_freq=1, gradient_steps=1, batch_size=64, hidden=64,
    callbacks=[clock])
learner.train(600 + options.steps)
timing.show((time.perf_counter() - clock.start) / options.steps)
