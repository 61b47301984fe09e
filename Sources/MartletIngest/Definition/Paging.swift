package import MartletCore

/// How the pages of an HTTP source are walked.
///
/// With `parameter` a number is counted up in the query until a page is empty or `stop_status` is answered; with
/// `next_pointer` the body names the next address by a JSON pointer; with `link_header` the response's Link header does.
/// With `total_pointer` the pages together must hold exactly as many records as the answer says there are. Pointers work
/// on JSON, and on XML by the names of its elements.
package struct Paging: DocumentObject, Sendable, Hashable {
    package let parameter: String?
    package let start: Int
    package let nextPointer: String?
    package let recordsPointer: String?
    package let totalPointer: String?
    package let sizeParameter: String?
    package let size: Int?
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
        self.totalPointer = reader.optional(
            "total_pointer",
            String.self,
            "Pointer to the number of all records; counting pages ends when they are in, and none may be missing."
        )
        self.sizeParameter = reader.optional("size_parameter", String.self, "The query parameter of the page size.")
        self.size = reader.optional("size", Int.self, "How many records a page is asked to have.")
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
        if (self.sizeParameter == nil) != (self.size == nil) {
            reader.report(.documentInvalidValue, "'size_parameter' and 'size' belong together")
        }
        if let size = self.size, size < 1 {
            reader.report(.documentInvalidValue, "a page has at least one record", at: "size")
        }
        if self.totalPointer != nil, self.parameter == nil {
            reader.report(
                .documentInvalidValue,
                "'total_pointer' needs 'parameter', the query parameter that counts pages",
                at: "total_pointer"
            )
        }
        let pointers = [
            ("next_pointer", self.nextPointer), ("records_pointer", self.recordsPointer),
            ("total_pointer", self.totalPointer),
        ]
        for (key, pointer) in pointers {
            if let pointer, !pointer.hasPrefix("/") {
                reader.report(.documentInvalidValue, "a JSON pointer begins with '/', such as /links/next", at: key)
            }
        }
        if self.pageLimit < 1 { reader.report(.documentInvalidValue, "at least one page", at: "page_limit") }
    }
}
