package import MartletCore
package import MartletTracking

/// Something that goes wrong with the new version in a rehearsal, on purpose.
package struct RehearsalFault: Sendable, Hashable {
    /// What goes wrong.
    package enum Kind: Sendable, Hashable {
        /// This share of its requests fails.
        case errors(Double)
        /// Its answers take this much longer.
        case slow(TimeSpan)
        /// Its predictions are this many times what they should be.
        case wrong(Double)
        /// Nothing can be decided or moved.
        case deadStore
    }

    package var kind: Kind
    /// How long after the rehearsal's start it begins.
    package var begin: TimeSpan
    /// How long it lasts; `nil` for the rest.
    package var length: TimeSpan?

    /// Plans a fault.
    package init(_ kind: Kind, from begin: TimeSpan, for length: TimeSpan? = nil) {
        self.kind = kind
        self.begin = begin
        self.length = length
    }

    /// Reads a fault such as `error-rate=0.05@10m`, `slow=800ms@5m+1h`, `wrong=1.5@0s` or `dead-store@2h+10m`.
    ///
    /// - Throws: `release.invalid` with what can be written.
    package init(_ text: String) throws(TrackingError) {
        let halves = text.split(separator: "@", maxSplits: 1).map(String.init)
        let times = (halves.count == 2 ? halves[1] : "0s").split(separator: "+", maxSplits: 1).map(String.init)
        let parts = (halves.first ?? "").split(separator: "=", maxSplits: 1).map(String.init)
        let value = parts.count == 2 ? parts[1] : ""
        let kind: Kind? =
            switch parts.first {
            case "error-rate": Double(value).flatMap { (0...1).contains($0) ? .errors($0) : nil }
            case "slow": TimeSpan(value).map { .slow($0) }
            case "wrong": Double(value).flatMap { $0.isFinite ? .wrong($0) : nil }
            case "dead-store": value.isEmpty ? .deadStore : nil
            default: nil
            }
        guard let kind, let begin = times.first.flatMap(TimeSpan.init),
            let length = times.count == 2 ? TimeSpan(times[1]).map(Optional.some) : .some(nil)
        else {
            throw TrackingError(
                .releaseInvalid,
                "'\(text)' is no fault; write error-rate=SHARE, slow=SPAN, wrong=FACTOR or dead-store, then @BEGIN and, "
                    + "when it ends, +LENGTH, such as error-rate=0.05@10m+1h"
            )
        }
        self.init(kind, from: begin, for: length)
    }

    /// Whether it is there `elapsed` after the start.
    func isActive(_ elapsed: TimeSpan) -> Bool {
        guard elapsed >= self.begin else { return false }
        guard let length = self.length else { return true }
        return elapsed.microseconds < self.begin.microseconds + length.microseconds
    }
}
