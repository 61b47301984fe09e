package import MartletCore

/// What one endpoint was asked in one minute, by all processes together.
package struct ServiceMinute: Sendable, Hashable {
    package let endpoint: String
    /// Minutes since 1970-01-01T00:00:00Z.
    package let minute: Int64
    /// Requests that were answered, or failed by the server's fault.
    package var requestCount: Int
    /// Requests that failed by the server's fault.
    package var faultCount: Int
    /// Requests that took longer than the latency that is promised.
    package var lateCount: Int
    /// Requests that took longer than the latency that is told of.
    package var slowCount: Int

    /// Counts the requests of a minute.
    package init(
        endpoint: String,
        minute: Int64,
        requestCount: Int = 0,
        faultCount: Int = 0,
        lateCount: Int = 0,
        slowCount: Int = 0
    ) {
        self.endpoint = endpoint
        self.minute = minute
        self.requestCount = requestCount
        self.faultCount = faultCount
        self.lateCount = lateCount
        self.slowCount = slowCount
    }

    /// The minute that holds `moment`.
    package static func holding(_ moment: EventTime) -> Int64 {
        let (quotient, remainder) = moment.microseconds.quotientAndRemainder(dividingBy: 60_000_000)
        return remainder < 0 ? quotient - 1 : quotient
    }

    /// When the minute begins.
    package var begin: EventTime { EventTime(microseconds: self.minute * 60_000_000) }
}
