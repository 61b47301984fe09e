import Foundation

/// Finds where a tail of a positive random variable has a given probability.
///
/// Works on the logarithm of both point and probability, where Newton's method is fast in the far tails, inside a
/// bracket that halves whenever a step would leave it.
struct TailRoot {
    let tail: Tail
    let probability: Double
    /// Log of the tail's probability, and log of `point · density`, at a log point.
    let evaluate: (Tail, Double) -> (logTail: Double, logSlope: Double)

    init(
        tail: Tail,
        probability: Double,
        evaluate: @escaping (Tail, Double) -> (logTail: Double, logSlope: Double)
    ) {
        // The smaller tail is the one with digits.
        let isLarge = probability > 0.5
        self.tail = isLarge ? tail.opposite : tail
        self.probability = isLarge ? 1 - probability : probability
        self.evaluate = evaluate
    }

    /// The point (not its logarithm).
    func solve(from start: Double) -> Double {
        if self.probability == 0 { return self.tail == .lower ? 0 : .infinity }
        let wanted = log(self.probability)
        let sign: Double = self.tail == .lower ? 1 : -1
        var (low, high) = (-750.0, 720.0)
        var place = start
        for _ in 0..<400 {
            let (logTail, logSlope) = self.evaluate(self.tail, place)
            let error = logTail - wanted
            if error * sign > 0 { high = min(high, place) } else { low = max(low, place) }
            if error == 0 { break }
            let slope = sign * exp(logSlope - logTail)
            var next = place - error / slope
            if !(next > low && next < high) || !next.isFinite { next = (low + high) / 2 }
            let moved = abs(next - place)
            place = next
            if moved <= 1e-16 * max(1, abs(place)) { break }
        }
        return exp(place)
    }
}
