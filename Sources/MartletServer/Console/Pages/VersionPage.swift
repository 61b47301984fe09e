import Foundation
import MartletCore
import MartletTracking

/// One model version: the decision about it, where it comes from, what it looks at.
struct VersionPage: Sendable {
    let visit: ConsoleVisit
    let context: ConsoleContext

    func page() async throws -> ConsolePage {
        let version = try await self.version()
        let id = version.id
        let manifest = await self.file(ModelManifest.fileName, of: version).flatMap { try? ModelManifest(parsing: $0) }
        let card = await self.file("model_card.md", of: version).map { String(decoding: $0, as: UTF8.self) }
        let live = try await self.context.deployments.snapshot().deployments.filter { $0.version == id }
        let run: Run? = if let run = version.runID { try await self.context.readableRun(run) } else { nil }
        let lineage = VersionLineage(version: version, manifest: manifest, run: run, live: live, visit: self.visit)
        let importance = await self.importance(of: version)
        let notice = self.visit.query["notice"].flatMap { Self.notices.contains($0) ? $0 : nil }
        var view = VersionBadge.view(version, self.visit)
        view = view.merging([
            "modelName": id.model, "modelAddress": Address.of("models", id.model),
            "descriptionMarkup": version.description.isEmpty ? nil : MarkdownHTML.markup(version.description),
            "notice": notice.map { self.visit.words["notice." + $0] },
            "decisions": try await self.decisions(id), "hasDecisions": version.approval.decision != nil,
            "facts": self.facts(version, manifest), "lineage": lineage.steps,
            "importanceMarkup": importance.map {
                BarChart(title: self.visit.words["version.importance"], bars: $0.bars).markup()
            },
            "importanceHint": importance.map { self.visit.words[$0.isGain ? "version.gain" : "version.shap"] },
            "cardMarkup": card.map { MarkdownHTML.markup(Self.withoutTitle($0)) },
            "inputs": self.inputs(manifest), "hasInputs": manifest?.inputs.isEmpty == false,
            "inputCount": Figures.count(manifest?.inputs.count ?? 0),
            "hasTags": !version.tags.isEmpty,
            "tags": version.tags.sorted { $0.key < $1.key }.map { ["key": $0.key, "value": $0.value] as View },
            "metrics": MetricTable(run?.metrics ?? [:]).view(self.visit.words),
            "hasMetrics": run?.metrics.isEmpty == false,
            "aliasViews": version.aliases.map { ["alias": $0] as View },
            "filesAddress": (try? version.artifactFolder) == nil
                ? nil : ModelsPage.address(id.model, id.number) + "/artifacts",
        ])
        return ConsolePage(
            template: "version",
            title: id.description,
            section: .models,
            view: view.merging(self.approvalForm(version, live))
        )
    }

    /// What a notice after a redirect may say.
    static let notices: Set = ["approved", "rejected", "aliasSet", "aliasRemoved"]

    func version() async throws -> ModelVersion {
        let name = self.visit.component(1)
        let text = self.visit.component(3)
        guard let number = Int(text),
            let version = try await self.context.registry.version(ModelVersionID(name, number))
        else {
            throw ConsoleProblem.missing(self.visit.words, "missing.version", "\(name):\(text)")
        }
        return version
    }

    private func approvalForm(_ version: ModelVersion, _ live: [Deployment]) -> View {
        let words = self.visit.words
        let address = ModelsPage.address(version.id.model, version.id.number)
        let status = version.approval.status
        let mayDecide = self.visit.visitor?.decides(on: version.id.model) ?? true
        return [
            "decisionAddress": address + "/decision", "aliasAddress": address + "/aliases",
            "canApprove": status != .approved, "canReject": status != .rejected && live.isEmpty,
            "isPending": status == .pendingManualApproval, "needsReason": status != .pendingManualApproval,
            "canDecide": mayDecide && (status != .approved || live.isEmpty), "isLive": !live.isEmpty,
            "liveText": live.isEmpty ? nil : words("version.liveAt", live.map(\.endpoint).joined(separator: ", ")),
            "asksName": self.visit.visitor == nil, "name": self.visit.rememberedName ?? "",
            "mayDecide": mayDecide, "visitorName": self.visit.visitor?.name,
        ]
    }

    private func decisions(_ id: ModelVersionID) async throws -> [View] {
        try await self.context.registry.decisions(on: id).reversed()
            .compactMap { approval in
                guard let decision = approval.decision else { return nil }
                return [
                    "approval": VersionBadge.style(approval.status),
                    "approvalText": self.visit.words["approval." + approval.status.rawValue],
                    "decidedBy": decision.actor, "decidedAt": self.visit.figures.view(decision.at),
                    "reason": decision.reason,
                ]
            }
    }

