extension PrometheusText {
    /// Writes `samples`, those of one name together, in the order in which names come first.
    static func write(_ samples: [MetricSample]) -> String {
        var text = ""
        var byName: [String: [MetricSample]] = [:]
        var names: [String] = []
        for sample in samples {
            if byName[sample.name] == nil { names.append(sample.name) }
            byName[sample.name, default: []].append(sample)
        }
        for name in names {
            guard let group = byName[name], let first = group.first else { continue }
            text += "# HELP \(name) \(first.help)\n# TYPE \(name) \(first.isCounter ? "counter" : "gauge")\n"
            for sample in group {
                let labels = sample.labels.map { "\($0[0])=\"\(Self.escape($0[1]))\"" }.joined(separator: ",")
                text += labels.isEmpty ? "\(name) \(sample.value)\n" : "\(name){\(labels)} \(sample.value)\n"
            }
        }
        return text
    }
}
