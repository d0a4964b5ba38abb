"""Gymnasium's NumPy vector environment of CartPole-v1 under random actions."""

import timing

options = timing.arguments(lanes=int)

import numpy as np
from gymnasium.envs.classic_control.cartpole import CartPoleVectorEnv

lanes = CartPoleVectorEnv(options.lanes)
lanes.reset(seed=0)
actions = np.random.default_rng(0).integers(0, 2, (8, options.lanes))
turn = 0


def work():
    global turn
    lanes.step(actions[turn % 8])
    turn += 1


timing.report(work, items=options.lanes)
