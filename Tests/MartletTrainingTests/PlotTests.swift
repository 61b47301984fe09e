import Foundation
import Testing

@testable import MartletTraining

#if canImport(FoundationXML)
import FoundationXML
#endif

struct PlotTests {
    @Test(arguments: [
        ([0.0, 1.0], 5, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        ([100_000, 790_000], 5, ["0", "200k", "400k", "600k", "800k"]),
        ([-3, 12.5], 4, ["−5", "0", "5", "10", "15"]),
        ([0.001, 0.0023], 3, ["0.0010", "0.0015", "0.0020", "0.0025"]),
        ([7, 7], 4, ["6.0", "6.5", "7.0", "7.5", "8.0"]),
        ([.nan, .infinity], 2, ["0.0", "0.5", "1.0"]),
    ])
    func `axes are marked at round numbers with as many digits as they need`(
        _ values: [Double],
        _ count: Int,
        _ labels: [String]
    ) {
        let scale = PlotScale(covering: values, tickCount: count)
        #expect(scale.ticks.map { scale.label($0) } == labels)
        #expect(scale.lower == scale.ticks.first)
        #expect(scale.upper == scale.ticks.last)
    }

    @Test func `a long name loses its middle and keeps within its room`() {
        let name = "distance_to_the_nearest_station_in_metres_by_foot"
        let fitted = PlotText.fitted(name, size: 14, limit: 200)
        #expect(fitted.hasPrefix("dist") && fitted.hasSuffix("foot") && fitted.contains("…"))
        #expect(PlotText.width(fitted, size: 14) <= 200)
        #expect(PlotText.fitted("면적", size: 14, limit: 200) == "면적")
        #expect(PlotText.width("면적", size: 10) == 20)
    }

    @Test func `plots are well-formed whatever names and values hold, and stay inside their drawing`() throws {
        for plot in Self.plots(name: "<전용면적> & \"층\" \u{1}") {
            let reader = DrawingReader()
            let parser = XMLParser(data: Data(plot.svg.utf8))
            parser.delegate = reader
            #expect(parser.parse(), "\(plot.name): \(String(describing: parser.parserError))")
            #expect(reader.texts.contains { $0.contains("<전용면적> & \"층\" ") }, "\(plot.name)")
            let size = try #require(reader.size)
            for (x, y) in reader.places {
                #expect((0...size.width).contains(x) && (0...size.height).contains(y), "\(plot.name): \(x), \(y)")
            }
            #expect(reader.smallestFont >= 13, "\(plot.name)")
        }
    }

    @Test func `rows that cannot be drawn are passed over and empty ones make no plot`() {
        #expect(LearningCurvePlot(rounds: ["train_l2": [1]], keptRounds: 1, subject: "m").plot == nil)
        let empty = ClassificationStatistics(labels: [], scores: [])
        let plots = ClassificationPlots(
            labels: [],
            predictions: [],
            statistics: empty,
            threshold: nil,
            aucInterval: nil,
            averagePrecisionInterval: nil,
            subject: "m"
        )
        #expect(plots.roc == nil && plots.precisionRecall == nil && plots.calibration == nil)
        let odd = RegressionPlots(
            labels: [1, .nan, 3],
            predictions: [1, 2, .infinity],
            subject: "m",
            label: "y",
            statistics: RegressionStatistics(labels: [1, .nan, 3], predictions: [1, 2, .infinity]),
            seed: 1
        )
        #expect(odd.predictedActual.svg.split(separator: "<circle").count == 2)
        #expect(!odd.residuals.svg.contains("nan"))
    }

    @Test func `a plot has its title in Korean for those who read it, and in English for all others`() throws {
        let plots = Self.plots(name: "price")
        let titles = PlotTitle.Kind.allCases.map { PlotTitle($0, of: "price") }
        #expect(Set(titles.map(\.korean)).count == titles.count && Set(titles.map(\.english)).count == titles.count)
        for plot in plots {
            let title = try #require(titles.first { plot.svg.contains("<title>\($0.english)</title>") }, "\(plot.name)")
            let choice = try
                #require(plot.svg.components(separatedBy: "<switch>").dropFirst().first)
                .components(separatedBy: "</switch>")[0]
            let texts = choice.split(separator: "\n")
            #expect(texts.count == 2, "\(plot.name)")
            #expect(
                texts[0].contains(#"systemLanguage="ko""#) && texts[0].contains(">\(title.korean)<"),
                "\(plot.name)"
            )
            #expect(!texts[1].contains("systemLanguage") && texts[1].contains(">\(title.english)<"), "\(plot.name)")
        }
        #expect(Set(plots.map(\.name)).count == titles.count)
    }

    /// One of each, on values with ties, missing ones and outliers.
    private static func plots(name: String) -> [Plot] {
        var generator = SeededGenerator(seed: 3)
        func random() -> Double { Double(generator.below(1_000)) / 1_000 }
        let columns = [name, "town"] + (0..<24).map { "column_\($0)" }
        let values = (0..<300 * columns.count).map { $0 % 97 == 0 ? .nan : random() * 1e5 }
        let contributions = (0..<300 * columns.count).map { $0 % 500 == 0 ? 90 : random() - 0.5 }
        let sample = ExplainedSample(columns: columns, values: values, contributions: contributions)
        let importance = ColumnImportance.measure(sample, gain: columns.map { _ in random() })
            .sorted { first, _ in first.column == name }
        let labels = (0..<500).map { _ in random() * 3e6 }
        let numbers = RegressionPlots(
            labels: labels,
            predictions: labels.map { $0 * 0.9 + random() * 1e5 },
            subject: name,
            label: name,
            statistics: RegressionStatistics(labels: labels, predictions: labels),
            seed: 1
        )
        let classes = labels.map { $0 > 2e6 }
        let scores = classes.map { min(1, ($0 ? 0.4 : 0) + (random() * 60).rounded() / 100) }
        let statistics = ClassificationStatistics(labels: classes, scores: scores)
        let shares = ClassificationPlots(
            labels: classes,
            predictions: scores,
            statistics: statistics,
            threshold: statistics.bestThreshold,
            aucInterval: nil,
            averagePrecisionInterval: nil,
            subject: name
        )
        return [
            FeatureImportancePlot(importance: importance, sampleCount: 300, subject: name).plot,
            FeatureImportancePlot(importance: importance, sampleCount: 0, subject: name).plot,
            BeeswarmPlot(
                sample: sample,
                importance: importance,
                categories: ["town"],
                subject: name,
                unit: name
            )
            .plot,
            numbers.predictedActual, numbers.residuals, shares.roc, shares.precisionRecall, shares.calibration,
            LearningCurvePlot(
                rounds: ["train_l2": [3, 2, 1], "valid_l2": [3, 2.5, 2.6], "valid_auc": [0.5, 0.6, .nan]],
                keptRounds: 2,
                subject: name
            )
            .plot,
        ]
        .compactMap(\.self)
    }
}

/// What a drawing says: its size, its texts, and where things are.
private final class DrawingReader: NSObject, XMLParserDelegate {
    var size: (width: Double, height: Double)?
    var texts: [String] = []
    var places: [(Double, Double)] = []
    var smallestFont = Double.infinity

    func parser(
        _ parser: XMLParser,
        didStartElement name: String,
        namespaceURI: String?,
        qualifiedName: String?,
        attributes: [String: String]
    ) {
        func number(_ name: String) -> Double? { attributes[name].flatMap { Double($0) } }
        if name == "svg", let width = number("width"), let height = number("height") { self.size = (width, height) }
        if name == "text" { self.texts.append("") }
        for (x, y) in [("x", "y"), ("cx", "cy"), ("x1", "y1"), ("x2", "y2")] {
            if let x = number(x), let y = number(y) { self.places.append((x, y)) }
        }
        if let size = number("font-size") { self.smallestFont = min(self.smallestFont, size) }
    }

    func parser(_ parser: XMLParser, foundCharacters characters: String) {
        guard let last = self.texts.indices.last else { return }
        self.texts[last] += characters
    }
}
