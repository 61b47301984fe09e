import Foundation

/// Runs a simulation many times on all cores; the result does not depend on their number.
func simulate<Outcome: Sendable>(
    _ count: Int,
    seed: UInt64,
    _ run: @escaping @Sendable (inout Generator) -> Outcome
) async -> [Outcome] {
    let parts = 64
    return await withTaskGroup(of: (Int, [Outcome]).self) { group in
        for part in 0..<parts {
            group.addTask {
                var generator = Generator(seed: seed &* 1_000_003 &+ UInt64(part + 1))
                let size = count / parts + (part < count % parts ? 1 : 0)
                return (part, (0..<size).map { _ in run(&generator) })
            }
        }
        var outcomes = [[Outcome]](repeating: [], count: parts)
        for await (part, values) in group { outcomes[part] = values }
        return outcomes.flatMap { $0 }
    }
}

/// Writes one row of a table.
func row(_ cells: [String], widths: [Int]) {
    let text = zip(cells, widths).enumerated()
        .map { index, cell in
            let space = String(repeating: " ", count: max(cell.1 - cell.0.count, 0))
            return index == 0 ? cell.0 + space : space + cell.0
        }
    FileHandle.standardOutput.write(Data(("  " + text.joined(separator: "  ") + "\n").utf8))
}

/// Writes a line.
func say(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }

/// A share of `all` in per cent.
func percent(_ part: Int, of all: Int) -> String { String(format: "%.2f %%", 100 * Double(part) / Double(all)) }

func median(_ values: [Int]) -> Int { values.sorted()[values.count / 2] }
