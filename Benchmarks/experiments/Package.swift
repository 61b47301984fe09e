// swift-tools-version: 6.2
import PackageDescription

// The statistics alone, so that the simulation builds in seconds: Sources/MartletStatistics is a link to the real ones.
let package = Package(
    name: "experiments",
    platforms: [.macOS(.v15)],
    targets: [
        .target(name: "MartletStatistics", swiftSettings: [.enableUpcomingFeature("ExistentialAny")]),
        .executableTarget(name: "experiments", dependencies: ["MartletStatistics"]),
    ]
)
