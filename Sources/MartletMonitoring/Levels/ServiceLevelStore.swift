package import MartletCore
package import MartletTracking

/// Keeps what promises are measured by: requests by the minute, tries to bring data up to date, figures of models.
///
/// Every implementation keeps these rules, and `ServiceLevelStoreContract` holds each one to them:
/// - Counts of one minute that several processes add are summed.
/// - What was added is there after a restart.
/// - A try is known by its subject and moment, and kept once.
package protocol ServiceLevelStore: Sendable {
    /// Adds counts to those of their minutes.
    func add(_ minutes: [ServiceMinute]) async throws(TrackingError)

    /// The minutes from the first to before the last, by endpoint and minute; minutes without requests are left out.
    func minutes(from: Int64, to: Int64) async throws(TrackingError) -> [ServiceMinute]

    /// The sums over windows, each from a minute to before `end`; one list for each endpoint, in the order of `begins`.
    func sums(since begins: [Int64], to end: Int64) async throws(TrackingError) -> [String: [ServiceMinute]]

    /// Keeps a try.
    func note(_ attempt: DataAttempt) async throws(TrackingError)

    /// The tries from the first moment to before the last, the oldest first.
    func attempts(from: EventTime, to: EventTime) async throws(TrackingError) -> [DataAttempt]

    /// How each thing stands that was ever tried, by subject.
    func standings() async throws(TrackingError) -> [String: DataStanding]

    /// Replaces readings by newer ones of the same kind and subject.
    func put(_ readings: [LevelReading]) async throws(TrackingError)

    /// The last reading of each kind and subject.
    func readings() async throws(TrackingError) -> [LevelReading]

    /// Keeps how much of a host is used; of what several readings say of one minute, the most of each figure stays.
    func note(_ minute: HostMinute) async throws(TrackingError)

    /// How much of the hosts was used, from the first minute to before the last, by minute.
    func hostMinutes(from: Int64, to: Int64) async throws(TrackingError) -> [HostMinute]

    /// Keeps that variants are out; one that was kept with the same beginning grows.
    func note(_ outages: [OutageSpan]) async throws(TrackingError)

    /// The times in which variants were out, as far as they touch the time from the first moment to before the last.
    func outages(from: EventTime, to: EventTime) async throws(TrackingError) -> [OutageSpan]

    /// Removes minutes, tries and outages before `moment`; the last tries at each thing stay.
    func forget(before moment: EventTime) async throws(TrackingError)
}
