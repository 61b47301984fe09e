import Foundation
import MartletCore
import MartletForest
import MartletReleases
import MartletServing
import MartletTracking
import ServiceLifecycle
import Synchronization

/// Faults that versions have on purpose, so that a rollback can be seen before it is needed.
///
/// A file names them, one a line: a version, then a fault as `martlet release rehearse --inject` takes it, without a time;
/// the fault is there as long as its line is.
///
/// ```
/// apartment_price:2 error-rate=0.05
/// ```
final class FaultDrill: Sendable {
    private let file: URL?
    private let faults = Mutex<[ModelVersionID: [RehearsalFault.Kind]]>([:])
    private let complaint = Mutex<String?>(nil)
    private let terminal: Terminal
    private let chance: @Sendable () -> Double

    /// Follows `file`, which need not be there yet.
    init(file: URL, terminal: Terminal) {
        self.file = file
        self.terminal = terminal
        self.chance = { Double.random(in: 0..<1) }
    }

    /// Has the faults that ``set(_:of:)`` says, with `chance` from 0 up to 1.
    init(terminal: Terminal, chance: @escaping @Sendable () -> Double) {
        self.file = nil
        self.terminal = terminal
        self.chance = chance
    }

    /// Gives `version` these faults.
    func set(_ faults: [RehearsalFault.Kind], of version: ModelVersionID) {
        self.faults.withLock { $0[version] = faults }
    }

    /// Whether something of this share of cases happens now.
    func happens(_ share: Double) -> Bool { self.chance() < share }

    /// The faults of `version` now.
    func faults(of version: ModelVersionID) -> [RehearsalFault.Kind] { self.faults.withLock { $0[version] ?? [] } }

    /// Reads the file; one that is not understood is reported once and leaves the faults as they are.
    func look() {
        guard let file = self.file else { return }
        do {
            let data = FileManager.default.contents(atPath: file.path) ?? Data()
            let faults = try Self.parse(String(decoding: data, as: UTF8.self))
            let isNew = self.faults.withLock { old in
                defer { old = faults }
                return old != faults
            }
            self.complaint.withLock { $0 = nil }
            if isNew {
                let names = faults.keys.map(\.description).sorted().joined(separator: ", ")
                self.terminal.note(names.isEmpty ? "DRILL: no faults" : "DRILL: faults on purpose in \(names)")
            }
        } catch {
            let message = readableMessage(of: error)
            let isNew = self.complaint.withLock { old in
                defer { old = message }
                return old != message
            }
            if isNew { self.terminal.note("DRILL: \(message)") }
        }
    }

    /// Reads faults from lines.
    ///
    /// - Throws: `release.invalid` with the line.
    static func parse(_ text: String) throws(TrackingError) -> [ModelVersionID: [RehearsalFault.Kind]] {
        var faults: [ModelVersionID: [RehearsalFault.Kind]] = [:]
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
            if words.isEmpty || words[0].hasPrefix("#") { continue }
            let name = words[0].split(separator: ":", maxSplits: 1).map(String.init)
            guard words.count == 2, name.count == 2, let number = Int(name[1]), !words[1].contains("@") else {
                throw TrackingError(
                    .releaseInvalid,
                    "line \(index + 1) of the faults is no version and fault; write such as apartment_price:2 error-rate=0.05"
                )
            }
            let fault = try RehearsalFault(words[1])
            if fault.kind == .deadStore {
                throw TrackingError(
                    .releaseInvalid,
                    "line \(index + 1) of the faults: a running server's store cannot be dead on purpose; rehearse that"
                )
            }
            faults[ModelVersionID(name[0], number), default: []].append(fault.kind)
        }
        return faults
    }
}

/// A model that does as its version's faults say.
struct FaultyScorer: NetworkScorer {
    let version: ModelVersionID
    let scorer: Scorer
    let drill: FaultDrill

    var featureCount: Int { self.scorer.featureCount }

    func score(_ row: [Double]) throws(ServingError) -> Double {
        var factor = 1.0
        for fault in self.drill.faults(of: self.version) {
            switch fault {
            case .errors(let share):
                if self.drill.happens(share) {
                    throw ServingError(.modelFailed, "\(self.version) failed on purpose; end the drill.")
                }
            case .slow(let span): Thread.sleep(forTimeInterval: span.seconds)
            case .wrong(let times): factor *= times
            case .deadStore: break
            }
        }
        return switch self.scorer {
        case .forest(let forest): forest.score(row) * factor
        case .network(let network): try network.score(row) * factor
        }
    }
}

/// Follows the file of faults while the server runs.
struct FaultDrillService: Service {
    let drill: FaultDrill

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                self.drill.look()
                try? await Task.sleep(for: .milliseconds(50))
            }
        }
    }
}
