import Auctions
import Documents
import Testing

@Suite struct LogReadingTests {
  private func read(_ text: String) throws(InputError) -> AuctionLog {
    try AuctionLog(bytes: Array(text.utf8), path: "log.txt")
  }

  @Test func readsThreeAndFourColumns() throws {
    let three = try read("0 51 0.000154\r\n1\t87\t1e-4\n\n")
    #expect(three.clicks == [false, true])
    #expect(three.prices == [51, 87])
    #expect(three.values == [0.000154, 1e-4])
    #expect(three.segments.isEmpty)
    let four = try read("0 51 0.000154 0\n0 300 1 23")
    #expect(four.segments == [0, 23])
    #expect(four.totals == AuctionTotals(auctions: 2, clicks: 0, cost: 351, value: 1.000154))
  }

  @Test(arguments: [
    ("0 51 0.1\n0 51\n", "log.txt:2: has 2 columns; give 3 as in the lines before"),
    ("0 51 0.1\n2 51 0.1\n", "log.txt:2: click: is '2'; give 0 or 1"),
    ("0 -3 0.1\n", "log.txt:1: price: is '-3'; give a whole price from 0 to 1000000"),
    ("0 5.5 0.1\n", "log.txt:1: price: is '5.5'; give a whole price from 0 to 1000000"),
    ("0 5 nan\n", "log.txt:1: pctr: is 'nan'; give a rate from 0 to 1"),
    ("0 5 1.5\n", "log.txt:1: pctr: is '1.5'; give a rate from 0 to 1"),
    ("\n0 5 0.5 x\n", "log.txt:2: hour: is 'x'; give a whole number from 0"),
    ("0 5 0.5 3\n0 5 0.5\n", "log.txt:2: has 3 columns; give 4 as in the lines before"),
    ("\n", "log.txt: holds no auction; give a line per auction"),
  ])
  func namesLineAndRemedy(text: String, expected: String) {
    #expect {
      _ = try read(text)
    } throws: { error in
      "\(error)" == expected
    }
  }

  @Test func writesWhatItReads() throws {
    let log = drawnLog(50, seed: 13)
    let again = try read(log.text)
    #expect(again.prices == log.prices && again.values == log.values && again.clicks == log.clicks)
  }

  @Test func missingFileIsAnError() {
    #expect {
      _ = try AuctionLog(contentsOf: "/nowhere/log.txt")
    } throws: { error in
      (error as? InputError)?.kind == .missing
    }
  }

  @Test func splitsAndSlices() {
    let log = drawnLog(100, seed: 1)
    let (first, rest) = log.split(at: 0.3)
    #expect(first.count == 30 && rest.count == 70)
    #expect(first.prices + rest.prices == log.prices)
    #expect(log.raised(toFloor: 20).prices == log.prices.map { max($0, 20) })
  }
}
