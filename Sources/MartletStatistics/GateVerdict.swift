/// What a sequential gate says of the requests seen so far.
///
/// No data is never a pass: without requests a gate is inconclusive.
package enum GateVerdict: Sendable, Hashable, Codable {
    /// The threshold is proven to be kept.
    case pass
    /// The threshold is proven to be broken.
    case fail
    /// Neither is proven; about so many more requests are expected to decide it at the present rate.
    case inconclusive(moreRequests: Int)
}
