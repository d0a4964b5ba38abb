import Documents
import Foundation
import Testing

/// The same seed gives the same bytes, however many processors there are and however many threads BLAS is told to use.
@Suite struct ReproducibilityTests {
  private static let settings = [
    ["OPENBLAS_NUM_THREADS=1"], ["OPENBLAS_NUM_THREADS=4"], ["OPENBLAS_NUM_THREADS=2", "taskset", "-c", "0"],
    [],
  ]

  private func history(weeks: Int) -> String {
    let rows = (0..<weeks).map { week in
      let money = [7, 11, 13].map { Double(1000 + (week * week * $0) % 997 * 3) }
      let sales = 2e4 + money.reduce(0) { $0 + 4000 * $1 / ($1 + 2000) } + Double((week * week * week) % 1009)
      return (["\(CalendarDay(number: 19_000 + 7 * week))", "\(sales)"] + money.map { "\($0)" }).joined(
        separator: ",")
    }
    return "week,sales,tv,search,social\n" + rows.joined(separator: "\n") + "\n"
  }

  /// Calibration and plan: every file, byte for byte.
  @Test func calibratesAndPlansAlike() throws {
    var found: [[String: [UInt8]]] = []
    for settings in Self.settings {
      try withTemporaryFolder { folder in
        try AtomicFile.write(history(weeks: 120), to: folder + "/history.csv")
        let calibrated = try CommandLineProgram.run(
          [
            "calibrate", "history.csv", "--outcome", "sales", "--spend", "tv,search,social", "--draws", "24",
            "--seed", "7", "--quiet",
          ], in: folder, under: settings)
        #expect(calibrated.status == 0, "\(calibrated.errors)")
        let planned = try CommandLineProgram.run(
          ["plan", "history.yaml", "--limit", "70%..130%", "--horizon", "8", "--output", "plan.csv"],
          in: folder,
          under: settings)
        #expect(planned.status == 0, "\(planned.errors)")
        var files: [String: [UInt8]] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
          files[name] = try AtomicFile.read(folder + "/" + name)
        }
        found.append(files)
      }
    }
    #expect(found[0].keys.sorted() == ["history.csv", "history.posterior.csv", "history.yaml", "plan.csv"])
    for (settings, files) in zip(Self.settings, found).dropFirst() {
      for (name, bytes) in files { #expect(bytes == found[0][name], "\(name) under \(settings)") }
    }
  }
}
