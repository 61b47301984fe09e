package import MartletCore
package import MartletTracking

/// Where an experiment stands: all that is stored, and all that a restart needs.
package struct ExperimentState: Sendable, Hashable, Codable {
    /// The phases of an experiment.
    package enum Phase: String, Sendable, Hashable, Codable, CaseIterable {
        /// The traffic is being split.
        case starting
        /// Both variants are served and looked at.
        case running
        /// The treatment won; a person decides.
        case awaitingReview = "awaiting-review"
        /// Everything is being given back to control.
        case ending
        /// Control alone is live, or a release goes on from here.
        case ended

        /// Whether nothing follows.
        package var isFinal: Bool { self == .ended }
    }

    package var id: String
    package var plan: ReleasePlan
    package var experiment: ExperimentPlan
    package var control: ReleaseUnit
    package var treatment: ReleaseUnit
    package var phase: Phase
    package var phaseSince: EventTime
    /// Since when both variants are served; `nil` before.
    package var runningSince: EventTime?
    package var revision: Int64
    package var startedBy: Attribution
    /// The last verdict.
    package var verdict: ExperimentVerdict
    /// What it came to, such as `promote`, `rejected` or `stopped`; `nil` before the end.
    package var outcome: String?
    package var reasons: [String]
    /// The reasons with their codes; `nil` in states from before they had some.
    package var remarks: [Remark]?

    /// Starts an experiment of `treatment` against `control`.
    ///
    /// - Throws: `release.sameVersion`, and `release.invalid` when the plan has no experiment.
    package init(
        id: String,
        plan: ReleasePlan,
        control: ReleaseUnit,
        treatment: ReleaseUnit,
        revision: Int64,
        _ author: Attribution
    ) throws(TrackingError) {
        guard let experiment = plan.experiment else {
            throw TrackingError(
                .releaseInvalid,
                "the plan '\(plan.name)' has no 'experiment'; add it, or start a release"
            )
        }
        guard control.version != treatment.version else {
            throw TrackingError(
                .releaseSameVersion,
                "\(treatment.version) is live at '\(plan.endpoint)' already; name another version"
            )
        }
        self.id = id
        self.plan = plan
        self.experiment = experiment
        self.control = control
        self.treatment = treatment
        self.phase = .starting
        self.phaseSince = author.at
        self.revision = revision
        self.startedBy = author
        self.verdict = .keepGoing
        self.reasons = []
    }

    /// What ledger and decisions call it.
    package var subject: String { "experiment:\(self.id)" }

    /// The traffic while it runs: split, or in paired mode the treatment as a shadow.
    package var splitTraffic: EndpointTraffic {
        let isPaired = self.experiment.isPaired
        let weight = isPaired ? 0 : self.experiment.treatmentWeight
        let baseline = ProductionVariant(
            name: ExperimentReading.baseline,
            version: self.control.version,
            weight: 0,
            isShadow: true
        )
        return EndpointTraffic(
            variants: [
                ProductionVariant(
                    name: ExperimentReading.control,
                    version: self.control.version,
                    weight: ProductionVariant.wholeWeight - weight
                ),
                ProductionVariant(
                    name: ExperimentReading.treatment,
                    version: self.treatment.version,
                    weight: weight,
                    isShadow: isPaired
                ),
            ] + (self.experiment.varianceReduction == .prediction ? [baseline] : []),
            salt: self.id,
            release: self.id,
            fuse: self.plan.fuse
        )
    }

    /// Control alone.
    package var endTraffic: EndpointTraffic {
        EndpointTraffic(
            variants: [
                ProductionVariant(
                    name: ProductionVariant.liveName,
                    version: self.control.version,
                    weight: ProductionVariant.wholeWeight
                )
            ],
            salt: self.id,
            release: self.id
        )
    }
}
