/// One node of a flattened tree, in 16 bytes.
///
/// The two children of a split stand side by side, the left one first, so one index names both. A leaf points to itself
/// and its threshold sends every value left; walking on from a leaf changes nothing.
struct ForestNode: Sendable {
    /// What decides the side.
    ///
    /// Numeric split: values up to and including this go left. Categorical split: the bit pattern is the first word of
    /// the category set (upper half) and its word count (lower half).
    let threshold: Double
    /// The left child's index in the forest; the node's own index in a leaf.
    let left: UInt32
    /// The feature's index in the low 27 bits, the flags above.
    let featureAndFlags: UInt32

    static let missingRight: UInt32 = 1 << 31
    static let categorical: UInt32 = 1 << 30
    static let zeroIsMissing: UInt32 = 1 << 29
    /// Members of the category set go left (LightGBM) instead of right (XGBoost).
    static let membersLeft: UInt32 = 1 << 28
    /// Category codes are rounded to single precision first and negative ones belong to no set (XGBoost).
    static let singlePrecision: UInt32 = 1 << 27
    static let featureMask: UInt32 = (1 << 27) - 1

    /// The largest magnitude that LightGBM counts as zero.
    static let zeroLimit = Double(1e-35 as Float)

    @inline(__always)
    var feature: Int { Int(self.featureAndFlags & Self.featureMask) }

    /// Whether a categorical or zero-as-missing rule needs more than one comparison.
    @inline(__always)
    var isSpecial: Bool { self.featureAndFlags & (Self.categorical | Self.zeroIsMissing) != 0 }

    /// The child that a numeric split without special rules sends `value`, which is not missing, to.
    @inline(__always)
    func completeChild(_ value: Double) -> UInt32 { self.left &+ (value > self.threshold ? 1 : 0) }

    /// The child that a numeric split without special rules sends `value` to.
    @inline(__always)
    func plainChild(_ value: Double) -> UInt32 {
        let above: UInt32 = value > self.threshold ? 1 : 0
        let missing: UInt32 = value != value ? 1 : 0
        return self.left &+ (above | (missing & (self.featureAndFlags >> 31)))
    }

    /// The child that any split sends `value` to.
    @inline(__always)
    func child(_ value: Double, categoryWords: Span<UInt32>) -> UInt32 {
        self.isSpecial ? self.specialChild(value, categoryWords: categoryWords) : self.plainChild(value)
    }

    @inline(never)
    private func specialChild(_ value: Double, categoryWords: Span<UInt32>) -> UInt32 {
        let missingOffset = self.featureAndFlags >> 31
        if value.isNaN { return self.left &+ missingOffset }
        if self.featureAndFlags & Self.categorical == 0 {
            let isZero = value >= -Self.zeroLimit && value <= Self.zeroLimit
            return isZero ? self.left &+ missingOffset : self.plainChild(value)
        }
        let isMember = self.contains(value, categoryWords: categoryWords)
        let membersLeft = self.featureAndFlags & Self.membersLeft != 0
        return self.left &+ (isMember == membersLeft ? 0 : 1)
    }

    private func contains(_ value: Double, categoryWords: Span<UInt32>) -> Bool {
        var code = value
        if self.featureAndFlags & Self.singlePrecision != 0 {
            code = Double(Float(value))
            if code < 0 { return false }
        }
        guard code > -1, code < 2_147_483_648 else { return false }
        let category = Int(code)
        let set = self.threshold.bitPattern
        guard category >> 5 < Int(set & 0xFFFF_FFFF) else { return false }
        return categoryWords[Int(set >> 32) + category >> 5] >> UInt32(category & 31) & 1 == 1
    }
}
