import Foundation
import MartletCore
import MartletTracking

/// A ledger as JSON lines.
struct LedgerFile {
    let path: String

    /// One entry as a line, without its end.
    static func line(of entry: LedgerEntry) -> String {
        JSONValue.object([
            "sequence": .integer(entry.sequence), "at": .integer(entry.at.microseconds), "actor": .string(entry.actor),
            "action": .string(entry.action), "subject": .string(entry.subject), "payload": .string(entry.payload),
            "previous_hash": .string(entry.previousHash.description), "hash": .string(entry.hash.description),
        ])
        .canonicalText
    }

    /// Checks a whole exported ledger, from its first entry.
    ///
    /// The file has no head of its own, so entries cut off at its end are found only with an `anchor`.
    ///
    /// - Throws: `CommandError` when the file or a line cannot be read.
    func verify(anchor: LedgerHead?) throws -> LedgerVerification {
        guard let data = FileManager.default.contents(atPath: self.path) else {
            throw CommandError(.commandNotFound, "there is no file '\(self.path)'", status: .invalid)
        }
        var verifier = LedgerVerifier(anchor: anchor)
        var head = LedgerHead.empty
        for (index, line) in data.split(separator: UInt8(ascii: "\n")).enumerated() {
            guard let entry = Self.entry(Data(line)) else {
                throw CommandError(
                    .commandInvalidArgument,
                    "line \(index + 1) of '\(self.path)' is not an entry of a ledger; export it again",
                    status: .invalid
                )
            }
            head = entry.head
            guard verifier.check(entry) else { break }
        }
        return verifier.finish(head: head)
    }

    private static func entry(_ line: Data) -> LedgerEntry? {
        guard let json = try? JSONValue(parsing: line), case .integer(let sequence)? = json["sequence"],
            case .integer(let at)? = json["at"], case .string(let actor)? = json["actor"],
            case .string(let action)? = json["action"], case .string(let subject)? = json["subject"],
            case .string(let payload)? = json["payload"],
            case .string(let previous)? = json["previous_hash"], case .string(let hash)? = json["hash"],
            let previousHash = ContentHash(hex: previous), let hash = ContentHash(hex: hash)
        else { return nil }
        return LedgerEntry(
            sequence: sequence,
            at: EventTime(microseconds: at),
            actor: actor,
            action: action,
            subject: subject,
            payload: payload,
            previousHash: previousHash,
            hash: hash
        )
    }
}
