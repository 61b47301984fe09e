import Foundation
package import MartletCore
import MartletStatistics

/// What a training now would be worth: a quick candidate against what the present version predicted.
///
/// Both predicted the same requests. The candidate learned only from what was known before the first of them, so its loss
/// is that of a training at that time. It is smaller than a real training, so that the estimate is rather too low.
package struct GainEstimate: Sendable, Hashable, Codable {
    /// What is compared.
    package enum Loss: String, Sendable, Hashable, Codable {
        /// The absolute error, for numbers.
        case absoluteError = "absolute error"
        /// The logarithmic loss, for probabilities.
        case logLoss = "log loss"

        /// The loss of one prediction.
        package func of(_ prediction: Double, label: Double) -> Double {
            switch self {
            case .absoluteError: abs(prediction - label)
            case .logLoss:
                -(label * self.logarithm(prediction) + (1 - label) * self.logarithm(1 - prediction))
            }
        }

        /// Bounded, as no forest is as sure as 0 or 1.
        private func logarithm(_ probability: Double) -> Double { log(min(max(probability, 1e-7), 1)) }
    }

    /// What follows for the question whether to train.
    package enum Verdict: String, Sendable, Hashable, Codable {
        case worthIt = "worth it"
        case notWorthIt = "not worth it"
        case unclear
    }

    package var loss: Loss
    /// The requests that were compared.
    package var count: Int
    package var presentLoss: Double
    package var candidateLoss: Double
    /// By how much of the present loss the candidate's is smaller.
    package var gain: Double
    /// Where the gain lies.
    package var lower: Double
    package var upper: Double
    /// The moment the candidate learned up to.
    package var cut: EventTime
    /// The rows it learned from.
    package var trainedRows: Int
    /// How long the candidate took.
    package var seconds: Double

    private enum CodingKeys: String, CodingKey {
        case loss, count, gain, lower, upper, cut, seconds
        case presentLoss = "present_loss"
        case candidateLoss = "candidate_loss"
        case trainedRows = "trained_rows"
    }

    /// Compares two predictions of each request.
    ///
    /// Gives nil for fewer than two requests, or when the present version makes no errors.
    ///
    /// - Parameters:
    ///   - labels: what came true.
    ///   - present: what the present version predicted when it was asked.
    ///   - candidate: what the candidate predicts.
    ///   - loss: how a prediction is judged.
    ///   - alpha: one minus the level of the interval.
    ///   - cut: the moment the candidate learned up to.
    ///   - trainedRows: the rows it learned from.
    ///   - seconds: how long it took.
    /// - Precondition: the three lists have one length.
    package init?(
        labels: [Double],
        present: [Double],
        candidate: [Double],
        loss: Loss,
        alpha: Double,
        cut: EventTime,
        trainedRows: Int,
        seconds: Double
    ) {
        precondition(labels.count == present.count && labels.count == candidate.count, "one of each for a request")
        var before = SampleMoments()
        var after = SampleMoments()
        var differences = SampleMoments()
        for index in labels.indices {
            let old = loss.of(present[index], label: labels[index])
            let new = loss.of(candidate[index], label: labels[index])
            before.add(old)
            after.add(new)
            differences.add(old - new)
        }
        guard before.count > 1, before.mean > 0 else { return nil }
        self.loss = loss
        self.count = before.count
        self.presentLoss = before.mean
        self.candidateLoss = after.mean
        self.gain = differences.mean / before.mean
        // Two that always differ by the same have no error to estimate: the gain is what it is.
        let interval = PairedTest.test(differences: differences, alpha: alpha)?.interval
        self.lower = (interval?.lower ?? differences.mean) / before.mean
        self.upper = (interval?.upper ?? differences.mean) / before.mean
        self.cut = cut
        self.trainedRows = trainedRows
        self.seconds = seconds
    }

    /// What follows when a gain of more than `minimum` is wanted.
    package func verdict(minimum: Double) -> Verdict {
        if self.lower > minimum { return .worthIt }
        return self.upper <= minimum ? .notWorthIt : .unclear
    }
}
