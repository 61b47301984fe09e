import Foundation
import MartletMonitoring

/// Streams rows of many columns through the sketches, compares every column with its reference, and tells time and memory.
///
///     swift run -c release --package-path Benchmarks/monitoring monitoring [--quick | --large | ROWS COLUMNS]
///
/// 300,000 rows of 1,000 columns take less than a minute on 2 cores; `--large` are the 3 million of the figures in
/// docs/monitoring.md, `--quick` 30,000 of 100.
@main
struct Monitoring {
    static let referenceRowCount = 100_000
    static let blockRowCount = 8_192

    static func main() async {
        let numbers = CommandLine.arguments.dropFirst().compactMap { Int($0) }
        let (rows, columns) = Self.size(CommandLine.arguments)
        let rowCount = numbers.first ?? rows
        let columnCount = numbers.count > 1 ? numbers[1] : columns
        let workers = ProcessInfo.processInfo.activeProcessorCount
        let start = ContinuousClock.now
        var drifted = 0
        await withTaskGroup(of: Int.self) { group in
            for worker in 0..<workers {
                let columns = stride(from: worker, to: columnCount, by: workers)
                group.addTask { Self.compare(Array(columns), rowCount: rowCount) }
            }
            for await count in group { drifted += count }
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let values = Double(rowCount + Self.referenceRowCount) * Double(columnCount)
        let line = String(
            format: "%d rows x %d columns: %.1f s on %d cores, %.1f ns a value, peak %.0f MB, %d of %d moved columns found",
            rowCount, columnCount, seconds, workers, seconds * Double(workers) / values * 1e9, Self.peakMegabytes(), drifted,
            (columnCount + 9) / 10
        )
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }

    private static func size(_ arguments: [String]) -> (rows: Int, columns: Int) {
        if arguments.contains("--quick") { return (30_000, 100) }
        return arguments.contains("--large") ? (3_000_000, 1_000) : (300_000, 1_000)
    }

    /// Compares columns block by block, as a stream of rows would bring them; every tenth column has moved.
    static func compare(_ columns: [Int], rowCount: Int) -> Int {
        var references = columns.map { _ in ColumnProfile(.number) }
        var currents = columns.map { _ in ColumnProfile(.number) }
        var sources = columns.map { Source(column: $0) }
        var block = [Double](repeating: 0, count: Self.blockRowCount)
        func stream(_ count: Int, into profiles: inout [ColumnProfile], isCurrent: Bool) {
            var done = 0
            while done < count {
                let size = min(Self.blockRowCount, count - done)
                for index in columns.indices {
                    let shift = isCurrent && columns[index].isMultiple(of: 10) ? 0.6 : 0
                    for row in 0..<size { block[row] = sources[index].next() + shift }
                    profiles[index].add(contentsOf: block[..<size])
                }
                done += size
            }
        }
        stream(Self.referenceRowCount, into: &references, isCurrent: false)
        stream(rowCount, into: &currents, isCurrent: true)
        return columns.indices.count { index in
            ColumnDrift("\(columns[index])", reference: references[index], current: currents[index])
                .verdict(DriftRules(measure: .wasserstein)) == .drifted
        }
    }

    private static func peakMegabytes() -> Double {
        guard let text = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM") }),
            let kilobytes = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap({ Double($0) })
        else { return .nan }
        return kilobytes / 1_000
    }
}

/// Numbers about like a normal distribution, cheap enough not to be what is measured.
struct Source {
    private var state: UInt64

    init(column: Int) { self.state = UInt64(column + 1) &* 0x9E37_79B9_7F4A_7C15 }

    mutating func next() -> Double {
        self.state = self.state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let (first, second) = (UInt32(truncatingIfNeeded: self.state >> 32), UInt32(truncatingIfNeeded: self.state >> 12))
        self.state = self.state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let third = UInt32(truncatingIfNeeded: self.state >> 32)
        return (Double(first) + Double(second) + Double(third)) / 2_147_483_648 - 3
    }
}
