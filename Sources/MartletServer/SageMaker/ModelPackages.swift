import Foundation
import MartletCore
import MartletTracking

/// Versions of registered models as SageMaker's clients see them.
struct ModelPackages: Sendable {
    let registry: any ModelRegistry
    let rule: ApprovalRule
    let now: @Sendable () -> EventTime

    /// The kind in resource names.
    static let kind = "model-package"

    /// The tags that keep what only SageMaker knows.
    private enum Tag {
        static let specification = "sagemaker.inference_specification"
        static let metrics = "sagemaker.model_metrics"
        static let metadata = "sagemaker.customer_metadata"
        static let clientToken = "sagemaker.client_token"
    }

    private enum SortKey: String, CaseIterable {
        case name = "Name"
        case creationTime = "CreationTime"
    }

    func create(_ request: SageMakerRequest) async throws -> JSONValue {
        guard try request.text("ModelPackageName") == nil else {
            throw SageMakerError.validation(
                "a model package without a group cannot be made here; send ModelPackageGroupName in place of ModelPackageName"
            )
        }
        let group = try request.required("ModelPackageGroupName")
        let model = try await ModelPackageGroups.model(group, in: self.registry)
        let status = try request.word("ModelApprovalStatus", ApprovalStatus.self) ?? .pendingManualApproval
        let token = try request.text("ClientToken")
        if let token, let earlier = try await self.version(of: model.name, withToken: token) {
            return .object(["ModelPackageArn": .string(Self.arn(earlier.id, request))])
        }
        let author = Principal.attribution(
            orClaimed: "sagemaker",
            at: self.now(),
            reason: try request.text("ApprovalDescription")
        )
        if status != .pendingManualApproval {
            try Principal.require(.decide, on: .model(model.name))
            guard self.rule == .anyone else {
                throw SageMakerError(
                    "AccessDeniedException",
                    "the workspace asks for four eyes, so a model package cannot be made as \(status.rawValue); make it "
                        + "as PendingManualApproval and let another person decide"
                )
            }
        }
        let new = NewModelVersion(
            model: model.name,
            runID: nil,
            source: try Self.source(request),
            description: try request.text("ModelPackageDescription") ?? "",
            tags: try Self.tags(request, token: token)
        )
        let version = try await self.registry.register(new, author)
        if status != .pendingManualApproval { _ = try await self.registry.decide(status, on: version.id, author) }
        return .object(["ModelPackageArn": .string(Self.arn(version.id, request))])
    }

    func describe(_ request: SageMakerRequest) async throws -> JSONValue {
        let version = try await self.version(try request.required("ModelPackageName"))
        var members = Self.summary(version, request)
        members["ModelPackageName"] = .string("\(version.id.model)/\(version.id.number)")
        members["ModelPackageStatusDetails"] = .object([
            "ValidationStatuses": .array([]), "ImageScanStatuses": .array([]),
        ])
        members["CreatedBy"] = .object([:])
        members["LastModifiedTime"] = version.updatedAt.seconds
        members["LastModifiedBy"] = .object([:])
        members["SourceUri"] = .string(version.source)
        members["CertifyForMarketplace"] = .boolean(false)
        if let reason = version.approval.decision?.reason { members["ApprovalDescription"] = .string(reason) }
        for (member, tag) in [
            ("InferenceSpecification", Tag.specification), ("ModelMetrics", Tag.metrics),
            ("CustomerMetadataProperties", Tag.metadata),
        ] {
            guard let text = version.tags[tag] else { continue }
            members[member] = try JSONValue(parsing: Data(text.utf8))
        }
        return .object(members)
    }

    func update(_ request: SageMakerRequest) async throws -> JSONValue {
        let version = try await self.version(try request.required("ModelPackageArn"))
        let status = try request.word("ModelApprovalStatus", ApprovalStatus.self)
        let author = Principal.attribution(
            orClaimed: "sagemaker",
            at: self.now(),
            reason: try request.text("ApprovalDescription")
        )
        let added = try request.texts("CustomerMetadataProperties")
        let removed = try Self.names(request.value("CustomerMetadataPropertiesToRemove"))
        if let status, status != version.approval.status {
            _ = try await self.registry.decide(status, on: version.id, author)
        }
        if added != nil || !removed.isEmpty {
            var metadata = try Self.members(version.tags[Tag.metadata])
            for (key, value) in added ?? [:] { metadata[key] = .string(value) }
            for key in removed { metadata[key] = nil }
            let text = metadata.isEmpty ? nil : JSONValue.object(metadata).canonicalText
            try await self.registry.setTag(Tag.metadata, to: text, on: version.id, author)
        }
        return .object(["ModelPackageArn": .string(Self.arn(version.id, request))])
    }

