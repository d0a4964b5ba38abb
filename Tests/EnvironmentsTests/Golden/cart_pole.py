"""Writes the golden trajectories of CartPoleTests.swift with Gymnasium 1.x.

Run in an environment with `pip install gymnasium`; paste the output into CartPoleGolden.swift.
"""

import gymnasium
import numpy as np

cases = [
    ([0.01, -0.02, 0.03, 0.04], "1101001110"),
    ([2.35, 1.5, -0.1, 0.2], "11111"),
    ([0.0, 0.0, 0.19, 1.2], "0011"),
    ([-0.03, 0.02, -0.01, -0.04], "01" * 30),
]
print("let cartPoleGolden: [CartPoleTrajectory] = [")
for start, actions in cases:
    env = gymnasium.make("CartPole-v1").unwrapped
    env.reset(seed=0)
    env.state = np.array(start, dtype=np.float64)
    steps = 0
    for action in actions:
        _, reward, terminated, _, _ = env.step(int(action))
        assert reward == 1.0
        steps += 1
        if terminated:
            break
    end = ", ".join(repr(float(v)) for v in env.state)
    print("  CartPoleTrajectory(")
    print(f"    start: {start}, actions: \"{actions}\",")
    print(f"    steps: {steps}, terminated: {str(bool(terminated)).lower()},")
    print(f"    end: [{end}]),")
print("]")
