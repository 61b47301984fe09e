import MartletCore
import MartletTracking

/// Registered models as SageMaker's clients see them.
struct ModelPackageGroups: Sendable {
    let registry: any ModelRegistry
    let now: @Sendable () -> EventTime

    /// The kind in resource names.
    static let kind = "model-package-group"
    /// The most models that are listed.
    private static let modelLimit = 100_000

    private enum SortKey: String, CaseIterable {
        case name = "Name"
        case creationTime = "CreationTime"
    }

    func create(_ request: SageMakerRequest) async throws -> JSONValue {
        let name = try request.required("ModelPackageGroupName")
        let author = Principal.attribution(orClaimed: "sagemaker", at: self.now())
        _ = try await self.registry.createModel(
            named: name,
            description: try request.text("ModelPackageGroupDescription") ?? "",
            tags: try request.tags(),
            author
        )
        return .object(["ModelPackageGroupArn": .string(request.arn(Self.kind, name))])
    }

    func describe(_ request: SageMakerRequest) async throws -> JSONValue {
        let model = try await Self.model(try request.required("ModelPackageGroupName"), in: self.registry)
        var members = Self.summary(model, request)
        members["CreatedBy"] = .object([:])
        return .object(members)
    }

    func list(_ request: SageMakerRequest) async throws -> JSONValue {
        let page = try SageMakerPage(request)
        let part = try request.text("NameContains")?.lowercased()
        let key = try request.word("SortBy", SortKey.self) ?? .creationTime
        let order = try request.word("SortOrder", SageMakerOrder.self) ?? .ascending
        let after = try request.moment("CreationTimeAfter")
        let before = try request.moment("CreationTimeBefore")
        let models = try await self.registry.models(limit: Self.modelLimit)
            .filter { model in
                part.map { model.name.lowercased().contains($0) } ?? true
                    && after.map { model.createdAt > $0 } ?? true && before.map { model.createdAt < $0 } ?? true
            }
            .sorted { first, second in
                key == .name || first.createdAt == second.createdAt
                    ? first.name < second.name : first.createdAt < second.createdAt
            }
        let items = (order == .ascending ? models : models.reversed())
            .map { JSONValue.object(Self.summary($0, request)) }
        return page.answer("ModelPackageGroupSummaryList", items)
    }

    /// Deletes a group that holds no package.
    func delete(_ request: SageMakerRequest) async throws -> JSONValue {
        let model = try await Self.model(try request.required("ModelPackageGroupName"), in: self.registry)
        guard try await self.registry.versions(of: model.name).isEmpty else {
            throw SageMakerError(
                "ConflictException",
                "Cannot delete Model Package Group \(model.name): it still holds model packages; delete them first"
            )
        }
        try await self.registry.deleteModel(
            model.name,
            Principal.attribution(orClaimed: "sagemaker", at: self.now())
        )
        return .object([:])
    }

    /// The registered model that `text`, a name or a resource name, names.
    static func model(_ text: String, in registry: any ModelRegistry) async throws -> RegisteredModel {
        let name = SageMakerRequest.name(in: text, of: Self.kind)
        if let model = try await registry.model(named: name) { return model }
        throw SageMakerError.validation("Could not find Model Package Group \(name.prefix(100)).")
    }

    private static func summary(_ model: RegisteredModel, _ request: SageMakerRequest) -> [String: JSONValue] {
        var members: [String: JSONValue] = [
            "ModelPackageGroupName": .string(model.name),
            "ModelPackageGroupArn": .string(request.arn(Self.kind, model.name)),
            "CreationTime": model.createdAt.seconds, "ModelPackageGroupStatus": "Completed",
        ]
        if !model.description.isEmpty { members["ModelPackageGroupDescription"] = .string(model.description) }
        return members
    }
}

/// The order of a list.
enum SageMakerOrder: String, CaseIterable {
    case ascending = "Ascending"
    case descending = "Descending"
}
