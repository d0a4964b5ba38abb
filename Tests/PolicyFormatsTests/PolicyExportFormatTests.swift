import Documents
import Learning
import PolicyFormats
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

  @Test(arguments: PolicyFormat.allCases) func filesApplyMasksWithinObservations(format: PolicyFormat) throws
  {
    try withTemporaryFolder { folder in
      let policy = randomPolicy(hasMask: true)
      let vectors = TestVectors(policy, rows: 50)
      let path = "\(folder)/policy.\(format.rawValue)"
      try format.write(policy, vectors: vectors, to: path)
      let computed = try format.readBack(path).computed
      #expect(computed.actions == vectors.actions)
      // Every choice is the best of those allowed, and some are not the best of all.
      var (start, restrained) = (0, 0)
      for row in 0..<vectors.rows {
        for (branch, size) in policy.shape.branchSizes.enumerated() {
          let places = start..<start + size
          let allowed = places.filter { place in
            let column = 6 + place % 9
            return vectors.observations[row * 15 + column] > policy.normalizer.means[column]
          }
          let best = try #require(allowed.max { vectors.q[$0] < vectors.q[$1] })
          #expect(Int(vectors.actions[row * 3 + branch]) == best - start)
          restrained += places.contains { vectors.q[$0] > vectors.q[best] } ? 1 : 0
          start += size
        }
      }
      #expect(restrained > 10)
    }
  }

  @Test func vectorsStandInJSON() throws {
    let vectors = TestVectors(randomPolicy(), rows: 3)
    let json = try JSONValue(parsing: JSONValue(encoding: vectors).text().utf8)
    #expect(try json.decoded(as: TestVectors.self) == vectors)
    #expect(json["observation"]?.array?.count == 3)
    for damaged: JSONValue in [
      ["observation": [[1]], "q": [["x"]], "action": [[0]]],
      ["observation": [[1]], "q": [[1]], "action": [[0.5]]],
    ] {
      #expect(throws: InputError.self) { try damaged.decoded(as: TestVectors.self) }
    }
  }

  @Test func policiesWithVectorsAreReadAsPolicies() throws {
    let policy = randomPolicy()
    #expect(try Policy(policy.safetensors(with: TestVectors(policy))) == policy)
  }
}
