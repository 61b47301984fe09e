/// A double threshold that decides exactly as a comparison in single precision does.
///
/// XGBoost rounds a value to `Float` and goes left when it is below the threshold. Rounding never reverses an order, so
/// there is one greatest double that still goes left; comparing with it saves the conversion of every value.
enum SinglePrecisionThreshold {
    /// Returns the greatest double `x` for which `Float(x) < threshold`, a finite number.
    ///
    /// That is the midpoint between `threshold` and the `Float` before it, or the double just below the midpoint when
    /// rounding half to even takes the midpoint up. The midpoint needs 25 bits, so a double holds it exactly.
    ///
    static func greatestBelow(_ threshold: Float) -> Double {
        let before = threshold.nextDown
        // Below the smallest finite number stands −∞, which rounding treats as −2¹²⁸.
        let lower = before == -.infinity ? -0x1p128 : Double(before)
        let midpoint = lower / 2 + Double(threshold) / 2
        let isEven = before.bitPattern & 1 == 0
        return isEven ? midpoint : midpoint.nextDown
    }
}
