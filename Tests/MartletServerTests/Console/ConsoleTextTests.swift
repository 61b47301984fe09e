import Foundation
import MartletCore
import MartletTracking
import Testing

@testable import MartletServer

struct ConsoleTextTests {
    @Test(arguments: ["", "a b&c=d", "한국 + 100 %", "a/b?c#d", "'\"<>", "%zz", "🦅"])
    func `what a form writes is read back whole`(_ text: String) {
        let form = FormText().setting("a", text).setting("b", "1")
        #expect(FormText(form.text)["a"] == (text.isEmpty ? nil : text))
        #expect(FormText.decode(FormText.encode(text), plus: false) == text)
    }

    @Test func `a plus is a space in forms and a plus in paths`() {
        #expect(FormText("q=a+b%2Bc")["q"] == "a b+c")
        #expect(FormText.decode("a+b", plus: false) == "a+b")
        #expect(FormText("q=%")["q"] == "%")
        #expect(FormText("run=1&run=2&run=").all("run") == ["1", "2"])
    }

    @Test(arguments: [
        (nil, Language.english), ("", .english), ("ko", .korean), ("ko-KR,ko;q=0.9,en;q=0.8", .korean),
        ("en-GB, ko;q=0.5", .english), ("fr, ko;q=0.2, en;q=0.1", .korean), ("ko;q=0, en", .english),
    ])
    func `the reader's language is the best that fits`(_ header: String?, _ language: Language) {
        #expect(Language.preferred(header) == language)
    }

    @Test func `HTML in Markdown is text, and links lead nowhere dangerous`() {
        let html =
            MarkdownHTML.markup(
                "# A <b>\n\n[x](javascript:alert(1)) [y](https://e.org/?a=1&b=2) **b<i>** `c<d>`\n\n<script>1</script>"
            )
            .description
        #expect(!html.contains("<script"))
        #expect(!html.contains("javascript:"))
        #expect(html.contains("<h2>A &lt;b&gt;</h2>"))
        #expect(html.contains(#"<a href="https://e.org/?a=1&amp;b=2" rel="noreferrer">y</a>"#))
        #expect(html.contains("<strong>b&lt;i&gt;</strong> <code>c&lt;d&gt;</code>"))
    }

    @Test func `tables, lists and code of Markdown are kept`() {
        let html =
            MarkdownHTML.markup(
                "| a | b |\n| --- | ---: |\n| x | 1 |\n\n- one\n- two\n  more\n\n1. first\n\n```\na < b\n```\n"
            )
            .description
        #expect(html.contains(#"<td>x</td><td class="number">1</td>"#))
        #expect(html.contains("<ul><li>one</li><li>two more</li></ul>"))
        #expect(html.contains("<ol><li>first</li></ol>"))
        #expect(html.contains("<pre><code>a &lt; b</code></pre>"))
    }

    @Test func `every Markdown text ends`() {
        for text in ["```", "|", "| a |", ">", "#", "-", "**", "`", "[", "*a", "####### x", "| a |\n|---|", "- \n\n1."]
        {
            #expect(MarkdownHTML.markup(text).description.utf8.count < 400)
        }
    }

    @Test func `a table's preview keeps quotes and leaves a broken last row out`() {
        let text = "a,b\n\"x, \"\"y\"\"\",2\r\n3,"
        #expect(
            CSVRows.read(text, separator: ",", limit: 10, isCut: false) == [
                ["a", "b"], ["x, \"y\"", "2"], ["3", ""],
            ]
        )
        #expect(CSVRows.read(text, separator: ",", limit: 10, isCut: true).count == 2)
        #expect(CSVRows.read(text, separator: ",", limit: 1, isCut: false) == [["a", "b"]])
        #expect(CSVRows.read("", separator: ",", limit: 5, isCut: false) == [])
    }

    @Test func `JSON is shown with every text escaped`() throws {
        let html = JSONHTML.markup(.object(["<k>": .array([1, "<s>", .null, .object([:])])])).description
        #expect(!html.contains("<k>"))
        #expect(!html.contains("<s>"))
        #expect(html.contains("&lt;s&gt;"))
    }

    @Test(arguments: [
        (2_892.64, "2,892.6"), (0.976420, "0.97642"), (12_750.2, "12,750"), (3, "3"), (-1_234_567, "−1,234,567"),
        (0, "0"), (.nan, "NaN"), (.infinity, "∞"), (-.infinity, "−∞"), (1.5e-7, "1.500e−07"), (2e15, "2.000e+15"),
    ])
    func `numbers have five digits that count`(_ value: Double, _ text: String) {
        #expect(Figures.number(value) == text)
    }

    @Test func `numbers of one column have the same decimals`() {
        let decimals = Figures.decimals(for: [2_892.64, 0.5, .nan])
        #expect([2_892.64, 0.5].map { Figures.number($0, decimals: decimals) } == ["2,892.6", "0.5"])
    }

    @Test func `lengths of time are short`() {
        let figures = Figures(words: Language.english.words, now: EventTime(microseconds: 0))
        #expect(
            [0.0004, 0.25, 2.84, 59.97, 252, 7_260, 7_230, 90_000, 604_800].map(figures.duration) == [
                "0 ms", "250 ms", "2.8 s", "1 min", "4 min 12 s", "2 h 01 min", "2 h", "1 d 1 h", "7 d",
            ]
        )
    }
}

