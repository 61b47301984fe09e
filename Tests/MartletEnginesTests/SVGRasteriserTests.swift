import Foundation
import MartletEngines
import Testing

struct SVGRasteriserTests {
    private static func svg(_ body: String) -> [UInt8] {
        Array(#"<svg xmlns="http://www.w3.org/2000/svg" width="200" height="60">\#(body)</svg>"#.utf8)
    }

    /// The bytes of a PNG's header as a number, the highest first.
    private static func number(_ png: [UInt8], at offset: Int) -> Int {
        png[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
    }

    @Test func `a drawing becomes an image of the asked size`() throws {
        let png = try SVGRasteriser().png(of: Self.svg(#"<path d="M0 0h99v30z"/>"#), width: 400, height: 120)
        #expect(png.prefix(8) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        #expect(Self.number(png, at: 16) == 400)
        #expect(Self.number(png, at: 20) == 120)
    }

    @Test func `Korean letters are drawn, each as itself`() throws {
        let rasteriser = try SVGRasteriser()
        func image(_ text: String) throws -> [UInt8] {
            let body = #"<text x="5" y="40" font-size="30" font-family="NanumGothic, sans-serif">\#(text)</text>"#
            return try rasteriser.png(of: Self.svg(body), width: 200, height: 60)
        }
        // Without a font both would be the same boxes.
        #expect(try image("가격") != image("면적"))
        #expect(try image("가격") != image(""))
    }

    @Test func `what is no drawing and what is no size are errors`() throws {
        let rasteriser = try SVGRasteriser()
        let broken = #expect(throws: EngineError.self) {
            try rasteriser.png(of: Array("<svg".utf8), width: 10, height: 10)
        }
        #expect(broken?.code == .engineFailed)
        #expect(broken?.message.hasPrefix("librsvg could not read the drawing: ") == true)
        #expect(throws: EngineError.self) { try rasteriser.png(of: [], width: 10, height: 10) }
        for size in [0, -1, SVGRasteriser.sideLimit + 1] {
            let error = #expect(throws: EngineError.self) {
                try rasteriser.png(of: Self.svg(""), width: size, height: 10)
            }
            #expect(error?.code == .engineBadInput)
        }
    }

    @Test func `many threads draw at the same time`() async throws {
        let rasteriser = try SVGRasteriser()
        let expected = try rasteriser.png(of: Self.svg("<text x='9' y='30'>가 1</text>"), width: 200, height: 60)
        try await withThrowingTaskGroup(of: [UInt8].self) { group in
            for _ in 0..<16 {
                group.addTask {
                    try rasteriser.png(of: Self.svg("<text x='9' y='30'>가 1</text>"), width: 200, height: 60)
                }
            }
            for try await png in group { #expect(png == expected) }
        }
    }
}
