import Auctions
import Documents
import Testing

@Suite struct IPinYouLogTests {
  private func line(
    id: String = "b1", moment: String = "20131021192300738", floor: String = "30", creative: String = "10722"
  ) -> String {
    [
      id, moment, "1", "user", "Mozilla/5.0 (Windows NT 6.1) Chrome/21", "1.2.3.*", "3", "4", "4", "domain",
      "url",
      "null", "slot", "300", "250", "FirstView", "Na", floor, creative, "294", "62", "null", "2821",
      "10063,10059",
    ].joined(separator: "\t")
  }

  private func read(_ text: String) throws(InputError) -> [IPinYouRow] {
    try readIPinYouLog(bytes: Array(text.utf8), path: "imp.txt")
  }

  @Test func readsColumns() throws {
    let rows = try read(line() + "\n" + line(id: "b2", floor: "80") + "\r\n")
    #expect(rows.count == 2)
    #expect(rows[0].hour == 19 && rows[0].day == 20_131_021)
    #expect(rows[0].creative == "10722" && rows[0].size == "300x250")
    #expect(rows[0].floor == 30 && rows[0].offered == 294 && rows[0].price == 62)
    #expect(rows[0].features.contains(.init("agent", "windows_chrome")))
    #expect(rows[0].features.count { $0.field == "tag" } == 2)
    let log = AuctionLog(impressions: rows, clicks: ["b2"], rates: [0.1, 0.2])
    #expect(log.clicks == [false, true] && log.prices == [62, 80] && log.segments == [19, 19])
  }

  @Test func errorsNameLineAndColumn() {
    let cases = [
      (line() + "\nx\ty\n", "imp.txt:2: has 2 columns; give the 24 of an iPinYou log, by tabs"),
      (
        line(moment: "2013") + "\n",
        "imp.txt:1: timestamp: is '2013'; give 17 digits, as 20131021192300738"
      ),
      (line() + "\n\n" + line(floor: "x"), "imp.txt:3: floor: is 'x'; give a whole number from 0"),
      ("", "imp.txt: holds no row; give a line per impression"),
    ]
    for (text, expected) in cases {
      #expect {
        _ = try read(text)
      } throws: { error in
        "\(error)" == expected
      }
    }
  }
}
