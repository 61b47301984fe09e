/// Colours and sizes of every plot: light, with text that stays legible when a page shows it small.
enum PlotTheme {
    /// The width of every plot in pixels, before it is enlarged for PNG.
    static let width = 860.0
    /// Inter where it is, else what the machine has; Nanum draws Korean where the first has no such letters.
    static let fonts = "Inter, 'Helvetica Neue', Arial, NanumGothic, 'Apple SD Gothic Neo', sans-serif"

    static let titleSize = 20.0
    static let textSize = 14.0
    static let tickSize = 13.0

    static let background = "#ffffff"
    static let ink = "#1f2328"
    static let muted = "#57606a"
    static let grid = "#e6e9ed"
    static let axis = "#b3bac2"
    static let first = "#2563c9"
    static let second = "#d9622b"
    static let neutral = "#9aa3ad"
    static let highlight = "#c8324f"

    /// How many colours stand for the way from a low to a high value.
    static let rampCount = 20

    /// The colour `share` of the way from low to high, on `rampCount` steps: blue, violet, red.
    static func ramp(_ step: Int) -> String {
        let stops: [(Double, Double, Double)] = [(30, 108, 224), (142, 84, 190), (233, 40, 92)]
        let position = Double(min(max(step, 0), Self.rampCount - 1)) / Double(Self.rampCount - 1) * 2
        let index = min(Int(position), 1)
        let share = position - Double(index)
        let (from, to) = (stops[index], stops[index + 1])
        let channels = [(from.0, to.0), (from.1, to.1), (from.2, to.2)]
        let digits = channels.map { low, high in
            let value = String(Int((low + (high - low) * share).rounded()), radix: 16)
            return value.count == 1 ? "0" + value : value
        }
        return "#" + digits.joined()
    }
}
