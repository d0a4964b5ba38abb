// swift-tools-version: 6.1
import PackageDescription

/// A package of its own, so that nobody who uses the library resolves the benchmarks' dependencies.
///
///     swift package --package-path Benchmarks benchmark     # every piece, by ordo-one/benchmark
///     Benchmarks/compare-peers                                 # ours beside the libraries others use
let package = Package(
  name: "apportion-benchmarks",
  dependencies: [
    .package(name: "apportion", path: "../", traits: []),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
  ],
  targets: [
    // What is measured, the same for both programs; `Measuring` says how, and of which network.
    .target(
      name: "Workloads",
      dependencies: [
        .product(name: "Apportion", package: "apportion"), .product(name: "Measuring", package: "apportion"),
      ],
      path: "Workloads"),
    .executableTarget(
      name: "Pieces",
      dependencies: [
        "Workloads", .product(name: "Apportion", package: "apportion"),
        .product(name: "Benchmark", package: "benchmark"),
      ],
      path: "Benchmarks/Pieces",
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
    // Strategies on a log of auctions, beside what the published code measured: `auctions replay HISTORY LOG`.
    .executableTarget(
      name: "auctions", dependencies: [.product(name: "Apportion", package: "apportion")],
      path: "Auctions/Programme"),
    // Times one piece and prints JSON, beside the scripts in `peers`.
    .executableTarget(
      name: "measure",
      dependencies: [
        "Workloads", .product(name: "Apportion", package: "apportion"),
        .product(name: "Pricing", package: "apportion"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Measure"),
    // The measurements of docs/pricing.md.
    .executableTarget(
      name: "pricing-results",
      dependencies: [
        .product(name: "Apportion", package: "apportion"), .product(name: "Pricing", package: "apportion"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Pricing", exclude: ["fits.py"]),
  ]
)
