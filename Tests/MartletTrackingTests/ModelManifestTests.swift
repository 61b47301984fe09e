import Foundation
import MartletCore
import MartletTracking
import Testing

struct ModelManifestTests {
    private func manifest() throws -> ModelManifest {
        ModelManifest(
            engine: .lightGBM,
            modelFile: "model.txt",
            modelHash: ContentHash(of: Data("model".utf8)),
            task: .regression,
            labelName: "price",
            unit: "10,000 KRW",
            inputs: [
                ModelInput(name: "area", type: .float64, source: .request),
                ModelInput(
                    name: "gu",
                    type: .string,
                    source: .feature(view: "block", feature: "gu"),
                    categories: ["강남구", "a\"b", ""],
                    isRequired: false
                ),
            ],
            joinKeys: ["block_id"],
            featureService: "price",
            featureServiceFingerprint: ContentHash(of: Data("service".utf8)),
            threshold: 0.1 + 0.2,
            trainedAt: EventTime(microseconds: 1_700_000_000_123_456),
            runID: RunID(String(repeating: "0a", count: 16)),
            snapshotHash: ContentHash(of: Data("snapshot".utf8)),
            recipeName: "price",
            recipeHash: ContentHash(of: Data("recipe".utf8))
        )
    }

    @Test func `a manifest is read back as it was written, and writes the same bytes again`() throws {
        let manifest = try self.manifest()
        let bytes = try manifest.bytes
        let read = try ModelManifest(parsing: bytes)
        #expect(read == manifest)
        #expect(try read.bytes == bytes)
    }

    @Test(arguments: ["engine", "inputs", "label", "model_hash", "trained_at", "format_version"])
    func `a missing key is named`(key: String) throws {
        var object = try #require(JSONSerialization.jsonObject(with: self.manifest().bytes) as? [String: Any])
        object[key] = nil
        let bytes = try JSONSerialization.data(withJSONObject: object)
        let error = #expect(throws: TrackingError.self) { try ModelManifest(parsing: bytes) }
        #expect(error?.code == .invalidManifest)
        #expect(error?.message.contains("the key '\(key)' is missing") == true)
    }

    @Test func `a model that no run made has no run`() throws {
        var manifest = try self.manifest()
        manifest.runID = nil
        #expect(try ModelManifest(parsing: manifest.bytes).runID == nil)
    }

    @Test func `a later layout is refused`() throws {
        var later = try self.manifest()
        later.formatVersion = ModelManifest.currentFormatVersion + 1
        let bytes = try later.bytes
        let error = #expect(throws: TrackingError.self) { try ModelManifest(parsing: bytes) }
        #expect(error?.message.contains("format version 2, this program reads up to 1") == true)
    }

    @Test func `a file cut off anywhere is refused`() throws {
        let bytes = try self.manifest().bytes
        for count in stride(from: 0, to: bytes.count - 2, by: 7) {
            let error = #expect(throws: TrackingError.self) { try ModelManifest(parsing: bytes.prefix(count)) }
            #expect(error?.code == .invalidManifest)
        }
    }
}
