/// Finds the name a person probably meant.
package enum NearestName {
    /// Returns the candidate with the smallest edit distance to `name`, or `nil` when none is close.
    ///
    /// Close means at most a third of the longer name's length, and at least one edit is always allowed. Case is
    /// ignored. Ties go to the candidate that sorts first, so that the answer never changes between runs.
    ///
    /// - Complexity: O(candidates × length²).
    package static func find(_ name: String, among candidates: some Sequence<String>) -> String? {
        let wanted = Array(name.lowercased())
        var best: (distance: Int, candidate: String)?
        for candidate in candidates.sorted() {
            let other = Array(candidate.lowercased())
            let limit = max(1, max(wanted.count, other.count) / 3)
            let distance = Self.editDistance(wanted, other)
            if distance <= limit, distance < best?.distance ?? .max {
                best = (distance, candidate)
            }
        }
        return best?.candidate
    }

    /// Returns ` Did you mean 'x'?` for the nearest candidate, or an empty string; append it to a message.
    package static func suggestion(_ name: String, among candidates: some Sequence<String>) -> String {
        Self.find(name, among: candidates).map { " Did you mean '\($0)'?" } ?? ""
    }

    /// The Levenshtein distance with swaps of neighbours counted once.
    ///
    /// - Source: optimal string alignment, a restricted form of F. Damerau, "A technique for computer detection and
    ///   correction of spelling errors", 1964.
    static func editDistance(_ first: [Character], _ second: [Character]) -> Int {
        var beforeLast = [Int](repeating: 0, count: second.count + 1)
        var last = Array(0...second.count)
        for row in 0..<first.count {
            var current = [row + 1]
            for column in 0..<second.count {
                let substitution = last[column] + (first[row] == second[column] ? 0 : 1)
                var cost = min(current[column] + 1, last[column + 1] + 1, substitution)
                if row > 0, column > 0, first[row] == second[column - 1], first[row - 1] == second[column] {
                    cost = min(cost, beforeLast[column - 1] + 1)
                }
                current.append(cost)
            }
            beforeLast = last
            last = current
        }
        return last[second.count]
    }
}
