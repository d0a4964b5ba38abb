"""rlox's vector environment of CartPole-v1 under random actions."""

import timing

options = timing.arguments(lanes=int)

import os

os.environ["RAYON_NUM_THREADS"] = str(options.threads)

import numpy as np
from rlox import VecEnv

lanes = VecEnv(options.lanes, seed=0)
lanes.reset_all()
actions = np.random.default_rng(0).integers(0, 2, (8, options.lanes)).astype(np.uint32)
turn = 0


def work():
    global turn
    lanes.step_all(actions[turn % 8])
    turn += 1


timing.report(work, items=options.lanes)