    private func facts(_ version: ModelVersion, _ manifest: ModelManifest?) -> [View] {
        let words = self.visit.words
        var facts: [View] = [
            ["label": words["fact.registered"], "time": self.visit.figures.view(version.createdAt)],
            ["label": words["fact.by"], "text": version.createdBy],
        ]
        if let manifest {
            let unit = manifest.unit.map { " (\($0))" } ?? ""
            facts += [
                ["label": words["fact.predicts"], "text": manifest.labelName + unit],
                ["label": words["fact.task"], "text": words["task." + manifest.task.rawValue]],
                ["label": words["fact.engine"], "text": manifest.engine.rawValue],
                ["label": words["fact.trained"], "time": self.visit.figures.view(manifest.trainedAt)],
                [
                    "label": words["fact.model"], "hash": manifest.modelHash.description,
                    "hashShort": manifest.modelHash.short,
                ],
            ]
            if let threshold = manifest.threshold {
                facts.append(["label": words["fact.threshold"], "text": Figures.number(threshold)])
            }
        } else {
            facts.append(["label": words["fact.source"], "code": version.source])
        }
        return facts
    }

    private func inputs(_ manifest: ModelManifest?) -> [View] {
        (manifest?.inputs ?? [])
            .map { input in
                var view: View = [
                    "inputName": input.name, "inputType": input.type.rawValue, "isRequired": input.isRequired,
                    "categoryCount": input.categories.map {
                        self.visit.words("version.categories", Figures.count($0.count))
                    },
                ]
                switch input.source {
                case .feature(let name, let feature): view["inputFeature"] = "\(name):\(feature)"
                case .request: view["isRequest"] = true
                }
                return view
            }
    }

    /// The columns that count most: by their contributions to predictions, or by the library's gain where those were
    /// not computed.
    private func importance(of version: ModelVersion) async -> (bars: [BarChart.Bar], isGain: Bool)? {
        guard let bytes = await self.file("importance.json", of: version),
            let json = try? JSONValue(parsing: bytes)
        else {
            return nil
        }
        for (key, isGain) in [("mean_abs_shap", false), ("gain", true)] {
            let bars = json.elements.compactMap { entry -> BarChart.Bar? in
                guard let name = entry["column"]?.textValue, let value = entry[key]?.double else { return nil }
                return BarChart.Bar(name: name, value: value)
            }
            if bars.contains(where: { $0.value != 0 }) {
                return (Array(bars.sorted { $0.value > $1.value }.prefix(20)), isGain)
            }
        }
        return nil
    }

    /// A small file beside the model, or `nil` when there is none.
    private func file(_ name: String, of version: ModelVersion) async -> Data? {
        guard let path = try? version.artifactFolder.appending(name),
            let entry = try? await self.context.artifacts.entry(at: path),
            entry.byteCount ?? .max <= ArtifactBrowser.textByteLimit * 10
        else {
            return nil
        }
        return try? await self.context.artifacts.read(path)
    }

    private static func withoutTitle(_ card: String) -> String {
        card.hasPrefix("# ") ? String(card.drop { !$0.isNewline }) : card
    }
}

/// The way from raw data to what answers, as steps.
struct VersionLineage: Sendable {
    let version: ModelVersion
    let manifest: ModelManifest?
    let run: Run?
    let live: [Deployment]
    let visit: ConsoleVisit

    /// The steps that are known, the oldest first.
    var steps: [View] {
        let words = self.visit.words
        var steps: [View] = []
        let dataset = self.run?.datasets.first { $0.context == "training" } ?? self.run?.datasets.first
        let source = dataset.flatMap { try? JSONValue(parsing: Data($0.source.utf8)) }
        if let source, let batches = source["batches"]?.elements, !batches.isEmpty {
            steps.append([
                "kind": words["lineage.raw"],
                "title": batches.count == 1
                    ? words["lineage.batch"] : words("lineage.batches", Figures.count(batches.count)),
                "detail": source["tables"]?.elements.compactMap(\.textValue).joined(separator: ", "),
            ])
        }
        if let manifest, let snapshot = manifest.snapshotHash {
            steps.append([
                "kind": words["lineage.snapshot"], "title": snapshot.short, "hash": snapshot.description,
                "detail": manifest.featureService.map { words("lineage.features", $0) },
            ])
        } else if let dataset {
            steps.append(["kind": words["lineage.dataset"], "title": dataset.name, "hash": dataset.digest])
        }
        if let run {
            steps.append([
                "kind": words["lineage.run"], "title": run.name.isEmpty ? run.id.short : run.name,
                "href": Address.of("runs", run.id.description),
                "detail": self.manifest?.recipeName.map { words("lineage.recipe", $0) } ?? run.user,
            ])
        }
        steps.append([
            "kind": words["lineage.version"], "title": self.version.id.description, "isHere": true,
            "detail": words["approval." + self.version.approval.status.rawValue],
        ])
        if self.live.isEmpty {
            steps.append(["kind": words["lineage.endpoint"], "title": words["lineage.none"], "isAbsent": true])
        }
        for deployment in self.live {
            steps.append([
                "kind": words["lineage.endpoint"], "title": deployment.endpoint,
                "detail": words("lineage.since", deployment.author.actor),
                "time": self.visit.figures.view(deployment.author.at),
            ])
        }
        return steps
    }
}
