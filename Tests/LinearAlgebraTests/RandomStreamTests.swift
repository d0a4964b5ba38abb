import LinearAlgebra
import Testing

struct RandomStreamTests {
  /// The known-answer vectors of Random123 for philox4x32 with ten rounds.
  @Test(
    arguments: [
      ([0, 0, 0, 0], [0, 0], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
      (
        [0xffff_ffff, 0xffff_ffff, 0xffff_ffff, 0xffff_ffff], [0xffff_ffff, 0xffff_ffff],
        [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
      ),
      (
        [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0],
        [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
      ),
    ] as [([UInt32], [UInt32], [UInt32])])
  func philoxKnownAnswers(counter: [UInt32], key: [UInt32], expected: [UInt32]) {
    #expect(RandomStream.philox(counter: SIMD4(counter), key: SIMD2(key)) == SIMD4(expected))
  }

  @Test func aStreamIsThePhiloxOfItsCounter() {
    var stream = RandomStream(seed: 0x0123_4567_89ab_cdef, purpose: .market, lane: 9)
    for block in 0..<3 {
      let words = RandomStream.philox(
        counter: SIMD4(UInt32(block), 0, StreamPurpose.market.rawValue, 9),
        key: SIMD2(0x89ab_cdef, 0x0123_4567))
      for index in 0..<4 { #expect(stream.nextWord() == words[index]) }
    }
  }

  @Test(arguments: 0..<6, 0..<10) func manyWordsAreThoseOfSingleCalls(before: Int, count: Int) {
    var (single, many) = (RandomStream(seed: 3, purpose: .test), RandomStream(seed: 3, purpose: .test))
    for _ in 0..<before { #expect(single.nextWord() == many.nextWord()) }
    var words = [UInt32](repeating: 0, count: count)
    words.withUnsafeMutableBufferPointer { buffer in
      if let first = buffer.baseAddress { many.fill(first, count: count) }
    }
    #expect(words == (0..<count).map { _ in single.nextWord() })
    #expect(single == many)
  }

  @Test func streamsOfOtherPurposesAndLanesDiffer() {
    var words: Set<UInt64> = []
    for purpose in [StreamPurpose.market, .episode, .test] {
      for lane in 0..<50 {
        var stream = RandomStream(seed: 1, purpose: purpose, lane: lane)
        words.insert(stream.next())
      }
    }
    #expect(words.count == 150)
  }

  @Test func uniformsAreTheMiddlesOfCells() {
    var words = RandomStream(seed: 4, purpose: .test)
    var uniforms = words
    for _ in 0..<10_000 {
      let u = uniforms.uniform()
      #expect(u > 0 && u < 1)
      #expect(Double(u) == (Double(words.nextWord() >> 9) + 0.5) / 8_388_608)
    }
  }

  @Test(arguments: 0..<14) func aSavedStreamGoesOn(drawn: Int) throws {
    var stream = RandomStream(seed: 77, purpose: .replay, lane: 5)
    for _ in 0..<drawn { _ = stream.nextWord() }
    var restored = try #require(RandomStream(stream.state))
    #expect(restored == stream)
    #expect(stream.state.drawn == UInt64(drawn))
    for _ in 0..<9 { #expect(restored.nextWord() == stream.nextWord()) }
  }

  @Test func aStateOfNoPurposeIsRefused() {
    #expect(RandomStream(RandomStream.State(seed: 1, purpose: 999, lane: 0, drawn: 0)) == nil)
  }
}
