import Foundation
import MartletCore
import MartletTracking

/// The time a workspace lives by: the machine's, or a fast one on which weeks of traffic pass in seconds.
///
/// A fast clock is kept beside the stores, so that every process of the workspace, and every start, goes by the same
/// one. Only traffic, experiments, releases and what people decide of them go by it; latencies are always real.
struct WorkspaceClock: Sendable, Hashable, Codable {
    /// How many seconds pass in a real one.
    let speed: Double
    /// The time it showed first.
    let began: EventTime
    /// When, by the machine's clock, it showed that.
    let setAt: EventTime

    /// The machine's clock.
    static let system = WorkspaceClock(speed: 1, began: EventTime(microseconds: 0), setAt: EventTime(microseconds: 0))

    /// The file of a fast clock, beside the stores.
    static let fileName = "fast-clock.json"

    /// The most that speeds up usefully: a look each 50 ms then comes every 83 minutes.
    static let speeds = 1.0...100_000.0

    /// Whether it is not the machine's.
    var isFast: Bool { self != .system }

    /// The time now.
    var now: EventTime { self.time(at: .now) }

    /// The time between two looks of what follows deployments and releases.
    var lookInterval: Duration { self.isFast ? .milliseconds(50) : .milliseconds(200) }

    /// The time it shows at a moment of the machine's clock.
    func time(at moment: EventTime) -> EventTime {
        guard self.isFast else { return moment }
        let passed = Double(moment.microseconds - self.setAt.microseconds) * self.speed
        return self.began + TimeSpan(microseconds: Int64(passed))
    }

    /// Reads the clock of the stores in `folder`; the machine's where there is no other.
    ///
    /// - Throws: `workspace.invalidClock` for a file that cannot be read.
    static func read(in folder: URL) throws -> WorkspaceClock {
        let file = folder.appending(path: Self.fileName)
        guard FileManager.default.fileExists(atPath: file.path) else { return .system }
        do {
            let clock = try JSONDecoder().decode(WorkspaceClock.self, from: Data(contentsOf: file))
            guard Self.speeds.contains(clock.speed) else { throw CocoaError(.coderInvalidValue) }
            return clock
        } catch {
            throw CommandError(
                .workspaceInvalidClock,
                "the fast clock of this workspace cannot be read from \(file.path); its records go by it, so take a new "
                    + "workspace, or restore the file",
                underlying: error
            )
        }
    }

    /// Keeps the clock beside the stores in `folder`.
    func write(in folder: URL) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try JSONEncoder().encode(self).write(to: folder.appending(path: Self.fileName), options: .atomic)
    }
}

extension ErrorCode {
    /// The clock of a workspace cannot be read, or not be set.
    static let workspaceInvalidClock = ErrorCode("workspace.invalidClock")
}

extension Application {
    /// The same application with a clock `speed` times as fast as the machine's, which shows `moment` at first.
    ///
    /// A workspace that has one keeps it, so that a second start goes on from where time stands.
    ///
    /// - Throws: `workspace.invalidClock` in the environment `cloud`, on a shared database, where an endpoint is live by
    ///   the machine's clock, and for another speed than before.
    func settingFastClock(_ speed: Double, from moment: EventTime?) async throws -> Application {
        let refusal = "a fast clock cannot be set: "
        guard WorkspaceClock.speeds.contains(speed), speed > 1 else {
            throw CommandError(
                .workspaceInvalidClock,
                refusal + "the speed is \(speed); give more than 1 and at most 100000",
                status: .invalid
            )
        }
        guard self.workspace.environmentName != "cloud", self.workspace.environment.stores.metadata.url == nil else {
            throw CommandError(
                .workspaceInvalidClock,
                refusal + "it is for trials, and this is the environment '\(self.workspace.environmentName)' on "
                    + "\(self.workspace.environment.stores.metadata.url == nil ? "a file" : "a shared database")",
                status: .invalid
            )
        }
        if self.clock.isFast {
            guard self.clock.speed == speed, moment == nil || moment == self.clock.began else {
                throw CommandError(
                    .workspaceInvalidClock,
                    refusal
                        + "the one of this workspace runs \(self.clock.speed) times as fast from \(self.clock.began); "
                        + "go on with that, or take a new workspace",
                    status: .invalid
                )
            }
            return self
        }
        guard try await self.deployments().snapshot().deployments.isEmpty else {
            throw CommandError(
                .workspaceInvalidClock,
                refusal + "an endpoint is live by the machine's clock already; take a workspace without deployments",
                status: .invalid
            )
        }
        let setAt = EventTime.now
        let clock = WorkspaceClock(speed: speed, began: moment ?? setAt, setAt: setAt)
        try clock.write(in: self.workspace.storeFolder)
        var application = self
        application.clock = clock
        return application
    }

    /// Says aloud that time is not real.
    func announceClock() throws {
        guard self.clock.isFast else { return }
        guard self.workspace.environmentName != "cloud" else {
            throw CommandError(
                .workspaceInvalidClock,
                "the workspace has a fast clock, which the environment 'cloud' does not serve by; take another workspace",
                status: .invalid
            )
        }
        self.terminal.note(
            "FAST CLOCK: \(Quantity.number(self.clock.speed)) seconds pass in one; it is \(self.clock.now) here. Durations "
                + "of experiments and releases go by it, latencies are real"
        )
    }
}
