import HTTPTypes

/// The door, and the choices a browser keeps.
enum SignInPage {
    /// The form for a key; `problem` says why the last one was refused.
    static func page(_ visit: ConsoleVisit, problem: String?) -> ConsolePage {
        ConsolePage(
            template: "sign_in",
            title: visit.words["signIn"],
            section: nil,
            view: ["next": Self.safe(visit.query["next"]), "problem": problem, "isDoor": true],
            status: problem == nil ? .ok : .forbidden
        )
    }

    /// Keeps the chosen language or colours in the browser, and goes back.
    static func preferences(_ visit: ConsoleVisit, _ form: FormText) -> ConsoleAnswer {
        var cookies: [(ConsoleCookie, String?)] = []
        if let language = form["language"].flatMap(Language.init(rawValue:)) {
            cookies.append((.language, language.rawValue))
        }
        if let theme = form["theme"].flatMap(Theme.init(rawValue:)) {
            cookies.append((.theme, theme == .system ? nil : theme.rawValue))
        }
        return .redirect(Self.safe(form["back"]), cookies: cookies)
    }

    /// `address` when it lies inside the console, else the console's first page.
    static func safe(_ address: String?) -> String {
        guard let address,
            address == Address.root || address.hasPrefix(Address.root + "/") || address.hasPrefix(Address.root + "?")
        else {
            return Address.root
        }
        return address.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value < 0x7F && $0 != "\\" }
            ? address : Address.root
    }
}
