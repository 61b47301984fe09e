/// How much one request, and all together, may ask for.
package struct RequestLimits: Sendable, Hashable {
    /// The most bytes of a body; 1 MiB.
    package var bodyByteLimit = 1_048_576
    /// The most inputs of a request; 1,000.
    package var inputLimit = 1_000
    /// The most requests under way at once; one more is answered 503 at once.
    package var concurrentRequestLimit = 1_024

    /// Takes the defaults.
    package init() {}
}
