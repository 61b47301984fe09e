import Foundation
import MartletIngest
import MartletTesting
import Testing

/// Objects of a real S3-speaking server as a source.
@Suite(.enabled(if: MotoServer.isAvailable, "moto is not installed; see scripts/setup-clients"))
struct ObjectSourceTests {
    private func surroundings(_ moto: MotoServer) -> IngestWorkbench.Surroundings {
        IngestWorkbench.Surroundings(environment: [
            "AWS_ACCESS_KEY_ID": MotoServer.accessKeyID, "AWS_SECRET_ACCESS_KEY": MotoServer.secretAccessKey,
            "AWS_ENDPOINT_URL": moto.address,
        ])
    }

    private static let source = """
        name: sales
        location: {s3: {uri: "s3://bucket/daily/", suffix: .csv}}
        format: csv
        columns: {id: int64, v: string}
        """

    @Test func `every new object is a batch, and one that is loaded is not read again`() async throws {
        try await MotoServer.run { moto in
            let bench = try IngestWorkbench()
            defer { bench.remove() }
            _ = try moto.python(
                """
                import boto3
                s3 = boto3.client("s3")
                s3.create_bucket(Bucket="bucket")
                for i in range(1005): s3.put_object(Bucket="bucket", Key=f"daily/x{i:04}.txt", Body=b"no")
                s3.put_object(Bucket="bucket", Key="daily/강남 1+2.csv", Body=b"id,v\\n1,a\\n")
                s3.put_object(Bucket="bucket", Key="daily/z.csv", Body=b"id,v\\n2,b\\n")
                s3.put_object(Bucket="bucket", Key="other/a.csv", Body=b"id,v\\n9,z\\n")
                """
            )
            let first = try await bench.ingest(Self.source, in: self.surroundings(moto))
            #expect(first.map(\.outcome) == [.loaded, .loaded])
            #expect(Set(first.map(\.origin)) == ["s3://bucket/daily/강남 1+2.csv", "s3://bucket/daily/z.csv"])
            // Were it read, it would not be found.
            let again = try await bench.ingest(Self.source, in: self.surroundings(moto))
            #expect(again.map(\.outcome) == [.alreadyLoaded, .alreadyLoaded])
            #expect(again.map(\.batch) == first.map(\.batch))
            _ = try moto.python(
                """
                import boto3
                boto3.client("s3").put_object(Bucket="bucket", Key="daily/z.csv", Body=b"id,v\\n3,c\\n")
                """
            )
            let changed = try await bench.ingest(Self.source, in: self.surroundings(moto))
            #expect(changed.map(\.outcome).sorted { $0.rawValue < $1.rawValue } == [.alreadyLoaded, .loaded])
            #expect(try await bench.rows("SELECT id FROM sales ORDER BY id") == ["1", "2", "3"])
            let none = try await bench.ingest(
                Self.source.replacing("daily/", with: "nothing/"),
                in: self.surroundings(moto)
            )
            #expect(none.isEmpty)
        }
    }
}
