import ArgumentParser
import MartletCore
import MartletFeatures

/// `martlet features materialize`.
struct FeaturesMaterializeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "materialize",
        abstract: "Write the newest valid row of each entity to the online store.",
        discussion: """
            Only what is new since the last run is read; a run that was interrupted goes on where it stopped. A running
            server takes the rows without a restart.

            Examples:
              martlet features materialize
              martlet features materialize building_sales --as-of 2023-05-23
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "The feature views; by default all.")
    var views: [String] = []
    @Option(help: "The moment the rows stand for, in ISO 8601; by default now.")
    var asOf: String?
    @Flag(help: "Read everything, and remove rows whose source has gone.")
    var full = false

    func run() async throws {
        let application = try self.options.application()
        let moment = try Self.moment(self.asOf) ?? application.clock.now
        let progress = ProgressLine(application.terminal)
        let reports = try await application.materialize(self.views, asOf: moment, isFull: self.full) { view, count in
            progress.update(view, "\(Quantity.count(count)) entities")
        }
        progress.finish()
        application.terminal.show(
            Self.table(reports),
            asJSON: self.json.isEnabled,
            emptyNote: "the workspace has no feature views"
        )
    }

    /// One row for each view.
    static func table(_ reports: [MaterializationReport]) -> Table {
        var table = Table([
            .init("view"), .init("as_of"), .init("entities_read", nil, .right), .init("rows_changed", nil, .right),
            .init("mode"),
        ])
        for report in reports {
            let mode = report.isResumed ? "resumed" : report.isIncremental ? "incremental" : "full"
            table.add([
                .text(report.view), .time(report.asOf), .count(report.entitiesRead), .count(report.rowsChanged),
                .text(mode),
            ])
        }
        return table
    }

    /// Reads a moment a person wrote.
    static func moment(_ text: String?) throws -> EventTime? {
        guard let text else { return nil }
        if let moment = EventTime(iso8601: text) { return moment }
        throw CommandError(
            .commandInvalidArgument,
            "'\(text)' is not a time; write ISO 8601 such as 2023-05-23 or 2023-05-23T10:15:00+09:00",
            status: .invalid
        )
    }
}

/// `martlet features get SERVICE key=value`.
struct FeaturesGetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Show the online features of one entity: value, time, age, status.",
        discussion: """
            Status is PRESENT, NOT_FOUND, NULL_VALUE or OUTSIDE_MAX_AGE, as serving sees it.

            Example:
              martlet features get apartment_price building_id="강남구 대치동 316" district_code=11680
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "The feature service.")
    var service: String
    @Argument(help: "key=value for each join key.")
    var keys: [String]

    func run() async throws {
        let application = try self.options.application()
        let now = application.clock.now
        let readings = try await application.readOnline(self.service, KeyValueArguments(self.keys), now: now)
        var table = Table([
            .init("view"), .init("feature"), .init("value", nil, .right), .init("status"), .init("event_time"),
            .init("age_seconds", "age", .right),
        ])
        for item in readings {
            let age = item.eventTime.map { Double(now.microseconds - $0.microseconds) / 1_000_000 }
            table.add([
                .text(item.view), .text(item.feature), .value(item.reading.value), .text(item.reading.status.rawValue),
                .time(item.eventTime),
                .init(age.map { Quantity.age($0) } ?? "", json: age.map { .number($0) } ?? .null),
            ])
        }
        application.terminal.show(table, asJSON: self.json.isEnabled)
    }
}

/// `martlet features historical SPINE SERVICE -o OUT`.
struct FeaturesHistoricalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "historical",
        abstract: "Join the features of a service to a file, each as known at the row's moment.",
        discussion: """
            Rows keep their order and number; an entity without history gets nulls.

            Example:
              martlet features historical spine.csv apartment_price -o training.parquet --timestamp sold_at
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "A CSV, Parquet or JSON-lines file with the join keys and a timestamp.")
    var spine: String
    @Argument(help: "The feature service.")
    var service: String
    @Option(name: .shortAndLong, help: "The Parquet file to write.")
    var output: String
    @Option(help: "The column with the moment of each row.")
    var timestamp = "event_timestamp"

    func run() async throws {
        let application = try self.options.application()
        let service = try application.catalog().service(self.service)
        let request = HistoricalRequest(
            spine: .file(self.spine),
            timestampColumn: self.timestamp,
            service: service,
            output: self.output
        )
        let result = try await application.offline().historicalFeatures(request)
        var table = Table([.init("column"), .init("type"), .init("present", nil, .right)])
        for field in result.schema.fields {
            table.add([.text(field.name), .text(field.type.rawValue), .count(result.presentCounts[field.name])])
        }
        application.terminal.show(table, asJSON: self.json.isEnabled)
        application.terminal.note(
            "\(Quantity.count(result.rowCount)) rows in \(self.output), \(result.contentHash.short)"
        )
    }
}
