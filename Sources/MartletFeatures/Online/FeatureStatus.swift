package import MartletCore

/// Whether an online feature can be used.
package enum FeatureStatus: String, Sendable, Hashable, Codable, CaseIterable {
    /// There is a value, and it is young enough.
    case present = "PRESENT"
    /// The entity has no row.
    case notFound = "NOT_FOUND"
    /// The row holds no value.
    case nullValue = "NULL_VALUE"
    /// The row is older than the view's time to live.
    case outsideMaxAge = "OUTSIDE_MAX_AGE"

    /// Judges a row by the rule of the point-in-time join: valid while `eventTime ≥ now − ttl`.
    ///
    /// A row from the future (`eventTime > now`) does not exist yet, and without an `eventTime` there is no row.
    /// `isMissing` says that the feature's value is null or `NaN`.
    package static func of(eventTime: EventTime?, isMissing: Bool, now: EventTime, ttl: TimeSpan?) -> FeatureStatus {
        guard let eventTime, eventTime <= now else { return .notFound }
        if let ttl, eventTime < now - ttl { return .outsideMaxAge }
        return isMissing ? .nullValue : .present
    }
}

/// One feature as a model gets it, with the reason when it is missing.
package struct FeatureReading: Sendable, Hashable {
    package let status: FeatureStatus
    /// The value for the model: null unless `status` is ``FeatureStatus/present``, except that a count of an unknown
    /// entity is 0, as in training.
    package let value: Value

    /// Judges and takes feature `index` of `view` from `row` at the moment `now`.
    package init(_ row: OnlineRow?, of view: FeatureView, at index: Int, now: EventTime) {
        self.init(
            value: row?.values[index] ?? .null,
            eventTime: row?.eventTime,
            feature: view.features[index],
            now: now,
            ttl: view.ttl
        )
    }

    /// Judges `value`, found in a row of `eventTime`, at the moment `now`; `eventTime` is `nil` when there is no row.
    package init(value: Value, eventTime: EventTime?, feature: Feature, now: EventTime, ttl: TimeSpan?) {
        self.status = FeatureStatus.of(eventTime: eventTime, isMissing: value.isMissing, now: now, ttl: ttl)
        switch self.status {
        case .present: self.value = value
        case .notFound: self.value = feature.valueWhenAbsent
        case .nullValue, .outsideMaxAge: self.value = .null
        }
    }
}
