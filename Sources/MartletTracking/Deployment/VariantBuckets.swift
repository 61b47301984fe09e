/// How the 10,000 buckets of an endpoint are dealt to its variants.
///
/// A unit always falls into the same bucket (``VariantAssignment``), so units move only with buckets. When weights change,
/// a variant that shrinks gives up buckets from its end and those that grow take them: from 90/10 to 80/20, 1,000 buckets
/// change hands and 9,000 stay. The dealing depends on the buckets before and the new weights only.
package struct VariantBuckets: Sendable, Hashable, Codable {
    /// Buckets `start..<end` of one variant.
    package struct Span: Sendable, Hashable, Codable {
        package var variant: String
        package var start: Int
        package var end: Int

        /// Names a span.
        package init(variant: String, start: Int, end: Int) {
            self.variant = variant
            self.start = start
            self.end = end
        }
    }

    /// All buckets in order, neighbours of one variant joined.
    package let spans: [Span]

    /// Takes spans as a store holds them.
    package init(spans: [Span]) { self.spans = Self.joined(spans) }

    /// Deals all buckets in the order of `variants`.
    package init(dealtTo variants: [ProductionVariant]) {
        var spans: [Span] = []
        var start = 0
        for variant in variants where !variant.isShadow && variant.weight > 0 {
            spans.append(Span(variant: variant.name, start: start, end: start + variant.weight))
            start += variant.weight
        }
        self.init(spans: spans)
    }

    /// How many buckets `variant` owns.
    package func count(of variant: String) -> Int {
        self.spans.reduce(0) { $0 + ($1.variant == variant ? $1.end - $1.start : 0) }
    }

    /// The buckets dealt by the weights of `variants`, as few as possible in other hands than before.
    package func dealt(to variants: [ProductionVariant]) -> VariantBuckets {
        let wanted = Dictionary(
            variants.filter { !$0.isShadow }.map { ($0.name, $0.weight) },
            uniquingKeysWith: { first, _ in first }
        )
        var owned: [String: Int] = [:]
        var kept: [Span] = []
        var free: [Span] = []
        for span in self.spans {
            let length = span.end - span.start
            let room = max(0, (wanted[span.variant] ?? 0) - owned[span.variant, default: 0])
            let keep = min(length, room)
            owned[span.variant, default: 0] += keep
            if keep > 0 { kept.append(Span(variant: span.variant, start: span.start, end: span.start + keep)) }
            if keep < length { free.append(Span(variant: "", start: span.start + keep, end: span.end)) }
        }
        for variant in variants where !variant.isShadow {
            var missing = variant.weight - owned[variant.name, default: 0]
            while missing > 0, var span = free.first {
                let take = min(missing, span.end - span.start)
                kept.append(Span(variant: variant.name, start: span.start, end: span.start + take))
                missing -= take
                span.start += take
                if span.start == span.end { free.removeFirst() } else { free[0] = span }
            }
        }
        return VariantBuckets(spans: kept)
    }

    private static func joined(_ spans: [Span]) -> [Span] {
        var joined: [Span] = []
        for span in spans.sorted(by: { $0.start < $1.start }) {
            if let last = joined.last, last.variant == span.variant, last.end == span.start {
                joined[joined.count - 1].end = span.end
            } else {
                joined.append(span)
            }
        }
        return joined
    }
}
