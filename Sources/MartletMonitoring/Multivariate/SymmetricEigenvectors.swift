/// Eigenvectors of a symmetric matrix by Jacobi's rotations.
///
/// - Source: C. G. J. Jacobi, "Über ein leichtes Verfahren …", 1846; the rotation as in G. Golub, C. Van Loan, "Matrix
///   Computations", §8.5.
enum SymmetricEigenvectors {
    struct Part {
        let value: Double
        let vector: [Double]
    }

    /// The eigenvalues with their vectors of length 1, the greatest first; the greatest component of each is positive.
    ///
    /// - Complexity: O(width³) for each of about ten sweeps.
    static func solve(_ matrix: [Double], width: Int) -> [Part] {
        var matrix = matrix
        var vectors = [Double](repeating: 0, count: width * width)
        for index in 0..<width { vectors[index * width + index] = 1 }
        let total = matrix.reduce(0) { $0 + $1 * $1 }
        for _ in 0..<60 {
            var off = 0.0
            for row in 0..<width {
                for column in 0..<width where row != column {
                    off += matrix[row * width + column] * matrix[row * width + column]
                }
            }
            if off <= 1e-30 * total { break }
            for row in 0..<width - 1 {
                for column in row + 1..<width { Self.rotate(&matrix, &vectors, width, row, column) }
            }
        }
        return (0..<width)
            .map { index in
                var vector = (0..<width).map { vectors[$0 * width + index] }
                if let greatest = vector.max(by: { abs($0) < abs($1) }), greatest < 0 { vector = vector.map { -$0 } }
                return Part(value: matrix[index * width + index], vector: vector)
            }
            .sorted { $0.value > $1.value }
    }

    private static func rotate(
        _ matrix: inout [Double],
        _ vectors: inout [Double],
        _ width: Int,
        _ row: Int,
        _ column: Int
    ) {
        let entry = matrix[row * width + column]
        guard abs(entry) > 1e-300 else { return }
        let angle = (matrix[column * width + column] - matrix[row * width + row]) / (2 * entry)
        let tangent = (angle >= 0 ? 1.0 : -1.0) / (abs(angle) + (angle * angle + 1).squareRoot())
        let cosine = 1 / (tangent * tangent + 1).squareRoot()
        let sine = tangent * cosine
        for index in 0..<width {
            let (one, two) = (matrix[index * width + row], matrix[index * width + column])
            matrix[index * width + row] = cosine * one - sine * two
            matrix[index * width + column] = sine * one + cosine * two
        }
        for index in 0..<width {
            let (one, two) = (matrix[row * width + index], matrix[column * width + index])
            matrix[row * width + index] = cosine * one - sine * two
            matrix[column * width + index] = sine * one + cosine * two
            let (first, second) = (vectors[index * width + row], vectors[index * width + column])
            vectors[index * width + row] = cosine * first - sine * second
            vectors[index * width + column] = sine * first + cosine * second
        }
    }
}
