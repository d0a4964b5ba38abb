import Learning
import ModelFormats
import Testing

@Suite struct PolicyExportFormatTests {
  @Test(arguments: PolicyFormat.allCases, [true, false]) func filesCarryVectorsThatTheyMeet(
    format: PolicyFormat, hasPrior: Bool
  ) throws {
    try withTemporaryFolder { folder in
      let policy = randomPolicy(hasPrior: hasPrior)
      let vectors = TestVectors(policy)
      let path = "\(folder)/policy.\(format.rawValue)"
      try format.write(policy, vectors: vectors, to: path)
      let (carried, computed) = try format.readBack(path)
      #expect(carried == vectors)
      let difference = vectors.difference(to: computed, branchSizes: policy.shape.branchSizes)
      #expect(difference < 1e-6)
      #expect((difference == 0) == (format != .onnx))
      // Vectors of another policy do not pass.
      let other = TestVectors(randomPolicy(hasPrior: hasPrior, seed: 12), observations: vectors.observations)
      #expect(other.difference(to: computed, branchSizes: policy.shape.branchSizes) > 0.1)
    }
  }

  @Test func vectorsStandInJSON() throws {
    let vectors = TestVectors(randomPolicy(), rows: 3)
    let json = try JSONValue(parsing: vectors.json.text().utf8)
    #expect(TestVectors(json: json) == vectors)
    #expect(json["observation"]?.array?.count == 3)
    #expect(TestVectors(json: ["observation": [[1]], "q": [["x"]], "action": [[0]]]) == nil)
    #expect(TestVectors(json: ["observation": [[1]], "q": [[1]], "action": [[0.5]]]) == nil)
  }

  @Test func policiesWithVectorsAreReadAsPolicies() throws {
    let policy = randomPolicy()
    #expect(try Policy(policy.safetensors(with: TestVectors(policy))) == policy)
  }
}
