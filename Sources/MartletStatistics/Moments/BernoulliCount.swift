/// How many of a number of trials ended in the event that is counted: conversions of units, errors of requests.
package struct BernoulliCount: Sendable, Hashable, Codable {
    /// All trials.
    package private(set) var trials: Int
    /// Those with the event.
    package private(set) var successes: Int

    /// `successes` of `trials`.
    ///
    /// - Precondition: neither is negative, and there are no more successes than trials.
    package init(trials: Int = 0, successes: Int = 0) {
        precondition(trials >= 0 && (0...trials).contains(successes), "\(successes) of \(trials) is not a count")
        self.trials = trials
        self.successes = successes
    }

    /// Trials without the event.
    package var failures: Int { self.trials - self.successes }

    /// The share of trials with the event; nil without a trial.
    package var rate: Double? { self.trials > 0 ? Double(self.successes) / Double(self.trials) : nil }

    /// Takes one trial in.
    package mutating func add(_ isSuccess: Bool) {
        self.trials += 1
        self.successes += isSuccess ? 1 : 0
    }

    /// Counts the event for a trial that was added without it: a conversion that came late.
    package mutating func convertOne() { self.successes = min(self.successes + 1, self.trials) }

    /// Takes in all trials of `other`.
    package mutating func merge(_ other: BernoulliCount) {
        self.trials += other.trials
        self.successes += other.successes
    }

    /// The trials as zeros and ones.
    package var moments: SampleMoments {
        let (all, ones) = (Double(self.trials), Double(self.successes))
        return SampleMoments(
            count: self.trials,
            mean: self.rate ?? 0,
            squaredDeviations: self.trials > 0 ? ones * (all - ones) / all : 0
        )
    }
}
