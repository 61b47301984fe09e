package import MartletCore

/// What an endpoint did for the business on one day, UTC.
package struct BusinessDay: Sendable, Hashable, Codable {
    /// The date, such as `2026-11-21`.
    package let date: String
    /// The requests that were answered.
    package let predictions: Int
    /// The contracts that were signed.
    package let contracts: Int
    /// The sum of the amounts of contracts that have one.
    package let amount: Double
    /// The contracts that have an amount.
    package let amountCount: Int

    private enum CodingKeys: String, CodingKey {
        case date, predictions, contracts, amount
        case amountCount = "contracts_with_amount"
    }

    /// Holds the counts of a day.
    package init(date: String, predictions: Int, contracts: Int, amount: Double, amountCount: Int) {
        self.date = date
        self.predictions = predictions
        self.contracts = contracts
        self.amount = amount
        self.amountCount = amountCount
    }
}

/// What an endpoint does for the business: predictions, and the contracts that came after them.
package struct EndpointBusiness: Sendable, Hashable, Codable {
    package let endpoint: String
    /// Every day of the window, the oldest first; the last one is not over.
    package let days: [BusinessDay]

    /// Holds the days of `endpoint`.
    package init(endpoint: String, days: [BusinessDay]) {
        self.endpoint = endpoint
        self.days = days
    }

    /// All requests of the window.
    package var predictions: Int { self.days.map(\.predictions).reduce(0, +) }

    /// All contracts of the window.
    package var contracts: Int { self.days.map(\.contracts).reduce(0, +) }

    /// Requests a day, over the days that are over and begin with the first one that had any; `nil` before one is over.
    package var predictionsPerDay: Double? {
        let over = self.days.dropLast().drop { $0.predictions == 0 }
        return over.isEmpty ? nil : Double(over.map(\.predictions).reduce(0, +)) / Double(over.count)
    }

    /// Contracts for each answered request of the window; `nil` without a request.
    package var contractRate: Double? {
        self.predictions > 0 ? Double(self.contracts) / Double(self.predictions) : nil
    }

    /// The mean of the amounts; `nil` when no contract has one.
    package var meanAmount: Double? {
        let count = self.days.map(\.amountCount).reduce(0, +)
        return count > 0 ? self.days.map(\.amount).reduce(0, +) / Double(count) : nil
    }

    /// The figures with the days they follow from.
    package var json: JSONValue {
        .object([
            "endpoint": .string(self.endpoint), "predictions": .integer(Int64(self.predictions)),
            "contracts": .integer(Int64(self.contracts)),
            "predictions_per_day": self.predictionsPerDay.map { .number($0) } ?? .null,
            "contract_rate": self.contractRate.map { .number($0) } ?? .null,
            "mean_contract_amount": self.meanAmount.map { .number($0) } ?? .null,
            "days": .array(self.days.compactMap { try? JSONValue(encoding: $0) }),
        ])
    }
}

/// Counts predictions and contracts by endpoint and day, for as many days as a window has.
package struct BusinessLedger: Sendable {
    private struct Counts {
        var predictions = 0
        var contracts = 0
        var amount = 0.0
        var amountCount = 0
    }

    /// How many days are kept, the present one among them.
    package static let dayCount = 14
    /// The kind of interaction that is a contract.
    package static let contractKind = "contract"

    private var counts: [String: [Int64: Counts]] = [:]

    /// Starts with nothing counted.
    package init() {}

    /// The first moment that is counted at `now`.
    package static func begin(at now: EventTime) -> EventTime {
        EventTime(microseconds: (Self.day(of: now) - Int64(Self.dayCount) + 1) * Self.dayLength)
    }

    /// Counts a request of `endpoint` that was answered.
    package mutating func countPrediction(at endpoint: String, _ moment: EventTime) {
        self.counts[endpoint, default: [:]][Self.day(of: moment), default: Counts()].predictions += 1
    }

    /// Counts a contract.
    package mutating func countContract(at endpoint: String, _ moment: EventTime, amount: Double?) {
        var counts = self.counts[endpoint]?[Self.day(of: moment)] ?? Counts()
        counts.contracts += 1
        if let amount {
            counts.amount += amount
            counts.amountCount += 1
        }
        self.counts[endpoint, default: [:]][Self.day(of: moment)] = counts
    }

    /// The endpoints by name, with the days up to `now`; older days are forgotten.
    package mutating func endpoints(at now: EventTime) -> [EndpointBusiness] {
        let today = Self.day(of: now)
        let first = today - Int64(Self.dayCount) + 1
        for endpoint in self.counts.keys { self.counts[endpoint] = self.counts[endpoint]?.filter { $0.key >= first } }
        self.counts = self.counts.filter { !$0.value.isEmpty }
        return self.counts.sorted { $0.key < $1.key }
            .map { endpoint, days in
                EndpointBusiness(
                    endpoint: endpoint,
                    days: (first...today)
                        .map { day in
                            let counts = days[day] ?? Counts()
                            return BusinessDay(
                                date: EventTime(microseconds: day * Self.dayLength).day,
                                predictions: counts.predictions,
                                contracts: counts.contracts,
                                amount: counts.amount,
                                amountCount: counts.amountCount
                            )
                        }
                )
            }
    }

    private static let dayLength: Int64 = 86_400_000_000

    private static func day(of moment: EventTime) -> Int64 {
        let (quotient, rest) = moment.microseconds.quotientAndRemainder(dividingBy: Self.dayLength)
        return rest < 0 ? quotient - 1 : quotient
    }
}
