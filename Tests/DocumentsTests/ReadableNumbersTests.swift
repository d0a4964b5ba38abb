import Documents
import Testing

@Suite struct ReadableNumbersTests {
  @Test(arguments: [
    (0, "0"), (0.6, "0.600"), (-3.14159, "-3.14"), (205.22, "205"), (9999, "9999"), (26_400, "26.40 k"),
    (1_454_000, "1.45 M"), (-274_500_000, "-274.5 M"), (14_907_000_000, "14.91 bn"), (3.1e13, "31.00 tn"),
    (.nan, "–"), (.infinity, "–"),
  ])
  func countsInThousands(_ number: Double, _ text: String) {
    #expect(readable(number) == text)
  }
}
