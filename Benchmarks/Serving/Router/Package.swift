// swift-tools-version: 6.1
import PackageDescription

/// Hummingbird as its own guides use it, to measure beside `apportion serve`; Benchmarks/compare-serving builds it.
let package = Package(
  name: "router",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: [])
  ],
  targets: [
    .executableTarget(
      name: "router", dependencies: [.product(name: "Hummingbird", package: "hummingbird")], path: "",
      sources: ["main.swift"])
  ]
)
