/// How much of a host is used, as shares; `nil` where it cannot be read.
package struct HostUse: Sendable, Hashable {
    package var disk: Double?
    package var memory: Double?
    /// Of all processors, over the last look's time.
    package var processor: Double?
    /// Of the files that this process may have open.
    package var files: Double?

    /// Knows nothing.
    package init() {}

    func findings(_ objectives: ServiceObjectives) -> [AlertFinding] {
        [
            (AlertRule.diskFills, self.disk, "the disk is", "full"),
            (.memoryFills, self.memory, "the memory is", "used"),
            (.processorBusy, self.processor, "the CPU is", "used"),
            (.filesRunOut, self.files, "of the files that may be open", "are"),
        ]
        .compactMap { rule, share, what, how in
            guard let share, share > objectives.diskShare else { return nil }
            let percent = AlertFacts.percent(share)
            let text = rule == .filesRunOut ? "\(percent) \(what) \(how)" : "\(what) \(percent) \(how)"
            return AlertFinding(rule, about: "host", summary: text)
        }
    }
}
