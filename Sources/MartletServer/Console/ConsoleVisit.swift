import HTTPTypes
import Hummingbird
import MartletCore

/// One request to the console: what was asked, by whom, in which language.
struct ConsoleVisit: Sendable {
    /// The decoded components of the path below `/console`.
    let components: [String]
    let query: FormText
    /// The path and query as asked, to come back to.
    let address: String
    let language: Language
    let theme: Theme
    /// Goes into every form and comes back with it; bound to the browser by a cookie.
    let formToken: String
    /// Whether the browser did not bring the token's cookie yet.
    let isNewBrowser: Bool
    /// Who signed in; `nil` where no sign-in is asked for.
    let visitor: ConsoleVisitor?
    /// The name this browser gave the last time it decided something.
    let rememberedName: String?
    let now: EventTime

    var words: Words { self.language.words }

    /// The component at `index`, or an empty text.
    func component(_ index: Int) -> String { index < self.components.count ? self.components[index] : "" }

    /// Numbers, times and lengths as this reader writes them.
    var figures: Figures { Figures(words: self.words, now: self.now) }
}

/// The cookies of the console.
enum ConsoleCookie: String, Sendable {
    case language = "martlet_language"
    case theme = "martlet_theme"
    case form = "martlet_form"
    case name = "martlet_name"
    case session = "martlet_session"

    /// The value `request` brings, decoded; `nil` when it is absent or empty.
    func value(in request: Request) -> String? {
        for header in request.headers[values: .cookie] {
            for part in header.split(separator: ";") {
                let sides = part.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
                guard sides.count == 2, sides[0] == self.rawValue else { continue }
                return FormText.decode(sides[1], plus: false)
            }
        }
        return nil
    }

    /// The header that sets this cookie; `nil` as `value` deletes it.
    ///
    /// Scripts never read it, and other sites' pages never send it.
    func header(_ value: String?, seconds: Int, isSecure: Bool) -> String {
        let age = value == nil ? 0 : seconds
        return "\(self.rawValue)=\(FormText.encode(value ?? "")); Path=/console; Max-Age=\(age); HttpOnly; SameSite=Lax"
            + (isSecure ? "; Secure" : "")
    }
}
