import Foundation

/// Finds the native libraries.
///
/// In this order: the engine's environment variable (`MARTLET_DUCKDB`, …) naming a file; the system (its loader, on a Mac
/// Homebrew's folders); the folder named by `MARTLET_ENGINES`; `.engines` beside the binary's folder and up to five
/// folders above; `.engines` in the working directory and the folders above; `~/.martlet/engines`;
/// `/usr/local/lib/martlet`. A variable that names no file is an error, never passed over.
package struct EngineLocator: Sendable {
    private let environment: [String: String]
    private let folders: [String]

    /// Takes what the search depends on; nothing is read or loaded yet.
    package init(environment: [String: String], executablePath: String, workingDirectory: String) {
        self.environment = environment
        var folders: [String] = []
        if let named = environment["MARTLET_ENGINES"], !named.isEmpty { folders.append(named) }
        folders += Self.ancestors(of: executablePath, limit: 6).dropFirst().map { $0 + "/.engines" }
        folders += Self.ancestors(of: workingDirectory, limit: 64).map { $0 + "/.engines" }
        if let home = environment["HOME"], !home.isEmpty { folders.append(home + "/.martlet/engines") }
        folders.append("/usr/local/lib/martlet")
        self.folders = folders
    }

    /// The locator of this process: its environment, its binary and its working directory as they are now.
    package static func ofProcess() -> EngineLocator {
        let files = FileManager.default
        let executable =
            (try? files.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? Bundle.main.executablePath ?? ""
        return EngineLocator(
            environment: ProcessInfo.processInfo.environment,
            executablePath: executable,
            workingDirectory: files.currentDirectoryPath
        )
    }

    /// Returns the first place that holds the library of `engine`.
    ///
    /// - Throws: `engine.notFound`, with the places and the fix.
    package func locate(_ engine: Engine) throws(EngineError) -> EngineLocation {
        let files = FileManager.default
        if let named = self.environment[engine.environmentVariable], !named.isEmpty {
            guard files.fileExists(atPath: named) else {
                throw EngineError(
                    .engineNotFound,
                    "could not find \(engine.name): \(engine.environmentVariable) names '\(named)', which does not "
                        + "exist; correct it or unset it"
                )
            }
            return EngineLocation(engine: engine, path: named, origin: .environment)
        }
        if let path = self.systemPath(of: engine) {
            return EngineLocation(engine: engine, path: path, origin: .system)
        }
        for folder in self.folders {
            let path = folder + "/" + engine.bundledPath
            if files.fileExists(atPath: path) {
                return EngineLocation(engine: engine, path: path, origin: .bundled)
            }
        }
        throw EngineError(
            .engineNotFound,
            "could not find \(engine.name): no \(engine.systemName) on the system, and no \(engine.bundledPath) in "
                + "\(self.folders.prefix(2).joined(separator: ", ")) and \(max(0, self.folders.count - 2)) more "
                + "folders; \(Self.fix(for: engine))"
        )
    }

    /// What a person does to get `engine`.
    package static func fix(for engine: Engine) -> String {
        #if os(macOS)
        "run: brew install \(engine.homebrewFormula)"
        #else
        "run scripts/setup, or name the library's file with \(engine.environmentVariable)"
        #endif
    }

    private func systemPath(of engine: Engine) -> String? {
        #if os(macOS)
        for prefix in ["/opt/homebrew", "/usr/local"] {
            for folder in ["\(prefix)/lib", "\(prefix)/opt/\(engine.homebrewFormula)/lib"] {
                let path = folder + "/" + engine.systemName
                if FileManager.default.fileExists(atPath: path) { return path }
            }
        }
        return nil
        #else
        return DynamicLibrary.isKnownToSystem(engine.systemName) ? engine.systemName : nil
        #endif
    }

    private static func ancestors(of path: String, limit: Int) -> [String] {
        guard path.hasPrefix("/") else { return [] }
        var folders: [String] = []
        var components = path.split(separator: "/").map(String.init)
        while folders.count < limit {
            folders.append("/" + components.joined(separator: "/"))
            guard !components.isEmpty else { break }
            components.removeLast()
        }
        return folders.map { $0 == "/" ? "" : $0 }
    }
}
