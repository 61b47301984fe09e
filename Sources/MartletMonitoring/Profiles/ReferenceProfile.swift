package import Foundation
import MartletCore

/// What a model's data looked like in training: what its traffic is compared with (`profile.json`).
package struct ReferenceProfile: Sendable, Hashable, Codable {
    /// The name of the file in a model's folder.
    package static let fileName = "profile.json"
    /// The layout this code writes; a reader refuses a later one.
    package static let currentFormatVersion = 1

    package let formatVersion: Int
    /// Columns in the training part; predictions on the validation part, which the trees have not seen.
    package let data: DataProfile
    /// Reconstructs rows from their main directions; `nil` when the columns do not allow it.
    package let reconstruction: ReconstructionModel?
    /// The mean absolute contribution of each column to the predictions, in the model's scale; empty when not explained.
    package let attribution: [String: Double]
    /// Turns a classifier's scores into rates; `nil` for other models.
    package let calibration: CalibrationMap?
    /// The second model that foresees the errors of the first; `nil` for other models than regressions.
    package let loss: LossReference?

    /// Puts a profile together.
    package init(
        data: DataProfile,
        reconstruction: ReconstructionModel?,
        attribution: [String: Double],
        calibration: CalibrationMap?,
        loss: LossReference?
    ) {
        self.formatVersion = Self.currentFormatVersion
        self.data = data
        self.reconstruction = reconstruction
        self.attribution = attribution
        self.calibration = calibration
        self.loss = loss
    }

    /// The file's bytes; equal profiles give equal bytes.
    package var bytes: Data {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return try encoder.encode(self) + Data("\n".utf8)
        }
    }

    /// Reads a file written by ``bytes``.
    ///
    /// - Throws: `monitoring.invalidProfile` when it is damaged or of a later layout.
    package init(parsing bytes: Data) throws(MonitoringError) {
        let profile: ReferenceProfile
        do {
            profile = try JSONDecoder().decode(ReferenceProfile.self, from: bytes)
        } catch {
            throw MonitoringError(
                .monitoringInvalidProfile,
                "the reference profile of the model cannot be read, as it is damaged; train the model again",
                underlying: error
            )
        }
        guard profile.formatVersion <= Self.currentFormatVersion else {
            throw MonitoringError(
                .monitoringInvalidProfile,
                "the reference profile has format version \(profile.formatVersion), this program reads up to "
                    + "\(Self.currentFormatVersion); use a newer martlet"
            )
        }
        self = profile
    }
}
