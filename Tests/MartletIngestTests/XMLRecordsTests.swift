import MartletCore
import MartletIngest
import Testing

struct XMLRecordsTests {
    private func records(_ text: String, _ path: String = "/a/b") throws -> [String] {
        var found: [String] = []
        try XMLRecords.forEachRecord(in: Array(text.utf8), at: path) { found.append($0.canonicalText) }
        return found
    }

    @Test func `records are the elements at the path, with texts, attributes and lists`() throws {
        let text = """
            \u{FEFF}<?xml version="1.0"?><!DOCTYPE a><!-- <b/> --><n:a xmlns:n="u"><c>x</c>
            <b k='1 > 0'><d> 5 &amp; 6 </d><e/><f>1</f><f>2</f><g><h>&#xAC00;</h></g></b><b><![CDATA[<raw>]]></b><b/></n:a>
            """
        #expect(
            try self.records(text) == [
                "{\"@k\":\"1 > 0\",\"d\":\"5 & 6\",\"e\":\"\",\"f\":[\"1\",\"2\"],\"g\":{\"h\":\"가\"}}",
                "{\"#text\":\"<raw>\"}", "{\"#text\":\"\"}",
            ]
        )
        let whole = try XMLRecords.value(of: Array(text.utf8))
        #expect(XMLRecords.value(at: "/a/b/0/g/h", of: whole) == .string("가"))
        #expect(XMLRecords.value(at: "/a/x", of: whole) == nil)
    }

    @Test(arguments: [
        ("", "no element"), ("<a>", "never closed"), ("<a><b></a>", "'</a>' closes '<b>'"), ("<a/><a/>", "second root"),
        ("<a/>x", "outside of the root"), ("<a>&nbsp;</a>", "'&nbsp;' is not one of"), ("<a>& </a>", "'&amp;'"),
        ("<!DOCTYPE a [<!ENTITY x \"y\">]><a/>", "entities of its own"), ("<a x=1/>", "not quoted"),
        ("<a", "cut off"), ("<a><![CDATA[x</a>", "cut off"), ("<error/>", "the root is '<error>', not '<a>'"),
    ])
    func `what is no document is refused with its line`(_ example: (text: String, words: String)) throws {
        let fault = #expect(throws: XMLFault.self) { try self.records(example.text) }
        #expect(fault?.message.contains(example.words) == true, "\(fault?.message ?? "")")
        #expect(fault?.message.hasPrefix("line ") == true)
    }

    @Test func `no document makes the reader fall over`() throws {
        let parts = ["<a>", "</a>", "<b/>", "x", "&lt;", "<!--", "-->", "<![CDATA[", "]]>", "'", "\"", "<", ">", "/"]
        var seed: UInt64 = 42
        for _ in 0..<5_000 {
            var text = "<a>"
            for _ in 0..<8 {
                seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                text += parts[Int(seed >> 33) % parts.count]
            }
            _ = try? XMLRecords.value(of: Array(text.utf8))
        }
    }
}
