/// A finished plot.
package struct Plot: Sendable, Hashable {
    /// The file's name without its ending, such as `feature_importance`.
    package let name: String
    /// The drawing; PNG is made of it, so both show the same.
    package let svg: String
}

/// Turns drawings into images.
package protocol PlotRasteriser: Sendable {
    /// Returns `svg` as PNG, each of its pixels made `scale` wide and high.
    ///
    /// - Throws: ``TrainingError`` with `training.plot` when the drawing cannot be read.
    func png(of svg: String, scale: Double) throws(TrainingError) -> [UInt8]
}
