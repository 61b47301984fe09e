import MartletCore
import MartletTracking

/// The registered models, each with its newest version and what is live.
struct ModelsPage: Sendable {
    static let pageSize = 50

    let visit: ConsoleVisit
    let context: ConsoleContext

    func page() async throws -> ConsolePage {
        let wanted = self.visit.query["q"]?.lowercased()
        let models = try await self.context.registry.models(limit: 10_000)
            .filter { wanted == nil || $0.name.lowercased().contains(wanted ?? "") }
        let paging = Paging(self.visit, size: Self.pageSize, count: models.count, path: Address.of("models"))
        let live = try await self.context.deployments.snapshot().deployments
        var rows: [View] = []
        for model in models.dropFirst(paging.offset).prefix(Self.pageSize) {
            rows.append(try await self.row(model, live))
        }
        return ConsolePage(
            template: "models",
            title: self.visit.words["models"],
            section: .models,
            view: [
                "rows": rows, "hasRows": !rows.isEmpty, "search": self.visit.query["q"] ?? "",
                "isSearch": wanted != nil,
                "count": Figures.count(models.count), "paging": paging.view, "path": Address.of("models"),
            ]
        )
    }

    private func row(_ model: RegisteredModel, _ live: [Deployment]) async throws -> View {
        let versions = try await self.context.registry.versions(of: model.name)
        let waiting = versions.count { $0.approval.status == .pendingManualApproval }
        var view: View = [
            "modelName": model.name, "modelAddress": Address.of("models", model.name),
            "description": model.description.isEmpty ? nil : model.description,
            "updated": self.visit.figures.view(model.updatedAt),
            "versionCount": Figures.count(versions.count),
            "waiting": waiting > 0 ? self.visit.words("models.waiting", Figures.count(waiting)) : nil,
            "aliases": model.aliases.sorted { $0.key < $1.key }
                .map { alias, number -> View in
                    ["alias": alias, "aliasVersion": String(number), "aliasAddress": Self.address(model.name, number)]
                },
            "endpoints": live.filter { $0.version.model == model.name }
                .map { ["endpoint": $0.endpoint, "endpointVersion": String($0.version.number)] as View },
        ]
        if let newest = versions.first { view["newest"] = VersionBadge.view(newest, self.visit) }
        return view
    }

    static func address(_ model: String, _ number: Int) -> String {
        Address.of("models", model, "versions", String(number))
    }
}

/// How a model version is named and marked wherever it is mentioned.
enum VersionBadge {
    /// Name, address, approval and aliases of `version`.
    static func view(_ version: ModelVersion, _ visit: ConsoleVisit) -> View {
        [
            "versionName": version.id.description, "versionNumber": String(version.id.number),
            "versionAddress": ModelsPage.address(version.id.model, version.id.number),
            "approval": self.style(version.approval.status),
            "approvalText": visit.words["approval." + version.approval.status.rawValue],
            "versionAliases": version.aliases,
            "stage": version.stage == .none ? nil : version.stage.rawValue,
            "registered": visit.figures.view(version.createdAt), "registeredBy": version.createdBy,
        ]
    }

    /// The style class of an approval.
    static func style(_ status: ApprovalStatus) -> String {
        switch status {
        case .pendingManualApproval: "pending"
        case .approved: "approved"
        case .rejected: "rejected"
        }
    }
}
