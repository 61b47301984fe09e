import HTTPTypes
import Hummingbird
import MartletCore
import MartletTracking

/// `GET /v1/models` and `GET /v1/models/{name}/versions`: the registry, read only.
struct ModelRoutes: Sendable {
    let registry: any ModelRegistry

    func add(to router: Router<BasicRequestContext>) {
        router.only(.get, "/v1/models") { _, _ in
            let models = try await self.registry.models(limit: 1_000)
            return JSONResponse.make(.ok, .object(["models": try JSONValue(encoding: models)]))
        }
        router.only(.get, "/v1/models/{name}/versions") { _, context in
            let name = context.parameters.get("name") ?? ""
            guard try await self.registry.model(named: name) != nil else {
                return JSONResponse.make(
                    .notFound,
                    ErrorBody(
                        code: .requestNotFound,
                        message: "There is no registered model '\(name)'; GET /v1/models lists them.",
                        field: "name"
                    )
                )
            }
            let versions = try await self.registry.versions(of: name)
            return JSONResponse.make(.ok, .object(["versions": try JSONValue(encoding: versions)]))
        }
    }
}