struct ConsoleWordsTests {
    @Test func `every phrase has a text in both languages, with the same places for arguments`() {
        #expect(Set(Words.phrases.map(\.key)).count == Words.phrases.count)
        for phrase in Words.phrases {
            #expect(!phrase.english.isEmpty && !phrase.korean.isEmpty, "\(phrase.key)")
            let counts = [phrase.english, phrase.korean]
                .map { $0.split(separator: "{}", omittingEmptySubsequences: false).count }
            #expect(counts[0] == counts[1], "\(phrase.key)")
        }
    }

    @Test func `every phrase that a template names is there, and markup is only put in by its names`() throws {
        let keys = Set(Words.phrases.map(\.key))
        for (name, text) in ConsoleFiles.templates {
            for match in text.matches(of: /\{\{t\.([A-Za-z.]+)\}\}/) {
                #expect(keys.contains(String(match.output.1)), "\(name): \(match.output.1)")
            }
            for match in text.matches(of: /\{\{\{([^}]*)\}\}\}/) {
                #expect(match.output.1.hasSuffix("Markup"), "\(name): \(match.output.1)")
            }
            #expect(!text.contains("{{&"), "\(name)")
            #expect(
                !text.contains(" style=") && !text.contains(" onclick="),
                "\(name) needs what the page's policy forbids"
            )
        }
        _ = try ConsoleTemplates()
    }

    @Test func `every phrase of the code is there`() throws {
        let keys = Set(Words.phrases.map(\.key))
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Sources/MartletServer/Console")
        let walker = try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
        var count = 0
        for case let url as URL in walker where url.pathExtension == "swift" {
            let text = try String(contentsOf: url, encoding: .utf8)
            for match in text.matches(of: /words(?:\[|\()"([a-zA-Z.]+)"[\]),]/) {
                count += 1
                #expect(keys.contains(String(match.output.1)), "\(url.lastPathComponent): \(match.output.1)")
            }
        }
        #expect(count > 40)
    }

    @Test func `arguments stand in their places`() {
        #expect(Language.english.words("runs.range", "1", "{}") == "Runs 1 to {}")
        #expect(Language.korean.words("ago.days", "3") == "3일 전")
        #expect(Language.english.words["not.there"] == "not.there")
    }
}

struct ConsoleChartTests {
    @Test func `a long curve is thinned and keeps its peaks`() {
        var points = (0..<100_000).map { (x: Double($0), y: 1.0) }
        points[77_777].y = 9
        points[12_345].y = -9
        let thinned = LineChart.thinned(points)
        #expect(thinned.count <= LineChart.pointLimit)
        #expect(thinned.contains { $0.y == 9 } && thinned.contains { $0.y == -9 })
        #expect(thinned.first?.x == 0 && thinned.last?.x == 99_999)
        #expect(zip(thinned, thinned.dropFirst()).allSatisfy { $0.x < $1.x })
    }

    @Test func `a gap in a curve lifts the pen`() {
        let points: [(x: Double, y: Double)] = [(0, 1), (1, .nan), (2, 3), (3, 4)]
        let chart = LineChart(
            title: "<t>",
            series: [.init(name: "<n>", points: points, colour: 0)],
            isLogarithmic: false
        )
        let html = chart.markup().description
        #expect(html.matches(of: /M[0-9]/).count == 2)
        #expect(!html.contains("<n>") && !html.contains("<t>") && !html.contains("nan"))
    }

    @Test(arguments: [[0.0, 1], [5, 5], [-3, 1e9], [1e-9, 2e-9], [.nan, .infinity], []])
    func `ticks are round, inside the span and told apart`(_ values: [Double]) {
        let scale = Scale(values, from: 0, to: 100)
        let ticks = scale.ticks(5)
        #expect(ticks.count > 1 && ticks.count < 16)
        #expect(ticks.allSatisfy { $0 >= scale.lower && $0 <= scale.upper * (1 + 1e-9) + 1e-12 })
        #expect(Set(Scale.labels(ticks)).count == ticks.count, "\(Scale.labels(ticks))")
    }

    @Test func `a logarithmic scale passes over what it cannot show`() throws {
        let scale = Scale([0, -1, 0.01, 100], from: 0, to: 100, isLogarithmic: true)
        #expect(scale.position(0) == nil && scale.position(-1) == nil)
        #expect(try abs(#require(scale.position(1)) - 50) < 1e-9)
        #expect(scale.ticks(5).contains(1))
    }

    @Test func `metrics of the parts of the data share a chart and a row`() {
        #expect(MetricCurves.measure("rounds/train_l1") == "rounds/l1")
        #expect(MetricCurves.measure("validation_0-logloss") == "0-logloss")
        #expect(MetricCurves.measure("train/loss") == "loss")
        #expect(MetricCurves.measure("latest") == "latest")
        #expect(MetricTable.part(of: "test_mae")?.rest == "mae")
        #expect(MetricTable.part(of: "training_seconds")?.part == .training)
        #expect(MetricTable.part(of: "test") == nil)
    }

    @Test func `the best is marked only where better is known`() {
        #expect(ComparePage.best("test_mae", [3, 1, 2]) == 1)
        #expect(ComparePage.best("auc", [0.7, 0.9]) == 0.9)
        #expect(ComparePage.best("test_mae_lower", [3, 1]) == nil)
        #expect(ComparePage.best("rounds", [3, 1]) == nil)
        #expect(ComparePage.best("loss", [3, 3]) == nil)
    }
}
