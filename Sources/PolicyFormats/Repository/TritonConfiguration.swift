extension ModelManifest {
  /// NVIDIA Triton's `config.pbtxt` for the model's ONNX graph: every version is served, requests are batched as they
  /// come.
  public var tritonConfiguration: String {
    """
    name: "\(name)"
    platform: "onnxruntime_onnx"
    max_batch_size: 1024
    input [
      { name: "observation", data_type: TYPE_FP32, dims: [ \(observationSize) ] },
      { name: "mask", data_type: TYPE_BOOL, dims: [ \(choiceCount) ], optional: true }
    ]
    output [
      { name: "q", data_type: TYPE_FP32, dims: [ \(choiceCount) ] },
      { name: "action", data_type: TYPE_INT32, dims: [ \(branchSizes.count) ] }
    ]
    version_policy: { all: {} }
    dynamic_batching: { max_queue_delay_microseconds: 0 }

    """
  }
}
