package import MartletCore
package import MartletTracking

/// Where a release stands: all that is stored, and all that a restart needs.
package struct ReleaseState: Sendable, Hashable, Codable {
    /// The phases, in the order of a release that goes well.
    package enum Phase: String, Sendable, Hashable, Codable, CaseIterable {
        /// Green is put beside blue without traffic.
        case starting
        /// Green is being loaded.
        case warmingUp = "warming-up"
        /// Green answers recorded requests.
        case verifying
        /// The next share is being set.
        case shifting
        /// Green has its share and is watched.
        case observing
        /// A person is asked before the last step.
        case awaitingApproval = "awaiting-approval"
        /// Green has everything, blue stands by.
        case standingBy = "standing-by"
        /// Blue is being archived.
        case retiring
        /// Green alone is live.
        case completed
        /// Everything is being given back to blue.
        case rollingBack = "rolling-back"
        /// Blue alone is live.
        case rolledBack = "rolled-back"

        /// Whether nothing follows.
        package var isFinal: Bool { self == .completed || self == .rolledBack }
    }

    package var id: String
    package var plan: ReleasePlan
    package var blue: ReleaseUnit
    package var green: ReleaseUnit
    package var phase: Phase
    /// Since when it stands there.
    package var phaseSince: EventTime
    /// The step that is being set or watched, from 0.
    package var step: Int
    /// The revision of the endpoint that the release made or found.
    package var revision: Int64
    package var startedBy: Attribution
    /// Why it goes or went back; `nil` while it does not.
    package var rollbackReason: String?
    /// The reason with codes; `nil` in states from before it had some.
    package var rollbackRemarks: [Remark]?
    /// Whether a person already allowed the last step.
    package var isPromoted: Bool
    /// The experiment that led here.
    package var experiment: String?

    /// Starts a release that replaces `blue` by `green`.
    ///
    /// - Parameters:
    ///   - id: unique among releases and experiments.
    ///   - plan: how it goes.
    ///   - blue: what is live now.
    ///   - green: what shall be.
    ///   - revision: that of the endpoint now.
    ///   - author: who starts it.
    ///   - experiment: the experiment that was won, when one was.
    /// - Throws: `release.sameVersion`.
    package init(
        id: String,
        plan: ReleasePlan,
        blue: ReleaseUnit,
        green: ReleaseUnit,
        revision: Int64,
        _ author: Attribution,
        experiment: String? = nil
    ) throws(TrackingError) {
        guard blue.version != green.version else {
            throw TrackingError(
                .releaseSameVersion,
                "\(green.version) is live at '\(plan.endpoint)' already; name another version"
            )
        }
        self.id = id
        self.plan = plan
        self.blue = blue
        self.green = green
        self.phase = .starting
        self.phaseSince = author.at
        self.step = 0
        self.revision = revision
        self.startedBy = author
        self.isPromoted = false
        self.experiment = experiment
    }

    /// What ledger and decisions call it.
    package var subject: String { "release:\(self.id)" }

    /// The name of the old version's variant.
    package static let blueName = "blue"
    /// The name of the new version's variant.
    package static let greenName = "green"

    /// Blue and green with `weight` basis points for green.
    package func traffic(green weight: Int) -> EndpointTraffic {
        let whole = ProductionVariant.wholeWeight
        return EndpointTraffic(
            variants: [
                ProductionVariant(name: Self.blueName, version: self.blue.version, weight: whole - weight),
                ProductionVariant(name: Self.greenName, version: self.green.version, weight: weight),
            ],
            salt: self.id,
            release: self.id,
            fuse: self.plan.fuse
        )
    }

    /// One version alone.
    package func traffic(alone version: ModelVersionID) -> EndpointTraffic {
        let whole = ProductionVariant.wholeWeight
        let variant = ProductionVariant(name: ProductionVariant.liveName, version: version, weight: whole)
        return EndpointTraffic(variants: [variant], salt: self.id, release: self.id)
    }
}

extension ReleaseState {
    /// The release that takes over the endpoint from an experiment that was won.
    package init(
        following experiment: ExperimentState,
        id: String,
        _ author: Attribution
    ) throws(TrackingError) {
        try self.init(
            id: id,
            plan: experiment.plan,
            blue: experiment.control,
            green: experiment.treatment,
            revision: experiment.revision,
            author,
            experiment: experiment.id
        )
    }
}
