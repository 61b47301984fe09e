import Foundation
import MartletCore
import MartletJobs
import Synchronization

/// The pipelines of a workspace as its files are now; read again when a file changed.
///
/// While a file holds a fault, what was read before goes on.
final class PipelineFiles: Sendable {
    private struct State {
        var stamp = ""
        var pipelines: [Pipeline] = []
        var fault: String?
    }

    private let application: Application
    private let state: Mutex<State>

    /// Starts with the pipelines the application was loaded with.
    init(_ application: Application) {
        self.application = application
        let pipelines = application.workspace.pipelines.map(\.definition)
        self.state = Mutex(State(stamp: Self.stamp(application), pipelines: pipelines))
    }

    /// The pipelines now.
    func current() -> [Pipeline] {
        let stamp = Self.stamp(self.application)
        return self.state.withLock { state in
            guard stamp != state.stamp else { return state.pipelines }
            state.stamp = stamp
            do {
                state.pipelines = try self.application.reloaded().workspace.pipelines.map(\.definition)
                if state.fault != nil { self.application.terminal.note("the pipelines can be read again") }
                state.fault = nil
            } catch {
                let faults = (error as? WorkspaceInvalid)?.diagnostics.filter { $0.severity == .error }
                let reason = faults?.first?.description ?? readableMessage(of: error)
                if state.fault != reason {
                    self.application.terminal.note("the pipelines as they were go on: \(reason)")
                }
                state.fault = reason
            }
            return state.pipelines
        }
    }

    private static func stamp(_ application: Application) -> String {
        FolderStamp.of(application.workspace.folder.appending(path: "pipelines"))
    }
}
