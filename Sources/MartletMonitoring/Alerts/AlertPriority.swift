/// How soon somebody must react.
package enum AlertPriority: String, Sendable, Hashable, Codable, CaseIterable {
    /// Requests fail or no answer comes: within 15 minutes, at any hour.
    case p0 = "P0"
    /// A promise is being broken: within an hour.
    case p1 = "P1"
    /// It will be broken: within a working day.
    case p2 = "P2"
    /// To be known: within a week.
    case p3 = "P3"

    /// The reaction time, as a person reads it.
    package var reaction: String {
        switch self {
        case .p0: "15 minutes, at any hour"
        case .p1: "an hour"
        case .p2: "a working day"
        case .p3: "a week"
        }
    }
}
