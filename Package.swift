// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "martlet",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "martlet", targets: ["martlet"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", exact: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-docc-plugin", exact: "1.5.0"),
        .package(url: "https://github.com/vapor/jwt-kit", exact: "5.7.1"),
    ],
    targets: [
        // 0: the words every part shares.
        .target(
            name: "MartletCore",
            dependencies: [.product(name: "Crypto", package: "swift-crypto"), .product(name: "Yams", package: "Yams")]
        ),

        // 1: the C libraries made safe, and our own forest scorer.
        .target(name: "CDuckDB"),
        .target(
            name: "MartletEngines",
            dependencies: [
                "CDuckDB", "MartletCore",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]
        ),
        .target(name: "MartletForest", dependencies: ["MartletCore"]),
        .target(name: "MartletStatistics", dependencies: ["MartletCore"]),

        // 2 and 3: the domains. Rules and store protocols; no socket, no file, no SQL dialect.
        .target(name: "MartletIngest", dependencies: ["MartletCore"]),
        .target(name: "MartletFeatures", dependencies: ["MartletCore"]),
        .target(
            name: "MartletTracking",
            dependencies: ["MartletCore", .product(name: "Crypto", package: "swift-crypto")]
        ),
        .target(
            name: "MartletMonitoring",
            dependencies: ["MartletCore", "MartletStatistics", "MartletTracking"]
        ),
        .target(
            name: "MartletTraining",
            dependencies: [
                "MartletCore", "MartletEngines", "MartletFeatures", "MartletForest", "MartletMonitoring",
                "MartletStatistics", "MartletTracking",
            ]
        ),
        .target(
            name: "MartletServing",
            dependencies: ["MartletCore", "MartletFeatures", "MartletForest", "MartletTracking"]
        ),
        .target(
            name: "MartletReleases",
            dependencies: ["MartletCore", "MartletStatistics", "MartletTracking"]
        ),

        .target(
            name: "MartletRetraining",
            dependencies: ["MartletCore", "MartletStatistics", "MartletTracking"]
        ),
        .target(
            name: "MartletJobs",
            dependencies: ["MartletCore", .product(name: "Crypto", package: "swift-crypto")]
        ),

        // 4: every store protocol implemented.
        .target(
            name: "MartletStores",
            dependencies: [
                "MartletCore", "MartletEngines", "MartletFeatures", "MartletIngest", "MartletJobs",
                "MartletMonitoring", "MartletReleases",
                "MartletRetraining", "MartletServing", "MartletStatistics", "MartletTracking", "MartletTraining",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "JWTKit", package: "jwt-kit"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOFoundationCompat", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]
        ),

        // 5: HTTP. Never imports Stores or Engines.
        .target(
            name: "MartletServer",
            dependencies: [
                "MartletCore", "MartletFeatures", "MartletIngest", "MartletJobs", "MartletMonitoring",
                "MartletReleases",
                "MartletRetraining", "MartletServing", "MartletStatistics", "MartletTracking",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Mustache", package: "swift-mustache"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOFoundationCompat", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
            ],
            resources: [.embedInCode("Console/Resources")]
        ),

        // 6: command line, configuration, the wiring.
        .executableTarget(
            name: "martlet",
            dependencies: [
                "MartletCore", "MartletEngines", "MartletFeatures", "MartletForest", "MartletIngest", "MartletJobs",
                "MartletMonitoring", "MartletReleases", "MartletRetraining", "MartletServer", "MartletServing",
                "MartletStatistics", "MartletStores", "MartletTracking", "MartletTraining",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOFoundationCompat", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]
        ),

        // Beside: imported by tests only.
        .target(
            name: "MartletTesting",
            dependencies: [
                "MartletCore", "MartletEngines", "MartletFeatures", "MartletForest", "MartletJobs",
                "MartletMonitoring", "MartletReleases", "MartletRetraining", "MartletServing", "MartletStatistics",
                "MartletTracking",
            ]
        ),

        .testTarget(name: "MartletCoreTests", dependencies: ["MartletCore", "MartletTesting"]),
        .testTarget(
            name: "MartletEnginesTests",
            dependencies: ["MartletCore", "MartletEngines", "MartletTesting"]
        ),
        .testTarget(
            name: "MartletForestTests",
            dependencies: ["MartletCore", "MartletEngines", "MartletForest", "MartletTesting"],
            exclude: ["Golden"]
        ),
        .testTarget(
            name: "MartletStatisticsTests",
            dependencies: ["MartletCore", "MartletStatistics", "MartletTesting"],
            exclude: ["Golden"]
        ),
        .testTarget(name: "MartletIngestTests", dependencies: ["MartletCore", "MartletIngest", "MartletTesting"]),
        .testTarget(
            name: "MartletFeaturesTests",
            dependencies: ["MartletCore", "MartletFeatures", "MartletTesting"]
        ),
        .testTarget(
            name: "MartletMonitoringTests",
            dependencies: [
                "MartletCore", "MartletMonitoring", "MartletStatistics", "MartletTesting", "MartletTracking",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            exclude: ["Golden"]
        ),
        .testTarget(
            name: "MartletTrackingTests",
            dependencies: [
                "MartletCore", "MartletTesting", "MartletTracking",
                .product(name: "Crypto", package: "swift-crypto"),
            ]
        ),
        .testTarget(
            name: "MartletTrainingTests",
            dependencies: [
                "MartletCore", "MartletEngines", "MartletFeatures", "MartletForest", "MartletTesting",
                "MartletTracking", "MartletTraining",
            ],
            exclude: ["Golden"]
        ),
        .testTarget(
            name: "MartletServingTests",
            dependencies: [
                "MartletCore", "MartletFeatures", "MartletForest", "MartletServing", "MartletTesting",
                "MartletTracking",
            ]
        ),
        .testTarget(
            name: "MartletReleasesTests",
            dependencies: [
                "MartletCore", "MartletReleases", "MartletStatistics", "MartletTesting", "MartletTracking",
            ]
        ),
        .testTarget(
            name: "MartletRetrainingTests",
            dependencies: [
                "MartletCore", "MartletRetraining", "MartletStatistics", "MartletTesting", "MartletTracking",
            ]
        ),
        .testTarget(
            name: "MartletJobsTests",
            dependencies: ["MartletCore", "MartletJobs"],
            exclude: ["Golden"]
        ),
        .testTarget(
            name: "MartletStoresTests",
            dependencies: [
                "MartletCore", "MartletEngines", "MartletFeatures", "MartletForest", "MartletIngest", "MartletJobs",
                "MartletMonitoring", "MartletReleases", "MartletRetraining", "MartletServing", "MartletStatistics",
                "MartletServer", "MartletStores", "MartletTesting", "MartletTracking", "MartletTraining",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "JWTKit", package: "jwt-kit"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOFoundationCompat", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]
        ),
        .testTarget(
            name: "MartletServerTests",
            dependencies: [
                "MartletCore", "MartletFeatures", "MartletForest", "MartletIngest", "MartletJobs", "MartletMonitoring",
                "MartletReleases", "MartletRetraining", "MartletServer", "MartletServing", "MartletStatistics",
                "MartletStores", "MartletTesting", "MartletTracking",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
            ]
        ),
        .testTarget(
            name: "CommandTests",
            dependencies: [
                "MartletCore", "MartletEngines", "MartletFeatures", "MartletIngest", "MartletJobs", "MartletMonitoring",
                "MartletReleases", "MartletRetraining", "MartletServing", "MartletStatistics", "MartletStores",
                "MartletTesting", "MartletTracking", "MartletTraining", "martlet",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "GRDB", package: "GRDB.swift"),
            ]
        ),
        .testTarget(
            name: "IntegrationTests",
            dependencies: ["MartletCore", "MartletEngines", "MartletMonitoring", "MartletTesting"]
        ),
        .testTarget(name: "TidyTests", dependencies: ["MartletTesting"]),
    ]
)

// One set of settings for all of our Swift; C and dependencies keep theirs.
let cTargets: Set = ["CDuckDB"]
for target in package.targets where !cTargets.contains(target.name) {
    var settings: [SwiftSetting] = [
        .enableUpcomingFeature("ExistentialAny"),  // SE-0335
        .enableUpcomingFeature("MemberImportVisibility"),  // SE-0444
        .enableUpcomingFeature("InternalImportsByDefault"),  // SE-0409
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),  // SE-0461
        .treatAllWarnings(as: .error),  // SE-0480
    ]
    if target.name != "MartletEngines" { settings.append(.strictMemorySafety()) }  // SE-0458
    target.swiftSettings = (target.swiftSettings ?? []) + settings
}
