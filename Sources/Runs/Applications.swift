import Applications
import Auctions
import Budgets
import ClassicProblems
import Documents
import Foundation
import Pricing
import Recommendation

/// The applications, the first of which a description without a `kind` is of.
package let applications: [any Application.Type] = [
  BudgetProblem.self, AuctionProblem.self, ClassicProblem.self, PricingProblem.self,
  RecommendationProblem.self,
]

/// The problem of a name or of a file: a file can stand wherever a name can.
///
/// What holds a slash, ends in `.yaml` or `.yml`, or names a file that is there, is a path.
///
/// - Throws: `InputError` where there is neither; what the application throws where its file is wrong.
package func findProblem(_ name: String) throws -> any Application {
  if isDescriptionPath(name) {
    return try application(ofFile: name).init(contentsOf: name)
  }
  if let owner = applications.first(where: { $0.bundledNames.contains(name) }) {
    return try owner.init(bundled: name)
  }
  throw InputError(noneOf: "problem", called: name, known: applications.flatMap { $0.bundledNames })
}

/// The application whose `kind` a description says.
private func application(ofFile path: String) throws -> any Application.Type {
  let text = String(decoding: try AtomicFile.read(path), as: UTF8.self)
  let line = text.split(separator: "\n").first { $0.hasPrefix("kind:") }
  guard let kind = line?.dropFirst(5).trimmingCharacters(in: .whitespaces) else { return applications[0] }
  guard let owner = applications.first(where: { $0.kind == kind }) else {
    let kinds = applications.map { $0.kind }
    throw InputError.configuration(
      path, "there is no kind '\(kind)' of problem", "there are \(kinds.joined(separator: ", "))")
  }
  return owner
}

extension RunFolder {
  /// The problem that the run is trained on.
  package func problem() throws -> any Application {
    guard
      let owner = applications.first(where: {
        FileManager.default.fileExists(atPath: "\(path)/\($0.fileName)")
      })
    else {
      throw InputError.missing(
        path: path + "/" + applications[0].fileName, remedy: "the run's folder says nothing of its problem")
    }
    return try owner.init(runFolder: path)
  }
}
