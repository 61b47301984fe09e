import MartletTracking

/// In which order the points of a batch are written, and which of them are the latest of their keys.
///
/// Points of one key stand next to each other in the table. Written together, they change few pages at a time; in the
/// order in which clients send them, key by key and step by step, SQLite would copy every page of every key again for each
/// statement, to be able to undo it.
struct MetricOrder {
    /// The positions of all points: keys in their order, points of one key in that of the batch.
    let order: [Int]
    /// The positions of the latest point of each key, in the order of the keys.
    let latest: [Int]

    /// Sorts out `metrics`.
    init(_ metrics: [Metric]) {
        guard metrics.count > 1 else {
            self.order = Array(metrics.indices)
            self.latest = self.order
            return
        }
        var places: [String: Int] = [:]
        var latest: [Int] = []
        var counts: [Int] = []
        var placeOfPoint: [Int] = []
        placeOfPoint.reserveCapacity(metrics.count)
        var guess = 0
        for (index, metric) in metrics.enumerated() {
            // Clients send the keys in the same order again and again, so the next one is mostly known.
            let isGuessed = guess < latest.count && metrics[latest[guess]].key == metric.key
            let place = isGuessed ? guess : places[metric.key] ?? latest.count
            if place == latest.count {
                places[metric.key] = place
                latest.append(index)
                counts.append(1)
            } else {
                if metric.isLater(than: metrics[latest[place]]) { latest[place] = index }
                counts[place] += 1
            }
            placeOfPoint.append(place)
            guess = place + 1 < latest.count ? place + 1 : 0
        }
        let keys = latest.indices.sorted { metrics[latest[$0]].key < metrics[latest[$1]].key }
        var next = Array(repeating: 0, count: keys.count)
        var start = 0
        for place in keys {
            next[place] = start
            start += counts[place]
        }
        var order = Array(repeating: 0, count: metrics.count)
        for (index, place) in placeOfPoint.enumerated() {
            order[next[place]] = index
            next[place] += 1
        }
        self.order = order
        self.latest = keys.map { latest[$0] }
    }
}
