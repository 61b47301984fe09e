import MartletCore

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
            self.finding(.diskFills, self.disk, objectives) {
                Remark("alert.host.disk", "the disk is \($0) full")
            },
            self.finding(.memoryFills, self.memory, objectives) {
                Remark("alert.host.memory", "the memory is \($0) used")
            },
            self.finding(.processorBusy, self.processor, objectives) {
                Remark("alert.host.processor", "the CPU is \($0) used")
            },
            self.finding(.filesRunOut, self.files, objectives) {
                Remark("alert.host.files", "\($0) of the files that may be open are")
            },
        ]
        .compactMap(\.self)
    }

    private func finding(
        _ rule: AlertRule,
        _ share: Double?,
        _ objectives: ServiceObjectives,
        _ summary: (Remark) -> Remark
    ) -> AlertFinding? {
        guard let share, share > objectives.diskShare else { return nil }
        return AlertFinding(rule, about: "host", summary: summary(.percent(share)))
    }
}
