import Crypto

/// Finds the variant of a unit: a user, a session, an entity.
///
/// A unit's bucket is the first eight bytes of SHA-256 over the salt, the byte 0x1F and the unit, read as a big-endian
/// number, modulo 10,000; both texts as UTF-8. Which variant owns the bucket is up to ``VariantBuckets``. Anybody can
/// compute it anywhere, and it depends on nothing else.
package struct VariantAssignment: Sendable {
    private let seeded: SHA256
    private let spans: [VariantBuckets.Span]
    private let positions: [Int]

    /// Prepares the assignment of `traffic`; the positions found are those in ``EndpointTraffic/variants``.
    package init(_ traffic: EndpointTraffic) {
        var hasher = SHA256()
        hasher.update(data: Array(traffic.salt.utf8) + [0x1F])
        self.seeded = hasher
        self.spans = traffic.buckets.spans
        self.positions = traffic.buckets.spans.map { span in
            traffic.variants.firstIndex { $0.name == span.variant } ?? 0
        }
    }

    /// Whether all units have one variant.
    package var isOne: Bool { self.spans.count <= 1 }

    /// The position of the variant that answers `unit`.
    package func position(of unit: String) -> Int {
        self.isOne ? self.positions.first ?? 0 : self.position(ofBucket: self.bucket(of: unit))
    }

    /// The bucket of `unit`: 0 to 9,999.
    package func bucket(of unit: String) -> Int {
        var hasher = self.seeded
        hasher.update(data: Array(unit.utf8))
        var number: UInt64 = 0
        for byte in hasher.finalize().prefix(8) { number = number << 8 | UInt64(byte) }
        return Int(number % UInt64(ProductionVariant.wholeWeight))
    }

    /// The position of the variant that owns `bucket`.
    package func position(ofBucket bucket: Int) -> Int {
        for (index, span) in self.spans.enumerated() where bucket < span.end { return self.positions[index] }
        return self.positions.last ?? 0
    }
}
