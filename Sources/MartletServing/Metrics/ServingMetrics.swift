import Synchronization

/// The counters of all endpoints since the start.
package final class ServingMetrics: Sendable {
    private struct Key: Hashable {
        let endpoint: String
        let version: String
        let variant: String
        let isShadow: Bool
    }

    private let endpoints = Mutex<[Key: EndpointMetrics]>([:])

    /// Starts empty.
    package init() {}

    /// The counters of `variant` with `version` at `endpoint`; the same object every time, so that a deployment back and
    /// forth counts on.
    package func metrics(
        endpoint: String,
        version: String,
        variant: String = "live",
        isShadow: Bool = false
    ) -> EndpointMetrics {
        self.endpoints.withLock { endpoints in
            let key = Key(endpoint: endpoint, version: version, variant: variant, isShadow: isShadow)
            if let metrics = endpoints[key] { return metrics }
            let metrics = EndpointMetrics(
                endpoint: endpoint,
                version: version,
                variant: variant,
                isShadow: isShadow
            )
            endpoints[key] = metrics
            return metrics
        }
    }

    /// All counters, by endpoint, version and variant.
    package var all: [EndpointMetrics] {
        self.endpoints.withLock { Array($0.values) }
            .sorted { ($0.endpoint, $0.version, $0.variant) < ($1.endpoint, $1.version, $1.variant) }
    }
}
