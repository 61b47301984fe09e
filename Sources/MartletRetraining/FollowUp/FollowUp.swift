import MartletTracking

/// What a plan lets follow by itself when a version was registered: its approval, and its experiment or release.
///
/// It is stored as due in the transaction that ends the training, so that a process that dies leaves it to the next one.
package struct FollowUp: Sendable, Hashable, Codable {
    /// How far it is.
    package enum Status: String, Sendable, Hashable, Codable, CaseIterable {
        /// Left to do.
        case due
        /// An experiment or a release of the version has started.
        case done
        /// Something stood in the way; a person goes on.
        case stopped
    }

    package var status: Status
    /// The experiment or release, such as `experiment:r12`.
    package var run: String?
    /// What came of it, in a sentence.
    package var outcome: String?

    /// Something that is left to do.
    package init() { self.status = .due }
}

extension RetrainingAttempt {
    /// What the registry knows its version by; a start after a crash finds the version by it.
    package var registryEffect: String { "retraining:\(self.id)" }

    /// Whether something is left to do for its version.
    package var isFollowUpDue: Bool { self.status == .registered && self.followUp?.status == .due }

    /// What was started with its version, or why nothing was; `nil` without a version.
    package var followUpSentence: String? {
        guard let version = self.version else { return nil }
        return self.followUp?.outcome
            ?? "\(version) waits for approval: martlet models approve \(version) --reason \"…\""
    }

    /// Writes down how the follow-up ended.
    ///
    /// - Parameters:
    ///   - status: `done` or `stopped`.
    ///   - run: the experiment or release.
    ///   - sentence: what came of it.
    package mutating func settle(_ status: FollowUp.Status, run: String? = nil, _ sentence: String) {
        var followUp = self.followUp ?? FollowUp()
        followUp.status = status
        followUp.run = run
        followUp.outcome = sentence
        self.followUp = followUp
        guard let version = self.version else { return }
        let subject = "\(version) "
        self.outcome =
            sentence.hasPrefix(subject)
            ? "\(version) was registered and \(sentence.dropFirst(subject.count))"
            : "\(version) was registered; \(sentence)"
    }
}
