import MartletCore
import MartletMonitoring

/// The time whose traffic is looked at; the first moment belongs to it, the last does not.
struct MonitoringWindow: Sendable, Hashable {
    let from: EventTime
    let to: EventTime

    /// The `span` before `now`.
    init(last span: TimeSpan, before now: EventTime) {
        self.from = now - span
        self.to = now
    }

    /// The time that options name; without a start it is the last seven days of it.
    ///
    /// - Throws: `monitoring.invalid` when a time cannot be read or the window is empty.
    init(from: String?, to: String?, last: String?, now: EventTime) throws(MonitoringError) {
        let end = try to.map { text throws(MonitoringError) in try Self.moment(text, "--to") } ?? now
        if let from {
            guard last == nil else {
                throw MonitoringError(
                    .monitoringInvalid,
                    "--from and --last both say where the window begins; give one"
                )
            }
            self.from = try Self.moment(from, "--from")
        } else {
            guard let span = TimeSpan(last ?? "7d"), span.microseconds > 0 else {
                throw MonitoringError(
                    .monitoringInvalid,
                    "--last is '\(last ?? "")'; it must be a time span such as 24h or 7d"
                )
            }
            self.from = end - span
        }
        self.to = end
        guard self.from < self.to else {
            throw MonitoringError(
                .monitoringInvalid,
                "the window begins at \(self.from) and ends at \(self.to); it is empty"
            )
        }
    }

    func contains(_ moment: EventTime) -> Bool { self.from <= moment && moment < self.to }

    private static func moment(_ text: String, _ option: String) throws(MonitoringError) -> EventTime {
        guard let moment = EventTime(iso8601: text) else {
            throw MonitoringError(
                .monitoringInvalid,
                "\(option) is '\(text)'; it must be a time such as 2026-11-21 or 2026-11-21T10:00:00Z"
            )
        }
        return moment
    }
}
