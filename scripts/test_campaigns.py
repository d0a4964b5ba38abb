"""Simulated campaigns over the server's sequences, then kill -9 at random moments; called by scripts/test-campaigns."""

import csv
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import tritonclient.http as triton
from tritonclient.utils import InferenceServerException

program, folder, episode_count, kill_count = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
columns = ["bid", "wins", "spend", "clicks", "conversions"]


def read_consoles():
    """By episode and tick: the levels that the evaluation chose, and what the consoles then showed."""
    episodes = {}
    with open(f"{folder}/consoles.csv", newline="") as file:
        for row in csv.DictReader(file):
            ticks = episodes.setdefault(int(row["episode"]), {})
            tick = ticks.setdefault(int(row["tick"]), {name: [] for name in ["level", *columns]})
            tick["level"].append(int(row["level"]))
            for name in columns:
                tick[name].append(float(row[name]))
    return episodes


class Server:
    def __init__(self, state=None):
        self.arguments = [program, "serve", "--repository", f"{folder}/models", "--port", "0", "--json"]
        self.arguments += ["--state", state] if state else []
        self.start()

    def start(self):
        self.process = subprocess.Popen(self.arguments, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        text = ""
        while True:
            line = self.process.stdout.readline()
            assert line, "the server did not start"
            text += line
            try:
                self.port = json.loads(text)["port"]
                break
            except json.JSONDecodeError:
                continue

    def client(self):
        return triton.InferenceServerClient(f"127.0.0.1:{self.port}")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def end(self):
        self.process.terminate()
        assert self.process.wait(30) == 0


def inputs_of(tick, shown, binary):
    number = triton.InferInput("tick", [1], "INT64")
    number.set_data_from_numpy(np.array([tick], np.int64), binary_data=binary)
    inputs = [number]
    for name in columns:
        values = np.array([shown[name]], np.float64)
        tensor = triton.InferInput(name, values.shape, "FP64")
        tensor.set_data_from_numpy(values, binary_data=binary)
        inputs.append(tensor)
    return inputs


def ask(client, sequence, tick, shown, last, binary=True):
    if tick < 0:
        return client.infer("bids.campaign", [], sequence_id=sequence, sequence_start=True)
    return client.infer(
        "bids.campaign", inputs_of(tick, shown, binary), sequence_id=sequence, sequence_end=last)


def play(client, sequence, ticks, binary):
    """Plays an episode; every decision must be the evaluation's, to the bit."""
    for tick in range(-1, len(ticks)):
        result = ask(client, sequence, tick, ticks.get(tick), tick == len(ticks) - 1, binary)
        if tick + 1 < len(ticks):
            assert result.as_numpy("tick")[0] == tick + 1
            levels = result.as_numpy("level")[0].tolist()
            assert levels == ticks[tick + 1]["level"], (sequence, tick, levels, ticks[tick + 1]["level"])
        else:
            assert result.as_numpy("tick")[0] == -1
            spend = sum(sum(shown["spend"]) for shown in ticks.values())
            assert abs(result.as_numpy("spend").sum() - spend) < 1e-9 * max(spend, 1)
    return result.as_numpy("conversions").sum()


def test_episodes(episodes):
    server = Server()
    start = time.monotonic()
    outcomes = {}

    def work(part):
        client = server.client()
        for number in list(episodes)[part::2]:
            sequence = number + 1 if number % 2 else f"campaign {number}"
            outcomes[number] = play(client, sequence, episodes[number], binary=number % 3 > 0)

    threads = [threading.Thread(target=work, args=[part]) for part in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    server.end()
    assert len(outcomes) == len(episodes), "a thread failed"
    requests = sum(len(ticks) + 1 for ticks in episodes.values())
    with open(f"{folder}/report.json") as file:
        policy = json.load(file)["policy"]
    mean = np.mean(list(outcomes.values()))
    assert abs(mean - policy["mean"]) < 1e-3 * policy["mean"], (mean, policy["mean"])
    seconds = time.monotonic() - start
    print(f"{len(episodes)} campaigns, {requests} requests in {seconds:.0f} s: every decision is the evaluation's; "
          f"mean outcome {mean:.2f}, evaluate's {policy['mean']:.2f}")


def test_kills(episodes):
    """Many campaigns at once; the server is killed at random moments, clients send again what had no answer."""
    state = f"{folder}/campaigns.sqlite"
    server = Server(state)
    stop, generator = threading.Event(), random.Random(7)
    counts = {"requests": 0, "repeats": 0, "campaigns": 0}
    failures = []

    def work(part):
        number = part
        client = server.client()
        try:
            while not stop.is_set():
                ticks = episodes[number % len(episodes)]
                sequence = f"campaign {number}"
                for tick in range(-1, len(ticks)):
                    while True:
                        try:
                            result = ask(client, sequence, tick, ticks.get(tick), tick == len(ticks) - 1)
                            break
                        except InferenceServerException as error:
                            # A refusal is a lost or doubled tick.
                            failures.append((sequence, tick, str(error)))
                            return
                        except Exception:
                            counts["repeats"] += 1
                            time.sleep(0.05)
                            client = server.client()
                    counts["requests"] += 1
                    if tick + 1 < len(ticks):
                        levels = result.as_numpy("level")[0].tolist()
                        if result.as_numpy("tick")[0] != tick + 1 or levels != ticks[tick + 1]["level"]:
                            failures.append((sequence, tick, "another decision"))
                            return
                    left = result.as_numpy("budget_left")[0]
                    spent = sum(sum(ticks[past]["spend"]) for past in range(tick + 1))
                    if abs(left - (budget - spent)) > 1e-9 * budget:
                        failures.append((sequence, tick, f"{left} is left, not {budget - spent}"))
                        return
                counts["campaigns"] += 1
                number += 8
        except Exception as error:
            failures.append((number, repr(error)))

    first = server.client().infer("bids.campaign", [], sequence_id="first", sequence_start=True)
    budget = float(first.as_numpy("budget_left")[0])
    threads = [threading.Thread(target=work, args=[part]) for part in range(8)]
    for thread in threads:
        thread.start()
    for _ in range(kill_count):
        time.sleep(generator.uniform(0.02, 0.5))
        server.kill()
        server.start()
        if failures:
            break
    stop.set()
    # Clients end the campaign they are at.
    for thread in threads:
        thread.join()
    server.end()
    assert not failures, failures[:3]
    listed = json.loads(subprocess.run(
        [program, "campaigns", "--state", state, "--json"], capture_output=True, text=True, check=True).stdout)
    assert len(listed["campaigns"]) == counts["campaigns"] + 1, (len(listed["campaigns"]), counts)
    size = os.path.getsize(state) >> 20
    print(f"{kill_count} times killed: {counts['campaigns']} campaigns, {counts['requests']} answers, "
          f"{counts['repeats']} sent again, none lost, none counted twice; {size} MB of state")


consoles = read_consoles()
assert len(consoles) == episode_count
test_episodes(consoles)
test_kills(consoles)
