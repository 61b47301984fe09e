package import MartletCore

/// Who is told of which alerts: `channels:` and `routes:` of `slo.yaml`.
///
/// Every route that takes an alert counts; a channel that several of them name is told once. Without routes every channel
/// is told of everything.
package struct AlertRouting: Sendable {
    /// In the order written.
    package let channels: [AlertChannel]
    package let routes: [AlertRoute]

    /// Reads the keys `channels` and `routes` of the mapping that `reader` reads.
    package init(from reader: ObjectReader) {
        let entries = reader.value(
            "channels",
            default: NamedItems<AlertChannel.Kind>([]),
            "The places where people read alerts, by name."
        )
        let routes = reader.value(
            "routes",
            default: [AlertRoute](),
            "Which alerts go to which channels; by default all to every one."
        )
        for entry in entries.entries where !Self.isName(entry.name) {
            reader.report(
                .documentInvalidValue,
                "'\(entry.name.prefix(80))' cannot be a channel: use 1 to 63 letters, digits, '-' and '_'",
                at: "channels"
            )
        }
        self.init(
            channels: entries.entries.map { AlertChannel(name: $0.name, kind: $0.value, location: $0.location) },
            routes: routes
        )
    }

    /// Holds channels and the ways to them.
    package init(channels: [AlertChannel] = [], routes: [AlertRoute] = []) {
        self.channels = channels
        let everything = AlertRoute(everythingTo: channels.map { Located($0.name, at: $0.location) })
        self.routes = routes.isEmpty && !channels.isEmpty ? [everything] : routes
    }

    /// The channels that are told of `notice`, in the order written.
    package func channels(for notice: AlertNotice) -> [AlertChannel] {
        let names = Set(self.routes.filter { $0.takes(notice) }.flatMap { $0.channels.map(\.value) })
        return self.channels.filter { names.contains($0.name) }
    }

    /// The channel `name`, or `nil`.
    package func channel(_ name: String) -> AlertChannel? { self.channels.first { $0.name == name } }

    /// Reports names that nothing has.
    ///
    /// - Parameters:
    ///   - endpoints: the endpoints of the workspace.
    ///   - alerts: the names of alerts that can fire.
    ///   - context: receives the faults.
    package func check(endpoints: [String], alerts: [String], in context: DocumentContext) {
        for route in self.routes {
            context.check(route.channels, "channel", among: self.channels.map(\.name))
            context.check(route.endpoints, "endpoint", among: endpoints)
            context.check(route.alerts, "alert", among: alerts)
        }
    }

    private static func isName(_ text: String) -> Bool {
        (1...63).contains(text.utf8.count)
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
    }
}

extension DocumentContext {
    /// Reports each of `names` that is none of `known`, with the nearest.
    func check(_ names: [Located<String>], _ what: String, among known: [String]) {
        for name in names where !known.contains(name.value) {
            let hint = NearestName.suggestion(name.value, among: known)
            let all = known.isEmpty ? " There is none." : " Known: \(known.sorted().joined(separator: ", "))."
            self.report(
                .error,
                .alertUnknownName,
                "there is no \(what) '\(name.value.prefix(80))'.\(hint.isEmpty ? all : hint)",
                at: name.location
            )
        }
    }
}

extension ErrorCode {
    /// A name in `slo.yaml` that the workspace does not have.
    package static let alertUnknownName = ErrorCode("alert.unknownName")
}
