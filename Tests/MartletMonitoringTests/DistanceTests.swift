import Foundation
import MartletStatistics
import Testing

@testable import MartletMonitoring

struct DistanceTests {
    private func isNear(_ value: Double?, _ expected: Double, within tolerance: Double) -> Bool {
        abs((value ?? .nan) - expected) <= tolerance
    }

    @Test(.enabled(if: RealColumns.areTestable))
    func `distances of numbers equal those of SciPy and Evidently on real data`() throws {
        let (golden, columns) = (try Golden.load(), try RealColumns.electricity())
        #expect(golden.numbers.count == 5)
        for (name, expected) in golden.numbers {
            let (before, now) = RealColumns.windows(try #require(columns[name]))
            let (reference, current) = (EmpiricalDistribution(before), EmpiricalDistribution(now))
            let distance = try #require(DistributionDistance(reference: reference, current: current))
            #expect(self.isNear(distance.kolmogorovSmirnov.value, expected.ks, within: 1e-12), "\(name)")
            #expect(self.isNear(distance.wasserstein.value, expected.wasserstein, within: 1e-10), "\(name)")
            let bins = ReferenceBins(edges: expected.edges)
            let shares = BinnedShares(reference: bins.counts(of: reference), current: bins.counts(of: current))
            #expect(
                self.isNear(
                    shares.jensenShannon?.value,
                    expected.evidentlyJensenShannon / log(2).squareRoot(),
                    within: 1e-3
                )
            )
        }
    }

