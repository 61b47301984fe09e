import MartletCore

/// A path inside the artifact store that cannot leave it.
///
/// Components are joined by `/`. No component is empty, `.` or `..`, begins with `.martlet-`, or holds a backslash, a
/// colon drive, or a control character; so that the same path is safe on a disk, in an object store and in a URL.
package struct ArtifactPath: Sendable, Hashable, Codable, CustomStringConvertible {
    package let description: String

    /// The scheme under which clients of tracking servers name artifacts.
    package static let scheme = "mlflow-artifacts:/"

    /// Reads a path that a person or client wrote.
    ///
    /// - Throws: `artifact.invalidPath` when it is empty, absolute or leaves its folder.
    package init(_ text: String) throws(TrackingError) {
        guard text.utf8.count <= 1_024, Self.isSafe(text) else {
            throw TrackingError(
                .invalidArtifactPath,
                "the artifact path '\(text.prefix(80))' is not a relative path inside its folder; "
                    + "use names joined by '/', without '..', backslashes or control characters"
            )
        }
        self.description = text
    }

    /// Reads the URI of an artifact, such as `mlflow-artifacts:/1/…/artifacts/model`.
    ///
    /// - Throws: `artifact.invalidPath` when it has another scheme.
    package init(uri: String) throws(TrackingError) {
        guard uri.hasPrefix(Self.scheme) else {
            throw TrackingError(
                .invalidArtifactPath,
                "the artifact URI '\(uri.prefix(80))' does not begin with '\(Self.scheme)'"
            )
        }
        try self.init(String(uri.dropFirst(Self.scheme.count).drop { $0 == "/" }))
    }

    private init(trusted text: String) { self.description = text }

    /// The folder of a run: `<experiment>/<run>/artifacts`.
    package static func folder(experimentID: String, runID: RunID) -> ArtifactPath {
        ArtifactPath(trusted: "\(experimentID)/\(runID)/artifacts")
    }

    /// The folder of a logged model: `<experiment>/models/<model>/artifacts`.
    package static func folder(experimentID: String, loggedModelID: String) -> ArtifactPath {
        ArtifactPath(trusted: "\(experimentID)/models/\(loggedModelID)/artifacts")
    }

    /// The folder of an experiment: `<experiment>`.
    package static func folder(experimentID: String) -> ArtifactPath { ArtifactPath(trusted: experimentID) }

    /// The path `name` below this one; `name` may hold several components.
    ///
    /// - Throws: `artifact.invalidPath` when `name` is not a relative path.
    package func appending(_ name: String) throws(TrackingError) -> ArtifactPath {
        try ArtifactPath("\(self.description)/\(try ArtifactPath(name))")
    }

    /// The name after the last `/`.
    package var lastComponent: String {
        self.description.split(separator: "/").last.map(String.init) ?? self.description
    }

    /// The path as tracking clients write it, `mlflow-artifacts:/…`.
    package var uri: String { Self.scheme + self.description }

    package init(from decoder: any Decoder) throws {
        try self.init(decoder.singleValueContainer().decode(String.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.description)
    }

    private static func isSafe(_ text: String) -> Bool {
        text.split(separator: "/", omittingEmptySubsequences: false)
            .allSatisfy { component in
                !component.isEmpty && component != "." && component != ".." && component.utf8.count <= 255
                    && !component.hasPrefix(".martlet-")
                    && component.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F && $0 != "\\" }
            }
    }
}
