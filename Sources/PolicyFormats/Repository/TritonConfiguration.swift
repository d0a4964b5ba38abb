extension ModelManifest {
  /// NVIDIA Triton's `config.pbtxt` for the model's ONNX graph: every version is served, requests are batched as they
  /// come.
  public var tritonConfiguration: String {
    if isWeaklyCoupled { return tritonChannels }
    return """
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

  /// The same of a weakly coupled policy: channels of any number, and a scalar a row.
  private var tritonChannels: String {
    let levels = outputs.first?.shape.last ?? 0
    return """
      name: "\(name)"
      platform: "onnxruntime_onnx"
      max_batch_size: 1024
      input [
        { name: "observation", data_type: TYPE_FP32, dims: [ -1, \(observationSize) ] },
        { name: "log_money_price", data_type: TYPE_FP32, dims: [ 1 ], reshape: { shape: [ ] } }
      ]
      output [
        { name: "q", data_type: TYPE_FP32, dims: [ -1, \(levels) ] },
        { name: "spend_to_go", data_type: TYPE_FP32, dims: [ -1, \(levels) ] }
      ]
      version_policy: { all: {} }

      """
  }
}
