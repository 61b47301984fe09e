import Crypto
import Foundation
import MartletCore
import MartletTesting
import MartletTracking
import Testing

struct EndpointTrafficTests {
    private static func traffic(_ weights: [(String, Int)], salt: String = "s") -> EndpointTraffic {
        EndpointTraffic(
            variants: weights.map {
                ProductionVariant(name: $0.0, version: ModelVersionID("price", 1), weight: $0.1)
            },
            salt: salt
        )
    }

    /// The name of the variant of each bucket.
    private static func owners(_ traffic: EndpointTraffic) -> [String] {
        let assignment = VariantAssignment(traffic)
        return (0..<10_000).map { traffic.variants[assignment.position(ofBucket: $0)].name }
    }

    @Test func `from 90 to 10 to 80 to 20, exactly a tenth of the buckets change hands`() {
        let before = Self.traffic([("control", 9_000), ("treatment", 1_000)])
        let after = Self.traffic([("control", 8_000), ("treatment", 2_000)]).following(before)
        let moved = zip(Self.owners(before), Self.owners(after)).filter { $0 != $1 }
        #expect(moved.count == 1_000)
        #expect(moved.allSatisfy { $0 == "control" && $1 == "treatment" })
    }

    @Test func `over any history of weights, no more buckets move than the weights say`() {
        var generator = SplitMix64(seed: 7)
        let names = ["a", "b", "c", "d", "e"]
        var current = Self.traffic([("a", 10_000)])
        for _ in 0..<200 {
            let chosen = names.shuffled(using: &generator).prefix(Int.random(in: 1...5, using: &generator))
            var rest = 10_000
            var weights: [(String, Int)] = []
            for (index, name) in chosen.enumerated() {
                let weight = index == chosen.count - 1 ? rest : Int.random(in: 0...rest, using: &generator)
                weights.append((name, weight))
                rest -= weight
            }
            let next = Self.traffic(weights).following(current)
            for (name, weight) in weights { #expect(next.buckets.count(of: name) == weight) }
            let needed = names.reduce(0) {
                $0 + max(0, next.buckets.count(of: $1) - current.buckets.count(of: $1))
            }
            let moved = zip(Self.owners(current), Self.owners(next)).filter { $0 != $1 }.count
            #expect(moved == needed)
            #expect(next.buckets.spans.first?.start == 0)
            #expect(next.buckets.spans.last?.end == 10_000)
            #expect(zip(next.buckets.spans, next.buckets.spans.dropFirst()).allSatisfy { $0.end == $1.start })
            current = next
        }
    }

    @Test func `another salt deals all units anew`() {
        let before = Self.traffic([("a", 5_000), ("b", 5_000)], salt: "one")
        let after = Self.traffic([("b", 5_000), ("a", 5_000)], salt: "two").following(before)
        #expect(after.buckets.spans.map(\.variant) == ["b", "a"])
        let units = (0..<2_000).map { "user-\($0)" }
        let (first, second) = (VariantAssignment(before), VariantAssignment(after))
        let same = units.filter {
            before.variants[first.position(of: $0)].name == after.variants[second.position(of: $0)].name
        }
        #expect((800...1_200).contains(same.count))
    }

    @Test func `a unit's bucket is the documented hash, and units spread as the weights say`() {
        let traffic = Self.traffic([("control", 9_000), ("treatment", 1_000)], salt: "집값")
        let assignment = VariantAssignment(traffic)
        for unit in ["", "ada", "서울", String(repeating: "x", count: 1_000)] {
            let digest = SHA256.hash(data: Data("집값\u{1F}\(unit)".utf8))
            let number = digest.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            #expect(assignment.bucket(of: unit) == Int(number % 10_000))
        }
        let treated = (0..<20_000).filter { assignment.position(of: "user-\($0)") == 1 }.count
        // Five standard deviations of a binomial with p = 0.1.
        #expect(abs(treated - 2_000) < 213)
    }

    @Test func `traffic that cannot be is refused with what to change`() {
        var shadow = Self.traffic([("a", 10_000), ("b", 0)])
        shadow.variants[1].isShadow = true
        #expect(throws: Never.self) { try shadow.validate() }
        shadow.variants[1].weight = 5
        let alone = EndpointTraffic(
            variants: [ProductionVariant(name: "a", version: ModelVersionID("m", 1), weight: 0, isShadow: true)],
            salt: "s"
        )
        let many = Self.traffic((0..<17).map { ("v\($0)", $0 == 0 ? 10_000 : 0) })
        let bad: [(EndpointTraffic, String)] = [
            (shadow, "a shadow's weight is 0"), (alone, "no variant answers"), (many, "at most 16"),
            (Self.traffic([]), "no variant answers"),
            (Self.traffic([("a", 5_000), ("b", 4_999)]), "add up to 9999"),
            (Self.traffic([("a", 5_000), ("a", 5_000)]), "two variants are named 'a'"),
            (Self.traffic([("a b", 10_000)]), "is no name of a variant"),
            (Self.traffic([("a", 10_001), ("b", -1)]), "has the weight 10001"),
            (Self.traffic([("a", 10_000)], salt: ""), "the salt has 0 bytes"),
        ]
        for (traffic, words) in bad {
            let error = #expect(throws: TrackingError.self) { try traffic.validate() }
            #expect(error?.code == .invalidTraffic)
            #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
        }
    }

    @Test func `the endpoint's version is that of the greatest weight, the first of equals`() throws {
        let traffic = EndpointTraffic(
            variants: [
                ProductionVariant(name: "s", version: ModelVersionID("m", 9), weight: 0, isShadow: true),
                ProductionVariant(name: "a", version: ModelVersionID("m", 1), weight: 5_000),
                ProductionVariant(name: "b", version: ModelVersionID("m", 2), weight: 5_000),
            ],
            salt: "s"
        )
        #expect(traffic.leading?.name == "a")
        let author = Attribution(by: "ada", at: EventTime(microseconds: 1))
        let deployment = try #require(Deployment(endpoint: "e", traffic: traffic, revision: 1, author: author))
        #expect(deployment.version == ModelVersionID("m", 1))
    }
}
