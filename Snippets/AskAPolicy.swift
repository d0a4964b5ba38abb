// A policy loaded from its file and asked in this process: swift run AskAPolicy RUN/policy.safetensors

import Apportion

let policy = try Policy(contentsOf: CommandLine.arguments.last ?? "policy.safetensors")
print("It reads", policy.shape.layout.names.joined(separator: ", "))

// Room is made once; after that an answer takes microseconds and allocates nothing.
let runner = PolicyRunner(policy, maximumBatch: 1)
let observation = Matrix(rows: 1, columns: policy.shape.layout.size, policy.normalizer.means)
var levels = [Int32](repeating: 0, count: policy.shape.branchCount)
runner.act(observations: observation.view, into: &levels)
print("Where everything is as usual, it plays the levels", levels)
