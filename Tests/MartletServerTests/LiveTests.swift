import Hummingbird
import HummingbirdTesting
import MartletCore
import MartletServing
import Testing

struct LiveTests {
    // The limit is against a test that hangs; on a busy machine it waits long for its turn.
    @Test(.timeLimit(.minutes(15)))
    func `versions are swapped under load without one failed request`() async throws {
        let fixture = try await ServerFixture()
        try await fixture.deploy(1)
        let requestCount = 600
        let counts = try await fixture.application()
            .test(.ahc(.http)) { client in
                try await withThrowingTaskGroup(of: [String: Int].self) { group in
                    for _ in 0..<4 {
                        group.addTask {
                            var counts: [String: Int] = [:]
                            for _ in 0..<requestCount / 4 {
                                let response = try await client.predict(#"{"inputs":[{"features":{"area":80}}]}"#)
                                let json = try response.json()
                                let version = json["model"]?["version"]?.canonicalText ?? "none"
                                let value = json["predictions"]?.canonicalText ?? "none"
                                counts["\(response.status.code) \(version) \(value)", default: 0] += 1
                            }
                            return counts
                        }
                    }
                    for step in 0..<20 { try await fixture.deploy(step.isMultiple(of: 2) ? 2 : 1) }
                    return try await group.reduce(into: [:]) { $0.merge($1, uniquingKeysWith: +) }
                }
            }
        let expected: Set = [#"200 1 [{"value":20}]"#, #"200 2 [{"value":30}]"#]
        #expect(Set(counts.keys).isSubset(of: expected), "\(counts)")
        #expect(counts.values.reduce(0, +) == requestCount)
        #expect(fixture.gateway.queue.depth == requestCount)
        #expect(fixture.gateway.runningCount == 0)
    }
}
