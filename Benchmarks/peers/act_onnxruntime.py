"""onnxruntime's choice of actions by the reference network 64-256-256-(8×16), dueling, from normalised observations."""

import timing

options = timing.arguments(batch=int)

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

generator = np.random.default_rng(0)
widths, branches, choices = [64, 256, 256], 8, 16
nodes, tensors = [], []


def tensor(name, values):
    tensors.append(numpy_helper.from_array(values, name))
    return name


def dense(source, inputs, outputs, target):
    weight = tensor(f"{target}.weight", (generator.normal(size=(inputs, outputs)) / inputs**0.5).astype(np.float32))
    bias = tensor(f"{target}.bias", np.zeros(outputs, np.float32))
    nodes.append(helper.make_node("Gemm", [source, weight, bias], [target]))


source = "observation"
for layer, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
    dense(source, inputs, outputs, f"dense{layer}")
    nodes.append(helper.make_node("Relu", [f"dense{layer}"], [f"hidden{layer}"]))
    source = f"hidden{layer}"
# A branch's best choice depends on neither the state value nor the mean that a dueling head takes off.
dense(source, widths[-1], branches * choices, "advantage")
shape = tensor("shape", np.array([-1, branches, choices], np.int64))
nodes += [
    helper.make_node("Reshape", ["advantage", shape], ["table"]),
    helper.make_node("ArgMax", ["table"], ["action"], axis=2, keepdims=0),
]
graph = helper.make_graph(
    nodes, "policy", [helper.make_tensor_value_info("observation", TensorProto.FLOAT, [None, widths[0]])],
    [helper.make_tensor_value_info("action", TensorProto.INT64, [None, branches])], tensors)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
settings = onnxruntime.SessionOptions()
settings.intra_op_num_threads = options.threads
session = onnxruntime.InferenceSession(model.SerializeToString(), settings, providers=["CPUExecutionProvider"])
feed = {"observation": generator.normal(size=(options.batch, widths[0])).astype(np.float32)}

timing.report(lambda: session.run(["action"], feed))
