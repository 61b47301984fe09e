package import MartletCore
package import MartletTracking

/// How far the values that requests were served with are from those that training would see for the same moments.
package struct ServedSkew: Sendable, Hashable {
    /// The inputs of requests that were looked at.
    package var inputs: Int
    /// The served values that were compared.
    package var compared: Int
    /// Those that differ.
    package var differing: Int
    /// The column that differs most often; `nil` when none does.
    package var worst: String?

    /// Holds what was found.
    package init(inputs: Int, compared: Int, differing: Int, worst: String? = nil) {
        self.inputs = inputs
        self.compared = compared
        self.differing = differing
        self.worst = worst
    }

    /// The share of values that differ; 0 when none were compared.
    package var share: Double { self.compared > 0 ? Double(self.differing) / Double(self.compared) : 0 }

    /// What was found, in a sentence.
    package var sentence: Remark {
        let (compared, inputs, share) = (self.compared, self.inputs, EvidenceText.percent(self.share))
        guard let worst = self.worst else {
            return Remark(
                "checklist.skew",
                """
                Of \(compared) values served to \(inputs) inputs, \(self.differing) (\(share)) differ from the offline \
                store at the same moments.
                """
            )
        }
        return Remark(
            "checklist.skewWorst",
            """
            Of \(compared) values served to \(inputs) inputs, \(self.differing) (\(share)) differ from the offline store \
            at the same moments, most often \(worst).
            """
        )
    }
}

/// Compares what was served with what training would have seen.
package protocol SkewProof: Sendable {
    /// The skew of the features that `version` reads, in the newest requests to `endpoint`.
    ///
    /// - Returns: `nil` for a version that reads no features.
    /// - Throws: `release.skewUnknown` with the reason why nothing can be compared.
    func skew(of version: ModelVersionID, at endpoint: String) async throws(TrackingError) -> ServedSkew?
}
