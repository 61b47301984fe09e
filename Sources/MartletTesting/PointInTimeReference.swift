package import MartletCore
package import MartletFeatures

/// The point-in-time join said as plainly as it can be: for each spine row, look at every row of the view.
///
/// Defines the right answer in tests; far too slow for anything else.
package struct PointInTimeReference {
    /// One row of a view's source.
    package struct SourceRow: Sendable {
        /// The join key values, in the order of the view's join keys.
        package let keys: [Value]
        package let event: EventTime?
        package let created: EventTime?
        /// The values of the source columns by name.
        package let values: [String: Value]

        /// Puts a row together.
        package init(keys: [Value], event: EventTime?, created: EventTime?, values: [String: Value]) {
            self.keys = keys
            self.event = event
            self.created = created
            self.values = values
        }
    }

    private struct Candidate {
        let event: EventTime
        let created: EventTime
        let row: SourceRow
    }

    private let view: FeatureView
    private let rows: [SourceRow]

    /// Answers for `view` over `rows`.
    package init(_ view: FeatureView, rows: [SourceRow]) {
        self.view = view
        self.rows = rows
    }

    /// The features for the entity `keys` at the moment `time`, in the order of the view.
    package func features(for keys: [Value], at time: EventTime?) -> [Value] {
        let visible = self.visible(keys, at: time)
        if self.view.isAggregated {
            return self.view.features.map { Self.aggregate($0, over: visible, at: time) }
        }
        let newest = visible.max { self.isOlder($0, $1) }
        guard let newest, let time else { return self.view.features.map { _ in .null } }
        if let ttl = self.view.ttl, newest.event < time - ttl { return self.view.features.map { _ in .null } }
        return self.view.features.map { Self.value(of: $0, in: newest.row) }
    }

    /// Whether a row of the entity `keys` was true in time for the moment `time` and became known only afterwards.
    package func hasLateRow(for keys: [Value], at time: EventTime) -> Bool {
        self.rows.contains { row in
            guard self.view.createdTimestamp != nil, row.keys == keys, let event = row.event, let created = row.created
            else { return false }
            guard event <= time, created > time else { return false }
            if self.view.isAggregated { return self.view.longestWindow.map { event > time - $0 } ?? true }
            return self.view.ttl.map { event >= time - $0 } ?? true
        }
    }

    private func visible(_ keys: [Value], at time: EventTime?) -> [Candidate] {
        guard let time, !keys.contains(.null) else { return [] }
        return self.rows.compactMap { row in
            let created = self.view.createdTimestamp == nil ? row.event : row.created
            guard row.keys == keys, let event = row.event, let created, event <= time, created <= time else {
                return nil
            }
            return Candidate(event: event, created: created, row: row)
        }
    }

    private func isOlder(_ first: Candidate, _ second: Candidate) -> Bool {
        if first.event != second.event { return first.event < second.event }
        if first.created != second.created { return first.created < second.created }
        for feature in self.view.features {
            let left = Self.value(of: feature, in: first.row)
            let right = Self.value(of: feature, in: second.row)
            if left != right { return Self.isLess(left, right) }
        }
        return false
    }

    private static func value(of feature: Feature, in row: SourceRow) -> Value {
        guard case .column(let column) = feature.origin else { return .null }
        return row.values[column] ?? .null
    }

    private static func isLess(_ left: Value, _ right: Value) -> Bool {
        switch (left, right) {
        case (.null, _): right != .null
        case (_, .null): false
        case (.string(let left), .string(let right)): left < right
        default: left.number < right.number
        }
    }

    private static func aggregate(_ feature: Feature, over visible: [Candidate], at time: EventTime?) -> Value {
        guard case .aggregate(let aggregate) = feature.origin else { return .null }
        let start = time.map { $0 - aggregate.window }
        let inside = visible.filter { candidate in start.map { candidate.event > $0 } ?? false }
        guard let column = aggregate.column else { return .int64(Int64(inside.count)) }
        let present = inside.filter { ($0.row.values[column] ?? .null) != .null }
        let numbers = present.map { ($0.row.values[column] ?? .null).number }
        switch aggregate.function {
        case .count: return .int64(Int64(numbers.count))
        case .sum: return numbers.isEmpty ? .null : .float64(numbers.reduce(0, +))
        case .mean: return numbers.isEmpty ? .null : .float64(numbers.reduce(0, +) / Double(numbers.count))
        case .min: return numbers.min().map(Value.float64) ?? .null
        case .max: return numbers.max().map(Value.float64) ?? .null
        case .last:
            let newest = zip(present, numbers)
                .max { ($0.0.event, $0.0.created, $0.1) < ($1.0.event, $1.0.created, $1.1) }
            return newest.map { .float64($0.1) } ?? .null
        }
    }
}
