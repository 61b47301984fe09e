import Foundation
import MartletCore

/// Steps over time: one row each, a bar from start to end.
struct GanttChart: Sendable {
    /// One bar with its row's name.
    struct Bar: Sendable {
        let name: String
        /// The style class of its phase, such as `succeeded`.
        let style: String
        /// `nil` when it has not started.
        let start: EventTime?
        let end: EventTime?
        /// What is written behind it.
        let note: String
    }

    let bars: [Bar]
    /// Where the drawing ends for bars that have not.
    let now: EventTime
    /// What a screen reader says of it.
    let label: String

    private static let (width, nameWidth, rowHeight, noteWidth) = (900.0, 170.0, 28.0, 110.0)

    /// The drawing.
    func markup(_ figures: Figures) -> Markup {
        let starts = self.bars.compactMap(\.start)
        let first = starts.min() ?? self.now
        let last = max(self.bars.compactMap { $0.end ?? ($0.start == nil ? nil : self.now) }.max() ?? first, first)
        let length = max(Double(last.microseconds - first.microseconds) / 1_000_000, 0.001)
        let height = Self.rowHeight * Double(self.bars.count) + 28
        var svg = SVG(width: Self.width, height: height)
        let room = Self.width - Self.nameWidth - Self.noteWidth
        let position = { (moment: EventTime) in
            Self.nameWidth + room * Double(moment.microseconds - first.microseconds) / 1_000_000 / length
        }
        for part in 0...4 {
            let x = Self.nameWidth + room * Double(part) / 4
            svg.line(x, 0, x, height - 24, "grid")
            svg.text(figures.duration(length * Double(part) / 4), x, height - 8, anchor: "middle", "tick")
        }
        for (index, bar) in self.bars.enumerated() {
            let top = Self.rowHeight * Double(index)
            svg.text(Self.cut(bar.name), Self.nameWidth - 12, top + 18, anchor: "end", "name")
            guard let start = bar.start else {
                svg.text(bar.note, Self.nameWidth + 6, top + 18, "tick")
                continue
            }
            let (left, right) = (position(start), position(bar.end ?? self.now))
            svg.rectangle(left, top + 6, max(right - left, 3), 16, "bar \(bar.style)", radius: 3)
            svg.text(bar.note, max(right, left + 3) + 6, top + 18, "tick")
        }
        return svg.markup("chart gantt", label: self.label)
    }

    private static func cut(_ text: String) -> String { text.count > 24 ? text.prefix(23) + "…" : text }
}
