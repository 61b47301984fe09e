import Foundation
import HTTPTypes
import Hummingbird
package import MartletCore
package import MartletTracking
import NIOCore

/// What the operations on model packages stand on.
package struct ModelPackageContext: Sendable {
    let registry: any ModelRegistry
    let rule: ApprovalRule
    let now: @Sendable () -> EventTime

    /// Puts it together; `rule` is the registry's own.
    package init(
        registry: any ModelRegistry,
        rule: ApprovalRule,
        now: @escaping @Sendable () -> EventTime
    ) {
        self.registry = GuardedModelRegistry(registry)
        self.rule = rule
        self.now = now
    }
}

/// `POST /` with `X-Amz-Target`: the part of SageMaker's control plane that a pipeline registers and approves with.
///
/// A model package group is a registered model, a model package one of its versions; what SageMaker knows beyond that
/// is kept in the version's tags.
struct SageMakerRoutes: Sendable {
    private let registry: any ModelRegistry
    private let rule: ApprovalRule
    private let now: @Sendable () -> EventTime

    init(_ context: ModelPackageContext) {
        self.registry = context.registry
        self.rule = context.rule
        self.now = context.now
    }

    /// The largest body of an operation.
    private static let bodyLimit = 4 * 1_048_576

    func add(to router: Router<BasicRequestContext>) {
        router.post("/") { request, _ -> Response in
            do throws(SageMakerError) {
                return SageMakerResponse.make(.ok, try await self.answer(request))
            } catch {
                return error.response
            }
        }
    }

    private func answer(_ request: Request) async throws(SageMakerError) -> JSONValue {
        guard let target = request.headers[Surface.targetName] else {
            throw SageMakerError("UnknownOperationException", "POST / takes AWS operations, named by X-Amz-Target")
        }
        let body: Data
        do {
            body = Data(try await request.body.collect(upTo: Self.bodyLimit).readableBytesView)
        } catch {
            throw .validation("the body has more than \(Self.bodyLimit / 1_048_576) MiB, or broke off")
        }
        let region = SageMakerRequest.region(ofAuthorization: request.headers[.authorization])
        let members = try SageMakerRequest(body, region: region)
        do {
            return try await self.perform(target, members)
        } catch let error as SageMakerError {
            throw error
        } catch let error as TrackingError {
            throw SageMakerError(error)
        } catch {
            throw SageMakerError("InternalFailure", "the server failed to answer", status: .internalServerError)
        }
    }

    private func perform(_ target: String, _ request: SageMakerRequest) async throws -> JSONValue {
        let groups = ModelPackageGroups(registry: self.registry, now: self.now)
        let packages = ModelPackages(registry: self.registry, rule: self.rule, now: self.now)
        let operations: [String: (SageMakerRequest) async throws -> JSONValue] = [
            "CreateModelPackageGroup": groups.create, "DescribeModelPackageGroup": groups.describe,
            "ListModelPackageGroups": groups.list, "DeleteModelPackageGroup": groups.delete,
            "CreateModelPackage": packages.create, "DescribeModelPackage": packages.describe,
            "UpdateModelPackage": packages.update, "ListModelPackages": packages.list,
            "DeleteModelPackage": packages.delete,
        ]
        let name = target.hasPrefix("SageMaker.") ? String(target.dropFirst("SageMaker.".count)) : target
        guard let operation = operations[name] else {
            throw SageMakerError(
                "UnknownOperationException",
                "the operation '\(target.prefix(80))' is not served here.\(NearestName.suggestion(name, among: operations.keys))"
            )
        }
        return try await operation(request)
    }
}

extension EventTime {
    /// Seconds since 1970, as AWS's JSON writes moments.
    var seconds: JSONValue { .number(Double(self.microseconds / 1_000) / 1_000) }
}
