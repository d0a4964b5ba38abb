"""Prints FiniteWorldsGolden.swift: the transition tables of the real Gymnasium (pip install gymnasium), all states and
actions, as one digest a table that the test computes from ours.

The digest runs over one line per outcome, `state action next reward terminated probability` with the probability in
millionths, sorted, by FNV-1a with 64 bits. With a world's name as argument it prints the lines themselves.
"""

import sys

import gymnasium

WORLDS = {
    "FrozenLake 4x4": ("FrozenLake-v1", {}),
    "FrozenLake 4x4 firm": ("FrozenLake-v1", {"is_slippery": False}),
    "FrozenLake 8x8": ("FrozenLake8x8-v1", {}),
    "CliffWalking": ("CliffWalking-v1", {}),
    "Taxi": ("Taxi-v4", {}),
}


def lines(name):
    id, options = WORLDS[name]
    env = gymnasium.make(id, **options).unwrapped
    rows = []
    for state, actions in env.P.items():
        for action, outcomes in actions.items():
            for probability, next_state, reward, terminated in outcomes:
                rows.append(
                    f"{int(state)} {int(action)} {int(next_state)} {int(reward)} {int(terminated)} "
                    f"{round(probability * 1_000_000)}")
    starts = [state for state, chance in enumerate(env.initial_state_distrib) if chance > 0]
    assert len({chance for chance in env.initial_state_distrib if chance > 0}) == 1
    return sorted(rows), starts


def digest(text):
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value


if len(sys.argv) > 1:
    print("\n".join(lines(sys.argv[1])[0]))
    sys.exit()
print("/// Number of outcomes, digest of the transitions and digest of the start states of Gymnasium's worlds, by")
print("/// `Golden/finite_worlds.py`.")
print("let finiteWorldsGolden: [String: (count: Int, transitions: UInt64, starts: UInt64)] = [")
for name in WORLDS:
    rows, starts = lines(name)
    transitions, begin = digest("\n".join(rows)), digest(" ".join(map(str, starts)))
    print(f'  "{name}": ({len(rows)}, {transitions:#x}, {begin:#x}),')
print("]")
