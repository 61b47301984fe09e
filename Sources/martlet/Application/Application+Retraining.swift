import Foundation
import MartletCore
import MartletFeatures
import MartletRetraining
import MartletStores
import MartletTracking
import MartletTraining

extension Application {
    /// Trainings that plans began.
    func retrainings() throws -> any RetrainingStore { SQLRetrainingStore(try self.metadata.database()) }

    /// The retraining plan named by its own name, its file or its recipe.
    ///
    /// - Throws: `CommandError` with `workspace.unknownName` and the nearest name.
    func retrainingPlan(named name: String) throws -> RetrainingPlan {
        let files = self.workspace.retraining
        if let found = files.first(where: { $0.definition.name == name || $0.path == name }) { return found.definition }
        let ofRecipe = files.filter { $0.definition.recipe.value == name }.map(\.definition)
        if ofRecipe.count == 1 { return ofRecipe[0] }
        if ofRecipe.count > 1 {
            let names = ofRecipe.map { "'\($0.name)'" }.joined(separator: ", ")
            throw CommandError(
                .workspaceUnknownName,
                "several plans retrain recipe '\(name)': \(names); name one of them",
                status: .invalid
            )
        }
        throw CommandError(
            .workspaceUnknownName,
            "the workspace has no retraining plan '\(name)'; plans are files in retraining/."
                + WorkspaceChecker.hint(name, files.map(\.definition.name)),
            status: .invalid
        )
    }

    /// Gathers what is known and decides; nothing is trained or recorded, but the labels are built anew.
    func checkRetraining(
        _ plan: RetrainingPlan,
        _ request: RetrainingCheck.Request,
        at now: EventTime
    ) async throws -> RetrainingCheck {
        let file = try self.recipe(file: nil, name: plan.recipe.value)
        let definition = try self.labels(named: plan.labels.value)
        _ = try await self.buildLabels([plan.labels.value], asOf: now)
        let recipeHash = Recipe.hash(ofText: file.text)
        var evidence = RetrainingEvidence(now: now, isAskedFor: request.isAskedFor)
        do {
            let (hash, rows) = try await self.trainingRows(of: file.definition)
            if rows > 0 {
                evidence.dataHash = hash
            } else {
                evidence.dataFault = "the loader of the recipe gives no rows"
            }
        } catch {
            evidence.dataFault = readableMessage(of: error)
        }
        let attempts = try await self.retrainings().attempts(of: plan.name, limit: 1_000)
        let past = try await self.trainings(of: file.definition)
        let warehouse = self.labelWarehouse()
        evidence.labels = try await warehouse.count(of: definition.name, knownAt: now)
        if let last = try await self.lastTraining(past, attempts, definition.name) {
            evidence.last = last
            evidence.newLabels = max(0, evidence.labels - last.labels)
        }
        if let hash = evidence.dataHash {
            evidence.madeBefore = Self.made(of: hash, recipeHash, past, attempts)
        }
        evidence.underWay = attempts.first { $0.status == .started && !RetrainingFollowUp.isAbandoned($0, at: now) }?.id
        let month = RetrainingRule.monthStart(of: now)
        let thisMonth = attempts.filter { $0.startedBy.at >= month }
        evidence.runsThisMonth = thisMonth.count { $0.status != .failed }
        evidence.secondsThisMonth = thisMonth.map(\.seconds).reduce(0, +)
        evidence.drift = request.drift
        try await self.addExperience(plan, file.definition, definition, request, to: &evidence)
        return RetrainingCheck(
            plan: plan,
            recipe: file,
            recipeHash: recipeHash,
            evidence: evidence,
            decision: RetrainingRule.decide(plan.policy, plan.autonomy, evidence)
        )
    }

