"""Plays 10,000 random steps of each classic control problem with the real Gymnasium (pip install gymnasium).

Without arguments it prints ClassicControlGolden.swift: every hundredth state in full precision, and what happened in
between; `ClassicControlTests` plays all the steps again and must end where Gymnasium does. Actions and first states come
from a linear congruential generator that the test has too.
"""

import math

import gymnasium
import numpy as np

STEPS, SEGMENT = 10_000, 100


class Generator:
    def __init__(self, seed):
        self.state = seed

    def word(self):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return self.state >> 33

    def integer(self, bound):
        return self.word() % bound

    def between(self, low, high):
        return low + (high - low) * (self.word() / 2**31)


LEVELS = 11
PROBLEMS = {
    "CartPole-v1": (2, [(-0.05, 0.05)] * 4, 500),
    "Acrobot-v1": (3, [(-0.1, 0.1)] * 4, 500),
    "MountainCar-v0": (3, [(-0.6, -0.4), (0, 0)], 200),
    "Pendulum-v1": (LEVELS, [(-math.pi, math.pi), (-1, 1)], 200),
}


def play(name):
    actions, ranges, limit = PROBLEMS[name]
    generator = Generator(1)
    env = gymnasium.make(name).unwrapped
    env.reset(seed=0)

    def restart():
        env.state = np.array([generator.between(*range) for range in ranges], dtype=np.float64)
        if name == "CartPole-v1":
            env.steps_beyond_terminated = None
        return 0

    age = restart()
    rewards, ends = 0.0, 0
    yield list(env.state), age, rewards, ends
    for step in range(1, STEPS + 1):
        action = generator.integer(actions)
        if name == "Pendulum-v1":
            action = np.array([-2 + 4 * action / (LEVELS - 1)])
        _, reward, terminated, _, _ = env.step(action)
        rewards += float(reward)
        age += 1
        if terminated or age == limit:
            ends += 1
            age = restart()
        if step % SEGMENT == 0:
            yield list(env.state), age, rewards, ends
            rewards, ends = 0.0, 0


print("/// What `Golden/classic_control.py` saw Gymnasium do: a line for every hundredth of 10,000 random steps, with the")
print("/// age of the running episode, the rewards and ended episodes since the last line, and the state.")
print("let classicControlGolden: [String: String] = [")
for name in PROBLEMS:
    print(f'  "{name}": """')
    for state, age, rewards, ends in play(name):
        print("    " + " ".join([str(age), repr(rewards), str(ends)] + [repr(float(number)) for number in state]))
    print('    """,')
print("]")
