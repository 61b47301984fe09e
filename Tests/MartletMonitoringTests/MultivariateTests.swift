import Foundation
import MartletStatistics
import Testing

@testable import MartletMonitoring

struct MultivariateTests {
    @Test(.enabled(if: RealColumns.areTestable))
    func `reconstruction errors equal those of scikit-learn on real data`() throws {
        let (golden, columns) = (try Golden.load().reconstruction, try RealColumns.electricity())
        let names = ["nswprice", "nswdemand", "vicprice", "vicdemand", "transfer"]
        let count = try #require(columns["nswprice"]?.count)
        let rows = (0..<count)
            .map { row in
                Dictionary(uniqueKeysWithValues: names.map { ($0, ProfiledCell.number(columns[$0]?[row] ?? .nan)) })
            }
        let reference = Array(rows.prefix(20_000))
        var profiles: [String: ColumnProfile] = [:]
        for name in names { profiles[name] = ColumnProfile(numbers: (columns[name] ?? []).prefix(20_000)) }
        let model = try #require(
            ReconstructionModel(columns: profiles, rows: reference, held: Array(rows[20_000..<25_000]))
        )
        #expect(model.directions.count == golden.kept)
        var errors = ReconstructionErrors()
        for row in rows.suffix(10_000) { errors.add(model.error(of: row)) }
        #expect(abs(model.held.mean - golden.held) < 1e-9)
        #expect(abs(errors.moments.mean - golden.current) < 1e-9)
        let drift = try #require(MultivariateDrift(model: model, current: errors))
        #expect(drift.interval.contains(drift.shift))
    }

    @Test
    func `columns that no longer go together are found although each alone is the same`() throws {
        var noise = Noise(seed: 4)
        func rows(_ count: Int, together: Bool) -> [[String: ProfiledCell]] {
            (0..<count)
                .map { _ in
                    let (first, other) = (noise.normal(), noise.normal())
                    let (second, third) = (together ? first : other, noise.normal() / 10)
                    return [
                        "a": .number(first), "b": .number(second + third), "c": .number(first + noise.normal() / 10),
                    ]
                }
        }
        let (reference, held) = (rows(2_000, together: true), rows(500, together: true))
        var data = DataProfile(["a": .number, "b": .number, "c": .number])
        for row in reference { data.add(row, prediction: nil) }
        let model = try #require(ReconstructionModel(columns: data.columns, rows: reference, held: held))
        func verdict(_ rows: [[String: ProfiledCell]]) -> DriftVerdict? {
            var (errors, current) = (ReconstructionErrors(), DataProfile(["a": .number, "b": .number, "c": .number]))
            for row in rows {
                errors.add(model.error(of: row))
                current.add(row, prediction: nil)
            }
            let alone = current.columns.map { name, column in
                ColumnDrift(name, reference: data.columns[name] ?? column, current: column).verdict(DriftRules())
            }
            #expect(alone.allSatisfy { $0 == .stable })
            return MultivariateDrift(model: model, current: errors)?.verdict
        }
        #expect(verdict(rows(400, together: true)) == .stable)
        #expect(verdict(rows(400, together: false)) == .drifted)
    }

    @Test
    func `the ranking of contributions is scored as scikit-learn does`() throws {
        let golden = try Golden.load().gain
        let names = ["a", "b", "c", "d", "e"]
        let drift = try #require(
            AttributionDrift(
                reference: Dictionary(uniqueKeysWithValues: zip(names, golden.reference)),
                current: Dictionary(uniqueKeysWithValues: zip(names, golden.current))
            )
        )
        #expect(abs(drift.gain - golden.value) < 1e-12)
        #expect(drift.verdict == .drifted)
        #expect(drift.parts.first?.name == "a")
        #expect(AttributionDrift(reference: [:], current: ["a": 1]) == nil)
    }

    @Test
    func `eigenvectors of a symmetric matrix put it together again`() {
        let matrix = [4.0, 1, -2, 1, 3, 0.5, -2, 0.5, 6]
        let parts = SymmetricEigenvectors.solve(matrix, width: 3)
        #expect(parts.map(\.value) == parts.map(\.value).sorted(by: >))
        for row in 0..<3 {
            for column in 0..<3 {
                let value = parts.reduce(0) { $0 + $1.value * $1.vector[row] * $1.vector[column] }
                #expect(abs(value - matrix[row * 3 + column]) < 1e-12)
            }
        }
    }
}
