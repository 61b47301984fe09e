package import MartletCore

/// What is done by itself when alerts fire: `actions:` of `slo.yaml`.
///
/// An alert that the file does not name has its standard actions, all of them in words only; one that it names with an
/// empty list has none.
package struct AlertActions: Sendable {
    /// The actions of one alert.
    package struct Entry: Sendable {
        /// The alert's name, such as `RequestsFail`.
        package let alert: Located<String>
        package let rules: [AlertActionRule]

        /// Names the actions of an alert.
        package init(alert: Located<String>, rules: [AlertActionRule]) {
            self.alert = alert
            self.rules = rules
        }
    }

    /// What the file says, in its order.
    package let entries: [Entry]

    /// The actions of the standard policy: more servers for slow answers, the version before when requests fail, the
    /// fallback for a source that does not deliver, a training when the error grew.
    private static let standard: [String: [AlertActionRule]] = [
        "RequestsFail": [AlertActionRule(.rollBack)],
        "Slow": [AlertActionRule(.scale(nil))],
        "CollectionFails": [AlertActionRule(.fallBack)],
        "ErrorGrew": [
            AlertActionRule(
                .retrain(Located("auto", at: SourceLocation(file: "", line: 1, column: 1))),
                coolDown: .days(1)
            )
        ],
    ]

    /// Reads the key `actions` of the mapping that `reader` reads.
    package init(from reader: ObjectReader) {
        let entries = reader.value(
            "actions",
            default: NamedItems<[AlertActionRule]>([]),
            "What is done by itself when alerts fire, by the alert's name; in words only unless 'mode: on' is said."
        )
        self.init(entries.entries.map { Entry(alert: Located($0.name, at: $0.location), rules: $0.value) })
    }

    /// Holds what a file says.
    package init(_ entries: [Entry] = []) { self.entries = entries }

    /// What is done when an alert of the name `alert` fires.
    package func rules(for alert: String) -> [AlertActionRule] {
        self.entries.first { $0.alert.value == alert }?.rules ?? Self.standard[alert] ?? []
    }

    /// The names of alerts that something is done about, in the order of names.
    package var alerts: [String] {
        Set(self.entries.map(\.alert.value)).union(Self.standard.keys).sorted()
            .filter { !self.rules(for: $0).isEmpty }
    }

    /// Reports names that nothing has.
    ///
    /// - Parameters:
    ///   - routing: the channels that may be named.
    ///   - alerts: the names of alerts that can fire.
    ///   - plans: the retraining plans and recipes that may be named.
    ///   - context: receives the faults.
    package func check(_ routing: AlertRouting, alerts: [String], plans: [String], in context: DocumentContext) {
        context.check(self.entries.map(\.alert), "alert", among: alerts)
        for rule in self.entries.flatMap(\.rules) {
            switch rule.action {
            case .page(let names): context.check(names, "channel", among: routing.channels.map(\.name))
            case .retrain(let name): context.check([name], "retraining plan or recipe", among: plans + ["auto"])
            case .scale(let hook):
                let hooks = routing.channels.filter { $0.kind.word == "webhook" }.map(\.name)
                context.check([hook?.channel].compactMap(\.self), "channel of kind 'webhook'", among: hooks)
            case .rollBack, .fallBack: break
            }
        }
    }
}
