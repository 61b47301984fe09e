/// What a test holds against "no difference".
package enum Alternative: String, Sendable, Hashable, Codable, CaseIterable {
    /// The value differs, either way.
    case twoSided
    /// The value is greater.
    case greater
    /// The value is less.
    case less
}
