import Foundation
import MartletCore

/// What `simulations/*.yaml` says: the world that a simulation lets a workspace live in.
///
/// Only the world is made up: visitors, what they do and sign, when data arrive and when people decide. Everything that
/// answers them is the workspace's own.
struct SimulationPlan: DocumentObject, Sendable {
    let name: String
    let description: String?
    let endpoint: Located<String>
    /// The recipe whose rows visitors look at; its label is what came true.
    let recipe: Located<String>
    /// How a new version comes to the endpoint.
    let release: Located<String>
    /// The first day, such as `2026-03-02`; `nil` for the last Monday whose days the arriving data cover.
    let start: EventTime?
    let zone: TimeZone
    let arrivals: NamedItems<SimulatedArrival>
    let first: FirstModel
    let visitors: VisitorPlan
    let people: PeoplePlan
    let durations: StepDurations

    init(from reader: ObjectReader) {
        self.name = reader.required("name", String.self, "The name of the plan.")
        self.description = reader.optional("description", String.self, "What the plan is for.")
        self.endpoint = reader.required("endpoint", Located<String>.self, "The endpoint that visitors ask.")
        self.recipe = reader.required(
            "recipe",
            Located<String>.self,
            "The recipe whose rows visitors look at; its label is what comes true."
        )
        self.release = reader.required(
            "release",
            Located<String>.self,
            "The release plan by which a new version comes to the endpoint."
        )
        self.start = reader.optional(
            "start",
            EventTime.self,
            "The first day; by default the last Monday whose days the arriving data cover."
        )
        let zone = reader.value("timezone", default: "UTC", "The zone of days and hours.", documentedDefault: "UTC")
        self.zone = TimeZone(identifier: zone) ?? .gmt
        if TimeZone(identifier: zone) == nil {
            reader.report(
                .documentInvalidValue,
                "'\(zone)' is no time zone; write one such as Asia/Seoul or UTC."
                    + NearestName.suggestion(zone, among: TimeZone.knownTimeZoneIdentifiers),
                at: "timezone"
            )
        }
        self.arrivals = reader.value(
            "arrivals",
            default: NamedItems<SimulatedArrival>([]),
            "Sources whose rows arrive day by day; other sources are there from the start."
        )
        self.first = reader.value("first_model", default: FirstModel(), "What is live when the simulation begins.")
        self.visitors = reader.value("visitors", default: VisitorPlan(), "Who asks, and what they do with the answer.")
        self.people = reader.value("people", default: PeoplePlan(), "Who approves and promotes, and when.")
        self.durations = reader.value("durations", default: StepDurations(), "How long steps of pipelines take.")
    }
}

/// When the rows of a source arrive.
struct SimulatedArrival: DocumentObject, Sendable {
    /// The column of the source with the day of a row.
    let date: Located<String>
    /// How long after the beginning of that day the row can be collected.
    let delay: TimeSpan

    init(from reader: ObjectReader) {
        self.date = reader.required("date", Located<String>.self, "The column with the day of a row.")
        self.delay = reader.value(
            "delay",
            default: .days(1),
            "How long after the beginning of its day a row can be collected.",
            documentedDefault: "1d"
        )
    }
}

/// The model that is live when a simulation begins.
struct FirstModel: DocumentObject, Sendable {
    /// How long before the start it was trained, on what had arrived by then.
    let age: TimeSpan
    /// The recipe; `nil` for that of the plan.
    let recipe: Located<String>?

    init() { (self.age, self.recipe) = (.days(30), nil) }

    init(from reader: ObjectReader) {
        self.age = reader.value(
            "age",
            default: .days(30),
            "How long before the start it was trained, on what had arrived by then.",
            documentedDefault: "30d"
        )
        self.recipe = reader.optional("recipe", Located<String>.self, "Its recipe; by default that of the plan.")
        if self.age.microseconds < 0 { reader.report(.documentInvalidValue, "age must be 0s or more", at: "age") }
    }
}

/// When people decide, and how.
struct PeoplePlan: DocumentObject, Sendable {
    /// Minutes after midnight.
    let minute: Int
    let name: String
    /// Whether somebody decides on Saturdays and Sundays too.
    let worksOnWeekends: Bool
    /// Whether a version that passed its gates is approved.
    let approves: Bool

    init() { (self.minute, self.name, self.worksOnWeekends, self.approves) = (10 * 60 + 15, "ada", false, true) }

    init(from reader: ObjectReader) {
        let text = reader.value(
            "at",
            default: "10:15",
            "The time of day at which they look at what waits for them.",
            documentedDefault: "10:15"
        )
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
        if parts.count == 2, let hour = parts[0], let minute = parts[1], (0..<24).contains(hour),
            (0..<60).contains(minute)
        {
            self.minute = hour * 60 + minute
        } else {
            reader.report(.documentInvalidValue, "'\(text)' is no time of day; write it such as 10:15", at: "at")
            self.minute = 0
        }
        self.name = reader.value("by", default: "ada", "Who decides, for the ledger.", documentedDefault: "ada")
        self.worksOnWeekends = reader.value(
            "weekends",
            default: false,
            "Whether they decide on Saturdays and Sundays too.",
            documentedDefault: false
        )
        self.approves = reader.value(
            "approve",
            default: true,
            "Whether they approve the newest version that passed its gates.",
            documentedDefault: true
        )
        if self.name.allSatisfy(\.isWhitespace) {
            reader.report(.documentInvalidValue, "name the one who decides", at: "by")
        }
    }
}

/// How long steps of pipelines take; the work itself is done at once.
struct StepDurations: DocumentObject, Sendable {
    let ingest: TimeSpan
    let materialize: TimeSpan
    let train: TimeSpan
    let command: TimeSpan

    init() {
        let minutes = { (count: Int64) in TimeSpan.seconds(60 * count) }
        (self.ingest, self.materialize, self.train, self.command) = (minutes(20), minutes(10), minutes(45), minutes(1))
    }

    init(from reader: ObjectReader) {
        let standard = StepDurations()
        self.ingest = reader.value("ingest", default: standard.ingest, "Of ingest.", documentedDefault: "20m")
        self.materialize = reader.value(
            "materialize",
            default: standard.materialize,
            "Of materialize.",
            documentedDefault: "10m"
        )
        self.train = reader.value("train", default: standard.train, "Of train and retrain.", documentedDefault: "45m")
        self.command = reader.value("command", default: standard.command, "Of programs.", documentedDefault: "1m")
    }
}
