import Foundation
import MartletCore
import MartletIngest
import MartletStores

/// Loads sources as their data come, until it is cancelled.
///
/// Files are looked at each second and read when they stand still; every other place is asked at a pace. What is loaded
/// already is passed over without a word.
struct IngestWatch {
    private let names: [String]
    private let every: TimeSpan
    private var application: Application
    private var stamp: String
    private var fault: String?
    private var watched: [String: Watched] = [:]
    private let teller: IngestTeller

    /// One source as it was left.
    private struct Watched {
        var arrivals = FileArrivals()
        /// What failed last, by file; its other files go on.
        var failures: [String: Failure] = [:]
        var pace: AskingPace
    }

    private struct Failure {
        var pace: AskingPace
        var message: String
    }

    /// The time between two looks at files.
    private static let look = Duration.seconds(1)

    /// Watches the sources `names`, all without any, and asks places other than files each `every`.
    init(_ application: Application, names: [String], every: TimeSpan, isJSON: Bool) {
        self.application = application
        self.names = names
        self.every = every
        self.teller = IngestTeller(application.terminal, isJSON: isJSON)
        self.stamp = FolderStamp.of(application.workspace.folder.appending(path: "sources"))
    }

    /// Watches until the task is cancelled.
    mutating func run() async {
        self.greet()
        while !Task.isCancelled {
            self.readDefinitions()
            for definition in self.definitions where !Task.isCancelled { await self.look(at: definition) }
            do { try await Task.sleep(for: Self.look) } catch { break }
        }
        self.teller.end()
    }

    private var definitions: [SourceDefinition] {
        let all = self.application.workspace.sources.map(\.definition)
        return SourceDefinition.inLoadingOrder(all).filter { self.names.isEmpty || self.names.contains($0.name) }
    }

    /// Takes sources as their files are now; while one holds a fault, what was read before goes on.
    private mutating func readDefinitions() {
        let stamp = FolderStamp.of(self.application.workspace.folder.appending(path: "sources"))
        guard stamp != self.stamp else { return }
        self.stamp = stamp
        do {
            self.application = try self.application.reloaded()
            self.fault = nil
            self.application.terminal.note("the sources were read again")
        } catch {
            let faults = (error as? WorkspaceInvalid)?.diagnostics.filter { $0.severity == .error }
            let reason = faults?.first?.description ?? readableMessage(of: error)
            if self.fault != reason {
                self.application.terminal.note("the sources as they were go on: \(reason)")
            }
            self.fault = reason
        }
    }

    private mutating func look(at definition: SourceDefinition) async {
        let name = definition.name
        var state = self.watched[name] ?? Watched(pace: AskingPace(every: self.every))
        defer { self.watched[name] = state }
        guard let files = self.files(of: definition) else {
            guard state.pace.isDue(at: .now) else { return }
            await self.load(definition, nil, &state)
            return
        }
        for (path, failure) in state.failures where failure.pace.isDue(at: .now) { state.arrivals.forget([path]) }
        let ready = state.arrivals.look(at: files, stableFor: definition.location.stableFor, now: .now)
        for path in ready where !Task.isCancelled { await self.load(definition, path, &state) }
    }

    /// Loads one file of a source, or all that its place has, and says what came of it; the same failure is told once.
    private func load(_ definition: SourceDefinition, _ path: String?, _ state: inout Watched) async {
        let (teller, key) = (self.teller, path ?? "")
        do {
            try await self.application.ingest(definition, onlyFile: path) { teller.tell($0) }
            state.pace.asked(at: .now, failed: false)
            if state.failures.removeValue(forKey: key) != nil {
                self.application.terminal.note("\(definition.name): goes on")
            }
        } catch {
            guard !Task.isCancelled else { return }
            state.pace.asked(at: .now, failed: true)
            let message = readableMessage(of: error)
            var failure = state.failures[key] ?? Failure(pace: AskingPace(every: self.every), message: "")
            failure.pace.asked(at: .now, failed: true)
            if failure.message != message { teller.tell(error, of: definition.name, message) }
            failure.message = message
            state.failures[key] = failure
        }
    }

    /// The files of a source that are there; `nil` for a place that is not files.
    private func files(of definition: SourceDefinition) -> [WatchedFile]? {
        let fetcher = FileSourceFetcher(baseDirectory: self.application.workspace.folder.path)
        let paths: [String]
        switch definition.location.place {
        case .path(let path): paths = [path]
        case .glob(let glob): paths = (try? fetcher.matches(of: glob)) ?? []
        case .url, .command, .postgres, .objects, .none: return nil
        }
        return paths.compactMap { WatchedFile($0, at: self.application.workspace.resolve($0)) }
    }

    private func greet() {
        let sources = self.definitions.map { definition in
            self.files(of: definition) == nil ? "\(definition.name) (each \(self.every))" : "\(definition.name) (files)"
        }
        self.application.terminal.note("watching \(sources.joined(separator: ", ")); Ctrl-C ends")
    }
}
