import MartletCore

/// What goes wrong on purpose in a simulation, and from which day on; the first day is 1.
enum SimulatedTrouble: Sendable, Hashable {
    /// Sources that arrive do not answer on this day.
    case sourceFailure(day: Int)
    /// From this day on other visitors come, and the truth moves away from what was learnt.
    case drift(day: Int)
    /// A version whose release begins on this day or later has a fault: 5 % of its answers fail.
    case badRelease(day: Int)
    /// What came true is known a week later.
    case lateLabels

    /// Reads a list such as `source-failure@3,drift@5,bad-release@6,late-labels`.
    ///
    /// - Throws: `CommandError` with `simulation.invalid`, the part that is wrong and the nearest name.
    static func list(_ text: String, days: Int) throws -> [SimulatedTrouble] {
        try text.split(separator: ",")
            .map { part in
                let words = part.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
                let name = words[0].trimmingPrefix { $0 == " " }
                if name == "late-labels", words.count == 1 { return .lateLabels }
                let makers: [String: (Int) -> SimulatedTrouble] = [
                    "source-failure": { .sourceFailure(day: $0) }, "drift": { .drift(day: $0) },
                    "bad-release": { .badRelease(day: $0) },
                ]
                guard let make = makers[String(name)] else {
                    let known = makers.keys.sorted() + ["late-labels"]
                    throw CommandError(
                        .simulationInvalid,
                        "--inject '\(part)' is no trouble; there are \(known.joined(separator: "@DAY, "))."
                            + NearestName.suggestion(String(name), among: known),
                        status: .invalid
                    )
                }
                guard words.count == 2, let day = Int(words[1]), (1...days).contains(day) else {
                    throw CommandError(
                        .simulationInvalid,
                        "--inject '\(part)' needs a day from 1 to \(days), such as \(name)@1",
                        status: .invalid
                    )
                }
                return make(day)
            }
    }

    /// What the timeline says when it begins; `nil` for what has no day.
    var sentence: (day: Int, text: String)? {
        switch self {
        case .sourceFailure(let day): (day, "arriving sources do not answer today")
        case .drift(let day): (day, "from now on visitors ask for the dearest fifth only, and pay a quarter more")
        case .badRelease(let day): (day, "whatever is released from now on fails for 5 % of requests")
        case .lateLabels: nil
        }
    }
}

extension ErrorCode {
    /// A simulation cannot be carried out as it was asked for.
    static let simulationInvalid = ErrorCode("simulation.invalid")
}
