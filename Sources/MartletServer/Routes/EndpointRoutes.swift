import HTTPTypes
import Hummingbird
import MartletCore
import MartletServing
import MartletTracking

/// `GET /v1/endpoints`: what is served, as far as the account may see it.
struct EndpointRoutes: Sendable {
    let gateway: Gateway

    func add(to router: Router<BasicRequestContext>) {
        router.only(.get, "/v1/endpoints") { _, _ in
            let table = self.gateway.routingTable
            let principal = Principal.current
            let endpoints = table.endpoints.values
                .filter { principal?.may(.read, on: .endpoint($0.name)) ?? true }
                .sorted { $0.name < $1.name }.map(Self.json)
            return JSONResponse.make(
                .ok,
                .object(["revision": table.revision.map(JSONValue.integer) ?? .null, "endpoints": .array(endpoints)])
            )
        }
    }

    static func json(_ endpoint: RoutingTable.Endpoint) -> JSONValue {
        var members: [String: JSONValue] = [
            "name": .string(endpoint.name),
            "live_since": endpoint.liveSince.map { .string($0.description) } ?? .null,
            "failure": .null,
            "model": .null,
            "revision": .integer(endpoint.revision),
            "variants": .array(endpoint.variants.map(Self.json)),
        ]
        if let failure = endpoint.failure {
            members["failure"] = .object([
                "version": .string(failure.version.description), "message": .string(failure.message),
            ])
        }
        if let model = endpoint.model {
            members["model"] = .object([
                "name": .string(model.version.model), "version": .integer(Int64(model.version.number)),
            ])
            members["task"] = .string(model.manifest.task.rawValue)
            members["unit"] = model.manifest.unit.map(JSONValue.string) ?? .null
            members["entities"] = .array(
                model.plan.keys.map { .object(["name": .string($0.name), "type": .string($0.type.rawValue)]) }
            )
            members["features"] = .array(
                model.plan.requestSlots.map { position in
                    let slot = model.plan.slots[position]
                    return .object([
                        "name": .string(slot.name), "type": .string(slot.type.rawValue),
                        "required": .boolean(slot.isRequired),
                    ])
                }
            )
        }
        return .object(members)
    }
    private static func json(_ served: ServedVariant) -> JSONValue {
        let variant = served.variant
        return [
            "name": .string(variant.name), "model": .string(variant.version.model),
            "version": .integer(Int64(variant.version.number)), "weight": .integer(Int64(variant.weight)),
            "shadow": .boolean(variant.isShadow),
            "live_since": served.liveSince.map { .string($0.description) } ?? .null,
            "out": served.fuse.outage.map { .string($0.reason) } ?? .null,
        ]
    }
}
