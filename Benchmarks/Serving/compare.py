"""Measures `apportion serve` beside FastAPI + onnxruntime; called by Benchmarks/compare-serving.

Rounds are interleaved and medians reported, with the load generator (wrk) on the same cores as the servers.
"""

import argparse
import datetime
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from importlib.metadata import version

import numpy as np

here = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.dirname(here))
import machine

parser = argparse.ArgumentParser()
parser.add_argument("program")
parser.add_argument("run")
parser.add_argument("--router", required=True, help="the program of Benchmarks/Serving/Router")
parser.add_argument("--seconds", type=int, default=4, help="of each measurement")
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--output", help="the Markdown file to write")
options = parser.parse_args()
folder = tempfile.mkdtemp()
servers = []


def start(command, **environment):
    process = subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    servers.append(process)
    return process


def wait_for(url):
    for _ in range(200):
        try:
            urllib.request.urlopen(url, timeout=1)
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    sys.exit(f"{url} does not answer")


def write_bodies(name, bodies):
    path = f"{folder}/{name}"
    with open(path, "wb") as file:
        for body in bodies:
            file.write(b"%012d" % len(body) + body)
    return path


subprocess.run([options.program, "publish", options.run, "--repository", f"{folder}/models", "--name", "bids",
                "--quiet"], check=True, stdout=subprocess.DEVNULL)
subprocess.run([options.program, "export", options.run, "--format", "onnx", "--output", f"{folder}/policy.onnx",
                "--quiet"], check=True, stdout=subprocess.DEVNULL)
with open(f"{folder}/models/bids/1/manifest.json") as file:
    vectors = np.array(json.load(file)["test_vectors"]["observation"], np.float32)
columns = vectors.shape[1]
generator = np.random.default_rng(1)
observations = (vectors.mean(0) + vectors.std(0) * generator.normal(size=(64, columns))).astype(np.float32)


def protocol(rows, outputs, binary):
    """The bytes of an `infer` request and the length of their JSON."""
    tensor = {"name": "observation", "datatype": "FP32", "shape": [len(rows), columns]}
    if binary:
        tensor["parameters"] = {"binary_data_size": rows.nbytes}
    else:
        tensor["data"] = rows.ravel().tolist()
    head = json.dumps({"inputs": [tensor], "outputs": [
        {"name": name, "parameters": {"binary_data": binary}} for name in outputs]}).encode()
    return head + (rows.tobytes() if binary else b""), len(head)


singles = [observations[i : i + 1] for i in range(len(observations))]
batch = np.resize(observations, (1024, columns))
bodies = {
    "json": write_bodies("json", [protocol(row, ["action"], False)[0] for row in singles]),
    "json-values": write_bodies("json-values", [protocol(row, ["action", "q"], False)[0] for row in singles]),
    "fastapi": write_bodies("fastapi", [json.dumps({"observation": row.tolist()}).encode() for row in singles]),
    "binary": write_bodies("binary", [protocol(row, ["action"], True)[0] for row in singles]),
    "batch": write_bodies("batch", [protocol(batch, ["action"], True)[0]] * 2),
    "batch-values": write_bodies("batch-values", [protocol(batch, ["action", "q"], True)[0]] * 2),
}

