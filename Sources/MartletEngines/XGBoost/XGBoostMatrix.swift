/// Rows in XGBoost's own form (`DMatrix`); freed with the value.
final class XGBoostMatrix {
    let handle: Handle?
    private let library: XGBoostLibrary

    /// Copies cells into XGBoost.
    init(_ rows: [Double], columnCount: Int, threads: Int, library: XGBoostLibrary) throws(EngineError) {
        var handle: Handle?
        let cells = rows.map { Float($0) }
        let status = cells.withUnsafeBufferPointer { buffer in
            let description = Self.describe(buffer, shape: [rows.count / columnCount, columnCount])
            return library.createMatrix(description, "{\"missing\":NaN,\"nthread\":\(threads)}", &handle)
        }
        try library.check(status, "take the rows")
        self.handle = handle
        self.library = library
    }

    /// Copies rows, labels, weights and the columns' names and kinds into XGBoost.
    convenience init(_ matrix: TrainingMatrix, threads: Int, library: XGBoostLibrary) throws(EngineError) {
        try self.init(
            matrix.features,
            columnCount: matrix.columnNames.count,
            threads: threads,
            library: library
        )
        try self.set("label", matrix.label)
        if let weight = matrix.weight { try self.set("weight", weight) }
        try self.set("feature_name", matrix.columnNames)
        let kinds = matrix.columnNames.indices.map { matrix.categoricalColumns.contains($0) ? "c" : "float" }
        try self.set("feature_type", kinds)
    }

    deinit { _ = self.library.freeMatrix(self.handle) }

    private func set(_ field: String, _ numbers: [Float]) throws(EngineError) {
        let status = numbers.withUnsafeBufferPointer { buffer in
            self.library.setNumbers(self.handle, field, Self.describe(buffer, shape: [numbers.count]))
        }
        try self.library.check(status, "take the \(field)s")
    }

    private func set(_ field: String, _ texts: [String]) throws(EngineError) {
        let status = CTexts(texts)
            .withPointers { pointers in
                self.library.setTexts(self.handle, field, pointers, UInt64(texts.count))
            }
        try self.library.check(status, "take the columns' \(field)")
    }

    /// The JSON by which XGBoost reads an array in place.
    private static func describe(_ buffer: UnsafeBufferPointer<Float>, shape: [Int]) -> String {
        let address = UInt(bitPattern: buffer.baseAddress)
        let dimensions = shape.map(String.init).joined(separator: ",")
        return "{\"data\":[\(address),true],\"shape\":[\(dimensions)],\"typestr\":\"<f4\",\"version\":3}"
    }
}
