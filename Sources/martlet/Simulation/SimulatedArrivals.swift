import Foundation
import MartletCore
import MartletIngest
import Synchronization

/// The data of a simulation: rows of the workspace's own files, each of which can be collected from its day on.
///
/// A source whose batches replace each other offers one file that grows. One whose batches are added offers a file for
/// each collection, with what is new.
final class SimulatedArrivals: Sendable {
    /// One source.
    private struct Stream: Sendable {
        let place: SourceOrigin.Place
        let isReplaced: Bool
        let header: Data
        let records: [Data]
        /// From when on each record can be collected.
        let moments: [EventTime]
        /// Up to when records stand in files, and these files.
        var until: EventTime?
        var files: [SourceOffer] = []
    }

    private let folder: URL
    private let streams: Mutex<[String: Stream]>
    private let failures: Mutex<[Range<EventTime>]> = Mutex([])

    /// Reads the files of the plan's sources; what a collection finds is written to `folder`.
    ///
    /// - Throws: `CommandError` with `simulation.invalid` for a source that cannot arrive day by day.
    init(_ plan: SimulationPlan, _ workspace: Workspace, folder: URL) throws {
        self.folder = folder
        let calendar = SimulatedCalendar(plan.zone)
        var streams: [String: Stream] = [:]
        for entry in plan.arrivals.entries {
            let definition = try Self.source(entry.name, workspace)
            let records = try Self.records(of: definition, entry.value, workspace)
            let moments = records.days.map { day in
                day.map { calendar.midnight(ofDate: $0) + entry.value.delay } ?? EventTime(microseconds: 0)
            }
            streams[entry.name] = Stream(
                place: definition.location.place,
                isReplaced: definition.updates == .replace,
                header: records.header,
                records: records.records,
                moments: moments
            )
        }
        self.streams = Mutex(streams)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    /// When the last record of any source can be collected; `nil` without one.
    var last: EventTime? { self.streams.withLock { $0.values.compactMap { $0.moments.max() }.min() } }

    /// Has no source answer in `time`.
    func fail(in time: Range<EventTime>) { self.failures.withLock { $0.append(time) } }

    /// What a source offers at `now`; `nil` for one that does not arrive by day, and for the fallback of one that does.
    ///
    /// - Throws: ``IngestError`` while sources do not answer.
    func offers(of definition: SourceDefinition, at now: EventTime) throws -> [SourceOffer]? {
        let name = definition.name
        return try self.streams.withLock { streams in
            guard var stream = streams[name], stream.place == definition.location.place else { return nil }
            if self.failures.withLock({ $0.contains { $0.contains(now) } }) {
                throw IngestError(
                    .ingestFailed,
                    "source '\(name)' does not answer (the simulation had it fail); it is back the next day"
                )
            }
            try self.collect(&stream, name, now)
            streams[name] = stream
            return stream.files
        }
    }

    private func collect(_ stream: inout Stream, _ name: String, _ now: EventTime) throws {
        let until = stream.until
        let isKnown = { (moment: EventTime) in until.map { moment <= $0 } ?? false }
        let new = stream.moments.filter { $0 <= now && !isKnown($0) }
        stream.until = max(until ?? now, now)
        guard !new.isEmpty else { return }
        let isWhole = stream.isReplaced
        var data = stream.header
        for (record, moment) in zip(stream.records, stream.moments)
        where moment <= now && (isWhole || !isKnown(moment)) {
            data.append(record)
        }
        let day = isWhole ? "" : "-" + now.description.prefix(16).replacing(":", with: "")
        let file = self.folder.appending(path: "\(name)\(day).csv")
        try data.write(to: file)
        // One place whose batches replace each other has one name.
        let offer = SourceOffer(.file(file.path), origin: "arrivals/\(file.lastPathComponent)")
        stream.files = isWhole ? [offer] : stream.files + [offer]
    }

    private static func source(_ name: String, _ workspace: Workspace) throws -> SourceDefinition {
        if let found = workspace.sources.first(where: { $0.definition.name == name }) { return found.definition }
        throw CommandError(
            .workspaceUnknownName,
            "there is no source '\(name)'." + WorkspaceChecker.hint(name, workspace.sources.map(\.definition.name)),
            status: .invalid
        )
    }

    private static func records(
        of definition: SourceDefinition,
        _ arrival: SimulatedArrival,
        _ workspace: Workspace
    ) throws -> DatedRecords {
        let columns = definition.columns
        guard let column = columns.first(where: { $0.name == arrival.date.value }) else {
            throw CommandError(
                .workspaceUnknownName,
                "source '\(definition.name)' has no column '\(arrival.date.value)'."
                    + WorkspaceChecker.hint(arrival.date.value, columns.map(\.name)),
                status: .invalid
            )
        }
        guard case .csv(let format) = definition.format, format.hasHeader,
            case .path(let path) = definition.location.place
        else {
            throw CommandError(
                .simulationInvalid,
                "source '\(definition.name)' cannot arrive day by day: that takes a CSV file with a header at "
                    + "'location.path'; leave it out of 'arrivals'",
                status: .invalid
            )
        }
        if let pattern = column.format ?? format.dateFormat, !pattern.hasPrefix("YYYY") {
            throw CommandError(
                .simulationInvalid,
                "source '\(definition.name)' cannot arrive by '\(column.name)': its dates are written \(pattern), and "
                    + "the year must come first",
                status: .invalid
            )
        }
        let file = workspace.resolve(path)
        guard let data = FileManager.default.contents(atPath: file.path) else {
            throw CommandError(
                .commandNotFound,
                "source '\(definition.name)' reads '\(path)', and there is no such file",
                status: .invalid
            )
        }
        return try DatedRecords(data, format, column: column.rawName, source: definition.name)
    }
}

/// Brings what has arrived by now, and leaves other sources to `others`.
struct ArrivalFetcher: SourceFetcher {
    let arrivals: SimulatedArrivals
    let others: any SourceFetcher

    func offers(of definition: SourceDefinition, at now: EventTime) async throws -> [SourceOffer] {
        if let offers = try self.arrivals.offers(of: definition, at: now) { return offers }
        return try await self.others.offers(of: definition, at: now)
    }

    func fetch(
        _ offer: SourceOffer,
        of definition: SourceDefinition,
        since watermark: String?,
        into receiver: any RawReceiver
    ) async throws -> FetchResult {
        try await self.others.fetch(offer, of: definition, since: watermark, into: receiver)
    }
}
