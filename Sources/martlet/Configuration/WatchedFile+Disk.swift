import Foundation
import MartletCore

extension WatchedFile {
    /// The file at `url` as it is now, under the name `path`; `nil` when it is not there or cannot be looked at.
    init?(_ path: String, at url: URL) {
        guard let facts = try? FileManager.default.attributesOfItem(atPath: url.path),
            let size = facts[.size] as? NSNumber, let time = facts[.modificationDate] as? Date
        else { return nil }
        self.init(path: path, byteCount: size.int64Value, modifiedAt: EventTime(time))
    }
}
