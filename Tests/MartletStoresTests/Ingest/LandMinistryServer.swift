import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import MartletTesting
import NIOCore
import NIOFoundationCompat
import Synchronization

/// Plays the published contract of the land ministry's apartment sales API: XML with Korean tags, pages of `numOfRows`
/// with their `totalCount`, a key in `serviceKey`, and errors inside of answers with status 200.
final class LandMinistryServer: Sendable {
    /// One sale as the API tells it.
    struct Sale: Sendable {
        var day: Int
        var name: String
        var price: String
        var area = "84.97"
        var floor = "11"
    }

    /// What one answer is like in place of a good one.
    enum Trouble: Sendable {
        /// Status 200 with the portal's own error document.
        case portalError(String)
        /// Status 200 with another `resultCode`.
        case resultCode(String, String)
        case status(HTTPResponse.Status, retryAfter: Int?)
        /// Only this share of the bytes comes.
        case cutOff
        /// The page has fewer sales than it should.
        case shortPage
        /// The page says another total.
        case otherTotal
    }

    private struct State {
        var sales: [String: [Sale]] = [:]
        var troubles: [Trouble] = []
        var encodesAsCP949 = false
        var requests: [String] = []
    }

    static let key = "ab+/cd=="
    private let state = Mutex(State())

    /// The queries that were asked, without the key.
    var requests: [String] { self.state.withLock { $0.requests } }

    /// Sets the sales of a district and month.
    func set(_ sales: [Sale], district: String, month: String) {
        self.state.withLock { $0.sales[district + month] = sales }
    }

    /// Lets answers go wrong, one after the other; then they are good again.
    func fail(_ troubles: [Trouble]) { self.state.withLock { $0.troubles = troubles } }

    /// Writes bodies in CP949, though they say UTF-8.
    func encodeAsCP949() { self.state.withLock { $0.encodesAsCP949 = true } }

    /// Runs the server while `body` runs, which gets its address.
    func run<Result: Sendable>(_ body: @escaping @Sendable (String) async throws -> Result) async throws -> Result {
        let router = Router()
        router.get("getRTMSDataSvcAptTrade") { request, _ in self.answer(request) }
        let application = Application(
            router: router,
            configuration: .init(address: .hostname("127.0.0.1", port: 0))
        )
        return try await application.test(.live) { client in
            try await body("http://127.0.0.1:\(client.port ?? 0)/getRTMSDataSvcAptTrade")
        }
    }

    private func answer(_ request: Request) -> Response {
        let query = request.uri.queryParameters
        func text(_ name: String) -> String { query[Substring(name)].map(String.init) ?? "" }
        let (district, month) = (text("LAWD_CD"), text("DEAL_YMD"))
        let page = Int(text("pageNo")) ?? 1
        let size = Int(text("numOfRows")) ?? 10
        return self.state.withLock { state in
            state.requests.append("\(district) \(month) \(page)")
            let trouble = state.troubles.isEmpty ? nil : state.troubles.removeFirst()
            switch trouble {
            case .status(let status, let retryAfter):
                var headers = HTTPFields()
                if let retryAfter { headers[.retryAfter] = String(retryAfter) }
                return Response(status: status, headers: headers)
            case .portalError(let message): return Self.response(Self.portalError(message))
            case .resultCode(let code, let message): return Self.response(Self.document(code, message, ""))
            case .cutOff, .shortPage, .otherTotal, nil: break
            }
            guard text("serviceKey") == Self.key else {
                return Self.response(Self.portalError("SERVICE_KEY_IS_NOT_REGISTERED_ERROR"))
            }
            let all = state.sales[district + month] ?? []
            guard !all.isEmpty else { return Self.response(Self.document("03", "NODATA_ERROR", "")) }
            var sales = Array(all.dropFirst((page - 1) * size).prefix(size))
            var total = all.count
            if case .shortPage = trouble { sales = Array(sales.dropLast()) }
            if case .otherTotal = trouble { total += 1 }
            var document = Self.page(sales, district, month, page, size, total)
            if case .cutOff = trouble { document = String(document.prefix(document.count * 2 / 3)) }
            return Self.response(document, asCP949: state.encodesAsCP949)
        }
    }

    private static func page(
        _ sales: [Sale],
        _ district: String,
        _ month: String,
        _ page: Int,
        _ size: Int,
        _ total: Int
    ) -> String {
        let items = sales.map { sale in
            """
            <item><거래금액>    \(sale.price)</거래금액><건축년도>2008</건축년도><년>\(month.prefix(4))</년><법정동> 사직동\
            </법정동><아파트>\(sale.name)</아파트><월>\(Int(month.suffix(2)) ?? 0)</월><일>\(sale.day)</일>\
            <전용면적>\(sale.area)</전용면적><지번>9</지번><지역코드>\(district)</지역코드><층>\(sale.floor)</층></item>
            """
        }
        let body = """
            <items>\(items.joined())</items><numOfRows>\(size)</numOfRows><pageNo>\(page)</pageNo>\
            <totalCount>\(total)</totalCount>
            """
        return Self.document("00", "NORMAL SERVICE.", body)
    }

    private static func document(_ code: String, _ message: String, _ body: String) -> String {
        """
        <?xml version="1.0" encoding="UTF-8" standalone="yes"?><response><header><resultCode>\(code)</resultCode>\
        <resultMsg>\(message)</resultMsg></header><body>\(body)</body></response>
        """
    }

    private static func portalError(_ message: String) -> String {
        """
        <OpenAPI_ServiceResponse><cmmMsgHeader><errMsg>SERVICE ERROR</errMsg><returnAuthMsg>\(message)</returnAuthMsg>\
        <returnReasonCode>30</returnReasonCode></cmmMsgHeader></OpenAPI_ServiceResponse>
        """
    }

    private static func response(_ document: String, asCP949: Bool = false) -> Response {
        var headers = HTTPFields()
        headers[.contentType] = "application/xml;charset=UTF-8"
        let bytes = asCP949 ? Self.cp949(document) : Data(document.utf8)
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(data: bytes)))
    }

    /// `text` in CP949, by the system's own converter.
    private static func cp949(_ text: String) -> Data {
        do {
            let file = FileManager.default.temporaryDirectory.appending(path: "martlet-xml-\(UUID().uuidString)")
            try Data(text.utf8).write(to: file)
            defer { try? FileManager.default.removeItem(at: file) }
            return try TestProgram.run(["iconv", "-f", "UTF-8", "-t", "CP949", file.path]).bytes
        } catch {
            return Data()
        }
    }
}
