package import MartletCore

/// How the pages of an HTTP source are walked.
///
/// With `parameter` a number is counted up in the query until a page is empty or `stop_status` is answered; with
/// `next_pointer` the body names the next address by a JSON pointer; with `link_header` the response's Link header does.
package struct Paging: DocumentObject, Sendable, Hashable {
    package let parameter: String?
    package let start: Int
    package let nextPointer: String?
    package let recordsPointer: String?
    package let followsLinkHeader: Bool
    package let pageLimit: Int

    package init(from reader: ObjectReader) {
        self.parameter = reader.optional("parameter", String.self, "The query parameter that counts pages.")
        self.start = reader.value("start", default: 1, "The first page's number.", documentedDefault: 1)
        self.nextPointer = reader.optional(
            "next_pointer",
            String.self,
            "JSON pointer to the next page's address, such as /links/next; absent or null on the last page."
        )
        self.recordsPointer = reader.optional(
            "records_pointer",
            String.self,
            "JSON pointer to a page's list of records; counting pages ends at an empty list."
        )
        self.followsLinkHeader = reader.value(
            "link_header",
            default: false,
            "Follow the Link header with rel=next.",
            documentedDefault: false
        )
        self.pageLimit = reader.value(
            "page_limit",
            default: 1_000,
            "The most pages of one fetch; one more is an error, not a cut.",
            documentedDefault: 1_000
        )
        let ways = [self.parameter != nil, self.nextPointer != nil, self.followsLinkHeader].count { $0 }
        if ways != 1 {
            reader.report(
                .documentInvalidValue,
                "paging has exactly one of 'parameter', 'next_pointer' and 'link_header: true'"
            )
        }
        for (key, pointer) in [("next_pointer", self.nextPointer), ("records_pointer", self.recordsPointer)] {
            if let pointer, !pointer.hasPrefix("/") {
                reader.report(.documentInvalidValue, "a JSON pointer begins with '/', such as /links/next", at: key)
            }
        }
        if self.pageLimit < 1 { reader.report(.documentInvalidValue, "at least one page", at: "page_limit") }
    }
}
