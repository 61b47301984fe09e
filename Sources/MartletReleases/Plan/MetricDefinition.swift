package import MartletCore

/// A figure by which variants are compared.
package struct MetricDefinition: Sendable, Hashable, Codable {
    /// What the figure decides.
    package enum Role: String, Sendable, Hashable, Codable, CaseIterable, DocumentWord {
        /// Decides the experiment; exactly one metric has this role.
        case primary
        /// Shown, and corrected for being one of several.
        case secondary
        /// Ends the experiment when it is proven to be worse.
        case guardrail
    }

    /// Which way is better.
    package enum Direction: String, Sendable, Hashable, Codable, CaseIterable, DocumentWord {
        case increase
        case decrease
    }

    /// How the figure is made from the interactions of a unit.
    package enum Kind: Sendable, Hashable, Codable {
        /// The share of units with at least one interaction of this kind.
        case conversion(of: String)
        /// The mean over units of what a term adds up to; a unit without any counts as 0.
        case mean(of: MetricTerm)
        /// One term over another, both added up over all units.
        case ratio(of: MetricTerm, to: MetricTerm)
    }

    package var name: String
    package var role: Role
    package var direction: Direction
    package var kind: Kind
    /// How long after its first exposure an interaction of a unit still counts.
    package var window: TimeSpan
    /// The largest amount one unit may add; more counts as this.
    package var cap: Double?
    /// How both sides are compared; `nil` as by ``MetricTest/sequence``.
    package var test: MetricTest?

    /// Describes a metric.
    package init(
        name: String,
        role: Role,
        direction: Direction = .increase,
        kind: Kind,
        window: TimeSpan = .days(7),
        cap: Double? = nil,
        test: MetricTest? = nil
    ) {
        self.name = name
        self.role = role
        self.direction = direction
        self.kind = kind
        self.window = window
        self.cap = cap
        self.test = test
    }

    /// The metrics of a plan that names none.
    package static let standard = [
        MetricDefinition(name: "contract_rate", role: .primary, kind: .conversion(of: "contract")),
        MetricDefinition(
            name: "ctr",
            role: .secondary,
            kind: .ratio(of: MetricTerm(event: "click"), to: MetricTerm(event: "impression"))
        ),
        MetricDefinition(name: "inquiry_rate", role: .secondary, kind: .conversion(of: "inquiry")),
        MetricDefinition(
            name: "avg_contract_amount",
            role: .secondary,
            kind: .ratio(of: MetricTerm(event: "contract", value: .amount), to: MetricTerm(event: "contract"))
        ),
    ]
}

/// What is added up over the interactions of a unit.
package struct MetricTerm: Sendable, Hashable, Codable {
    /// What each interaction adds.
    package enum Value: String, Sendable, Hashable, Codable, CaseIterable, DocumentWord {
        /// One.
        case count
        /// Its amount; an interaction without one adds 0.
        case amount
    }

    /// The kind of interaction.
    package var event: String
    package var value: Value

    /// Adds up `value` over the interactions of kind `event`.
    package init(event: String, value: Value = .count) {
        self.event = event
        self.value = value
    }
}

extension MetricTerm: DocumentObject {
    package init(from reader: ObjectReader) {
        self.init(
            event: reader.required("event", String.self, "The kind of interaction, such as contract."),
            value: reader.value(
                "value",
                default: .count,
                "What each interaction adds: one, or its amount.",
                documentedDefault: "count"
            )
        )
    }
}

extension MetricDefinition: DocumentObject {
    package init(from reader: ObjectReader) {
        let name = reader.required("name", String.self, "The name of the metric.")
        let role = reader.required("role", Role.self, "What the figure decides.")
        let direction = reader.value(
            "direction",
            default: Direction.increase,
            "Which way is better.",
            documentedDefault: "increase"
        )
        let conversion = reader.optional("conversion", String.self, "The share of units with this kind of interaction.")
        let mean = reader.optional("mean", MetricTerm.self, "The mean over units of what this adds up to.")
        let ratio = reader.optional("ratio", MetricRatio.self, "One term over another, added up over all units.")
        let window = reader.value(
            "window",
            default: TimeSpan.days(7),
            "How long after its first exposure an interaction of a unit still counts.",
            documentedDefault: "7d"
        )
        let cap = reader.optional("cap", Double.self, "The largest amount one unit may add; more counts as this.")
        let test = reader.optional(
            "test",
            MetricTest.self,
            "How both sides are compared: by bounds for every look, or by a test for one look at the end."
        )
        var kinds: [Kind] = []
        if let conversion { kinds.append(.conversion(of: conversion)) }
        if let mean { kinds.append(.mean(of: mean)) }
        if let ratio { kinds.append(.ratio(of: ratio.numerator, to: ratio.denominator)) }
        if kinds.count != 1 {
            reader.report(
                .documentInvalidValue,
                "metric '\(name)' must have exactly one of 'conversion', 'mean' and 'ratio'; it has \(kinds.count)"
            )
        }
        self.init(
            name: name,
            role: role,
            direction: direction,
            kind: kinds.first ?? .conversion(of: ""),
            window: window,
            cap: cap,
            test: test
        )
        self.checkTest(reader)
    }

    private func checkTest(_ reader: ObjectReader) {
        guard let test = self.test, test.isOfOneLook else { return }
        if self.role == .guardrail {
            reader.report(
                .documentInvalidValue,
                "the guardrail '\(self.name)' is looked at all the time, for which '\(test.rawValue)' is not valid; leave "
                    + "'test' out",
                at: "test"
            )
        }
        if case .ratio = self.kind {
            reader.report(
                .documentInvalidValue,
                "'\(self.name)' is a ratio, which has no value of each unit that '\(test.rawValue)' could compare; use "
                    + "'mean', or leave 'test' out",
                at: "test"
            )
        }
    }
}

/// The two terms of a ratio, as a file writes them.
struct MetricRatio: DocumentObject {
    let numerator: MetricTerm
    let denominator: MetricTerm

    init(from reader: ObjectReader) {
        self.numerator = reader.required("of", MetricTerm.self, "What is above the line.")
        self.denominator = reader.required("to", MetricTerm.self, "What is below the line.")
    }
}
