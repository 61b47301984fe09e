import Foundation
package import MartletCore

/// The values of a query parameter that is asked one after the other: a list, or the latest months.
package enum RequestValues: DocumentValue, Sendable, Hashable {
    case list([String])
    case months(RecentMonths)

    package static func read(_ document: Document, in context: DocumentContext) -> RequestValues {
        if case .mapping = document.content { return .months(RecentMonths.read(document, in: context)) }
        let values = [DocumentScalar].read(document, in: context).map(\.text)
        if values.isEmpty {
            context.report(.error, .documentInvalidValue, "name at least one value", at: document.location)
        }
        return .list(values)
    }

    package static var placeholder: RequestValues { .list([]) }
    package static var schema: JSONValue {
        .object(["anyOf": [[DocumentScalar].schema, RecentMonths.schema]])
    }

    /// The values at `now` in the zone named `timezone`, or in UTC.
    package func values(at now: EventTime, timezone: String?) -> [String] {
        switch self {
        case .list(let values): values
        case .months(let months): months.values(at: now, timezone: timezone)
        }
    }
}

/// The latest months up to the present one, the oldest first.
package struct RecentMonths: DocumentObject, Sendable, Hashable {
    package let count: Int
    package let format: Format

    /// How a month is written.
    package enum Format: String, DocumentWord, Sendable {
        case compact = "YYYYMM"
        case dashed = "YYYY-MM"
    }

    package init(from reader: ObjectReader) {
        self.count = reader.required("months", Int.self, "How many months, the present one included.")
        self.format = reader.value(
            "format",
            default: .compact,
            "How a month is written.",
            documentedDefault: "YYYYMM"
        )
        if !(1...600).contains(self.count) {
            reader.report(.documentInvalidValue, "between 1 and 600 months", at: "months")
        }
    }

    func values(at now: EventTime, timezone: String?) -> [String] {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = timezone.flatMap(TimeZone.init(identifier:)) ?? .gmt
        let parts = calendar.dateComponents([.year, .month], from: now.date)
        let last = (parts.year ?? 1970) * 12 + (parts.month ?? 1) - 1
        return ((last - self.count + 1)...last)
            .map { index in
                let month = index % 12 + 1
                return "\(index / 12)" + (self.format == .dashed ? "-" : "") + (month < 10 ? "0" : "") + "\(month)"
            }
    }
}
