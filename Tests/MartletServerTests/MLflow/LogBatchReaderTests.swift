import Foundation
import MartletCore
import MartletStores
import MartletTesting
import MartletTracking
import Testing

@testable import MartletServer

/// The short way to read what runs log, beside the careful one.
struct LogBatchReaderTests {
    private static let id = "0123456789abcdef0123456789abcdef"

    /// Bodies of the plain kind.
    static let plain = [
        #"{"run_id":"\#(id)"}"#,
        #" { "run_id" : "\#(id)" , "metrics" : [ ] , "params" : [ ] , "tags" : [ ] } "#,
        #"{"run_id":"\#(id)","metrics":[{"key":"a","value":1.5,"timestamp":7,"step":3}]}"#,
        #"{"metrics":[{"step":-2,"timestamp":"7","value":-0,"key":"a b/c"}],"run_id":"\#(id)"}"#,
        #"{"run_id":"\#(id)","metrics":[{"key":"nan","value":"NaN","timestamp":1},{"key":"inf","value":"-Infinity","timestamp":1}]}"#,
        #"{"run_id":"\#(id)","metrics":[{"key":"\u00e9\n","value":1e300,"timestamp":0,"step":"9"}]}"#,
        #"{"run_id":"\#(id)","metrics":[{"key":"k","value":1,"timestamp":1,"model_id":"m-1","dataset_name":"d","dataset_digest":"e"}]}"#,
        #"{"run_id":"\#(id)","metrics":[{"key":"k","value":1,"timestamp":1,"model_id":"","dataset_name":"","dataset_digest":"e"}]}"#,
        #"{"run_id":"\#(id)","params":[{"key":"rate","value":"0.1"},{"key":"empty"}],"tags":[{"key":"팀","value":"가"}]}"#,
    ]

    /// Bodies that the short way leaves to the other: mistakes, and what no client sends.
    static let others = [
        "", "{", "[]", "{}", #"{"run_id":"x"}"#, #"{"run_id":null}"#, #"{"run_uuid":"\#(id)"}"#,
        #"{"run_id":"\#(id)","more":1}"#, #"{"run_id":"\#(id)"} x"#, #"{"run_id":"\#(id)","metrics":{}}"#,
        #"{"run_id":"\#(id)","metrics":[{"key":"","value":1,"timestamp":1}]}"#,
        #"{"run_id":"\#(id)","metrics":[{"key":"k","timestamp":1}]}"#,
        #"{"run_id":"\#(id)","metrics":[{"key":"k","value":1}]}"#,
        #"{"run_id":"\#(id)","metrics":[{"key":"k","value":1,"timestamp":-1}]}"#,
        #"{"run_id":"\#(id)","metrics":[{"key":"k","value":1,"timestamp":1.5}]}"#,
        #"{"run_id":"\#(id)","metrics":[{"key":"k","value":1,"timestamp":9223372036854775807}]}"#,
        #"{"run_id":"\#(id)","metrics":[{"key":"k","value":NaN,"timestamp":1}]}"#,
        #"{"run_id":"\#(id)","metrics":[{"key":"k","value":"one","timestamp":1}]}"#,
        #"{"run_id":"\#(id)","metrics":[{"key":"k","value":null,"timestamp":1}]}"#,
        #"{"run_id":"\#(id)","metrics":[{"key":"k","value":1,"timestamp":1,"step":null}]}"#,
        #"{"run_id":"\#(id)","metrics":[],"metrics":[]}"#,
        #"{"run_id":"\#(id)","params":[{"key":"a","value":"1"},{"key":"a","value":"1"}]}"#,
        #"{"run_id":"\#(id)","tags":[{"key":"a","value":1}]}"#,
        #"{"run_id":"\#(id)","tags":[{"key":"a","value":"1","step":1}]}"#,
    ]

    @Test(arguments: Self.plain)
    func `a plain body says the same either way`(body: String) async throws {
        let (id, batch) = try #require(LogBatchReader.read(Array(body.utf8)))
        #expect(id.description == Self.id)
        let fields = MLflowTransport.fields(ofBody: Array(body.utf8))
        #expect(try RunLogCalls.readBatch(fields) == batch)
    }

    @Test(arguments: Self.others)
    func `a body of another kind is left to the careful way`(body: String) {
        #expect(LogBatchReader.read(Array(body.utf8)) == nil)
    }

    @Test func `a batch over the limits is left to the careful way`() throws {
        func body(_ metrics: Int, _ params: Int) -> [UInt8] {
            let points = (0..<metrics).map { #"{"key":"k","value":1,"timestamp":\#($0)}"# }
            let pairs = (0..<params).map { #"{"key":"p\#($0)","value":"1"}"# }
            let lists = #""metrics":[\#(points.joined(separator: ","))],"params":[\#(pairs.joined(separator: ","))]"#
            return Array(#"{"run_id":"\#(Self.id)",\#(lists)}"#.utf8)
        }
        #expect(LogBatchReader.read(body(1_000, 0)) != nil)
        #expect(LogBatchReader.read(body(900, 100)) != nil)
        #expect(LogBatchReader.read(body(1_001, 0)) == nil)
        #expect(LogBatchReader.read(body(901, 100)) == nil)
        #expect(LogBatchReader.read(body(0, 101)) == nil)
    }
}
