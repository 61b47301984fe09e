import Foundation
import MartletCore
import MartletFeatures
import MartletMonitoring
import MartletStores

extension Application {
    /// Every entity, feature view and feature service of the workspace.
    ///
    /// - Throws: ``WorkspaceInvalid`` when the files do not fit together.
    func catalog() throws -> FeatureCatalog {
        let context = DocumentContext()
        let catalog = FeatureCatalog.build(self.workspace.features.map(\.definition), in: context)
        guard !context.hasErrors else { throw WorkspaceInvalid(diagnostics: context.diagnostics) }
        return catalog
    }

    /// The history of all features.
    func offline() -> any OfflineStore { DuckDBOfflineStore(session: self.warehouse()) }

    /// The newest row of each entity.
    func online() throws -> any OnlineStore { try SQLiteOnlineStore(path: self.statePath("online.sqlite")) }

    /// The recorded versions of definitions.
    func featureRegistry() throws -> any FeatureRegistry { SQLFeatureRegistry(try self.metadata.database()) }

    /// Compares the definitions with the recorded ones, and records what differs.
    func applyFeatures(isDryRun: Bool) async throws -> FeatureApplication {
        let registry = try self.featureRegistry()
        let plan = FeatureApplication(try self.catalog(), recorded: try await registry.current())
        if !isDryRun { try await plan.record(in: registry, at: self.clock.now) }
        return plan
    }

    /// Brings the online rows of the named views, or of all, to the moment `asOf`.
    func materialize(
        _ names: [String],
        asOf: EventTime,
        isFull: Bool,
        progress: @escaping @Sendable (String, Int) -> Void
    ) async throws -> [MaterializationReport] {
        let catalog = try self.catalog()
        let views = names.isEmpty ? catalog.views : try names.map { try catalog.view($0) }
        let service = MaterializationService(offline: self.offline(), online: try self.online())
        var reports: [MaterializationReport] = []
        for view in views {
            do {
                let report = try await service.materialize(view, asOf: asOf, fullRefresh: isFull) {
                    progress(view.name, $0)
                }
                reports.append(report)
                await self.note(
                    DataAttempt(
                        subject: "view:\(view.name)",
                        at: self.clock.now,
                        outcome: .fresh,
                        rowCount: report.rowsChanged
                    )
                )
            } catch {
                await self.note(
                    DataAttempt(
                        subject: "view:\(view.name)",
                        at: self.clock.now,
                        outcome: .failed,
                        reason: Remark(said: readableMessage(of: error))
                    )
                )
                throw error
            }
        }
        return reports
    }

    /// One feature of one entity as serving sees it.
    struct OnlineReading {
        let view: String
        let feature: String
        let reading: FeatureReading
        let eventTime: EventTime?
    }

    /// Reads the features of a service for one entity, in model order.
    func readOnline(_ serviceName: String, _ pairs: KeyValueArguments, now: EventTime) async throws -> [OnlineReading] {
        let service = try self.catalog().service(serviceName)
        let names = service.joinKeys.map(\.name)
        for pair in pairs.pairs where !names.contains(pair.key) {
            throw CommandError(
                .commandInvalidArgument,
                "service '\(serviceName)' has no join key '\(pair.key)'." + WorkspaceChecker.hint(pair.key, names),
                status: .invalid
            )
        }
        let store = try self.online()
        var rows: [String: OnlineRow] = [:]
        for view in service.views {
            let values = try view.joinKeys.map { key in
                guard let text = pairs[key.name], let value = KeyValueArguments.value(text, type: key.type) else {
                    throw CommandError(
                        .commandInvalidArgument,
                        "feature view '\(view.name)' needs \(key.name)=\(key.type.rawValue)",
                        status: .invalid
                    )
                }
                return value
            }
            guard let key = EntityKey(values, for: view.joinKeys) else { continue }
            if let row = try await store.read(view.onlineIdentity, keys: [key])[0] { rows[view.name] = row }
        }
        return service.features.compactMap { reference in
            guard let view = service.view(reference.view), let index = view.index(of: reference.feature) else {
                return nil
            }
            return OnlineReading(
                view: view.name,
                feature: reference.feature,
                reading: FeatureReading(rows[view.name], of: view, at: index, now: now),
                eventTime: rows[view.name]?.eventTime
            )
        }
    }
}
