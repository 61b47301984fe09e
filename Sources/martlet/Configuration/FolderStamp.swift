import Foundation

/// Tells whether files of a folder were changed, by their names, sizes and times.
enum FolderStamp {
    /// A text that is another one after any change.
    static func of(_ folder: URL) -> String {
        let manager = FileManager.default
        let names = ((try? manager.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
        return
            names.map { name in
                let facts = try? manager.attributesOfItem(atPath: "\(folder.path)/\(name)")
                let time = (facts?[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
                let size = (facts?[.size] as? NSNumber)?.int64Value ?? 0
                return "\(name) \(size) \(time)"
            }
            .joined(separator: "\n")
    }
}
