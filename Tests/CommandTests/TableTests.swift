import MartletCore
import Testing

@testable import martlet

struct TableTests {
    @Test func `Korean characters take two columns`() {
        #expect(DisplayWidth.of("강남구") == 6)
        #expect(DisplayWidth.of("84.9 ㎡") == 7)
        #expect(DisplayWidth.of("e\u{301}") == 1)
        #expect(DisplayWidth.cut("강남구 대치동", to: 8) == "강남구 …")
    }

    @Test func `columns line up under wide characters`() {
        var table = Table([.init("district"), .init("sales", nil, .right)])
        table.add([.text("강남구"), .count(1_234)])
        table.add([.text("Mapo"), .count(5)])
        #expect(table.lines(style: .plain) == ["district  sales", "강남구    1,234", "Mapo          5"])
    }

    @Test func `the same rows are JSON with stable keys and plain numbers`() {
        var table = Table([.init("rows_read", nil, .right)])
        table.add([.count(23_529)])
        #expect(table.lines(style: .plain) == ["rows read", "   23,529"])
        #expect(table.json.canonicalText == #"[{"rows_read":23529}]"#)
    }

    @Test(arguments: [
        (11_040.72, "11,040.7"), (0.92345, "0.9234"), (-1_500.0, "-1,500"), (-0.5, "-0.5000"), (0, "0"),
        (0.000_012, "1.200e-05"), (.nan, "NaN"),
    ])
    func `figures are shown as a person reads them`(value: Double, text: String) {
        #expect(Quantity.number(value) == text)
    }

    @Test(arguments: [(0.000_8, "0.80 ms"), (0.34, "340 ms"), (2.314, "2.31 s"), (185, "3 min 05 s")])
    func `durations have a fitting unit`(seconds: Double, text: String) {
        #expect(Quantity.duration(seconds) == text)
    }

    @Test func `colour is written only when asked for`() {
        #expect(Style.plain.bad("x") == "x")
        #expect(Style(isColoured: true).bad("x") == "\u{1B}[31mx\u{1B}[0m")
    }
}
