"""EnvPool's CartPole-v1 under random actions."""

import timing

options = timing.arguments(lanes=int)

import envpool
import numpy as np

lanes = envpool.make_gymnasium("CartPole-v1", num_envs=options.lanes, num_threads=options.threads)
lanes.reset()
actions = np.random.default_rng(0).integers(0, 2, (8, options.lanes)).astype(np.int32)
turn = 0


def work():
    global turn
    lanes.step(actions[turn % 8])
    turn += 1


timing.report(work, items=options.lanes)
