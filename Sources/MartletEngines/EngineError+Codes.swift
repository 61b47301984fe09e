package import MartletCore

extension ErrorCode {
    /// No library of the engine in any of the places looked at.
    package static let engineNotFound = ErrorCode("engine.notFound")
    /// A library was found and could not be loaded, or lacks a function.
    package static let engineUnloadable = ErrorCode("engine.unloadable")
    /// A library was loaded and is of a version that Martlet was not written for.
    package static let engineWrongVersion = ErrorCode("engine.wrongVersion")
    /// The library reported an error of its own.
    package static let engineFailed = ErrorCode("engine.failed")
    /// The work was stopped by `interrupt`, or by a caller that asked to stop.
    package static let engineInterrupted = ErrorCode("engine.interrupted")
    /// Another process has the database file open.
    package static let engineLocked = ErrorCode("engine.databaseLocked")
    /// A value or column of a type that Martlet does not carry.
    package static let engineUnsupportedType = ErrorCode("engine.unsupportedType")
    /// An argument that the library cannot take: a wrong shape, an unknown column.
    package static let engineBadInput = ErrorCode("engine.badInput")
    /// A file could not be read, written or made durable.
    package static let engineFile = ErrorCode("engine.file")
    /// Bytes that are not text in the declared encoding.
    package static let engineBadEncoding = ErrorCode("engine.badEncoding")
}

extension EngineError {
    /// The first lines of a library's error text, without stack traces.
    static func firstLines(_ text: String, limit: Int = 3) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: true)
            .prefix { !$0.hasPrefix("Stack trace") && !$0.hasPrefix("  [bt]") }
            .prefix(limit)
            .map { $0.trimmingPrefix { $0 == " " } }
        let joined = lines.joined(separator: " ")
        return joined.count > 600 ? String(joined.prefix(600)) + "…" : joined
    }
}
