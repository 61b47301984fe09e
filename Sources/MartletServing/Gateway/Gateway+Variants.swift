package import MartletCore
package import MartletTracking

/// What a variant of an endpoint did since a moment.
package struct VariantTraffic: Sendable, Hashable {
    package var name: String
    package var version: ModelVersionID
    package var isShadow: Bool
    package var counts: EndpointMetrics.Counts
    /// Why the variant is taken out; `nil` while it is not.
    package var outage: VariantFuse.Outage?

    /// Requests that failed by the variant's own fault.
    package var faultCount: UInt64 {
        self.counts.refusedCounts.reduce(0) { $0 + ($1.key.isModelFault ? $1.value : 0) }
    }
}

/// A variant that is taken out.
package struct VariantOutage: Sendable, Hashable {
    package var endpoint: String
    package var variant: String
    package var version: ModelVersionID
    package var outage: VariantFuse.Outage
}

extension Gateway {
    /// What each variant of `endpoint` did since `moment`, or since this process began with `nil`, in the order of its
    /// traffic; empty for an unknown endpoint.
    ///
    /// Counting begins with the first sample from `moment` on (``sampleMetrics(at:isMark:)``): a moment later, never
    /// earlier.
    package func traffic(of endpoint: String, since moment: EventTime?) -> [VariantTraffic] {
        (self.routingTable.endpoints[endpoint]?.variants ?? [])
            .map { served in
                VariantTraffic(
                    name: served.variant.name,
                    version: served.variant.version,
                    isShadow: served.variant.isShadow,
                    counts: moment.map(served.metrics.counts(since:)) ?? served.metrics.counts,
                    outage: served.fuse.outage
                )
            }
    }

    /// Remembers the counters of all variants as of `now`, so that ``traffic(of:since:)`` can begin there.
    ///
    /// At most one sample a second is kept, but for a moment that matters.
    package func sampleMetrics(at now: EventTime, isMark: Bool = false) {
        for metrics in self.metrics.all { metrics.sample(at: now, isMark: isMark) }
    }

    /// Takes a variant out at once: from the next request on, its units are answered by the variant of the greatest
    /// weight that is left.
    ///
    /// It comes back when the endpoint's traffic is set again.
    ///
    /// - Returns: whether there is such a variant and another that can answer for it.
    @discardableResult
    package func takeOut(_ variant: String, of endpoint: String, because reason: Remark, at now: EventTime) -> Bool {
        guard let split = self.routingTable.endpoints[endpoint]?.split,
            let served = split.variants.compactMap({ $0 }).first(where: { $0.variant.name == variant }),
            split.substitute(for: served) != nil
        else { return false }
        served.fuse.blow(because: reason, at: now)
        return true
    }

    /// The variants that are taken out, by endpoint.
    package var outages: [VariantOutage] {
        self.routingTable.endpoints.values.sorted { $0.name < $1.name }
            .flatMap { endpoint in
                (endpoint.split?.variants ?? [])
                    .compactMap { served -> VariantOutage? in
                        guard let served, let outage = served.fuse.outage else { return nil }
                        return VariantOutage(
                            endpoint: endpoint.name,
                            variant: served.variant.name,
                            version: served.variant.version,
                            outage: outage
                        )
                    }
            }
    }
}

extension ErrorCode {
    /// Whether it is the model's fault rather than the caller's or the machine's.
    package var isModelFault: Bool { self == .modelFailed || self == .explanationInexact }
}
