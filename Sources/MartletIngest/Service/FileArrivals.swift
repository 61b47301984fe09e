package import MartletCore

/// Tells which files of a watched folder are there to be read: new or changed ones that stand still.
///
/// A file stands still when two looks one after the other find it alike, and, with `stableFor`, when it did not change for that
/// long; so one that is being written is not read in the middle. Each state of a file is told once, until ``forget(_:)``.
package struct FileArrivals: Sendable {
    private var seen: [String: WatchedFile] = [:]
    private var taken: [String: WatchedFile] = [:]

    /// Nothing was seen yet.
    package init() {}

    /// Looks at `files`, all that are there now, and returns the paths to be read, in the order of names.
    package mutating func look(at files: [WatchedFile], stableFor: TimeSpan? = nil, now: EventTime) -> [String] {
        var present: [String: WatchedFile] = [:]
        var ready: [String] = []
        for file in files {
            present[file.path] = file
            guard self.taken[file.path] != file, self.seen[file.path] == file else { continue }
            if let stableFor, now < file.modifiedAt + stableFor { continue }
            self.taken[file.path] = file
            ready.append(file.path)
        }
        self.taken = self.taken.filter { present[$0.key] != nil }
        self.seen = present
        return ready.sorted()
    }

    /// Lets `paths` be told again, since they could not be read.
    package mutating func forget(_ paths: [String]) {
        for path in paths { self.taken[path] = nil }
    }
}

/// When a place that cannot be watched is asked again.
///
/// After a failure the distance doubles each time, up to ten minutes or the pace itself, so that a place that is down is not
/// asked, and told of, all the time.
package struct AskingPace: Sendable, Hashable {
    private static let longest = TimeSpan.seconds(600)

    private let every: TimeSpan
    private var failures = 0
    private var last: EventTime?

    /// Asks each `every`.
    package init(every: TimeSpan) { self.every = every }

    /// Whether it is time to ask.
    package func isDue(at now: EventTime) -> Bool {
        guard let last = self.last else { return true }
        return now >= last + self.distance
    }

    /// Counts an answer.
    package mutating func asked(at now: EventTime, failed: Bool) {
        self.last = now
        self.failures = failed ? self.failures + 1 : 0
    }

    private var distance: TimeSpan {
        guard self.failures > 0 else { return self.every }
        let doubled = Double(self.every.microseconds) * Double(1 << min(self.failures, 20))
        let longest = max(self.every, Self.longest)
        return doubled < Double(longest.microseconds) ? TimeSpan(microseconds: Int64(doubled)) : longest
    }
}
