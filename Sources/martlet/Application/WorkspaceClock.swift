import Foundation
import MartletCore
import MartletTracking

/// The time a workspace lives by: the machine's, a fast one on which weeks of traffic pass in seconds, or one that a
/// simulation moves.
///
/// A fast clock is kept beside the stores, so that every process of the workspace, and every start, goes by the same
/// one. Traffic, jobs, trainings, experiments, releases, monitoring and what people decide go by it. What a computer needs
/// for its work is real: latencies, leases, timeouts. What a simulation leaves goes on at real speed from its end.
struct WorkspaceClock: Sendable, Hashable, Codable {
    /// How many seconds pass in a real one.
    let speed: Double
    /// The time it showed first.
    let began: EventTime
    /// When, by the machine's clock, it showed that.
    let setAt: EventTime
    /// The time that a simulation in this process moves; it is never kept.
    var stepped: SteppedTime?

    private enum CodingKeys: CodingKey {
        case speed, began, setAt
    }

    /// The machine's clock.
    static let system = WorkspaceClock(speed: 1, began: EventTime(microseconds: 0), setAt: EventTime(microseconds: 0))

    /// The file of a fast clock, beside the stores.
    static let fileName = "fast-clock.json"

    /// The most that speeds up usefully: a look each 50 ms then comes every 83 minutes.
    static let speeds = 1.0...100_000.0

    /// Whether it is not the machine's.
    var isFast: Bool { self != .system }

    /// Whether a simulation moves it.
    var isStepped: Bool { self.stepped != nil }

    /// The time now.
    var now: EventTime { self.stepped?.now ?? self.time(at: .now) }

    /// How many seconds pass in a real one while work is done; 1 where a simulation says how long work takes.
    var pace: Double { self.isStepped ? 1 : self.speed }

    /// When work ends that began at `moment` and, by the machine's clock, at `start`; on a fast clock it takes no longer
    /// than on any other.
    func end(of moment: EventTime, since start: ContinuousClock.Instant) -> EventTime {
        guard self.isFast, !self.isStepped else { return self.now }
        let microseconds = (ContinuousClock.now - start) / .microseconds(1)
        return moment + TimeSpan(microseconds: Int64(microseconds))
    }

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
        guard self.clock.speed > 1 else {
            self.terminal.note(
                "SIMULATED TIME: what this workspace holds was generated by a simulation; it is \(self.clock.now) here"
            )
            return
        }
        self.terminal.note(
            "FAST CLOCK: \(Quantity.number(self.clock.speed)) seconds pass in one; it is \(self.clock.now) here. Durations "
                + "of jobs, experiments and releases go by it, latencies are real"
        )
    }
}
