"""Compares files, server and C code on 10,000 random observations; called by scripts/test-clients."""

import asyncio
import ctypes
import json
import os
import sys
import urllib.request

os.environ.setdefault("ORT_LOGGING_LEVEL", "3")

import numpy as np
import onnx
import onnxruntime
import tritonclient.http
from kserve import InferenceRESTClient, InferInput, InferRequest, RESTConfig
from prometheus_client.parser import text_string_to_metric_families
from safetensors import safe_open

folder = sys.argv[1]
with open(f"{folder}/server.json") as file:
    port = json.load(file)["port"]
rows, limit = 10_000, 1e-5

with safe_open(f"{folder}/policy.safetensors", "np") as file:
    metadata = file.metadata()
    tensors = {name: file.get_tensor(name) for name in file.keys()}
sizes = json.loads(metadata["network"])["branchSizes"]
starts = np.cumsum([0, *sizes])
choices = int(starts[-1])

archive = np.load(f"{folder}/policy.npz")
assert json.loads(str(archive["metadata"])) == metadata
assert set(archive.files) == {*tensors, "metadata"}
assert all(np.array_equal(archive[name], tensors[name]) for name in tensors)

generator = np.random.default_rng(1)
mean, deviation = tensors["observation.mean"], tensors["observation.deviation"]
observations = (mean + deviation * generator.uniform(-3, 3, (rows, len(mean)))).astype(np.float32)
mask = generator.random((rows, choices)) < 0.5
for start, size in zip(starts, sizes):
    mask[np.arange(rows), start + generator.integers(0, size, rows)] = True


def check(name, q, action, allowed):
    """Values to 1e-5 of the largest; choices wherever the best leads by more than that."""
    scale = max(1.0, np.abs(expected).max())
    difference = np.abs(q - expected).max() / scale
    assert difference < limit, (name, difference)
    for branch, (start, size) in enumerate(zip(starts, sizes)):
        values = np.where(allowed[:, start : start + size], expected[:, start : start + size], -np.inf)
        chosen = values[np.arange(len(values)), action[:, branch]]
        assert (chosen >= values.max(1) - 2 * limit * scale).all(), name
    print(f"{name}: {len(q)} observations, values within {difference:.1e}")


model = onnx.load(f"{folder}/policy.onnx")
onnx.checker.check_model(model, full_check=True)
assert model.ir_version == 8 and [(o.domain, o.version) for o in model.opset_import] == [("", 17)]
session = onnxruntime.InferenceSession(f"{folder}/policy.onnx")
expected, greedy = session.run(["q", "action"], {"observation": observations})
everything = np.ones_like(mask)
check("onnxruntime", expected, greedy, everything)
check("onnxruntime, masked", *session.run(["q", "action"], {"observation": observations, "mask": mask}), mask)
vectors = json.loads(session.get_modelmeta().custom_metadata_map["test_vectors"])
carried = session.run(["q", "action"], {"observation": np.array(vectors["observation"], np.float32)})
assert np.allclose(carried[0], vectors["q"], atol=1e-4) and (carried[1] == vectors["action"]).all()

library = ctypes.CDLL(f"{folder}/policy.so")
library.apportion_policy_open.restype = ctypes.c_void_p
error = ctypes.create_string_buffer(200)
policy = library.apportion_policy_open(f"{folder}/policy.safetensors".encode(), error, 200)
assert policy, error.value
for name, allowed in [("C", everything), ("C, masked", mask)]:
    q, action = np.zeros((rows, choices), np.float32), np.zeros((rows, len(sizes)), np.int32)
    bytes_allowed = allowed.astype(np.uint8)
    for row in range(rows):
        places = [array[row].ctypes.data_as(ctypes.c_void_p) for array in (observations, bytes_allowed, q, action)]
        assert library.apportion_policy_act(ctypes.c_void_p(policy), *places) == 1
    check(name, q, action, allowed)

client = tritonclient.http.InferenceServerClient(f"127.0.0.1:{port}")
assert client.is_server_live() and client.is_server_ready() and client.is_model_ready("bids")
assert client.get_model_metadata("bids")["versions"] == ["1"]
assert client.get_model_config("bids")["max_batch_size"] == 1024
assert client.get_model_repository_index()[0]["state"] == "READY"
for binary in [True, False]:
    for allowed in [everything, mask]:
        parts = []
        for start in range(0, rows if binary else 1000, 1000):
            part = slice(start, start + 1000)
            inputs = [tritonclient.http.InferInput("observation", observations[part].shape, "FP32")]
            inputs[0].set_data_from_numpy(observations[part], binary_data=binary)
            if allowed is mask:
                inputs.append(tritonclient.http.InferInput("mask", mask[part].shape, "BOOL"))
                inputs[1].set_data_from_numpy(mask[part], binary_data=binary)
            outputs = [tritonclient.http.InferRequestedOutput(n, binary_data=binary) for n in ("q", "action")]
            result = client.infer("bids", inputs, outputs=outputs, request_id="x")
            assert result.get_response()["id"] == "x"
            parts.append((result.as_numpy("q"), result.as_numpy("action")))
        q, action = (np.concatenate(arrays) for arrays in zip(*parts))
        whole, expected = expected, expected[: len(q)]
        check(f"tritonclient, binary={binary}, masked={allowed is mask}", q, action, allowed[: len(q)])
        expected = whole
try:
    client.infer("none", inputs)
    raise AssertionError("an unknown model answered")
except tritonclient.utils.InferenceServerException as failure:
    assert failure.status() == "404", failure.status()
assert client.get_inference_statistics("bids")["model_stats"][0]["inference_count"] == 2 * rows + 2000
with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
    families = {family.name: family for family in text_string_to_metric_families(answer.read().decode())}
assert {"requests", "failures", "rows", "executions", "request_seconds", "queue_seconds", "compute_seconds"} <= {
    name.removeprefix("apportion_") for name in families}
assert [sample.value for sample in families["apportion_rows"].samples] == [2 * rows + 2000]
buckets = [sample.value for sample in families["apportion_request_seconds"].samples if sample.name.endswith("_bucket")]
assert buckets == sorted(buckets) and buckets[-1] == families["apportion_requests"].samples[0].value
client.unload_model("bids")
assert not client.is_model_ready("bids")
client.load_model("bids")
assert client.is_model_ready("bids")


async def ask_kserve():
    kserve = InferenceRESTClient(RESTConfig(protocol="v2", timeout=30))
    base = f"http://127.0.0.1:{port}"
    assert await kserve.is_server_ready(base) and await kserve.is_model_ready(base, "bids")
    for binary in [True, False]:
        tensor = InferInput("observation", [100, len(mean)], "FP32")
        tensor.set_data_from_numpy(observations[:100], binary_data=binary)
        answer = await kserve.infer(base, InferRequest("bids", [tensor]), model_name="bids")
        outputs = {output.name: output.as_numpy().reshape(100, -1) for output in answer.outputs}
        yield binary, outputs["q"], outputs["action"]
    await kserve.close()


async def check_kserve():
    global expected
    whole, expected = expected, expected[:100]
    async for binary, q, action in ask_kserve():
        check(f"kserve, binary={binary}", q, action, everything[:100])
    expected = whole


asyncio.run(check_kserve())
