package import MartletCore

/// The requests with known answers that green must answer before it takes traffic.
package struct ReleaseHealth: Sendable, Hashable, Codable {
    /// A file of JSON lines in the workspace, each `{"request": {…}, "expected": [ … ]}`; `nil` runs no request.
    package var file: String?
    /// The largest relative difference between an answer and the expected one.
    package var tolerance: Double
    /// How long green may take to be loaded.
    package var warmUpLimit: TimeSpan

    /// Holds what is asked of green.
    package init(file: String? = nil, tolerance: Double = 1e-6, warmUpLimit: TimeSpan = .seconds(300)) {
        self.file = file
        self.tolerance = tolerance
        self.warmUpLimit = warmUpLimit
    }
}

extension ReleaseHealth: DocumentObject {
    package init(from reader: ObjectReader) {
        self.init(
            file: reader.optional(
                "file",
                String.self,
                "JSON lines, each {\"request\": {…}, \"expected\": […]}; relative to the workspace."
            ),
            tolerance: reader.value(
                "tolerance",
                default: 1e-6,
                "The largest relative difference from an expected answer.",
                documentedDefault: 1e-6
            ),
            warmUpLimit: reader.value(
                "warm_up",
                default: .seconds(300),
                "How long the new version may take to be loaded.",
                documentedDefault: "5m"
            )
        )
        if self.tolerance < 0 {
            reader.report(
                .documentInvalidValue,
                "tolerance is \(self.tolerance); it must be 0 or more",
                at: "tolerance"
            )
        }
    }
}
