"""What is compared with what, and what the project asks of it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Rival:
    """A program to be beaten: a script of this folder, or ours with other arguments."""

    name: str
    command: list[str]
    goal: float
    threads: tuple[int, ...] = (1, 2)
    """The numbers of threads that are tried; the fastest counts."""
    python: tuple[str, ...] = ()
    """Arguments of the interpreter."""

    @property
    def is_ours(self):
        return not self.command[0].endswith(".py")


@dataclass(frozen=True)
class Comparison:
    name: str
    work: str
    ours: list[str]
    rivals: list[Rival]
    unit: str = "µs"
    """`µs` of a call, or `M/s` of items a second."""


def update(batch, head, jax, torch=None):
    rivals = [Rival("JAX", ["update_jax.py", str(batch), head], jax)]
    if torch:
        rivals.append(Rival("PyTorch", ["update_torch.py", str(batch), head], torch))
    return Comparison(
        f"update-{batch}-{head}", f"update of {batch}, head {head.replace('x', '×')}", ["update", str(batch), head], rivals)


def joint(goal, *options):
    """64-256-256-65,536; theirs is a branch of as many choices."""
    work = "joint head of 65,536, batch 128, " + ("Adam by rows" if options else "exact Adam")
    return Comparison(
        "joint-sparse" if options else "joint", work, ["update", "128", "joint", *options],
        [Rival("JAX", ["update_jax.py", "128", "1x65536"], goal), Rival("PyTorch", ["update_torch.py", "128", "1x65536"], goal)])


def acting(batch):
    return Comparison(
        f"act-{batch}", f"choices for {batch} observations", ["acting", str(batch)],
        [Rival("onnxruntime", ["act_onnxruntime.py", str(batch)], 1)])


def scaling(name, work, command):
    return Comparison(
        f"scaling-{name}", f"{work}, 2 threads", command + ["--threads", "2"],
        [Rival("ours, 1 thread", command + ["--threads", "1"], 1.8, threads=())],
        "µs" if command[0] == "update" else "M/s")


COMPARISONS = [
    update(32, "8x16", 2.5, 5),
    update(256, "8x16", 1.8, 2.5),
    update(1024, "8x16", 1.3, 2),
    update(256, "16x32", 2.2),
    joint(6, "--sparse"),
    joint(3),
    Comparison(
        "channels", "update of the weakly coupled double-DQN, 512 states of nine channels", ["channel-update", "512"],
        [Rival("JAX", ["channels_jax.py", "512"], 1.8), Rival("PyTorch", ["channels_torch.py", "512"], 3)]),
    Comparison(
        "dqn", "DQN on CartPole-v1, an update of 64 per step", ["train-cart-pole", "20000"],
        [Rival("Stable-Baselines3", ["dqn_sb3.py", "1000"], 30), Rival("rlox", ["dqn_rlox.py", "1000"], 30)]),
    Comparison(
        "cartpole", "CartPole-v1, 1024 lanes", ["stepping", "CartPole", "1024"],
        [
            Rival("Gymnasium", ["cartpole_gymnasium.py", "1024"], 8, threads=(1,), python=("-O",)),
            Rival("rlox", ["cartpole_rlox.py", "1024"], 8),
            Rival("EnvPool", ["cartpole_envpool.py", "1024"], 8),
        ],
        "M/s"),
    Comparison(
        "market", "nine-campaigns, 4096 lanes", ["stepping", "nine-campaigns", "4096"],
        [Rival("JAX", ["market_jax.py", "1024"], 3)], "M/s"),
    Comparison(
        "replay", "replay sample of 256 × 64", ["sampling", "256"],
        [Rival("rlox", ["replay_rlox.py", "256"], 5), Rival("Stable-Baselines3", ["replay_sb3.py", "256"], 5)]),
    acting(1),
    acting(64),
    acting(1024),
    scaling("update-256", "update of 256", ["update", "256", "8x16"]),
    scaling("update-1024", "update of 1024", ["update", "1024", "8x16"]),
    scaling("cartpole", "CartPole-v1, 262,144 lanes", ["stepping", "CartPole", "262144"]),
    scaling("market", "nine-campaigns, 4096 lanes", ["stepping", "nine-campaigns", "4096"]),
]
