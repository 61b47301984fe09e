// swift-tools-version: 6.2
import PackageDescription

// The monitoring alone, so that the measurement builds in two minutes: Sources/Martlet… are links to the real ones.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]
let package = Package(
    name: "monitoring",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    ],
    targets: [
        .target(
            name: "MartletCore",
            dependencies: [.product(name: "Crypto", package: "swift-crypto"), .product(name: "Yams", package: "Yams")],
            swiftSettings: settings
        ),
        .target(name: "MartletStatistics", dependencies: ["MartletCore"], swiftSettings: settings),
        .target(
            name: "MartletTracking",
            dependencies: ["MartletCore", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: settings
        ),
        .target(
            name: "MartletMonitoring",
            dependencies: ["MartletCore", "MartletStatistics", "MartletTracking"],
            swiftSettings: settings
        ),
        .executableTarget(name: "monitoring", dependencies: ["MartletMonitoring"], swiftSettings: settings),
    ]
)
