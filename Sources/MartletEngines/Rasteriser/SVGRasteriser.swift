/// Draws SVG into PNG with librsvg and Cairo of this machine.
///
/// Calls block for tens of milliseconds and may come from any thread; each has a drawing of its own.
package struct SVGRasteriser: Sendable {
    /// The greatest side of an image in pixels, so that a drawing's size cannot fill the memory.
    package static let sideLimit = 16_000

    private let library: RasteriserLibrary

    /// Loads the libraries.
    ///
    /// - Throws: `engine.unloadable` when one of them is not installed.
    package init() throws(EngineError) { self.library = try RasteriserLibrary.load() }

    /// The version of librsvg.
    package var version: String { self.library.version }

    /// What a person does to get librsvg.
    package static var fix: String {
        #if os(macOS)
        "run: brew install librsvg"
        #else
        "run scripts/setup, or install the package librsvg2-2"
        #endif
    }

    /// Returns `svg`, drawn `width` by `height` pixels, as PNG.
    ///
    /// - Throws: `engine.badInput` for a size that is no size, `engine.failed` when the drawing cannot be read.
    package func png(of svg: [UInt8], width: Int, height: Int) throws(EngineError) -> [UInt8] {
        guard (1...Self.sideLimit).contains(width), (1...Self.sideLimit).contains(height) else {
            throw EngineError(
                .engineBadInput,
                "could not draw an image of \(width) × \(height) pixels; each side may have 1 to \(Self.sideLimit)"
            )
        }
        let library = self.library
        var failure: Handle?
        // rsvg_handle_new_from_data copies the bytes; the handle is ours until g_object_unref.
        let handle = svg.withUnsafeBufferPointer { library.read($0.baseAddress, UInt($0.count), &failure) }
        guard let handle else { throw self.error("read the drawing", failure) }
        defer { library.unreference(handle) }
        // 0 is CAIRO_FORMAT_ARGB32. A surface in error is a surface too, and is freed like one.
        let image = library.createImage(0, Int32(width), Int32(height))
        defer { library.freeImage(image) }
        guard library.imageStatus(image) == 0 else {
            throw EngineError(.engineFailed, "Cairo has no memory for an image of \(width) × \(height) pixels")
        }
        let context = library.createContext(image)
        defer { library.freeContext(context) }
        let viewport: [Double] = [0, 0, Double(width), Double(height)]
        let isDrawn = viewport.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { library.render(handle, context, $0, &failure) != 0 } ?? false
        }
        guard isDrawn else { throw self.error("draw", failure) }
        var bytes: [UInt8] = []
        let status = withUnsafeMutablePointer(to: &bytes) { pointer in
            library.writePNG(image, Self.receive, UnsafeMutableRawPointer(pointer))
        }
        guard status == 0, !bytes.isEmpty else {
            throw EngineError(.engineFailed, "Cairo could not write the image (status \(status))")
        }
        return bytes
    }

    /// Adds what Cairo hands over to the array whose address is the state.
    private static let receive: RasteriserLibrary.Receiver = { state, start, count in
        guard let state, let start else { return 0 }
        let bytes = state.assumingMemoryBound(to: [UInt8].self)
        bytes.pointee.append(contentsOf: UnsafeBufferPointer(start: start, count: Int(count)))
        return 0
    }

    /// The text of a `GError`, which is freed here.
    private func error(_ attempt: String, _ failure: Handle?) -> EngineError {
        // A GError is a 32-bit domain, a 32-bit code and the address of its text.
        let message = failure?.load(fromByteOffset: 8, as: CText?.self)
        let text = message.map { String(cString: $0) } ?? "no reason given"
        if failure != nil { self.library.freeError(failure) }
        return EngineError(.engineFailed, "librsvg could not \(attempt): \(EngineError.firstLines(text))")
    }
}
