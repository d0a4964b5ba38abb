// swift-tools-version: 6.3
import PackageDescription

/// Properties and functions that return spans, and structures of them; whoever calls them needs no flag.
let spans: [SwiftSetting] = [.enableExperimentalFeature("Lifetimes")]

/// Each module stands on one floor and imports only what lies below it; the README draws the map.
let package = Package(
  name: "apportion",
  products: [
    .library(name: "Apportion", targets: ["Apportion"]),
    .library(name: "Measuring", targets: ["Measuring"]),
    .library(name: "Pricing", targets: ["Pricing"]),
    .library(name: "Runs", targets: ["Runs"]),
    .library(name: "Serving", targets: ["Serving"]),
    .executable(name: "apportion", targets: ["ApportionCLI"]),
    .library(name: "ApportionC", type: .dynamic, targets: ["ApportionC"]),
  ],
  traits: [
    .trait(name: "Serving", description: "The HTTP server, `apportion serve`."),
    // Its C sources take two thirds of the time of all else to compile, and a proxy in front often does its work.
    .trait(
      name: "TLS", description: "`apportion serve --certificate`, by swift-nio-ssl.",
      enabledTraits: ["Serving"]),
    .default(enabledTraits: ["Serving"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // Floor 0: C.
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev", "liblapacke-dev"])]),
    .target(name: "CKernels", linkerSettings: [.linkedLibrary("m")]),
    .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .target(name: "CPolicy"),
    // The header of the C interface, against which the compiler checks what `ApportionC` implements.
    .systemLibrary(name: "CApportion", path: "Sources/ApportionC/include"),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CCLP", pkgConfig: "clp", providers: [.apt(["coinor-libclp-dev"])]),
    // Floor 1.
    .target(name: "LinearAlgebra", dependencies: ["COpenBLAS", "CKernels"], swiftSettings: spans),
    .target(name: "Documents", dependencies: ["COpenSSL", "Yams"]),
    // Floor 2.
    .target(name: "Optimization", dependencies: ["CCLP", "LinearAlgebra"]),
    .target(name: "Environments", dependencies: ["LinearAlgebra", "CKernels"], swiftSettings: spans),
    .target(
      name: "NeuralNetworks", dependencies: ["LinearAlgebra", "Optimization", "Environments", "CKernels"]),
    // Floor 3.
    .target(name: "Learning", dependencies: ["NeuralNetworks", "Environments", "CKernels"]),
    // Floor 4, Applications before the applications.
    .target(name: "Measuring", dependencies: ["Learning"]),
    .target(name: "Applications", dependencies: ["Documents", "Learning"]),
    .target(
      name: "ClassicProblems", dependencies: ["Applications", "Optimization"], resources: [.copy("Presets")]),
    .target(name: "PolicyFormats", dependencies: ["Documents", "Learning"]),
    .target(
      name: "Budgets",
      dependencies: ["Applications", "CKernels", "Documents", "Learning", "Optimization"],
      resources: [.copy("Resources")]),
    .target(
      name: "Auctions", dependencies: ["Applications", "CKernels", "Documents", "Learning"],
      resources: [.copy("Resources")]),
    .target(
      name: "Pricing", dependencies: ["Applications", "Documents", "Learning", "Optimization"],
      resources: [.copy("Resources")]),
    .target(
      name: "Recommendation", dependencies: ["Applications", "Documents", "Learning"],
      resources: [.copy("Resources")]),
    .target(name: "Apportion", dependencies: ["Auctions", "Budgets", "PolicyFormats", "Recommendation"]),
    // Floor 5, Runs before Reports.
    .target(
      name: "Runs", dependencies: ["Apportion", "ClassicProblems", "Measuring", "Pricing"]),
    .target(name: "Reports", dependencies: ["Runs"]),
    .target(
      name: "Serving",
      dependencies: [
        "Budgets", "CZlib", "PolicyFormats",
        .product(name: "GRDB", package: "GRDB.swift", condition: .when(traits: ["Serving"])),
        .product(name: "HummingbirdCore", package: "hummingbird", condition: .when(traits: ["Serving"])),
        .product(name: "HummingbirdTLS", package: "hummingbird", condition: .when(traits: ["TLS"])),
      ]),
    // Floor 6.
    .executableTarget(
      name: "ApportionCLI",
      dependencies: [
        "Runs", "Reports", "Serving", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .target(name: "ApportionC", dependencies: ["CApportion", "Runs"], exclude: ["include", "example"]),

    // Counts heap allocations, for tests of code that must not allocate.
    .target(name: "AllocationCounting", path: "Tests/AllocationCounting"),
    .testTarget(
      name: "LinearAlgebraTests", dependencies: ["LinearAlgebra", "ReferenceNetworks", "AllocationCounting"],
      exclude: ["Golden/quantiles.py"]),
    .testTarget(name: "DocumentsTests", dependencies: ["Documents", "LinearAlgebra"]),
    .testTarget(name: "OptimizationTests", dependencies: ["Optimization", "AllocationCounting"]),
    // Networks written from the formulas in double precision, for tests to compare with.
    .target(name: "ReferenceNetworks", dependencies: ["NeuralNetworks"], path: "Tests/ReferenceNetworks"),
    .testTarget(
      name: "NeuralNetworksTests",
      dependencies: ["NeuralNetworks", "ReferenceNetworks", "AllocationCounting"]),
    .testTarget(name: "EnvironmentsTests", dependencies: ["Environments"], exclude: ["Golden"]),
    .testTarget(
      name: "LearningTests", dependencies: ["Learning", "ReferenceNetworks", "AllocationCounting"],
      exclude: ["Golden"]),
    .testTarget(name: "ApplicationsTests", dependencies: ["Applications"]),
    // A market with every kind of channel, for tests of campaigns at each of their doors.
    .target(name: "CampaignMarket", dependencies: ["Budgets"], path: "Tests/CampaignMarket"),
    .testTarget(name: "BudgetsTests", dependencies: ["Budgets", "CampaignMarket"], exclude: ["Golden"]),
    .testTarget(name: "AuctionsTests", dependencies: ["Auctions"]),
    .testTarget(name: "PricingTests", dependencies: ["Pricing"], exclude: ["Golden"]),
    .testTarget(name: "RecommendationTests", dependencies: ["Recommendation"]),
    .testTarget(name: "CPolicyTests", dependencies: ["CPolicy", "PolicyFormats"]),
    .testTarget(name: "PolicyFormatsTests", dependencies: ["PolicyFormats"], exclude: ["Golden"]),
    .testTarget(name: "RunsTests", dependencies: ["Runs", "Reports"]),
    .testTarget(
      name: "ServingTests",
      dependencies: [
        "Serving", "CampaignMarket",
        .product(name: "GRDB", package: "GRDB.swift", condition: .when(traits: ["Serving"])),
      ]),
    .testTarget(name: "ApportionCTests", dependencies: ["ApportionC", "CampaignMarket"]),
    .testTarget(name: "ApportionCLITests", dependencies: ["ApportionCLI"], exclude: ["Golden"]),
  ],
  swiftLanguageModes: [.v6]
)

// scripts/test sets this, so that no warning is merged; users' newer compilers may warn without breaking their build.
if Context.environment["APPORTION_STRICT"] != nil {
  for target in package.targets where target.type != .system {
    target.swiftSettings = (target.swiftSettings ?? []) + [.treatAllWarnings(as: .error)]
    target.cSettings = (target.cSettings ?? []) + [.treatAllWarnings(as: .error)]
  }
}
