/// LightGBM's text model, cut into its header and its tree blocks.
///
/// A header of `key=value` lines is followed by one block for each tree, the line `end of trees` and two sections that
/// scoring does not need (importances, parameters).
struct LightGBMModelText {
    /// The `key=value` lines of one block; a line without `=` is a key with an empty value.
    typealias Block = [String: Substring]

    let header: Block
    let trees: [Block]

    /// Cuts `bytes` into blocks.
    ///
    /// - Throws: `ForestError` with `forest.malformedModel` when the text is no LightGBM model or ends too early.
    init(_ bytes: [UInt8]) throws(ForestError) {
        let text = String(decoding: bytes, as: UTF8.self)
        let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true)
        guard let first = lines.first, Self.trimmed(first) == "tree" else {
            throw .malformed(
                "The bytes do not start with the line 'tree', so they are no LightGBM text model; "
                    + "save the model with LightGBM's save_model."
            )
        }
        var header: Block = [:]
        var trees: [Block] = []
        var isComplete = false
        var openSection = ""
        for line in lines.dropFirst() {
            let line = Self.trimmed(line)
            if isComplete {
                if line == "parameters:" { openSection = "end of parameters" }
                if line == openSection { openSection = "" }
                continue
            }
            if line == "end of trees" {
                isComplete = true
                continue
            }
            let (key, value) = Self.keyAndValue(line)
            if key == "Tree" {
                guard Int(value) == trees.count else {
                    throw .malformed("Tree \(trees.count) is missing from the LightGBM model; save the model again.")
                }
                trees.append([:])
            } else if trees.isEmpty {
                header[key] = value
            } else {
                trees[trees.count - 1][key] = value
            }
        }
        guard isComplete, openSection.isEmpty else {
            throw .malformed(
                "The LightGBM model ends after \(bytes.count) bytes, before its last line; "
                    + "the file was cut off, copy or save it again."
            )
        }
        self.header = header
        self.trees = trees
    }

    private static func trimmed(_ line: Substring.UTF8View) -> Substring {
        let line = Substring(line)
        return line.utf8.last == UInt8(ascii: "\r") ? line.dropLast() : line
    }

    private static func keyAndValue(_ line: Substring) -> (String, Substring) {
        guard let sign = line.utf8.firstIndex(of: UInt8(ascii: "=")) else { return (String(line), "") }
        return (String(line[..<sign]), line[line.utf8.index(after: sign)...])
    }

    /// The numbers of the space-separated list under `key`: exactly `count` unless that is `nil`.
    static func list<Number: LosslessStringConvertible>(
        _ key: String,
        of block: Block,
        count: Int?,
        named name: String
    ) throws(ForestError) -> [Number] {
        guard let text = block[key] else {
            throw .malformed("\(name) of the LightGBM model lacks '\(key)'; save the model again with LightGBM 3 or 4.")
        }
        var numbers: [Number] = []
        for word in text.utf8.split(separator: UInt8(ascii: " ")) {
            guard let number = Number(String(Substring(word))) else {
                throw .malformed(
                    "\(name) of the LightGBM model has a '\(key)' that is not a list of numbers; "
                        + "the file is damaged, save the model again."
                )
            }
            numbers.append(number)
        }
        if let count, numbers.count != count {
            throw .malformed(
                "\(name) of the LightGBM model has \(numbers.count) values in '\(key)', expected "
                    + "\(count); the file is damaged, save the model again."
            )
        }
        return numbers
    }

    /// The whole number under `key`, or `fallback` when the key is absent.
    static func integer(
        _ key: String,
        of block: Block,
        or fallback: Int? = nil,
        named name: String
    ) throws(ForestError) -> Int {
        if block[key] == nil, let fallback { return fallback }
        let numbers: [Int] = try Self.list(key, of: block, count: 1, named: name)
        return numbers[0]
    }
}
