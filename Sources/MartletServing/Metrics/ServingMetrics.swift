import Synchronization

/// The counters of all endpoints since the start.
package final class ServingMetrics: Sendable {
    private struct Key: Hashable {
        let endpoint: String
        let version: String
    }

    private let endpoints = Mutex<[Key: EndpointMetrics]>([:])

    /// Starts empty.
    package init() {}

    /// The counters of `version` at `endpoint`; the same object every time, so that a deployment back and forth counts on.
    package func metrics(endpoint: String, version: String) -> EndpointMetrics {
        self.endpoints.withLock { endpoints in
            let key = Key(endpoint: endpoint, version: version)
            if let metrics = endpoints[key] { return metrics }
            let metrics = EndpointMetrics(endpoint: endpoint, version: version)
            endpoints[key] = metrics
            return metrics
        }
    }

    /// All counters, by endpoint and version.
    package var all: [EndpointMetrics] {
        self.endpoints.withLock { Array($0.values) }
            .sorted { ($0.endpoint, $0.version) < ($1.endpoint, $1.version) }
    }
}
