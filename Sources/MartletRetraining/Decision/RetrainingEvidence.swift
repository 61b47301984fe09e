package import MartletCore

/// Everything a decision about a retraining rests on.
package struct RetrainingEvidence: Sendable, Hashable, Codable {
    /// A training of the recipe that ended.
    package struct Training: Sendable, Hashable, Codable {
        package var at: EventTime
        /// What it made, such as `price:3`; `nil` when it registered nothing.
        package var version: String?
        /// Labels known then.
        package var labels: Int
        /// Rows it learned from, and was judged by; `nil` when they were not written down.
        package var rows: Int?

        /// Describes a training.
        package init(at moment: EventTime, version: String?, labels: Int, rows: Int? = nil) {
            self.at = moment
            self.version = version
            self.labels = labels
            self.rows = rows
        }
    }

    /// The loss now against that of the version's test.
    package struct Loss: Sendable, Hashable, Codable {
        /// How much greater it is, as a share.
        package var increase: Double
        /// Whether it was estimated and given, or follows from labels.
        package var isGiven: Bool

        private enum CodingKeys: String, CodingKey {
            case increase
            case isGiven = "given"
        }

        /// Holds a loss.
        package init(increase: Double, isGiven: Bool) {
            self.increase = increase
            self.isGiven = isGiven
        }
    }

    package var now: EventTime
    /// Whether a person asks for the training.
    package var isAskedFor: Bool
    /// Names the rows that would be trained on; `nil` when there are none to be had.
    package var dataHash: ContentHash?
    /// Why there are no rows, when there are none.
    package var dataFault: String?
    /// What was made of these very rows by this very recipe before, such as `price:3`.
    package var madeBefore: String?
    /// The training of the plan that is under way.
    package var underWay: String?
    package var last: Training?
    /// Labels known now.
    package var labels: Int
    /// Labels that became known after the last training.
    package var newLabels: Int
    package var drift: Double?
    /// The column that drifted most, when drift was measured and not given.
    package var driftedColumn: String?
    package var loss: Loss?
    /// The trainings of this calendar month.
    package var runsThisMonth: Int
    package var secondsThisMonth: Double
    package var gain: GainEstimate?
    /// Why there is no estimate, when there is none.
    package var gainFault: String?

    private enum CodingKeys: String, CodingKey {
        case now, last, labels, drift, loss, gain
        case isAskedFor = "asked_for"
        case dataHash = "data_hash"
        case dataFault = "data_fault"
        case madeBefore = "made_before"
        case underWay = "under_way"
        case newLabels = "new_labels"
        case driftedColumn = "drifted_column"
        case runsThisMonth = "runs_this_month"
        case secondsThisMonth = "seconds_this_month"
        case gainFault = "gain_fault"
    }

    /// Holds evidence.
    package init(
        now: EventTime,
        isAskedFor: Bool = false,
        dataHash: ContentHash? = nil,
        dataFault: String? = nil,
        madeBefore: String? = nil,
        underWay: String? = nil,
        last: Training? = nil,
        labels: Int = 0,
        newLabels: Int = 0,
        drift: Double? = nil,
        loss: Loss? = nil,
        runsThisMonth: Int = 0,
        secondsThisMonth: Double = 0,
        gain: GainEstimate? = nil,
        gainFault: String? = nil
    ) {
        self.now = now
        self.isAskedFor = isAskedFor
        self.dataHash = dataHash
        self.dataFault = dataFault
        self.madeBefore = madeBefore
        self.underWay = underWay
        self.last = last
        self.labels = labels
        self.newLabels = newLabels
        self.drift = drift
        self.loss = loss
        self.runsThisMonth = runsThisMonth
        self.secondsThisMonth = secondsThisMonth
        self.gain = gain
        self.gainFault = gainFault
    }
}