    /// Adds how well the present version does, and what a candidate would do.
    private func addExperience(
        _ plan: RetrainingPlan,
        _ recipe: Recipe,
        _ labels: LabelDefinition,
        _ request: RetrainingCheck.Request,
        to evidence: inout RetrainingEvidence
    ) async throws {
        if let increase = request.loss { evidence.loss = .init(increase: increase, isGiven: true) }
        guard let live = try await self.deployments().deployment(of: labels.endpoint.value)?.version else {
            evidence.gainFault = "nothing is live at endpoint '\(labels.endpoint.value)'"
            return
        }
        let newest = try await self.labelWarehouse()
            .newest(of: labels.name, predictedBy: live, share: plan.backTest.holdOut)
        let loss: GainEstimate.Loss = recipe.task == .regression ? .absoluteError : .logLoss
        if evidence.loss == nil, plan.policy.triggers.loss != nil, newest.rowCount >= plan.backTest.comparedMinimum {
            let tested = try await self.testedLoss(of: live, recipe.task)
            if let tested, tested > 0 {
                let (labels, predictions) = (newest.numbers("label"), newest.numbers("prediction"))
                let sum = zip(predictions, labels).map { loss.of($0, label: $1) }.reduce(0, +)
                let increase = sum / Double(newest.rowCount) / tested - 1
                evidence.loss = .init(increase: increase, isGiven: false)
            }
        }
        try await self.addMeasures(plan, labels, to: &evidence)
        guard request.withBackTest else {
            evidence.gainFault = "it was left out"
            return
        }
        guard newest.rowCount >= plan.backTest.comparedMinimum else {
            evidence.gainFault =
                "only \(newest.rowCount) labelled predictions of \(live) could be compared, and "
                + "\(plan.backTest.comparedMinimum) are needed"
            return
        }
        do {
            evidence.gain = try await self.gain(plan, recipe, labels.name, newest, loss)
            if evidence.gain == nil { evidence.gainFault = "\(live) made no error that could be less" }
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            evidence.gainFault = readableMessage(of: error)
        }
    }

    /// Adds what monitoring measures, where a trigger asks for it and nothing better is known.
    private func addMeasures(
        _ plan: RetrainingPlan,
        _ labels: LabelDefinition,
        to evidence: inout RetrainingEvidence
    ) async throws {
        let triggers = plan.policy.triggers
        let wantsDrift = triggers.drift != nil && evidence.drift == nil
        let wantsLoss = triggers.loss != nil && evidence.loss == nil
        guard wantsDrift || wantsLoss else { return }
        let measures = try await self.monitoredMeasures(at: labels.endpoint.value, now: evidence.now)
        if wantsDrift, let drift = measures.drift {
            evidence.drift = drift.value
            evidence.driftedColumn = drift.value > 0 ? drift.column : nil
        }
        if wantsLoss, let increase = measures.lossIncrease { evidence.loss = .init(increase: increase, isGiven: true) }
    }

    /// Trains a quick candidate on what was known before the first of `newest`, and compares it with what was predicted.
    private func gain(
        _ plan: RetrainingPlan,
        _ recipe: Recipe,
        _ labels: String,
        _ newest: ColumnBatch,
        _ loss: GainEstimate.Loss
    ) async throws -> GainEstimate? {
        guard case .time(let cut)? = newest["predicted_at"]?[0] else { return nil }
        let service = try recipe.featureService.map { try self.catalog().service($0.value) }
        let columns = try TrainingService.columns(of: recipe, service: service)
        let spine = LabelSpineSQL.rows(
            of: recipe.loader.sql.value,
            timestamp: recipe.loader.timestamp.value,
            labels: labels,
            before: cut,
            limit: plan.backTest.rows
        )
        let training = try await self.withTrainingSet(spine, recipe, service) {
            try await self.offline().readParquet($0.path)
        }
        let backTest = BackTest(
            trainer: NativeModelTrainer(locator: self.locator),
            threads: ProcessInfo.processInfo.activeProcessorCount
        )
        let result = try await backTest.run(
            recipe,
            columns: columns,
            training: training,
            asked: newest,
            rounds: plan.backTest.rounds
        )
        return GainEstimate(
            labels: newest.numbers("label"),
            present: newest.numbers("prediction"),
            candidate: result.predictions,
            loss: loss,
            alpha: plan.backTest.alpha,
            cut: cut,
            trainedRows: result.trainedRows,
            seconds: result.seconds
        )
    }

    /// What names the rows that a training now would learn from, and how many there are.
    private func trainingRows(of recipe: Recipe) async throws -> (ContentHash, Int) {
        let service = try recipe.featureService.map { try self.catalog().service($0.value) }
        return try await self.withTrainingSet(recipe.loader.sql.value, recipe, service) {
            ($0.contentHash, $0.rowCount)
        }
    }

    /// Writes a training set to a file that is gone afterwards.
    private func withTrainingSet<Result: Sendable>(
        _ spine: String,
        _ recipe: Recipe,
        _ service: FeatureService?,
        _ body: (HistoricalResult) async throws -> Result
    ) async throws -> Result {
        let path = try FileSnapshotStore(root: self.statePath("snapshots")).stagingPath()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let request = HistoricalRequest(
            spine: .sql(spine),
            timestampColumn: recipe.loader.timestamp.value,
            service: service,
            output: path
        )
        return try await body(try await self.offline().historicalFeatures(request))
    }
}

extension ColumnBatch {
    /// The cells of a column as numbers; empty without such a column.
    fileprivate func numbers(_ name: String) -> [Double] { self[name]?.numbers ?? [] }
}
