package import MartletStatistics

/// What one column looked like over some rows: counts, spread, and a sketch of its values; mergeable.
package struct ColumnProfile: Sendable, Hashable, Codable {
    /// Whether a column holds numbers or names.
    package enum Kind: String, Sendable, Hashable, Codable {
        case number
        case category
    }

    package let kind: Kind
    /// All rows, missing ones too.
    package private(set) var rowCount = 0
    /// Rows without a value; `NaN` and infinite numbers count as missing.
    package private(set) var missingCount = 0
    /// Of the numbers; empty for categories.
    package private(set) var moments = SampleMoments()
    /// The numbers; `nil` for categories.
    package private(set) var sketch: QuantileSketch?
    /// The categories; `nil` for numbers.
    package private(set) var categories: CategoryCounts?

    /// An empty column.
    package init(_ kind: Kind, capacity: Int = QuantileSketch.defaultCapacity) {
        self.kind = kind
        switch kind {
        case .number: self.sketch = QuantileSketch(capacity: capacity)
        case .category: self.categories = CategoryCounts()
        }
    }

    /// The column of `numbers`.
    package init(numbers: some Sequence<Double>, capacity: Int = QuantileSketch.defaultCapacity) {
        self.init(.number, capacity: capacity)
        self.add(contentsOf: ArraySlice(numbers))
    }

    /// The share of rows without a value; 0 when there are no rows.
    package var missingShare: Double { self.rowCount > 0 ? Double(self.missingCount) / Double(self.rowCount) : 0 }

    /// Takes in a number of a number column.
    package mutating func add(_ number: Double) {
        self.rowCount += 1
        guard number.isFinite else {
            self.missingCount += 1
            return
        }
        self.moments.add(number)
        self.sketch?.add(number)
    }

    /// Takes in many numbers of a number column: the same as one by one, and several times as fast.
    package mutating func add(contentsOf numbers: ArraySlice<Double>) {
        self.rowCount += numbers.count
        var (sum, count) = (0.0, 0)
        for number in numbers where number.isFinite {
            sum += number
            count += 1
        }
        self.missingCount += numbers.count - count
        guard count > 0 else { return }
        let mean = sum / Double(count)
        var squares = 0.0
        for number in numbers where number.isFinite { squares += (number - mean) * (number - mean) }
        self.moments.merge(SampleMoments(count: count, mean: mean, squaredDeviations: squares))
        self.sketch?.add(contentsOf: numbers)
    }

    /// Takes in a name of a category column; `nil` is missing.
    package mutating func add(_ category: String?) {
        self.rowCount += 1
        if let category { self.categories?.add(category) } else { self.missingCount += 1 }
    }

    /// Takes in the rows of `other`, a column of the same kind.
    package mutating func merge(_ other: ColumnProfile) {
        self.rowCount += other.rowCount
        self.missingCount += other.missingCount
        self.moments.merge(other.moments)
        if let sketch = other.sketch { self.sketch?.merge(sketch) }
        if let categories = other.categories { self.categories?.merge(categories) }
    }
}
