import MartletCore

/// Metrics, params and tags to write to one run in one transaction.
package struct RunBatch: Sendable, Hashable {
    package var metrics: [Metric]
    package var parameters: [String: String]
    package var tags: [String: String]

    /// Collects what belongs together.
    package init(metrics: [Metric] = [], parameters: [String: String] = [:], tags: [String: String] = [:]) {
        self.metrics = metrics
        self.parameters = parameters
        self.tags = tags
    }

    /// Whether there is nothing to write.
    package var isEmpty: Bool { self.metrics.isEmpty && self.parameters.isEmpty && self.tags.isEmpty }

    /// Checks keys and values against ``TrackingLimits``.
    ///
    /// - Throws: `tracking.invalidValue` for the first key or value that is empty or too long.
    package func validate() throws(TrackingError) {
        for metric in self.metrics { try TrackingLimits.checkKey(metric.key, of: "metric") }
        for (key, value) in self.parameters {
            try TrackingLimits.checkKey(key, of: "param")
            try TrackingLimits.check(value, of: "param '\(key)'", limit: TrackingLimits.parameterValueLength)
        }
        for (key, value) in self.tags {
            try TrackingLimits.checkKey(key, of: "tag")
            try TrackingLimits.check(value, of: "tag '\(key)'", limit: TrackingLimits.tagValueLength)
        }
    }
}

/// How long names and values of runs may be, in characters.
package enum TrackingLimits {
    package static let keyLength = 250
    package static let parameterValueLength = 6_000
    package static let tagValueLength = 8_000
    package static let experimentTagValueLength = 20_000
    package static let modelTagValueLength = 100_000
    package static let datasetNameLength = 500
    package static let datasetDigestLength = 36
    package static let datasetSourceLength = 65_535
    package static let datasetSchemaLength = 1_048_575
    package static let datasetProfileLength = 16_777_215
    package static let inputTagKeyLength = 255
    package static let inputTagValueLength = 500
    package static let experimentNameLength = 500
    package static let modelNameLength = 256

    /// Checks the name of a metric, param or tag.
    ///
    /// - Throws: `tracking.invalidValue` when `key` is empty, too long or holds a control character.
    package static func checkKey(_ key: String, of kind: String) throws(TrackingError) {
        guard !key.isEmpty else {
            throw TrackingError(.invalidTrackingValue, "a \(kind) was logged with an empty name; give it one")
        }
        // No text has more characters than bytes.
        guard key.utf8.count <= Self.keyLength || key.utf8.count <= 4 * Self.keyLength && key.count <= Self.keyLength
        else {
            throw TrackingError(
                .invalidTrackingValue,
                "the \(kind) '\(key.prefix(40))…' has a name of \(key.count) characters; the limit is \(Self.keyLength)"
            )
        }
        guard !key.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
            throw TrackingError(.invalidTrackingValue, "a \(kind) name holds a control character; remove it")
        }
    }

    /// Checks a tag of an experiment.
    ///
    /// - Throws: `tracking.invalidValue` when its name or value is too long.
    package static func checkExperimentTag(_ key: String, _ value: String) throws(TrackingError) {
        try Self.checkKey(key, of: "tag")
        try Self.check(value, of: "tag '\(key)'", limit: Self.experimentTagValueLength)
    }

    /// Checks a tag of a registered model or of a version.
    ///
    /// - Throws: `tracking.invalidValue` when its name or value is too long.
    package static func checkModelTag(_ key: String, _ value: String) throws(TrackingError) {
        try Self.checkKey(key, of: "tag")
        try Self.check(value, of: "tag '\(key)'", limit: Self.modelTagValueLength)
    }

    /// Checks the length of a value.
    ///
    /// - Throws: `tracking.invalidValue` when `value` is longer than `limit` characters.
    package static func check(_ value: String, of name: String, limit: Int) throws(TrackingError) {
        guard value.utf8.count > limit, value.count > limit else { return }
        throw TrackingError(
            .invalidTrackingValue,
            "the value of \(name) has \(value.count) characters; the limit is \(limit)"
        )
    }

    /// Checks the name of an experiment or registered model.
    ///
    /// - Throws: `tracking.invalidValue` when `name` is empty, too long or holds `/`, `:`, `@` or a control character.
    package static func checkName(_ name: String, of kind: String, limit: Int) throws(TrackingError) {
        guard !name.isEmpty, name.count <= limit else {
            throw TrackingError(
                .invalidTrackingValue,
                "the name of a \(kind) has \(name.count) characters; it needs 1 to \(limit)"
            )
        }
        let forbidden = name.unicodeScalars.first { scalar in
            scalar.value < 0x20 || scalar.value == 0x7F || kind == "model" && "/:@".unicodeScalars.contains(scalar)
        }
        if let forbidden {
            let shown = forbidden.value < 0x20 || forbidden.value == 0x7F ? "a control character" : "'\(forbidden)'"
            throw TrackingError(.invalidTrackingValue, "the name of \(kind) '\(name)' holds \(shown); remove it")
        }
    }
}
