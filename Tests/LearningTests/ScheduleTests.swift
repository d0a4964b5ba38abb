import Learning
import Testing

@Suite struct ScheduleTests {
  @Test func aLiteralIsConstant() {
    let schedule: Schedule = 0.25
    #expect(schedule == .constant(0.25))
    #expect([-1, 0, 0.5, 2].allSatisfy { schedule.value(at: $0) == 0.25 })
  }

  @Test(
    "A line runs from start to end and stays there",
    arguments: [(-0.5, 1), (0, 1), (0.1, 0.8), (0.25, 0.5), (0.5, 0), (0.9, 0)] as [(Float, Float)])
  func aLineRunsFromStartToEnd(progress: Float, expected: Float) {
    #expect(abs(Schedule.linear(from: 1, to: 0, until: 0.5).value(at: progress) - expected) < 1e-6)
  }

  @Test func aLineOfNoLengthIsItsEnd() {
    #expect(Schedule.linear(from: 1, to: 0.2, until: 0).value(at: 0) == 0.2)
  }
}
