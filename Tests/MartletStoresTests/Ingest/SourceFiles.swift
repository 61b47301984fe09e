import Foundation

/// The real data sets: the folder `MARTLET_DATA`, or `../shared/data` beside the package.
enum SourceFiles {
    /// The folder, or `nil` where there is none.
    static let folder: String? = {
        var package = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { package.deleteLastPathComponent() }
        var candidates = [package.appendingPathComponent("../shared/data").standardizedFileURL.path]
        if let named = ProcessInfo.processInfo.environment["MARTLET_DATA"] { candidates.insert(named, at: 0) }
        return candidates.first { FileManager.default.fileExists(atPath: $0) }
    }()

    /// The package's own folder.
    static let package: URL = {
        var package = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { package.deleteLastPathComponent() }
        return package
    }()

    /// Whether tests on real data run: always where `MARTLET_REQUIRE_DATA` is 1, so that absent data is a failure there.
    static var isWanted: Bool {
        self.folder != nil || ProcessInfo.processInfo.environment["MARTLET_REQUIRE_DATA"] == "1"
    }
}
