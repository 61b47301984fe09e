import Foundation
import MartletIngest

/// Walks from page to page, and holds what was counted against what the answers say.
struct PageWalk {
    private let paging: Paging
    private let first: RequestAddress
    private let origin: String
    private var upcoming: RequestAddress?
    private var seen: Set<RequestAddress> = []
    private var number: Int
    private var recordCount = 0
    private var total: Int?
    /// Whether the place said that it holds no records.
    private(set) var isEmpty = false

    /// Starts before the first page.
    init(_ paging: Paging, from first: RequestAddress, origin: String) {
        self.paging = paging
        self.origin = origin
        self.number = paging.start
        var start = first
        if let name = paging.sizeParameter, let size = paging.size { start.set(name, String(size)) }
        self.first = start
        if let name = paging.parameter { start.set(name, String(paging.start)) }
        self.upcoming = start
    }

    /// The address of the next page, or `nil` after the last.
    mutating func next() throws(IngestError) -> RequestAddress? {
        guard let address = self.upcoming else { return nil }
        guard self.seen.insert(address).inserted else {
            throw IngestError(.ingestFetchFailed, "'\(address.shown)' names itself as a later page again")
        }
        guard self.seen.count <= self.paging.pageLimit else {
            throw IngestError(
                .ingestTooLarge,
                "'\(self.origin)' has more than \(self.paging.pageLimit) pages; raise 'page_limit' if that is right",
                mayPass: false
            )
        }
        return address
    }

    /// Counts a page and finds the one after it.
    ///
    /// - Returns: whether the page holds records to keep.
    /// - Throws: ``IngestError`` when pages are missing, or the number of records changed while they were read.
    mutating func take(_ answer: PageAnswer, from address: RequestAddress) throws(IngestError) -> Bool {
        self.number += 1
        self.recordCount += answer.recordCount ?? 0
        if self.paging.totalPointer != nil { return try self.takeCounted(answer) }
        if let parameter = self.paging.parameter {
            var following = self.first
            following.set(parameter, String(self.number))
            self.upcoming = answer.isEmpty ? nil : following
        } else {
            self.upcoming = answer.next.map { next in
                RequestAddress(URL(string: next, relativeTo: URL(string: address.text))?.absoluteString ?? next)
            }
        }
        self.isEmpty = self.seen.count == 1 && answer.saysEmpty
        return !(answer.isEmpty && self.paging.parameter != nil && self.seen.count > 1)
    }

    private mutating func takeCounted(_ answer: PageAnswer) throws(IngestError) -> Bool {
        let total = answer.total ?? 0
        if let earlier = self.total, earlier != total {
            throw IngestError(
                .ingestFetchFailed,
                "'\(self.origin)' had \(earlier) records on its first page and \(total) on a later one; it changed while "
                    + "it was read"
            )
        }
        self.total = total
        guard self.recordCount <= total, self.recordCount == total || !answer.isEmpty else {
            throw IngestError(
                .ingestFetchFailed,
                "'\(self.origin)' says that it has \(total) records, and its pages hold \(self.recordCount); nothing of "
                    + "it is loaded"
            )
        }
        self.isEmpty = total == 0
        var following = self.first
        following.set(self.paging.parameter ?? "", String(self.number))
        self.upcoming = self.recordCount == total ? nil : following
        return !answer.isEmpty
    }
}
