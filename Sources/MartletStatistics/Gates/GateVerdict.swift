/// What a sequential gate says.
package enum GateVerdict: Sendable, Hashable, Codable {
    /// Proven good: a wrong pass, over all looks, has at most probability alpha.
    case pass
    /// Proven bad: a wrong fail, over all looks, has at most probability alpha.
    case fail
    /// Neither yet; about so many more requests are needed if they go on as they have. `Int.max` when at the present
    /// rate no number would do. No data is always this.
    case inconclusive(moreRequests: Int)
}
