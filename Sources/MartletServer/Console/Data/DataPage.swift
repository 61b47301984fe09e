import MartletCore
import MartletIngest
import MartletTracking

/// The sources: what they loaded, what they hold back, what they refused.
struct DataPage: Sendable {
    let visit: ConsoleVisit
    let context: ConsoleContext

    private var words: Words { self.visit.words }

    func page() async throws -> ConsolePage {
        try Principal.require(.read, on: .unnamed)
        var (rows, fault): ([View], String?) = ([], nil)
        if let data = self.context.data {
            let reading = await data.standings()
            fault = reading.fault
            let names = (try? data.sources().map(\.name)) ?? []
            let known = Dictionary(reading.standings.map { ($0.source, $0) }) { first, _ in first }
            let gone = reading.standings.map(\.source).filter { !names.contains($0) }
            rows = (names.sorted() + gone).map { self.row(known[$0] ?? SourceStanding(source: $0)) }
        }
        return ConsolePage(
            template: "data",
            title: self.words["data"],
            section: .data,
            view: [
                "tabs": Self.tabs(isFeatures: false, self.words), "rows": rows, "hasRows": !rows.isEmpty,
                "fault": fault,
            ]
        )
    }

    /// The two parts of the data section.
    static func tabs(isFeatures: Bool, _ words: Words) -> [View] {
        [
            ["tabTitle": words["data.sources"], "tabAddress": Address.of("data"), "isCurrent": !isFeatures],
            ["tabTitle": words["features"], "tabAddress": Address.of("features"), "isCurrent": isFeatures],
        ]
    }

    private func row(_ standing: SourceStanding) -> View {
        let mark = SourceMark(standing)
        return [
            "sourceName": standing.source, "sourceAddress": Address.of("data", standing.source),
            "markText": self.words["source." + mark.rawValue], "markStyle": mark.style,
            "batches": Figures.count(standing.batches), "loadedRows": Figures.count(standing.rows),
            "held": standing.held > 0 ? Figures.count(standing.held) : nil,
            "via": standing.via.map { self.words("data.via", $0) },
            "loaded": standing.lastLoadedAt.map { self.visit.figures.view($0) },
            "refusal": mark == .refused ? standing.refusal?.reasons.first.map { self.words($0) } : nil,
        ]
    }
}

/// How a source stands, in a word.
enum SourceMark: String, Sendable {
    case good
    case holding
    case refused
    case fallback
    case never

    init(_ standing: SourceStanding) {
        if let refusal = standing.refusal, !refusal.isOvercome {
            self = .refused
        } else if standing.batches == 0 {
            self = .never
        } else if standing.via == "fallback" {
            self = .fallback
        } else {
            self = standing.held > 0 ? .holding : .good
        }
    }

    /// The style class of the mark.
    var style: String {
        switch self {
        case .good: "approved"
        case .holding, .fallback: "pending"
        case .refused: "rejected"
        case .never: "plain"
        }
    }
}
