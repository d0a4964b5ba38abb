// swift-tools-version: 6.1
import PackageDescription

/// A package of its own, so that nobody who uses the library resolves the benchmarks' dependencies.
///
///     swift package --package-path Benchmarks benchmark
let package = Package(
  name: "apportion-benchmarks",
  dependencies: [
    .package(name: "apportion", path: "../", traits: []),
    .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
  ],
  targets: [
    .executableTarget(
      name: "LearnerBenchmarks",
      dependencies: [
        .product(name: "Apportion", package: "apportion"), .product(name: "Benchmark", package: "benchmark"),
      ],
      path: "Benchmarks/Learner",
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")])
  ]
)
