import Foundation
import MartletCore
import MartletStores
import MartletTracking
import MartletTraining
import Synchronization
import Testing

struct TrainingPlotsTests {
    private static let always = [
        "feature_importance", "shap_summary", "learning_curves",
    ]

    private static func train(
        _ label: String,
        _ task: String,
        rasteriser: any PlotRasteriser,
        onEvent: @escaping @Sendable (TrainingEvent) -> Void = { _ in }
    ) async throws -> (workspace: TrainingWorkspace, folder: ArtifactPath, run: Run) {
        let workspace = try TrainingWorkspace(features: GeneratedShots.features)
        try await workspace.execute(GeneratedShots.tables)
        let text = GeneratedShots.recipe(label: label, task: task, experiments: GeneratedShots.both)
        let report = try await workspace.service(rasteriser: rasteriser)
            .train(
                TrainingWorkspace.recipe(text),
                recipeHash: Recipe.hash(ofText: text),
                catalog: workspace.catalog,
                onEvent: onEvent
            )
        let id = try #require(report.best?.run)
        let run = try #require(try await workspace.tracking.run(id))
        return (workspace, ArtifactPath.folder(experimentID: run.experimentID, runID: id), run)
    }

    @Test(arguments: [
        ("failed", "binary_classification", ["roc_curve", "precision_recall_curve", "calibration"]),
        ("thickness", "regression", ["predicted_vs_actual", "residuals"]),
    ])
    func `a trained model has its plots as drawings and images beside its figures and its card`(
        _ label: String,
        _ task: String,
        _ own: [String]
    ) async throws {
        let (workspace, folder, run) = try await Self.train(label, task, rasteriser: NativePlotRasteriser())
        let entries = try await workspace.artifacts.list(folder)
        let plots = (Self.always + own).flatMap { ["\($0).svg", "\($0).png"] }
        let names = entries.filter { !$0.isFolder }.map(\.path.lastComponent)
        #expect(Set(names) == Set(plots + ["metrics.json", "model_card.md"]))
        #expect(run.tags["martlet.plots"] == nil)
        for name in Self.always + own {
            let svg = String(
                decoding: try await workspace.artifacts.read(folder.appending("\(name).svg")),
                as: UTF8.self
            )
            let width = try #require(svg.firstMatch(of: /width="([0-9]+)"/).flatMap { Int($0.1) })
            let png = try await workspace.artifacts.read(folder.appending("\(name).png"))
            #expect(png.prefix(4) == Data([0x89, 0x50, 0x4E, 0x47]))
            #expect(png[16..<20].reduce(0) { $0 << 8 | Int($1) } == width * 2)
        }
        let importance = String(
            decoding: try await workspace.artifacts.read(folder.appending("feature_importance.svg")),
            as: UTF8.self
        )
        for column in ["mould_state__wear", "temperature", "pressure"] { #expect(importance.contains(">\(column)<")) }
        let model = try folder.appending("model")
        let card = try await workspace.artifacts.read(folder.appending("model_card.md"))
        #expect(try await workspace.artifacts.read(model.appending("model_card.md")) == card)
    }

    @Test func `without a library for images the drawings are kept and the run says why`() async throws {
        let reasons = Mutex<[String]>([])
        let (workspace, folder, run) = try await Self.train(
            "failed",
            "binary_classification",
            rasteriser: NoRasteriser()
        ) { event in
            if case .plotsWithoutImages(let reason) = event { reasons.withLock { $0.append(reason) } }
        }
        let names = try await workspace.artifacts.list(folder).map(\.path.lastComponent)
        #expect(names.contains("roc_curve.svg") && !names.contains { $0.hasSuffix(".png") })
        #expect(run.status == .finished)
        #expect(run.tags["martlet.plots"] == "SVG only: librsvg is not installed")
        #expect(reasons.withLock(\.self) == ["librsvg is not installed"])
    }
}

/// A machine without librsvg.
private struct NoRasteriser: PlotRasteriser {
    func png(of svg: String, scale: Double) throws(TrainingError) -> [UInt8] {
        throw TrainingError(.trainingPlot, "librsvg is not installed")
    }
}
