import MartletCore
import MartletIngest
import MartletMonitoring
import MartletServer
import MartletStores

extension Application {
    /// What is wrong, and who takes it on.
    func alerts() throws -> any AlertStore { SQLAlertStore(try self.metadata.database()) }

    /// What promises are measured by.
    func levels() throws -> any ServiceLevelStore { SQLServiceLevelStore(try self.metadata.database()) }

    /// What was told of alerts, and what was done about them by itself.
    func alertLog() throws -> AlertLog {
        AlertLog(deliveries: try self.alertDeliveries(), actions: try self.alertActions())
    }

    /// What the routes and pages of alerts stand on.
    func alertContext() throws -> AlertContext {
        let (reader, clock) = (try AlertFactReader(self), self.clock)
        return AlertContext(
            store: try self.alerts(),
            log: try self.alertLog(),
            levels: { try await reader.report(at: clock.now) },
            now: { clock.now }
        )
    }

    /// Keeps how something went; what was done stays done when that fails.
    func note(_ attempt: DataAttempt) async {
        do {
            try await self.levels().note(attempt)
        } catch {
            self.terminal.note("\(attempt.subject): how it went was not kept: \(readableMessage(of: error))")
        }
    }
}

extension DataAttempt {
    /// A load of a source that ended with `reports`: the worst of them counts.
    init(_ reports: [IngestReport], of source: String, at now: EventTime) {
        let refused = reports.first { $0.outcome == .refused }
        let isFresh = reports.contains { $0.outcome == .loaded || $0.outcome == .reloaded }
        let fallback = reports.first { $0.isFallback }
        let changes = reports.compactMap(\.figures.schemaChanges).flatMap(\.self)
        self.init(
            subject: "source:\(source)",
            at: now,
            outcome: refused != nil
                ? .refused : fallback != nil ? .fallback : isFresh ? .fresh : .nothingNew,
            reason: refused.flatMap { .all($0.figures.refusalReasons) },
            rowCount: reports.reduce(0) { $0 + $1.figures.rowsLoaded },
            quarantinedCount: reports.reduce(0) { $0 + $1.figures.rowsQuarantined },
            schemaChanges: changes
        )
    }

    /// A load of a source that failed with `error`.
    init(_ error: any Error, of source: String, at now: EventTime) {
        let reason = Remark(said: readableMessage(of: error))
        self.init(subject: "source:\(source)", at: now, outcome: .failed, reason: reason)
    }
}
