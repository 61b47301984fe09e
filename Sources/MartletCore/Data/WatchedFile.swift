/// A file of a watched place as one look found it; two looks that find it alike found it standing still.
package struct WatchedFile: Sendable, Hashable {
    /// As the place names it.
    package var path: String
    package var byteCount: Int64
    package var modifiedAt: EventTime

    /// Holds what was seen.
    package init(path: String, byteCount: Int64, modifiedAt: EventTime) {
        self.path = path
        self.byteCount = byteCount
        self.modifiedAt = modifiedAt
    }

    /// Names the file with its content as far as size and time tell.
    package var key: String { "\(self.path) \(self.byteCount) \(self.modifiedAt.microseconds)" }
}
