import Foundation
import Synchronization

/// The functions of librsvg, Cairo and GObject that draw an SVG into an image, looked up once.
struct RasteriserLibrary: Sendable {
    /// What receives PNG bytes: its own state, the bytes and their number; 0 is success.
    typealias Receiver = @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<UInt8>?, UInt32) -> Int32
    /// Where a failed call of GLib leaves the address of its `GError`.
    typealias Failure = UnsafeMutablePointer<Handle?>

    let version: String
    let read: @convention(c) (UnsafePointer<UInt8>?, UInt, Failure) -> Handle?
    let render: @convention(c) (Handle?, Handle?, UnsafePointer<Double>, Failure) -> Int32
    let unreference: @convention(c) (Handle?) -> Void
    let freeError: @convention(c) (Handle?) -> Void
    let createImage: @convention(c) (Int32, Int32, Int32) -> Handle?
    let imageStatus: @convention(c) (Handle?) -> Int32
    let createContext: @convention(c) (Handle?) -> Handle?
    let writePNG: @convention(c) (Handle?, Receiver, UnsafeMutableRawPointer?) -> Int32
    let freeContext: @convention(c) (Handle?) -> Void
    let freeImage: @convention(c) (Handle?) -> Void

    private static let loaded = Mutex<RasteriserLibrary?>(nil)

    /// Loads the libraries once.
    static func load() throws(EngineError) -> RasteriserLibrary {
        if let library = self.loaded.withLock({ $0 }) { return library }
        let library = try RasteriserLibrary()
        self.loaded.withLock { $0 = library }
        return library
    }

    private init() throws(EngineError) {
        let rsvg = try Self.open("librsvg-2.so.2", "librsvg-2.2.dylib")
        let cairo = try Self.open("libcairo.so.2", "libcairo.2.dylib")
        let object = try Self.open("libgobject-2.0.so.0", "libgobject-2.0.0.dylib")
        let glib = try Self.open("libglib-2.0.so.0", "libglib-2.0.0.dylib")
        self.read = try rsvg.function("rsvg_handle_new_from_data")
        self.render = try rsvg.function("rsvg_handle_render_document")
        self.unreference = try object.function("g_object_unref")
        self.freeError = try glib.function("g_error_free")
        self.createImage = try cairo.function("cairo_image_surface_create")
        self.imageStatus = try cairo.function("cairo_surface_status")
        self.createContext = try cairo.function("cairo_create")
        self.writePNG = try cairo.function("cairo_surface_write_to_png_stream")
        self.freeContext = try cairo.function("cairo_destroy")
        self.freeImage = try cairo.function("cairo_surface_destroy")
        var numbers: [String] = []
        for name in ["rsvg_major_version", "rsvg_minor_version", "rsvg_micro_version"] {
            let address: UnsafePointer<UInt32> = try rsvg.function(name)
            numbers.append(String(address.pointee))
        }
        self.version = numbers.joined(separator: ".")
    }

    private static func open(_ linux: String, _ mac: String) throws(EngineError) -> DynamicLibrary {
        #if os(macOS)
        let folders = ["/opt/homebrew/lib/", "/usr/local/lib/"]
        let path = folders.map { $0 + mac }.first { FileManager.default.fileExists(atPath: $0) } ?? mac
        #else
        let path = linux
        #endif
        return try DynamicLibrary(path: path, name: "librsvg", fix: SVGRasteriser.fix)
    }
}
