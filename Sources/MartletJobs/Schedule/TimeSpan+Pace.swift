import MartletCore

extension TimeSpan {
    /// The span on a clock that runs `pace` times as fast.
    func multiplied(by pace: Double) -> TimeSpan {
        guard pace != 1 else { return self }
        let product = (Double(self.microseconds) * pace).rounded()
        return TimeSpan(microseconds: Int64(exactly: product) ?? .max)
    }
}
