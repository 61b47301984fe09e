import MartletCore

/// What model versions need, arranged so that it is found without a look at each version.
///
/// When in doubt a version needs a thing: a run or logged model whose id is anywhere in the version's source counts, for
/// the same folder has many addresses (`mlflow-artifacts:/7/<run>/…`, `https://…/7/<run>/…`, `file:///…`).
package struct GarbageReferences: Sendable {
    /// Who needs the run or logged model of an id.
    private var holders: [String: String] = [:]
    /// Who has files in a folder, or at it.
    private var holdersInside: [[Substring]: String] = [:]
    /// Who has all of a folder for its files.
    private var holdersOfWhole: [[Substring]: String] = [:]

    /// The deepest folder that something deleted has for its own: `<experiment>/models/<id>`.
    private static let deepest = 3

    /// Arranges `references`.
    package init(_ references: [GarbageReference]) {
        for reference in references {
            for id in [reference.runID?.description, reference.modelID].compactMap({ $0 }) {
                self.holders[id] = self.holders[id] ?? reference.holder
            }
            for place in [reference.source, reference.location].compactMap({ $0 }) {
                let names = place.split(whereSeparator: { "/?#".contains($0) })
                for name in names {
                    let id = String(name)
                    self.holders[id] = self.holders[id] ?? reference.holder
                }
                for path in Self.paths(place) { self.add(path, reference.holder) }
            }
        }
    }

    /// Who needs `deleted` or a file in its folder; `nil` when no version does.
    package func holder(needing deleted: DeletedItem) -> String? {
        switch deleted.item {
        case .run(let id): if let holder = self.holders[id.description] { return holder }
        case .loggedModel(let id): if let holder = self.holders[id] { return holder }
        case .experiment: break
        }
        return deleted.folder.flatMap { self.holder(needing: $0) }
    }

    /// Who has files in `folder` or around it; `nil` when no version does.
    package func holder(needing folder: ArtifactPath) -> String? {
        let names = folder.description.split(separator: "/")
        if let holder = self.holdersInside[names] { return holder }
        for depth in 1..<max(names.count, 1) {
            if let holder = self.holdersOfWhole[Array(names.prefix(depth))] { return holder }
        }
        // A folder of one name is an experiment's; a deeper one ends in the id of a run or a logged model.
        return names.count > 1 ? names.last.flatMap { self.holders[String($0)] } : nil
    }

    private mutating func add(_ path: [Substring], _ holder: String) {
        guard !path.isEmpty else { return }
        self.holdersOfWhole[path] = self.holdersOfWhole[path] ?? holder
        for depth in 1...min(path.count, Self.deepest) {
            let folder = Array(path.prefix(depth))
            self.holdersInside[folder] = self.holdersInside[folder] ?? holder
        }
    }

    /// What a place in the artifact store may mean as a path: with two slashes, the first name may be a server's.
    private static func paths(_ place: String) -> [[Substring]] {
        guard place.hasPrefix(ArtifactPath.scheme) else { return [] }
        let names = place.dropFirst(ArtifactPath.scheme.count).split(separator: "/")
        return place.hasPrefix(ArtifactPath.scheme + "/") ? [names, Array(names.dropFirst())] : [names]
    }
}
