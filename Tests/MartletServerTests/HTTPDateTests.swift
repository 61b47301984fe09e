import MartletCore
import Testing

@testable import MartletServer

struct HTTPDateTests {
    /// The first is the example of RFC 9110 §5.6.7; the others come from Python's `email.utils.format_datetime`.
    @Test(arguments: [
        (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
        (1_709_164_800, "Thu, 29 Feb 2024 00:00:00 GMT"), (4_102_444_799, "Thu, 31 Dec 2099 23:59:59 GMT"),
    ])
    func `a moment is written as HTTP writes it`(_ second: Int64, _ text: String) {
        var date = HTTPDate()
        #expect(date.text(at: EventTime(microseconds: second * 1_000_000)) == text)
        #expect(date.text(at: EventTime(microseconds: second * 1_000_000 + 999_999)) == text)
    }
}
