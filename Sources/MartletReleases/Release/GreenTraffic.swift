/// What the gateway saw of one variant since a moment.
package struct GreenTraffic: Sendable, Hashable, Codable {
    /// Requests that reached the variant.
    package var requests: Int
    /// Those that failed by a fault of the server or the model, not of the client.
    package var errors: Int
    /// Those that took longer than the plan's largest latency.
    package var slow: Int
    /// Why the gateway took the variant out of traffic, when it did.
    package var takenOut: String?

    /// Holds what was counted.
    package init(requests: Int, errors: Int, slow: Int, takenOut: String? = nil) {
        self.requests = requests
        self.errors = errors
        self.slow = slow
        self.takenOut = takenOut
    }

    /// Nothing was seen yet.
    package static let none = GreenTraffic(requests: 0, errors: 0, slow: 0)
}
