package import MartletCore

/// Where a model column's value comes from when a prediction is asked for.
package enum ColumnSource: Sendable, Hashable {
    /// The online store.
    case feature(view: String, feature: String)
    /// The request.
    case request
}

/// One column the model reads.
package struct ModelColumn: Sendable, Hashable {
    /// The column's name in the snapshot and in the model.
    package let name: String
    package let type: DataType
    package let source: ColumnSource
    package let isRequired: Bool

    /// Declares a column.
    package init(name: String, type: DataType, source: ColumnSource, isRequired: Bool) {
        self.name = name
        self.type = type
        self.source = source
        self.isRequired = isRequired
    }
}

/// A snapshot as numbers: divided, encoded and ready for the engines.
///
/// Values are kept row-major in the spine's order, `[rowCount × columns.count]`; categories are codes, missing is `NaN`.
package struct TrainingTable: Sendable {
    package let columns: [ModelColumn]
    /// The encoding of each category column, by position; `nil` for numbers.
    package let encodings: [CategoryEncoding?]
    package let values: [Double]
    package let labels: [Double]
    package let split: TrainingSplit
    /// The moments between which the examples lie, by the spine's timestamp.
    package let times: [Int64]

    /// The number of examples.
    package var rowCount: Int { self.labels.count }

    /// Reads `batch` by what `recipe` says; `split`, when given, divides it in place of the recipe's.
    ///
    /// - Throws: ``TrainingError`` when a column is absent or of a type no model can take, when labels are missing or
    ///   not 0 and 1, or when a part of the split would be empty.
    package init(
        batch: ColumnBatch,
        recipe: Recipe,
        columns: [ModelColumn],
        split plan: SplitPlan? = nil
    ) throws(TrainingError) {
        let times = try Self.times(batch, recipe: recipe)
        let labels = try Self.labels(batch, recipe: recipe)
        let split = TrainingSplit(plan: plan ?? recipe.split, times: times)
        guard !split.train.isEmpty, !split.validation.isEmpty, !split.test.isEmpty else {
            throw TrainingError(
                .trainingTooFewRows,
                "the spine of recipe '\(recipe.name)' has \(labels.count) rows, which leaves a part of the split empty; "
                    + "widen the loader SQL"
            )
        }
        let categorical = Set(recipe.categorical.map(\.value))
        if let unknown = recipe.categorical.first(where: { name in !columns.contains { $0.name == name.value } }) {
            throw TrainingError(
                .trainingUnknownColumn,
                "'categorical' names '\(unknown.value)', which is not a column of the model."
                    + NearestName.suggestion(unknown.value, among: columns.map(\.name))
            )
        }
        var encodings: [CategoryEncoding?] = []
        var values = [Double](repeating: .nan, count: labels.count * columns.count)
        for (position, column) in columns.enumerated() {
            let cells = try Self.cells(batch, column: column)
            let isCategory = column.type == .string || categorical.contains(column.name)
            let encoding = isCategory ? CategoryEncoding(column: cells, rows: split.train) : nil
            let numbers = encoding?.codes(of: cells) ?? cells.numbers
            for row in labels.indices { values[row * columns.count + position] = numbers[row] }
            encodings.append(encoding)
        }
        self.columns = columns
        self.encodings = encodings
        self.values = values
        self.labels = labels
        self.split = split
        self.times = times
    }

    /// The values of `rows`, row-major, in that order.
    package func matrix(of rows: [Int]) -> [Double] {
        let width = self.columns.count
        var matrix: [Double] = []
        matrix.reserveCapacity(rows.count * width)
        for row in rows { matrix.append(contentsOf: self.values[row * width..<(row + 1) * width]) }
        return matrix
    }

    /// The values of one column in `rows`.
    package func column(_ position: Int, of rows: [Int]) -> [Double] {
        rows.map { self.values[$0 * self.columns.count + position] }
    }

    /// The labels of `rows`.
    package func labels(of rows: [Int]) -> [Double] { rows.map { self.labels[$0] } }

    /// The positions of category columns.
    package var categoryPositions: Set<Int> { Set(self.encodings.indices.filter { self.encodings[$0] != nil }) }

    private static func cells(_ batch: ColumnBatch, column: ModelColumn) throws(TrainingError) -> Column {
        guard let cells = batch[column.name] else {
            throw TrainingError(
                .trainingUnknownColumn,
                "column '\(column.name)' is not in the training set."
                    + NearestName.suggestion(column.name, among: batch.schema.names)
            )
        }
        let found = batch.schema.type(of: column.name) ?? column.type
        if let time = [found, column.type].first(where: { $0 == .date || $0 == .timestamp }) {
            throw TrainingError(
                .trainingColumnType,
                "column '\(column.name)' is a \(time.rawValue), which a model cannot take; "
                    + "derive a number from it in the SQL, such as the hour or the days since a date"
            )
        }
        // A request gives the declared type: a column that holds another would reach the model differently.
        let differs = (found == .string) != (column.type == .string) || (found == .boolean) != (column.type == .boolean)
        if differs, column.type != .string {
            throw TrainingError(
                .trainingColumnType,
                "column '\(column.name)' is declared \(column.type.rawValue) but the training set holds "
                    + "\(found == .string ? "text" : found.rawValue); cast it in the SQL or declare it as \(found.rawValue)"
            )
        }
        return cells
    }

    private static func times(_ batch: ColumnBatch, recipe: Recipe) throws(TrainingError) -> [Int64] {
        let name = recipe.loader.timestamp.value
        guard let column = batch[name] else {
            throw TrainingError(
                .trainingUnknownColumn,
                "timestamp '\(name)' is not a column of the loader SQL."
                    + NearestName.suggestion(name, among: batch.schema.names)
            )
        }
        guard case .time(let cells) = column.storage else {
            throw TrainingError(
                .trainingColumnType,
                "timestamp '\(name)' is not a date or timestamp; cast it in the SQL"
            )
        }
        let missing = column.validity.count { !$0 }
        guard missing == 0 else {
            throw TrainingError(
                .trainingMissingTime,
                "timestamp '\(name)' is missing in \(missing) of \(column.count) rows; leave them out in the loader SQL"
            )
        }
        return cells
    }

    private static func labels(_ batch: ColumnBatch, recipe: Recipe) throws(TrainingError) -> [Double] {
        let name = recipe.label.value
        guard let column = batch[name], let type = batch.schema.type(of: name) else {
            throw TrainingError(
                .trainingUnknownColumn,
                "label '\(name)' is not a column of the loader SQL."
                    + NearestName.suggestion(name, among: batch.schema.names)
            )
        }
        guard type.isNumeric else {
            throw TrainingError(
                .trainingColumnType,
                "label '\(name)' is \(type.rawValue), the task \(recipe.task.rawValue) needs a number; cast it in the SQL"
            )
        }
        let numbers = column.numbers
        let missing = numbers.count { !$0.isFinite }
        guard missing == 0 else {
            throw TrainingError(
                .trainingMissingLabel,
                "label '\(name)' is missing or not finite in \(missing) of \(numbers.count) rows; "
                    + "leave them out in the loader SQL"
            )
        }
        if recipe.task == .binaryClassification, let row = numbers.firstIndex(where: { $0 != 0 && $0 != 1 }) {
            throw TrainingError(
                .trainingLabelNotBinary,
                "label '\(name)' holds a value other than 0 and 1 (first in row \(row + 1)); "
                    + "map it in the SQL or use task 'regression'"
            )
        }
        return numbers
    }
}

extension ErrorCode {
    /// Too few examples for the split.
    package static let trainingTooFewRows = ErrorCode("training.tooFewRows")
    /// A column the recipe names is not there.
    package static let trainingUnknownColumn = ErrorCode("training.unknownColumn")
    /// A column of a type that cannot be used so.
    package static let trainingColumnType = ErrorCode("training.columnType")
    /// Examples without a moment.
    package static let trainingMissingTime = ErrorCode("training.missingTime")
    /// Examples without a label.
    package static let trainingMissingLabel = ErrorCode("training.missingLabel")
    /// A label that is neither 0 nor 1.
    package static let trainingLabelNotBinary = ErrorCode("training.labelNotBinary")
}