ours = start([options.program, "serve", "--repository", f"{folder}/models", "--port", "0", "--json"])
port = json.loads("".join(iter(lambda: ours.stdout.readline(), "}\n")) + "}")["port"]
peers = {}
for workers in (1, 2):
    peers[workers] = 8100 + workers
    start([sys.executable, "-m", "uvicorn", "fastapi_server:app", "--port", str(8100 + workers), "--workers",
           str(workers), "--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "error"],
          POLICY=f"{folder}/policy.onnx", PYTHONPATH=here)
    wait_for(f"http://127.0.0.1:{8100 + workers}/docs")

start([options.router, "8200"])
wait_for("http://127.0.0.1:8200/")
infer = f"http://127.0.0.1:{port}/v2/models/bids/infer"
length = lambda rows, outputs: str(protocol(rows, outputs, True)[1])
# name: (url, bodies, length of the JSON in binary requests, connections, rows a request)
cases = {
    "apportion, JSON → action": (infer, "json", None, 16, 1),
    "FastAPI, 1 worker, JSON → action": (f"http://127.0.0.1:{peers[1]}/action", "fastapi", None, 16, 1),
    "FastAPI, 2 workers, JSON → action": (f"http://127.0.0.1:{peers[2]}/action", "fastapi", None, 16, 1),
    "apportion, JSON → action, q": (infer, "json-values", None, 16, 1),
    "FastAPI, 1 worker, JSON → action, q": (f"http://127.0.0.1:{peers[1]}/values", "fastapi", None, 16, 1),
    "FastAPI, 2 workers, JSON → action, q": (f"http://127.0.0.1:{peers[2]}/values", "fastapi", None, 16, 1),
    "apportion, binary → action": (infer, "binary", length(singles[0], ["action"]), 16, 1),
    "apportion, binary 1024 rows → action": (infer, "batch", length(batch, ["action"]), 4, 1024),
    "apportion, binary 1024 rows → action, q": (infer, "batch-values", length(batch, ["action", "q"]), 4, 1024),
    "apportion, JSON bodies read, answered with 404": (f"http://127.0.0.1:{port}/v2/nothing", "json", None, 16, 1),
    "Hummingbird's router, JSON bodies read, answered with a constant": (
        "http://127.0.0.1:8200/v2/models/bids/infer", "json", None, 16, 1),
    "apportion, 1024 rows read, answered with 404": (
        f"http://127.0.0.1:{port}/v2/nothing", "batch", None, 4, 1024),
}


def measure(url, name, header_length, connections):
    environment = {**os.environ, "BODIES": bodies[name]}
    if header_length:
        environment["HEADER_LENGTH"] = header_length
    output = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{options.seconds}s", "--timeout", "10s", "-s", f"{here}/requests.lua",
         url], env=environment, capture_output=True, text=True, check=True).stdout
    return json.loads(output.splitlines()[-1])


results = {name: [] for name in cases}
for round in range(options.rounds + 1):
    for name, (url, body, header_length, connections, rows) in cases.items():
        if round == 0:
            options.seconds, seconds = 1, options.seconds
        result = measure(url, body, header_length, connections)
        if round == 0:
            options.seconds = seconds  # The first, short round warms up.
        else:
            results[name].append(result)
            print(f"round {round}: {name}: {result['requests'] / result['seconds']:,.0f} requests/s", file=sys.stderr)
with open(f"/proc/{ours.pid}/status") as file:
    peak = next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))

lines = ["| server and request | requests/s | rows/s | p50, ms | p99, ms | failed |", "|---|---|---|---|---|---|"]
medians = {}
for name, (_, _, _, _, rows) in cases.items():
    median = lambda key: statistics.median(key(result) for result in results[name])
    rate = median(lambda result: result["requests"] / result["seconds"])
    medians[name] = rate
    failed = sum(result["failed"] for result in results[name]) if "404" not in name else 0
    lines.append(f"| {name} | {rate:,.0f} | {rate * rows:,.0f} | {median(lambda r: r['p50_ms']):.2f} | "
                 f"{median(lambda r: r['p99_ms']):.2f} | {failed} |")
for outputs in ("action", "action, q"):
    best = max(medians[f"FastAPI, {workers}, JSON → {outputs}"] for workers in ("1 worker", "2 workers"))
    lines.append(f"\nJSON → {outputs}: {medians[f'apportion, JSON → {outputs}'] / best:.1f} times the better FastAPI.")
lines.append(f"\nPeak memory of `apportion serve`: {peak / 1024:,.0f} MB.")
wrk = subprocess.run(["wrk", "-v"], capture_output=True, text=True).stdout.split()[1]
about = (
    f"{datetime.date.today()}, {platform.system()} {platform.release()}; wrk {wrk} "
    f"(one thread, on the same cores, keep-alive, 16 connections for single rows and 4 for batches), "
    f"Python {platform.python_version()}, FastAPI {version('fastapi')}, uvicorn {version('uvicorn')} (uvloop "
    f"{version('uvloop')}, httptools {version('httptools')}), onnxruntime {version('onnxruntime')}. Observations of {columns} "
    f"columns, spelt in JSON as Python spells them (about {len(protocol(singles[0], ['action'], False)[0]):,} bytes). Medians of "
    f"{options.rounds} interleaved rounds of {options.seconds} s.")
print(about + "\n\n" + "\n".join(lines))
if options.output:
    # Other machines' sections stay.
    sections = {}
    if os.path.exists(options.output):
        with open(options.output) as file:
            sections = dict(part.split("\n\n", 1) for part in file.read().strip().split("\n\n## ")[1:])
    sections[machine.name()] = about + "\n\n" + "\n".join(lines)
    with open(options.output, "w") as file:
        file.write("# Serving, measured\n\n`Benchmarks/compare-serving RUN` writes this machine's section of this page.\n"
                   + "".join(f"\n## {name}\n\n{text}\n" for name, text in sections.items()))
for process in servers:
    process.terminate()
for process in servers:
    process.wait()
