import Testing

@testable import MartletStatistics

struct DistributionTests {
    private func rows(_ name: String) throws -> [[Double]] {
        let rows = try #require(try Golden.shared.get().distributions[name])
        try #require(rows.count > 10)
        return rows
    }

    @Test func `normal tails agree with SciPy`() throws {
        for row in try self.rows("normal") {
            #expect(agrees(NormalDistribution.probability(.lower, at: row[0]), row[1]), "at \(row[0])")
            #expect(agrees(NormalDistribution.probability(.upper, at: row[0]), row[2]), "at \(row[0])")
        }
    }

    @Test func `normal quantiles agree with SciPy`() throws {
        for row in try self.rows("normalQuantile") {
            #expect(agrees(NormalDistribution.quantile(probability: row[0]), row[1]), "at \(row[0])")
            #expect(agrees(NormalDistribution.quantile(.upper, probability: row[0]), -row[1]), "at \(row[0])")
        }
    }

    @Test func `Student t tails and quantiles agree with SciPy`() throws {
        for row in try self.rows("studentT") {
            let distribution = StudentTDistribution(degreesOfFreedom: row[0])
            #expect(agrees(distribution.probability(.upper, at: row[1]), row[2]), "\(row)")
            #expect(agrees(distribution.probability(.lower, at: -row[1]), row[2]), "\(row)")
            #expect(agrees(distribution.probability(.lower, at: row[1]), 1 - row[2]), "\(row)")
        }
        for row in try self.rows("studentTQuantile") {
            let distribution = StudentTDistribution(degreesOfFreedom: row[0])
            #expect(agrees(distribution.quantile(.upper, probability: row[1]), row[2]), "\(row)")
            #expect(agrees(distribution.quantile(.lower, probability: row[1]), -row[2]), "\(row)")
        }
    }

    @Test func `chi-squared tails and quantiles agree with SciPy`() throws {
        for row in try self.rows("chiSquaredLower") {
            let found = ChiSquaredDistribution(degreesOfFreedom: row[0]).probability(.lower, at: row[1])
            #expect(agrees(found, row[2]), "\(row) found \(found)")
        }
        for row in try self.rows("chiSquaredUpper") {
            let found = ChiSquaredDistribution(degreesOfFreedom: row[0]).probability(.upper, at: row[1])
            #expect(agrees(found, row[2]), "\(row) found \(found)")
        }
        for row in try self.rows("chiSquaredQuantile") {
            let found = ChiSquaredDistribution(degreesOfFreedom: row[0]).quantile(probability: row[1])
            #expect(agrees(found, row[2]), "\(row) found \(found)")
        }
    }

    @Test func `beta tails and quantiles agree with SciPy`() throws {
        for row in try self.rows("betaLower") {
            let found = BetaDistribution(alpha: row[0], beta: row[1]).probability(.lower, at: row[2])
            #expect(agrees(found, row[3]), "\(row) found \(found)")
        }
        for row in try self.rows("betaUpper") {
            let found = BetaDistribution(alpha: row[0], beta: row[1]).probability(.upper, at: row[2])
            #expect(agrees(found, row[3]), "\(row) found \(found)")
        }
        for row in try self.rows("betaQuantile") {
            let found = BetaDistribution(alpha: row[0], beta: row[1]).quantile(probability: row[2])
            #expect(agrees(found, row[3]), "\(row) found \(found)")
        }
    }

    @Test func `a density is the slope of its tail`() {
        let step = 1e-5
        for place in [0.2, 0.45, 0.8] {
            let beta = BetaDistribution(alpha: 3, beta: 2.5)
            let slope =
                (beta.probability(.lower, at: place + step) - beta.probability(.lower, at: place - step)) / (2 * step)
            #expect(agrees(beta.density(at: place), slope, to: 1e-7))
            let student = StudentTDistribution(degreesOfFreedom: 4.5)
            let rise = student.probability(.lower, at: place + step) - student.probability(.lower, at: place - step)
            #expect(agrees(student.density(at: place), rise / (2 * step), to: 1e-7))
            let chi = ChiSquaredDistribution(degreesOfFreedom: 3)
            let growth = chi.probability(.lower, at: place + step) - chi.probability(.lower, at: place - step)
            #expect(agrees(chi.density(at: place), growth / (2 * step), to: 1e-7))
        }
    }

    @Test func `the ends of a distribution are its ends`() {
        #expect(NormalDistribution.quantile(probability: 0) == -.infinity)
        #expect(NormalDistribution.quantile(probability: 1) == .infinity)
        #expect(NormalDistribution.quantile(probability: 1.5).isNaN)
        #expect(StudentTDistribution(degreesOfFreedom: 3).quantile(probability: 1) == .infinity)
        #expect(StudentTDistribution(degreesOfFreedom: 3).quantile(probability: 0.5) == 0)
        #expect(ChiSquaredDistribution(degreesOfFreedom: 3).quantile(probability: 0) == 0)
        #expect(ChiSquaredDistribution(degreesOfFreedom: 3).quantile(.upper, probability: 0) == .infinity)
        #expect(ChiSquaredDistribution(degreesOfFreedom: 3).probability(.upper, at: 0) == 1)
        #expect(BetaDistribution(alpha: 2, beta: 3).quantile(probability: 1) == 1)
        #expect(BetaDistribution(alpha: 2, beta: 3).probability(.upper, at: 1) == 0)
        #expect(BetaDistribution(alpha: 2, beta: 3).quantile(probability: -0.1).isNaN)
    }
}
