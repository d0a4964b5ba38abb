import Documents
import PolicyFormats
import Runs
import Testing

@Suite struct CSVSinkTests {
  @Test func writesARowPerReport() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/metrics.csv"
      let sink = try CSVSink(path: path)
      try sink.write(step: 1, metrics: [Metric("time/total_timesteps", 1), Metric("train/loss", .nan)])
      try sink.write(
        step: 2, metrics: [Metric("train/loss", 0.25), Metric("late", 1), Metric("time/total_timesteps", 2)])
      let text = String(decoding: try AtomicFile.read(path), as: UTF8.self)
      #expect(text == "time/total_timesteps,train/loss\n1,\n2,0.25\n")
    }
  }

  @Test func saysWhereItCannotWrite() {
    #expect(throws: InputError.self) { try CSVSink(path: "/nowhere/metrics.csv") }
  }
}
