package import MartletCore
import MartletEngines

/// Makes images with librsvg of this machine, loaded at the first use.
package struct NativePlotRasteriser: PlotRasteriser {
    /// Remembers nothing.
    package init() {}

    package func png(of svg: String, scale: Double) throws(TrainingError) -> [UInt8] {
        guard let size = Self.size(of: svg) else {
            throw TrainingError(.trainingPlot, "could not make an image: the drawing does not say its size")
        }
        do throws(EngineError) {
            return try SVGRasteriser()
                .png(
                    of: Array(svg.utf8),
                    width: Int((size.width * scale).rounded(.up)),
                    height: Int((size.height * scale).rounded(.up))
                )
        } catch {
            throw TrainingError(.trainingPlot, error.message, underlying: error)
        }
    }

    /// The size that the first `width` and `height` say.
    private static func size(of svg: String) -> (width: Double, height: Double)? {
        guard let head = svg.firstMatch(of: /<svg[^>]*? width="([0-9.]+)" height="([0-9.]+)"/),
            let width = Double(head.1), let height = Double(head.2)
        else { return nil }
        return (width, height)
    }
}

extension ErrorCode {
    /// A plot could not be made into an image.
    package static let trainingPlot = ErrorCode("training.plot")
}
