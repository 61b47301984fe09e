import Foundation

/// What the system says about this process now.
package struct ProcessFacts: Sendable {
    /// The memory held in RAM.
    package let residentBytes: Int
    /// The most memory ever held in RAM.
    package let peakResidentBytes: Int
    /// User and system time of all threads since the start.
    package let cpuSeconds: Double
    /// The processors this process may use.
    package let coreCount: Int
    package let processID: Int32

    /// Reads the facts, in some 20 µs.
    package static func current() -> ProcessFacts {
        var usage = rusage()
        #if os(Linux)
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        let peak = usage.ru_maxrss * 1_024
        #else
        getrusage(RUSAGE_SELF, &usage)
        let peak = usage.ru_maxrss
        #endif
        let seconds = Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
        let microseconds = Double(usage.ru_utime.tv_usec) + Double(usage.ru_stime.tv_usec)
        return ProcessFacts(
            residentBytes: Self.residentBytes() ?? peak,
            peakResidentBytes: peak,
            cpuSeconds: seconds + microseconds / 1_000_000,
            coreCount: ProcessInfo.processInfo.activeProcessorCount,
            processID: getpid()
        )
    }

    /// The second number of `/proc/self/statm`, in pages; `nil` where there is no such file.
    private static func residentBytes() -> Int? {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return nil }
        let numbers = text.split(separator: " ").compactMap { Int($0) }
        return numbers.count > 1 ? numbers[1] * Int(sysconf(Int32(_SC_PAGESIZE))) : nil
    }
}
