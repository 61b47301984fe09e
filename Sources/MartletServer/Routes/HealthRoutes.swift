import HTTPTypes
import Hummingbird
import MartletCore
import MartletServing
import MartletTracking

/// `/health/live` and `/health/ready`.
struct HealthRoutes: Sendable {
    let gateway: Gateway

    func add(to router: Router<BasicRequestContext>) {
        router.only(.get, "/health/live") { _, _ in JSONResponse.make(.ok, .object(["status": "live"])) }
        router.only(.get, "/health/ready") { _, _ in
            let table = self.gateway.routingTable
            let failures = table.endpoints.values.filter { $0.failure != nil }.sorted { $0.name < $1.name }
            let storeFailure = self.gateway.storeFailure
            let outages = self.gateway.outages
            let isWell = failures.isEmpty && storeFailure == nil && outages.isEmpty
            let body: JSONValue = .object([
                "status": .string(table.isReady ? (isWell ? "ready" : "degraded") : "loading"),
                "store_failure": storeFailure.map(JSONValue.string) ?? .null,
                "endpoints": .integer(Int64(table.endpoints.count)),
                "failures": .array(failures.map(EndpointRoutes.json)),
                "outages": .array(outages.map(Self.json)),
            ])
            return JSONResponse.make(table.isReady ? .ok : .serviceUnavailable, body)
        }
    }
    private static func json(_ outage: VariantOutage) -> JSONValue {
        [
            "endpoint": .string(outage.endpoint), "variant": .string(outage.variant),
            "version": .string(outage.version.description), "at": .string(outage.outage.at.description),
            "reason": .string(outage.outage.reason),
        ]
    }
}
