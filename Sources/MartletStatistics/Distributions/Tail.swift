/// The side of a distribution that a probability counts.
package enum Tail: String, Sendable, Hashable, Codable, CaseIterable {
    /// At most: `P(X ≤ x)`.
    case lower
    /// More: `P(X > x)`; exact where `1 - P(X ≤ x)` would have lost every digit.
    case upper

    /// The other side.
    package var opposite: Tail { self == .lower ? .upper : .lower }
}