    @Test(.enabled(if: RealColumns.areTestable))
    func `sketches of a thousand numbers stay near SciPy on real data`() throws {
        let (golden, columns) = (try Golden.load(), try RealColumns.electricity())
        for (name, expected) in golden.numbers {
            let (before, now) = RealColumns.windows(try #require(columns[name]))
            let drift = ColumnDrift(
                name,
                reference: ColumnProfile(numbers: before),
                current: ColumnProfile(numbers: now)
            )
            #expect(self.isNear(drift.kolmogorovSmirnov?.value, expected.ks, within: 0.01), "\(name)")
            let mean = before.reduce(0, +) / Double(before.count)
            let deviation = (before.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(before.count)).squareRoot()
            let exact = expected.wasserstein / deviation
            #expect(self.isNear(drift.wasserstein?.value, exact, within: max(0.01, 0.05 * exact)), "\(name)")
            // Evidently does not divide by less than this.
            guard deviation > 0.001 else { continue }
            #expect(self.isNear(drift.wasserstein?.value, expected.evidentlyWasserstein, within: 0.01), "\(name)")
        }
    }

    @Test(.enabled(if: RealColumns.areTestable))
    func `distances of categories equal those of SciPy and Evidently on real data`() throws {
        let golden = try Golden.load()
        let columns = try RealColumns.read("hdb_resale_2012_2016/resale_transactions.csv")
        #expect(golden.categories.count == 4)
        for (name, expected) in golden.categories {
            let (before, now) = RealColumns.windows(try #require(columns[name]))
            var (reference, current) = (ColumnProfile(.category), ColumnProfile(.category))
            for cell in before { reference.add(cell) }
            for cell in now { current.add(cell) }
            let drift = ColumnDrift(name, reference: reference, current: current)
            #expect(self.isNear(drift.jensenShannon?.value, expected.jensenShannon, within: 1e-12), "\(name)")
            let hasEmpty = Set(before) != Set(now)
            if !hasEmpty {
                #expect(self.isNear(drift.populationStability?.value, expected.evidentlyPSI, within: 1e-10), "\(name)")
            }
        }
    }

    @Test
    func `samples of one distribution are called drifted in at most one of twenty`() {
        var noise = Noise(seed: 7)
        var found: [DriftMeasure: Int] = [:]
        for _ in 0..<400 {
            let drift = ColumnDrift(
                "x",
                reference: ColumnProfile(numbers: (0..<600).map { _ in noise.normal() }),
                current: ColumnProfile(numbers: (0..<250).map { _ in noise.normal() })
            )
            for measure in DriftMeasure.allCases where (drift[measure]?.lower ?? 1) > 0 {
                found[measure, default: 0] += 1
            }
        }
        for measure in DriftMeasure.allCases { #expect(found[measure, default: 0] <= 24, "\(measure): \(found)") }
    }

    @Test
    func `the bounds of a distance hold the true one in nineteen of twenty samples`() {
        // The true distances of N(0.5, 1) from N(0, 1): Φ(0.25) - Φ(-0.25) and the shift itself.
        var noise = Noise(seed: 11)
        var (above, below) = ([0, 0], [0, 0])
        for _ in 0..<400 {
            let reference = EmpiricalDistribution((0..<800).map { _ in noise.normal() })
            let current = EmpiricalDistribution((0..<500).map { _ in noise.normal() + 0.5 })
            guard let distance = DistributionDistance(reference: reference, current: current) else { continue }
            for (index, pair) in [(distance.kolmogorovSmirnov, 0.197_412_65), (distance.wasserstein, 0.5)].enumerated()
            {
                above[index] += pair.0.lower > pair.1 ? 1 : 0
                below[index] += pair.0.upper < pair.1 ? 1 : 0
            }
        }
        for index in 0..<2 {
            #expect(above[index] <= 28)
            #expect(below[index] <= 28)
        }
    }

    @Test
    func `a column without values has no distance and no verdict`() {
        let empty = ColumnProfile(.number)
        let drift = ColumnDrift("x", reference: ColumnProfile(numbers: [1, 2, 3]), current: empty)
        #expect(drift.kolmogorovSmirnov == nil)
        #expect(drift.populationStability == nil)
        #expect(drift.verdict(DriftRules()) == .stable)
    }

    @Test
    func `a column that was constant and moved has drifted`() {
        let drift = ColumnDrift(
            "x",
            reference: ColumnProfile(numbers: [Double](repeating: 4, count: 500)),
            current: ColumnProfile(numbers: [Double](repeating: 5, count: 500))
        )
        #expect(drift.verdict(DriftRules()) == .drifted)
        #expect(drift.unseenShare == 1)
        #expect(drift.wasserstein?.value == 0.25)
    }

    @Test
    func `missing values alone are drift, in the index and in their share`() {
        let numbers = (0..<1_000).map(Double.init)
        let drift = ColumnDrift(
            "x",
            reference: ColumnProfile(numbers: numbers),
            current: ColumnProfile(numbers: numbers.map { $0.truncatingRemainder(dividingBy: 4) == 0 ? .nan : $0 })
        )
        #expect(drift.currentMissingShare == 0.25)
        #expect(drift.missingDifference?.isAbove(0.2) == true)
        #expect(drift.verdict(DriftRules(measure: .wasserstein)) == .drifted)
    }

    @Test
    func `categories that training did not know are named`() {
        var (reference, current) = (ColumnProfile(.category), ColumnProfile(.category))
        for index in 0..<300 { reference.add(["a", "b", "c"][index % 3]) }
        for index in 0..<300 { current.add(["a", "b", "d"][index % 3]) }
        let drift = ColumnDrift("kind", reference: reference, current: current)
        #expect(drift.unseenCategories == ["d"])
        #expect(abs(drift.unseenShare - 1.0 / 3) < 1e-12)
        #expect(drift.verdict(DriftRules()) == .drifted)
    }

    @Test
    func `little traffic above the threshold is unsure and not drifted`() {
        var noise = Noise(seed: 3)
        let drift = ColumnDrift(
            "x",
            reference: ColumnProfile(numbers: (0..<2_000).map { _ in noise.normal() }),
            current: ColumnProfile(numbers: (0..<25).map { _ in noise.normal() + 0.6 })
        )
        #expect(drift.verdict(DriftRules(measure: .kolmogorovSmirnov)) == .unsure)
    }
}
