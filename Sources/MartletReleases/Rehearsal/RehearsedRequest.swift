package import MartletCore

/// A recorded request, with what the version of that time answered and what the new one answers.
package struct RehearsedRequest: Sendable, Hashable {
    package var requestID: String
    package var at: EventTime
    package var unit: String
    /// What the prediction was about, as ``Exposure/entity``.
    package var entity: String?
    package var latencyMicroseconds: Int64
    /// What was answered then; `nil` when the model failed, or the request had several inputs.
    package var recorded: Double?
    /// What the new version answers; `nil` as for ``recorded``.
    package var candidate: Double?
    /// Whether the version of that time failed.
    package var didFail: Bool
    /// Whether the new version fails.
    package var candidateFails: Bool

    /// Describes a recorded request.
    package init(
        requestID: String,
        at moment: EventTime,
        unit: String,
        entity: String? = nil,
        latencyMicroseconds: Int64,
        recorded: Double?,
        candidate: Double?,
        didFail: Bool = false,
        candidateFails: Bool = false
    ) {
        self.requestID = requestID
        self.at = moment
        self.unit = unit
        self.entity = entity
        self.latencyMicroseconds = latencyMicroseconds
        self.recorded = recorded
        self.candidate = candidate
        self.didFail = didFail
        self.candidateFails = candidateFails
    }

    /// A number from 0 to 1 that is always the same for the request.
    var dice: Double {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in self.requestID.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        hash ^= hash >> 33
        hash = hash &* 0xFF51_AFD7_ED55_8CCD
        hash ^= hash >> 33
        return Double(hash >> 11) / Double(1 << 53)
    }
}
