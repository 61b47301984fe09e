import Foundation
import MartletCore

/// Sends what waits in a spool to the server, in order, each call until it is carried out or refused for good.
package struct SpoolForwarder: Sendable {
    private let journal: any SpoolJournal
    private let upstream: any SpoolUpstream
    private let state: SpoolState
    private let wakeUps: AsyncStream<Void>
    private let report: @Sendable (SpoolReport) -> Void

    /// How often a call is sent that the server fails at.
    private static let failureLimit = 10
    private static let longestPause = Duration.seconds(5)

    init(
        journal: any SpoolJournal,
        upstream: any SpoolUpstream,
        state: SpoolState,
        wakeUps: AsyncStream<Void>,
        report: @escaping @Sendable (SpoolReport) -> Void
    ) {
        self.journal = journal
        self.upstream = upstream
        self.state = state
        self.wakeUps = wakeUps
        self.report = report
    }

    /// What became of a call.
    private enum Outcome {
        case done(realID: String?)
        case refused(SpoolAnswer)
        /// Later, for the reason the server gave.
        case later(SpoolAnswer)
    }

    /// Forwards until the task is cancelled.
    package func run() async {
        for await _ in self.wakeUps {
            await self.drain()
            if Task.isCancelled { return }
        }
    }

    private func drain() async {
        var pause = Duration.milliseconds(100)
        var failures = 0
        var hasForwarded = false
        while !Task.isCancelled {
            do {
                guard let call = try await self.journal.first() else { break }
                let outcome = try await self.forward(call)
                if self.state.set(isAway: false) { self.report(.serverBack(waiting: self.state.waitingCount)) }
                switch outcome {
                case .done(let realID):
                    try await self.journal.finish(call, realID: realID)
                    self.state.noteDone(call.madeID, realID)
                    (failures, pause, hasForwarded) = (0, .milliseconds(100), true)
                    continue
                case .later(let answer) where answer.status != 500 || failures + 1 < Self.failureLimit:
                    failures += answer.status == 500 ? 1 : 0
                    if [401, 403].contains(answer.status) { self.report(.notAdmitted(status: answer.status)) }
                case .refused(let answer), .later(let answer):
                    try await self.journal.refuse(call, answer)
                    self.state.noteDone(nil, nil)
                    self.report(.refused(target: call.target, status: answer.status))
                    failures = 0
                    continue
                }
            } catch {
                if error.code == .spoolUnreachable {
                    if self.state.set(isAway: true) { self.report(.serverAway(error.message)) }
                } else {
                    self.report(.journalFailed(error.message))
                }
            }
            try? await Task.sleep(for: pause)
            pause = min(pause * 2, Self.longestPause)
        }
        if hasForwarded { self.report(.drained) }
    }

    private func forward(_ call: SpooledCall) async throws(TrackingError) -> Outcome {
        let sent = call.translated(self.state.names)
        let path = String(call.target.prefix { $0 != "?" })
        if let madeID = call.madeID, case .create(let kind) = SpoolEndpoint(method: call.method, path: path) {
            // The call may have been carried out before its answer was lost.
            switch try await self.find(kind, madeID, for: sent) {
            case .success(let realID?): return .done(realID: realID)
            case .success(nil): break
            case .failure(let wait): return .later(wait.answer)
            }
        }
        let answer = try await self.upstream.send(sent, authorization: self.state.authorization)
        if answer.isAway { throw Self.away(answer.status) }
        if answer.isSuccess { return .done(realID: call.madeID.flatMap { _ in answer.madeID }) }
        return answer.isPassing ? .later(answer) : .refused(answer)
    }

    /// A look-up that the server did not answer.
    private struct Wait: Error {
        let answer: SpoolAnswer
    }

    /// The server's id of what the spool calls `madeID`, if it has been made.
    private func find(
        _ kind: SpoolObject.Kind,
        _ madeID: String,
        for call: SpooledCall
    ) async throws(TrackingError) -> Result<String?, Wait> {
        guard case .bytes(let body) = call.body, let request = try? JSONValue(parsing: body) else {
            return .success(nil)
        }
        let experiments: JSONValue = .array([request["experiment_id"] ?? "0"])
        let filter: JSONValue = .string("tags.`\(SpoolObject.tag)` = '\(madeID)'")
        let question: SpooledCall
        switch kind {
        case .experiment:
            let name = request["name"]?.idText ?? ""
            let query = name.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? name
            question = call.asking("GET", "/api/2.0/mlflow/experiments/get-by-name?experiment_name=\(query)", nil)
        case .run:
            let search: JSONValue = .object([
                "experiment_ids": experiments, "filter": filter, "run_view_type": "ALL", "max_results": 1,
            ])
            question = call.asking("POST", "/api/2.0/mlflow/runs/search", search)
        case .model:
            let search: JSONValue = .object(["experiment_ids": experiments, "filter": filter, "max_results": 1])
            question = call.asking("POST", "/api/2.0/mlflow/logged-models/search", search)
        }
        let answer = try await self.upstream.send(question, authorization: self.state.authorization)
        if answer.isAway { throw Self.away(answer.status) }
        if answer.isPassing { return .failure(Wait(answer: answer)) }
        guard answer.isSuccess, let value = answer.value else { return .success(nil) }
        switch kind {
        case .experiment: return .success(value["experiment"]?["experiment_id"]?.idText)
        case .run: return .success(value["runs"]?.items.first?["info"]?["run_id"]?.idText)
        case .model: return .success(value["models"]?.items.first?["info"]?["model_id"]?.idText)
        }
    }

    private static func away(_ status: Int) -> TrackingError {
        TrackingError(.spoolUnreachable, "the server does not answer: what stands before it says \(status)")
    }
}

extension SpooledCall {
    /// The call with the server's ids in place of the spool's.
    ///
    /// Of artifacts only the description of a model is translated, which names its run.
    func translated(_ names: SpoolNames) -> SpooledCall {
        let body: Body =
            switch self.body {
            case .bytes(let data): .bytes(names.translate(data))
            case .file: self.body
            }
        return SpooledCall(
            sequence: self.sequence,
            method: self.method,
            target: names.translate(self.target),
            contentType: self.contentType,
            body: body,
            madeID: self.madeID,
            at: self.at
        )
    }

    /// Another call at the same time.
    fileprivate func asking(_ method: String, _ target: String, _ value: JSONValue?) -> SpooledCall {
        SpooledCall(
            method: method,
            target: target,
            contentType: value == nil ? nil : "application/json",
            body: .bytes(value.map { Data($0.canonicalText.utf8) } ?? Data()),
            at: self.at
        )
    }
}

extension SpoolAnswer {
    /// The id of what the call made.
    fileprivate var madeID: String? {
        guard let value = self.value else { return nil }
        return value["experiment_id"]?.idText ?? value["run"]?["info"]?["run_id"]?.idText
            ?? value["model"]?["info"]?["model_id"]?.idText
    }
}
