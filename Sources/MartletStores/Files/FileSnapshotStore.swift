import Foundation
package import MartletCore
import MartletEngines
import MartletTracking
import MartletTraining

/// Training sets as `<root>/<sha256>.parquet`.
///
/// A set is staged in the same folder and renamed once its hash is known, so a crash leaves a whole snapshot or a
/// leftover that begins with `.martlet-`.
package struct FileSnapshotStore: SnapshotStore, SnapshotGarbage {
    /// The folder that holds the snapshots.
    package let root: String

    /// Keeps snapshots under the folder `root`, which is made when the first is staged.
    package init(root: String) { self.root = URL(fileURLWithPath: root).standardizedFileURL.path }

    package func stagingPath() throws -> String {
        try FileManager.default.createDirectory(atPath: self.root, withIntermediateDirectories: true)
        return "\(self.root)/.martlet-\(UUID().uuidString).parquet"
    }

    package func keep(_ stagingPath: String, as hash: ContentHash) throws -> String {
        let path = "\(self.root)/\(hash).parquet"
        guard stagingPath != path else { return path }
        if FileManager.default.fileExists(atPath: path) {
            try FileManager.default.removeItem(atPath: stagingPath)
            // Asked for again: a collection of garbage must see that it is in use before a run says so.
            try FileManager.default.setAttributes([.modificationDate: Date()], ofItemAtPath: path)
            return path
        }
        try FileDurability.replace(path, with: stagingPath)
        return path
    }

    package func removeSnapshot(_ hash: String, unusedSince cutoff: EventTime) async throws -> Bool {
        // The name of a set is a hash; anything else names no file of ours.
        guard let hash = ContentHash(hex: hash) else { return true }
        let path = "\(self.root)/\(hash).parquet"
        guard FileManager.default.fileExists(atPath: path) else { return true }
        let changed = try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
        guard let changed, EventTime(changed) <= cutoff else { return false }
        try FileManager.default.removeItem(atPath: path)
        return true
    }
}
