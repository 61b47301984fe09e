import MartletCore
import MartletIngest

/// SQL that reads one column of text as its declared type; what is not of the type becomes null.
///
/// Stricter than a cast: `84.87` is no whole number, `inf` and `nan` are no numbers, and a day must exist.
struct ColumnTypingSQL {
    let column: SourceColumn
    let csv: CSVFormat?
    let timezone: String?

    /// The raw text `field`, with missing markers as null.
    func present(_ field: String) -> String {
        let markers = [""] + (self.csv?.missing ?? []) + self.column.missing
        let list = Set(markers).sorted().map(SQLText.literal).joined(separator: ", ")
        let kept = self.column.type == .string ? field : "trim(\(field))"
        return "CASE WHEN trim(\(field)) IN (\(list)) THEN NULL ELSE \(kept) END"
    }

    /// `text`, which is present, as the column's type.
    func typed(_ text: String) -> String {
        switch self.column.type {
        case .string: text
        case .boolean:
            """
            CASE WHEN lower(\(text)) IN ('true', 't', 'yes', 'y', '1') THEN true
            WHEN lower(\(text)) IN ('false', 'f', 'no', 'n', '0') THEN false END
            """
        case .int64:
            "CASE WHEN regexp_full_match(\(self.plain(text)), '[+-]?[0-9]+([.]0*)?') "
                + "THEN TRY_CAST(split_part(ltrim(\(self.plain(text)), '+'), '.', 1) AS BIGINT) END"
        case .float64: self.float(self.plain(text))
        case .date: self.date(text)
        case .timestamp: self.timestamp(text)
        }
    }

    private func float(_ text: String) -> String {
        let number = "TRY_CAST(\(text) AS DOUBLE)"
        let shape = "'[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?'"
        return "CASE WHEN regexp_full_match(\(text), \(shape)) AND isfinite(\(number)) THEN \(number) END"
    }

    /// `text` without thousands separators, or text that is no number when they stand in wrong places.
    private func plain(_ text: String) -> String {
        guard let separator = self.column.thousands ?? self.csv?.thousands else { return text }
        let mark = SQLText.literal(separator)
        let escaped = separator == "\\" ? "\\\\" : "[\(separator)]"
        let grouped = SQLText.literal("[+-]?[0-9]{1,3}(\(escaped)[0-9]{3})+([.][0-9]*)?")
        return "(CASE WHEN NOT contains(\(text), \(mark)) THEN \(text) "
            + "WHEN regexp_full_match(\(text), \(grouped)) THEN replace(\(text), \(mark), '') ELSE '?' END)"
    }

    private func date(_ text: String) -> String {
        if let pattern = (self.column.format ?? self.csv?.dateFormat).flatMap(DatePattern.init) {
            return "CAST(\(self.moment(text, pattern)) AS DATE)"
        }
        return "CASE WHEN regexp_full_match(\(text), '[0-9]{4}-[0-9]{2}-[0-9]{2}([ T]00:00(:00([.]0+)?)?)?') "
            + "THEN TRY_CAST(left(\(text), 10) AS DATE) END"
    }

    private func timestamp(_ text: String) -> String {
        if let pattern = self.timestampPattern {
            let moment = self.moment(text, pattern)
            if case .calendar = pattern.kind { return self.inUTC(moment) }
            return moment
        }
        let local = "[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?)?"
        let zoned =
            "[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)"
        return "CASE WHEN regexp_full_match(\(text), '\(local)') THEN \(self.inUTC("TRY_CAST(\(text) AS TIMESTAMP)")) "
            + "WHEN regexp_full_match(\(text), '\(zoned)') "
            + "THEN timezone('UTC', TRY_CAST(\(text) AS TIMESTAMPTZ)) END"
    }

    /// The column's own format, or the file's when that has a time of day.
    private var timestampPattern: DatePattern? {
        if let format = self.column.format { return DatePattern(format) }
        guard let format = self.csv?.dateFormat, format.contains("H") || format.hasPrefix("epoch") else { return nil }
        return DatePattern(format)
    }

    private func moment(_ text: String, _ pattern: DatePattern) -> String {
        switch pattern.kind {
        case .calendar(let specifiers, let length):
            let parsed = "try_strptime(\(text), \(SQLText.literal(specifiers)))"
            return length.map { "CASE WHEN length(\(text)) = \($0) THEN \(parsed) END" } ?? parsed
        case .epochSeconds: return "make_timestamp(TRY_CAST(round(TRY_CAST(\(text) AS DOUBLE) * 1e6) AS BIGINT))"
        case .epochMilliseconds: return "make_timestamp(TRY_CAST(\(text) AS BIGINT) * 1000)"
        }
    }

    private func inUTC(_ moment: String) -> String {
        self.timezone.map { "timezone('UTC', timezone(\(SQLText.literal($0)), \(moment)))" } ?? moment
    }
}
