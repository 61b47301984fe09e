import MartletCore
import MartletReleases
import MartletServing
import MartletStatistics
import MartletTracking

/// One endpoint: its variants with their figures, what is being released, and what was live.
struct EndpointPage: Sendable {
    /// What the figures of a variant are counted over.
    static let window = TimeSpan.seconds(600)
    /// How often an open page looks again, in milliseconds.
    static let liveInterval = 2_000

    let visit: ConsoleVisit
    let context: ConsoleContext

    func page() async throws -> ConsolePage {
        let name = self.visit.component(1)
        guard self.visit.visitor?.reads(.endpoint(name)) ?? true,
            let deployment = try await self.context.deployments.deployment(of: name)
        else { throw ConsoleProblem.missing(self.visit.words, "missing.endpoint", name) }
        let gateway = self.context.releases?.gateway
        let since = EventTime(microseconds: self.visit.now.microseconds - Self.window.microseconds)
        let traffic = gateway?.traffic(of: name, since: since) ?? []
        let runs = try await self.context.releases?.store.runs(of: name, limit: 50).map(\.run) ?? []
        let history = try await self.context.deployments.history(of: name, limit: 12)
        let open = runs.first { !$0.isFinal }
        var view: View = [
            "endpoint": name, "liveInterval": gateway == nil ? nil : String(Self.liveInterval),
            "splitMarkup": SplitBar(parts: deployment.traffic.answering.map { ($0.name, $0.weight) }).markup(),
            "hasFigures": gateway != nil,
            "variants": deployment.traffic.variants.enumerated()
                .map { self.row($1, index: $0, traffic) },
            "runs": runs.map { ReleaseBadge.view($0, self.visit) }, "hasRuns": !runs.isEmpty,
            "history": history.map(self.past),
            "changed": self.visit.figures.view(deployment.author.at), "changedBy": deployment.author.actor,
            "ledgerAddress": FormText().setting("subject", "endpoint:\(name)").after(Address.of("ledger")),
        ]
        let monitored = self.context.monitoring().filter { $0.endpoint == name }
        view["monitored"] = monitored.map { MonitoringSection(monitored: $0, visit: self.visit).view }
        if let open { view["open"] = ReleaseBadge.view(open, self.visit) }
        return ConsolePage(template: "endpoint", title: name, section: .endpoints, view: view)
    }

    private func row(_ variant: ProductionVariant, index: Int, _ traffic: [VariantTraffic]) -> View {
        let words = self.visit.words
        let kind = variant.isShadow ? "shadow" : variant.weight == 0 ? "standby" : nil
        var view: View = [
            "variantName": variant.name, "swatchClass": "s\(index % 8)",
            "version": variant.version.description,
            "versionAddress": ModelsPage.address(variant.version.model, variant.version.number),
            "share": SplitBar.percent(variant.weight), "kind": kind.map { words["endpoint." + $0] },
        ]
        let found = traffic.first { $0.name == variant.name && $0.version == variant.version }
        guard let found else { return view }
        let figures = VariantFigures(found)
        view["requests"] = Figures.count(figures.count.trials)
        view["errors"] = figures.count.rate.map(Figures.share)
        view["errorBounds"] = figures.errorBounds
        view["p50"] = figures.quantile(0.5).map(self.latency)
        view["p95"] = figures.quantile(0.95).map(self.latency)
        view["p99"] = figures.quantile(0.99).map(self.latency)
        view["outage"] = found.outage.map { words("endpoint.takenOut", words($0.remark)) }
        return view
    }

    /// The bound of the bucket that a quantile falls into.
    private func latency(_ bound: VariantFigures.Bound) -> String {
        switch bound {
        case .atMost(let milliseconds): "≤ \(Self.milliseconds(milliseconds)) ms"
        case .over(let milliseconds): "> \(Self.milliseconds(milliseconds)) ms"
        }
    }

    /// The bound of a bucket as it is: 0.025, 0.25 or 250.
    private static func milliseconds(_ value: Double) -> String {
        Figures.number(value, decimals: value == value.rounded() ? 0 : value < 0.1 ? 3 : value < 1 ? 2 : 1)
    }

    private func past(_ deployment: Deployment) -> View {
        [
            "version": deployment.version.description,
            "versionAddress": ModelsPage.address(deployment.version.model, deployment.version.number),
            "splitText": deployment.traffic.variants
                .map { $0.isShadow ? "(\($0.name))" : "\($0.name) \(SplitBar.percent($0.weight))" }
                .joined(separator: " · "),
            "at": self.visit.figures.view(deployment.author.at), "by": deployment.author.actor,
            "release": deployment.traffic.release,
            "releaseAddress": deployment.traffic.release.map { Address.of("releases", $0) },
            "reason": deployment.author.reason,
        ]
    }
}

/// What a variant did, as a page shows it.
struct VariantFigures: Sendable {
    /// Where in the histogram a quantile lies.
    enum Bound: Sendable, Hashable {
        case atMost(Double)
        case over(Double)
    }

    /// All requests, and those that failed by the variant's own fault.
    let count: BernoulliCount
    private let buckets: [UInt64]

    init(_ traffic: VariantTraffic) {
        let faults = Int(clamping: traffic.faultCount)
        self.count = BernoulliCount(trials: Int(clamping: traffic.counts.answeredCount) + faults, successes: faults)
        self.buckets = traffic.counts.buckets
    }

    /// Bounds on the error rate that hold whenever they are looked at; `nil` without a request.
    var errorBounds: String? {
        guard self.count.trials > 0 else { return nil }
        let bounds = RateSequence(alpha: 0.05).interval(for: self.count)
        return "\(Figures.share(bounds.lower ?? 0)) … \(Figures.share(bounds.upper ?? 1))"
    }

    /// The bucket that holds the quantile `share`, in milliseconds; `nil` without a request.
    func quantile(_ share: Double) -> Bound? {
        let bounds = EndpointMetrics.bucketMicroseconds
        let total = self.buckets.reduce(0, +)
        guard total > 0, let last = bounds.last else { return nil }
        let rank = (share * Double(total)).rounded(.up)
        var seen: UInt64 = 0
        for (bound, count) in zip(bounds, self.buckets) {
            seen += count
            if Double(seen) >= rank { return .atMost(Double(bound) / 1_000) }
        }
        return .over(Double(last) / 1_000)
    }
}

extension Figures {
    /// A share in percent, such as `0.42 %`.
    static func share(_ value: Double) -> String {
        let percent = value * 100
        if percent == 0 || percent == 100 { return "\(Int(percent)) %" }
        let decimals = abs(percent) < 0.1 ? 3 : abs(percent) < 10 ? 2 : 1
        return Self.number(percent, decimals: decimals) + " %"
    }
}
