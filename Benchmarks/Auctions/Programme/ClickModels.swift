import Apportion
import Foundation

/// Learns both click models on seven tenths of a raw log, and writes for the script beside it: `rows.txt` (split, label,
/// features), `newton.txt` and `ftrl.txt` (a rate per row of the test split).
func clickModels(impressions: String, clicks: String, folder: String) throws {
  let clicked = try readIPinYouLog(contentsOf: clicks)
  let ids = Set(clicked.map(\.bid))
  let shown = try readIPinYouLog(contentsOf: impressions).filter { !ids.contains($0.bid) }
  var stream = RandomStream(seed: 1, purpose: .test)
  let rows = (clicked + shown).shuffled(using: &stream)
  let labels = rows.map { ids.contains($0.bid) }
  let border = rows.count * 7 / 10
  let features = rows.map(\.features)
  let learned = Array(labels[..<border])

  var start = seconds()
  let columns = FeatureColumns(Array(features[..<border]), atLeast: 5)
  let dense = columns.rows(features)
  var training = FeatureRows(width: dense.width)
  for row in 0..<border { training.append(Array(dense[row])) }
  let newton = try LogisticRegression(training, labels: learned, ridge: 1)
  let newtonSeconds = seconds() - start

  start = seconds()
  let hashed = FeatureRows(hashing: features, bits: 18)
  var ftrl = FTRLProximal(width: hashed.width, alpha: 0.1, lambda1: 0.1, lambda2: 1)
  for _ in 0..<5 { for row in 0..<border { ftrl.learn(hashed[row], label: labels[row]) } }
  let ftrlSeconds = seconds() - start

  let test = Array(labels[border...])
  for (name, rates, time) in [
    ("newton", (border..<rows.count).map { newton.probability(dense[$0]) }, newtonSeconds),
    ("ftrl", (border..<rows.count).map { ftrl.probability(hashed[$0]) }, ftrlSeconds),
  ] {
    let area = areaUnderCurve(scores: rates, labels: test) ?? .nan
    print(
      pad(name, 7), "AUC", String(format: "%.4f", area), "log loss",
      String(format: "%.4f", logLoss(chances: rates, labels: test)), String(format: "%.2f s", time))
    try rates.map { "\($0)" }.joined(separator: "\n").write(
      toFile: "\(folder)/\(name).txt", atomically: true, encoding: .utf8)
  }
  print("columns \(dense.width), weights of ftrl that are not 0: \(ftrl.nonzeros)")
  let lines = rows.indices.map { row in
    ([row < border ? "train" : "test", labels[row] ? "1" : "0"]
      + features[row].map { "\($0.field)=\($0.value)".replacingOccurrences(of: " ", with: "_") })
      .joined(separator: "\t")
  }
  try lines.joined(separator: "\n").write(toFile: "\(folder)/rows.txt", atomically: true, encoding: .utf8)
}
