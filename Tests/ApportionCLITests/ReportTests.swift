import Documents
import Foundation
import PolicyFormats
import Testing

private let chromium = "/usr/bin/chromium"

@Suite struct ReportTests {
  /// Light on a wide screen, dark on a phone's: the page is drawn, and the console stays silent.
  @Test(
    .enabled(
      if: FileManager.default.isExecutableFile(atPath: chromium), "Chromium is not installed"),
    arguments: [
      ["--window-size=1000,3000"],
      ["--window-size=390,3000", "--blink-settings=preferredColorScheme=0"],
    ])
  func isDrawnByABrowser(_ settings: [String]) throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write(tinyMarket, to: folder + "/tiny.yaml")
      for arguments in [
        ["train", "--quiet", "--output", "run"] + tinySettings,
        ["evaluate", "run", "--episodes", "40"],
        ["report", "run"],
      ] {
        #expect(try CommandLineProgram.run(arguments, in: folder).status == 0)
      }
      let log = try browse(
        "run/report.html", in: folder, reading: \.standardError,
        settings: ["--enable-logging=stderr", "--screenshot=page.png"] + settings)
      #expect(!log.contains("CONSOLE"), "\(log)")
      // A blank page of this size takes a few kilobytes.
      #expect(try AtomicFile.read(folder + "/page.png").count > 20_000)
    }
  }

  /// What leaves its box, as a page's title: texts wider than their element, letters outside their drawing, a page or, on a
  /// desk's screen, a table that must be pushed aside.
  private static let overflow = """
    const found = [];
    const say = (what, text) => found.push(what + ': ' + text.trim().slice(0, 60));
    if (document.documentElement.scrollWidth > innerWidth) say('page', document.documentElement.scrollWidth + ' px');
    for (const box of document.querySelectorAll('.wide'))
      if (innerWidth >= 1100 && box.scrollWidth > box.clientWidth) say('table', box.textContent);
    for (const box of document.querySelectorAll('h1, h2, p, li, dt, dd, td, th, figcaption, .bars span'))
      if (box.scrollWidth > box.clientWidth + 1) say(box.tagName, box.textContent);
    for (const text of document.querySelectorAll('svg text')) {
      const box = text.getBBox(), sheet = text.ownerSVGElement.viewBox.baseVal;
      if (box.x < -1 || box.y < -1 || box.x + box.width > sheet.width + 1 || box.y + box.height > sheet.height + 1)
        say('drawing', text.textContent);
    }
    document.title = 'checked ' + innerWidth + ' ' + getComputedStyle(document.body).backgroundColor + ' [' + found.join('; ') + ']';
    """

  /// Names as long as real ones get, on four widths, light and dark.
  @Test(
    .enabled(
      if: FileManager.default.isExecutableFile(atPath: chromium), "Chromium is not installed"))
  func noTextLeavesItsBox() throws {
    try withTemporaryFolder { folder in
      let long = "Paid social prospecting lookalike audiences Germany Austria Switzerland"
      let market = tinyMarket.replacing("first", with: long).replacing(
        "second", with: "performance_max_without_brand_terms_and_shopping_feeds_2024")
      try AtomicFile.write(market, to: folder + "/tiny.yaml")
      for arguments in [
        ["train", "--quiet", "--output", "run"] + tinySettings,
        ["evaluate", "run", "--episodes", "40"],
        ["explain", "run"], ["report", "run"],
      ] {
        #expect(try CommandLineProgram.run(arguments, in: folder).status == 0)
      }
      let page = String(decoding: try AtomicFile.read(folder + "/run/report.html"), as: UTF8.self)
      #expect(page.contains(long))
      // A window of Chromium's is never narrower than 500 points: narrow pages stand in a frame of a window.
      let path = folder + "/checked.html"
      try AtomicFile.write(
        page.replacing(
          "</body>",
          with:
            "<script>addEventListener('load', () => { \(Self.overflow) parent.postMessage(document.title, '*') })</script></body>"
        ), to: path)
      for width in [390, 700, 1100, 1600] {
        let frame =
          "<iframe src=\"checked.html\" width=\"\(width)\" height=\"4000\" style=\"border: 0\"></iframe>"
        let note =
          "<script>addEventListener('message', event => document.title = event.data)</script>"
        try AtomicFile.write(
          "<!DOCTYPE html><title>-</title>\(note)\(frame)", to: folder + "/frame.html")
        for theme in [0, 1] {
          let title = try titleOfPage("frame.html", in: folder, theme: theme)
          #expect(
            title.hasPrefix(
              "checked \(width) \(theme == 0 ? "rgb(20, 24, 29)" : "rgb(255, 255, 255)")"),
            "\(title)")
          #expect(title.hasSuffix("[]"), "\(title)")
        }
      }
    }
  }

  /// Has Chromium show a page of a folder, where it works; returns what it writes to a stream.
  private func browse(
    _ page: String, in folder: String, reading stream: ReferenceWritableKeyPath<Process, Any?>,
    settings: [String]
  ) throws -> String {
    let browser = Process()
    browser.executableURL = URL(filePath: chromium)
    browser.currentDirectoryURL = URL(filePath: folder)
    browser.arguments =
      ["--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir=\(folder)/profile"] + settings
      + ["file://\(folder)/\(page)"]
    let pipe = Pipe()
    browser.standardOutput = FileHandle.nullDevice
    browser.standardError = FileHandle.nullDevice
    browser[keyPath: stream] = pipe
    try browser.run()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    browser.waitUntilExit()
    #expect(browser.terminationStatus == 0)
    return text
  }

  /// The title of a page once its scripts have run; themes are Chromium's: 0 dark, 1 light.
  private func titleOfPage(_ page: String, in folder: String, theme: Int) throws -> String {
    let text = try browse(
      page, in: folder, reading: \.standardOutput,
      settings: [
        "--dump-dom", "--virtual-time-budget=4000", "--allow-file-access-from-files",
        "--window-size=1700,1200", "--blink-settings=preferredColorScheme=\(theme)",
      ])
    let start = try #require(text.range(of: "<title>"))
    let end = try #require(text.range(of: "</title>"))
    return String(text[start.upperBound..<end.lowerBound])
  }

  @Test func explainsAndReportsARun() throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write(tinyMarket, to: folder + "/tiny.yaml")
      _ = try CommandLineProgram.run(
        ["train", "--quiet", "--output", "run"] + tinySettings, in: folder)
      let early = try CommandLineProgram.run(["report", "run"], in: folder)
      #expect(early.status == 66)
      #expect(
        early.errors.contains(
          "run/evaluation.json: there is no such file; run `apportion evaluate run`"))
      _ = try CommandLineProgram.run(["evaluate", "run", "--episodes", "40"], in: folder)

      let explained = try CommandLineProgram.run(
        ["explain", "run", "--tick", "2", "--json"], in: folder)
      #expect(explained.status == 0)
      let channels = try #require(try explained.json["channels"]?.array)
      #expect(channels.map { $0["name"]?.string } == ["first", "second"])
      for (channel, levels) in zip(channels, [4, 3]) {
        for key in ["levels", "q", "simulated"] {
          #expect(channel[key]?.array?.count == levels, "\(key)")
        }
        // A channel that only brings outcome is missed when it is off.
        let expected = try #require(try explained.json["expected"]?.double)
        #expect(channel["when_off"]?.double ?? .infinity < expected)
        // The line speaks of money and channels, not of columns.
        let line = try #require(channel["line"]?.string)
        #expect(line.contains("spend") && line.contains("without this channel"), "\(line)")
        #expect(!line.contains("/"), "\(line)")
        // What is summed up by subject is all there is.
        let sum =
          channel["reasons"]?.array?.reduce(0) { $0 + ($1["value"]?.double ?? .nan) } ?? .nan
        let margin = try #require(channel["margin"]?.double)
        #expect(abs(sum - margin) <= 1e-4 * max(abs(margin), 1))
      }
      let late = try CommandLineProgram.run(["explain", "run", "--tick", "6"], in: folder)
      #expect(late.status == 78)

      let report = try CommandLineProgram.run(["report", "run", "--json"], in: folder)
      #expect(try report.json["report"]?.string == "run/report.html")
      let page = String(decoding: try AtomicFile.read(folder + "/run/report.html"), as: UTF8.self)
      for part in [
        "over the best fixed plan", "certified bound", "Response curves", "What to beware of",
        "first",
      ] {
        #expect(page.contains(part), "\(part)")
      }
      _ = try CommandLineProgram.run(
        ["train", "--quiet", "--seed", "2", "--output", "second"] + tinySettings, in: folder)
      _ = try CommandLineProgram.run(["evaluate", "second", "--episodes", "40"], in: folder)
      _ = try CommandLineProgram.run(
        ["report", "run", "second", "--output", "both.html"], in: folder)
      let both = String(decoding: try AtomicFile.read(folder + "/both.html"), as: UTF8.self)
      #expect(both.contains("Mean of 2 training seeds, 95 % interval"))
      #expect(both.contains("over replan"))
      // Nothing comes from elsewhere, and nothing runs.
      for foreign in ["http:", "https:", "<script", "src=", "@import"] {
        #expect(!page.contains(foreign), "\(foreign)")
      }
      // Every element that opens is closed.
      for element in ["svg", "section", "table", "ul", "figure", "div"] {
        #expect(
          page.components(separatedBy: "<\(element)").count
            == page.components(separatedBy: "</\(element)>").count)
      }
    }
  }

  @Test func reportsARunOfAnyAlgorithm() throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write(tinyMarket, to: folder + "/tiny.yaml")
      for arguments in [
        [
          "train", "--quiet", "--output", "run", "--market", "tiny.yaml", "--algorithm", "ppo",
          "--steps",
          "4000",
          "--set", "evaluations=2", "--set", "evaluation_episodes=8",
        ], ["evaluate", "run", "--episodes", "16"], ["report", "run"],
      ] { #expect(try CommandLineProgram.run(arguments, in: folder).status == 0, "\(arguments)") }
      let page = String(decoding: try AtomicFile.read(folder + "/run/report.html"), as: UTF8.self)
      #expect(page.contains("Learning curve: evaluation") && page.contains("Response curves"))
    }
  }
}
