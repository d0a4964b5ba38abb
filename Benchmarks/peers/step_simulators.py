"""Steps a second of the simulators that the applications are compared with, under random actions."""

import importlib.util
import sys
import types

import timing

options = timing.arguments(simulator=str)

import numpy as np


def bare(*names):
    """Packages without what they import when they are imported themselves: agents, and with them torch and TensorFlow, or
    solvers, of which random play needs none."""
    for name in names:
        package = types.ModuleType(name)
        package.__path__ = importlib.util.find_spec(name).submodule_search_locations
        sys.modules[name] = package


def played(world, action, reset=None):
    """What steps a world by an action drawn anew each time, and starts it again where an episode ends."""
    reset = reset or world.reset
    reset()

    def step():
        if world.step(action())[2]:
            reset()

    return step


def recogym():
    """RecoGym's reco-gym-v1 with ten products, as `shop` describes them."""
    bare("recogym")
    agents = types.ModuleType("recogym.agents")
    agents.Agent = object
    sys.modules["recogym.agents"] = agents
    from recogym.envs.reco_env_v1 import RecoEnv1, env_1_args

    arguments = dict(env_1_args, num_products=10, random_seed=42)
    world = RecoEnv1()
    world.init_gym(arguments)
    random = np.random.default_rng(0)
    user = 0

    def reset():
        nonlocal user
        world.reset(user)
        world.step(None)
        user += 1

    return played(world, lambda: int(random.integers(10)), reset)


def recsim():
    """RecSim's long-term satisfaction, slates of 2 of 20."""
    from recsim.environments import long_term_satisfaction

    world = long_term_satisfaction.create_environment(
        {"num_candidates": 20, "slate_size": 2, "resample_documents": True, "seed": 0})
    random = np.random.default_rng(0)
    return played(world, lambda: random.choice(20, 2, replace=False))


def rtbgym():
    """SCOPE-RL's RTBGym as it comes: a step sets the bids of a tick."""
    from rtbgym import RTBEnv

    random = np.random.default_rng(0)
    return played(RTBEnv(random_state=0), lambda: random.uniform(0.1, 10, 1))


def knapsack():
    """OR-Gym's online knapsack: a request for capacity is taken or turned down, as in `hub-and-four-spokes`, of one resource."""
    bare("or_gym", "or_gym.envs", "or_gym.envs.classic_or")
    from or_gym.envs.classic_or.knapsack import OnlineKnapsackEnv

    random = np.random.default_rng(0)
    return played(OnlineKnapsackEnv(), lambda: int(random.integers(2)))


def newsvendor():
    """OR-Gym's multi-period newsvendor: one product, Poisson demand, a decision a period."""
    bare("or_gym", "or_gym.envs", "or_gym.envs.classic_or")
    from or_gym.envs.classic_or.newsvendor import NewsvendorEnv

    random = np.random.default_rng(0)
    return played(NewsvendorEnv(), lambda: random.uniform(0, 100, 1))


simulators = {
    "recogym": recogym, "recsim": recsim, "rtbgym": rtbgym, "knapsack": knapsack, "newsvendor": newsvendor}
timing.report(simulators[options.simulator]())
