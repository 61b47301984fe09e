/// What the inputs and answers of a model looked like over some rows; mergeable.
package struct DataProfile: Sendable, Hashable, Codable {
    /// The columns by name.
    package private(set) var columns: [String: ColumnProfile]
    /// The model's answers.
    package private(set) var prediction: ColumnProfile
    /// The rows taken in.
    package private(set) var rowCount: Int

    /// Starts with the columns `kinds`.
    package init(_ kinds: [String: ColumnProfile.Kind]) {
        self.columns = kinds.mapValues { ColumnProfile($0) }
        self.prediction = ColumnProfile(.number)
        self.rowCount = 0
    }

    /// Columns that were profiled elsewhere.
    package init(columns: [String: ColumnProfile], prediction: ColumnProfile, rowCount: Int) {
        self.columns = columns
        self.prediction = prediction
        self.rowCount = rowCount
    }

    /// Takes in one row; a column it does not name is missing in it, one the profile does not know is passed over.
    package mutating func add(_ cells: [String: ProfiledCell], prediction: Double?) {
        self.rowCount += 1
        for name in self.columns.keys {
            switch cells[name] ?? .missing {
            case .number(let number): self.columns[name]?.add(number)
            case .category(let category): self.columns[name]?.add(category)
            case .missing:
                if self.columns[name]?.kind == .number {
                    self.columns[name]?.add(.nan)
                } else {
                    self.columns[name]?.add(nil)
                }
            }
        }
        if let prediction { self.prediction.add(prediction) }
    }

    /// Takes in the rows of `other`, which has the same columns.
    package mutating func merge(_ other: DataProfile) {
        self.rowCount += other.rowCount
        self.prediction.merge(other.prediction)
        for (name, column) in other.columns { self.columns[name]?.merge(column) }
    }
}

/// One value of a row as a profile takes it.
package enum ProfiledCell: Sendable, Hashable {
    case number(Double)
    case category(String)
    case missing
}
