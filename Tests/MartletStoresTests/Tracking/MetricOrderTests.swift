import MartletCore
import MartletTesting
import MartletTracking
import Testing

@testable import MartletStores

struct MetricOrderTests {
    @Test(arguments: [0, 1, 2, 7, 300])
    func `points of a key stand together in their order, and the latest is the one that a search of all finds`(
        _ count: Int
    ) {
        var random = SplitMix64(seed: UInt64(count))
        for keyCount in 1...5 {
            let metrics = (0..<count)
                .map { index in
                    Metric(
                        "m\(random.next() % UInt64(keyCount))",
                        random.next() % 5 == 0 ? .nan : Double(random.next() % 4),
                        at: EventTime(microseconds: Int64(random.next() % 3)),
                        step: Int64(random.next() % 3)
                    )
                }
            let order = MetricOrder(metrics)
            #expect(order.order.sorted() == Array(metrics.indices))
            let keys = order.order.map { metrics[$0].key }
            #expect(keys == keys.sorted())
            for key in Set(keys) {
                let places = order.order.filter { metrics[$0].key == key }
                #expect(places == places.sorted())
            }
            let latest = Set(keys).sorted()
                .map { key in
                    let points = metrics.filter { $0.key == key }
                    return points.first { point in !points.contains { $0.isLater(than: point) } }
                }
            #expect(order.latest.map { metrics[$0] } == latest)
        }
    }
}