    func list(_ request: SageMakerRequest) async throws -> JSONValue {
        let page = try SageMakerPage(request)
        let status = try request.word("ModelApprovalStatus", ApprovalStatus.self)
        let key = try request.word("SortBy", SortKey.self) ?? .creationTime
        let order = try request.word("SortOrder", SageMakerOrder.self) ?? .ascending
        let after = try request.moment("CreationTimeAfter")
        let before = try request.moment("CreationTimeBefore")
        let part = try request.text("NameContains")?.lowercased()
        let names: [String]
        if let group = try request.text("ModelPackageGroupName") {
            names = [try await ModelPackageGroups.model(group, in: self.registry).name]
        } else {
            names = try await self.registry.models(limit: 100_000).map(\.name)
        }
        var versions: [ModelVersion] = []
        for name in names where part.map({ name.lowercased().contains($0) }) ?? true {
            versions += try await self.registry.versions(of: name)
                .filter { version in
                    status.map { version.approval.status == $0 } ?? true
                        && after.map { version.createdAt > $0 } ?? true
                        && before.map { version.createdAt < $0 } ?? true
                }
        }
        versions.sort { first, second in
            if key == .creationTime, first.createdAt != second.createdAt { return first.createdAt < second.createdAt }
            return (first.id.model, first.id.number) < (second.id.model, second.id.number)
        }
        if order == .descending { versions.reverse() }
        return page.answer("ModelPackageSummaryList", versions.map { .object(Self.summary($0, request)) })
    }

    func delete(_ request: SageMakerRequest) async throws -> JSONValue {
        let version = try await self.version(try request.required("ModelPackageName"))
        try await self.registry.deleteVersion(
            version.id,
            Principal.attribution(orClaimed: "sagemaker", at: self.now())
        )
        return .object([:])
    }

    // MARK: Names

    private static func arn(_ id: ModelVersionID, _ request: SageMakerRequest) -> String {
        request.arn(Self.kind, "\(id.model)/\(id.number)")
    }

    private func version(_ text: String) async throws -> ModelVersion {
        let name = SageMakerRequest.name(in: text, of: Self.kind)
        if let slash = name.lastIndex(of: "/"), let number = Int(name[name.index(after: slash)...]),
            let version = try await self.registry.version(ModelVersionID(String(name[..<slash]), number))
        {
            return version
        }
        throw SageMakerError.validation("Could not find Model Package \(name.prefix(100)).")
    }

    private func version(of model: String, withToken token: String) async throws -> ModelVersion? {
        try await self.registry.versions(of: model).first { $0.tags[Tag.clientToken] == token }
    }

    // MARK: Members

    private static func summary(_ version: ModelVersion, _ request: SageMakerRequest) -> [String: JSONValue] {
        var members: [String: JSONValue] = [
            "ModelPackageGroupName": .string(version.id.model),
            "ModelPackageVersion": .integer(Int64(version.id.number)),
            "ModelPackageArn": .string(Self.arn(version.id, request)), "CreationTime": version.createdAt.seconds,
            "ModelPackageStatus": "Completed", "ModelApprovalStatus": .string(version.approval.status.rawValue),
        ]
        if !version.description.isEmpty { members["ModelPackageDescription"] = .string(version.description) }
        return members
    }

    /// Where the model's files lie: the first container's data, else what the request names as the source.
    private static func source(_ request: SageMakerRequest) throws(SageMakerError) -> String {
        var container: JSONValue?
        if case .array(let containers)? = request.value("InferenceSpecification")?["Containers"] {
            container = containers.first
        }
        let data = container?["ModelDataUrl"] ?? container?["ModelDataSource"]?["S3DataSource"]?["S3Uri"]
        if case .string(let url)? = data { return url }
        if let source = try request.text("SourceUri") { return source }
        throw .validation(
            "a model package needs its files; send InferenceSpecification.Containers[0].ModelDataUrl, such as "
                + "mlflow-artifacts:/1/RUN/artifacts/model"
        )
    }

    private static func tags(
        _ request: SageMakerRequest,
        token: String?
    ) throws(SageMakerError) -> [String: String] {
        var tags = try request.tags()
        tags[Tag.specification] = request.value("InferenceSpecification")?.canonicalText
        tags[Tag.metrics] = request.value("ModelMetrics")?.canonicalText
        if let metadata = try request.texts("CustomerMetadataProperties") {
            tags[Tag.metadata] = JSONValue.object(metadata.mapValues(JSONValue.string)).canonicalText
        }
        tags[Tag.clientToken] = token
        return tags
    }

    private static func names(_ value: JSONValue?) throws(SageMakerError) -> [String] {
        guard let value else { return [] }
        guard case .array(let items) = value else { throw .validation("the names to remove must be a list of strings") }
        return items.compactMap { item in if case .string(let name) = item { name } else { nil } }
    }

    private static func members(_ text: String?) throws -> [String: JSONValue] {
        guard let text, case .object(let members) = try JSONValue(parsing: Data(text.utf8)) else { return [:] }
        return members
    }
}
