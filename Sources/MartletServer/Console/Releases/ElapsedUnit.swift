/// The unit in which the time since a start is drawn: the largest of which two have passed.
enum ElapsedUnit: Double {
    case minutes = 1_440
    case hours = 24
    case days = 1

    /// The unit for an axis that reaches to `days`.
    init(reaching days: Double) {
        self = days >= 2 ? .days : days * 24 >= 2 ? .hours : .minutes
    }

    /// How many of it are a day.
    var perDay: Double { self.rawValue }

    /// The key of its name.
    var phrase: String {
        switch self {
        case .minutes: "test.inMinutes"
        case .hours: "test.inHours"
        case .days: "test.inDays"
        }
    }
}
