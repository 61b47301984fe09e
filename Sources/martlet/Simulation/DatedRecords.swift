import Foundation
import MartletCore
import MartletIngest

/// The records of a CSV file with the day of each, as raw bytes.
///
/// Quotes, separators and ends of lines are single bytes in UTF-8 and in CP949 and stand for nothing else there, so the
/// records are found without decoding them.
struct DatedRecords: Sendable {
    /// The first line, with its end.
    let header: Data
    /// Every other record, with its end, in the order of the file.
    let records: [Data]
    /// The day of each record as midnight UTC; `nil` where it cannot be read.
    let days: [EventTime?]

    /// Splits `data`.
    ///
    /// - Throws: `CommandError` with `simulation.invalid` when the column is not in the header.
    init(_ data: Data, _ format: CSVFormat, column: String, source: String) throws {
        let bytes = [UInt8](data)
        let (quote, delimiter) = (format.quote.utf8.first, format.delimiter.utf8.first ?? 44)
        var lines: [Range<Int>] = []
        var (start, isQuoted) = (0, false)
        for (index, byte) in bytes.enumerated() {
            if byte == quote { isQuoted.toggle() }
            if byte == 10, !isQuoted {
                lines.append(start..<index + 1)
                start = index + 1
            }
        }
        if start < bytes.count { lines.append(start..<bytes.count) }
        guard let first = lines.first else {
            throw CommandError(.simulationInvalid, "the file of source '\(source)' is empty", status: .invalid)
        }
        let codePage949 = String.Encoding(rawValue: 0x8000_0422)
        let encoding: String.Encoding = format.encoding == .cp949 ? codePage949 : .utf8
        let names = Self.cells(bytes[first], quote, delimiter)
            .map { cell in
                let text = String(data: Data(cell), encoding: encoding) ?? ""
                return text.replacing("\u{FEFF}", with: "")
            }
        guard let position = names.firstIndex(of: column) else {
            throw CommandError(
                .simulationInvalid,
                "the file of source '\(source)' has no column '\(column)'."
                    + NearestName.suggestion(column, among: names),
                status: .invalid
            )
        }
        self.header = Data(bytes[first])
        let rest = lines.dropFirst()
        self.records = rest.map { range in
            var record = Data(bytes[range])
            if record.last != 10 { record.append(10) }
            return record
        }
        self.days = rest.map { range in
            let cells = Self.cells(bytes[range], quote, delimiter)
            return position < cells.count ? Self.day(cells[position]) : nil
        }
    }

    private static func cells(_ line: ArraySlice<UInt8>, _ quote: UInt8?, _ delimiter: UInt8) -> [[UInt8]] {
        var cells: [[UInt8]] = [[]]
        var isQuoted = false
        for byte in line where byte != 10 && byte != 13 {
            if byte == quote {
                isQuoted.toggle()
            } else if byte == delimiter, !isQuoted {
                cells.append([])
            } else {
                cells[cells.count - 1].append(byte)
            }
        }
        return cells
    }

    /// The day that year, month and day in this order name, with or without signs between them.
    private static func day(_ cell: [UInt8]) -> EventTime? {
        let digits = cell.filter { (48...57).contains($0) }.prefix(8)
        guard digits.count == 8 else { return nil }
        let text = String(decoding: digits, as: UTF8.self)
        return EventTime(iso8601: "\(text.prefix(4))-\(text.dropFirst(4).prefix(2))-\(text.suffix(2))")
    }
}
