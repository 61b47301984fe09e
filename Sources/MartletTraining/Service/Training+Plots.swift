import Foundation
import MartletCore
import MartletTracking

extension Training {
    /// How many pixels of an image stand for one of the drawing, so that it stays sharp on dense screens.
    private static let imageScale = 2.0

    /// Stores what people look for beside the run: plots as drawings and images, the figures and the card.
    ///
    /// A machine without librsvg, or a drawing that it cannot read, costs the images and not the training: the run is
    /// tagged `martlet.plots` with the reason.
    func store(_ plots: TrainingPlots, card: String, report: JSONValue, of run: RunID) async throws {
        let folder = ArtifactPath.folder(experimentID: self.experimentID, runID: run)
        let rasteriser = self.service.rasteriser
        let (files, reason) = try await EngineThread.run { () -> ([(String, Data)], String?) in
            var files: [(String, Data)] = []
            var reason: String?
            for plot in plots.all {
                files.append(("\(plot.name).svg", Data(plot.svg.utf8)))
                guard reason == nil else { continue }
                do throws(TrainingError) {
                    let image = try rasteriser.png(of: plot.svg, scale: Self.imageScale)
                    files.append(("\(plot.name).png", Data(image)))
                } catch {
                    reason = error.message
                }
            }
            return (files, reason)
        }
        let texts = [
            ("metrics.json", Data((report.prettyText + "\n").utf8)), ("model_card.md", Data(card.utf8)),
        ]
        for (name, bytes) in texts + files {
            try await self.service.artifacts.put(bytes, at: folder.appending(name))
        }
        guard let reason else { return }
        self.onEvent(.plotsWithoutImages(reason: reason))
        let tags = ["martlet.plots": "SVG only: \(String(reason.prefix(400)))"]
        try await self.service.tracking.log(RunBatch(tags: tags), to: run)
    }
}
