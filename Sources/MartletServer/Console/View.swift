import Mustache

/// What may stand under a name of a ``View``.
///
/// An optional does not: a name without a value is left out, so that a template's section for it stays closed.
protocol ViewValue: Sendable {}

extension String: ViewValue {}
extension Bool: ViewValue {}
extension Int: ViewValue {}
extension Array: ViewValue where Element: ViewValue {}

/// HTML or SVG that a template puts on the page as it is.
///
/// Only the drawing and text types of the console make it, and they escape every text they are given.
struct Markup: ViewValue, Hashable, CustomStringConvertible {
    let description: String

    /// Takes `html`, which is safe to show.
    init(_ html: String) { self.description = html }

    /// `text` with the characters that mean something in HTML written as entities.
    static func escape(_ text: some StringProtocol) -> String {
        var escaped = ""
        escaped.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "&": escaped += "&amp;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}

/// What a template reads: names with texts, switches, lists and further views.
///
/// A name that ends in `Markup` holds ``Markup`` and no other name does. Templates use `{{{…}}}` for those names alone,
/// so a text that a person wrote cannot reach a page unescaped.
struct View: ViewValue, MustacheParent, ExpressibleByDictionaryLiteral {
    private var members: [String: any ViewValue] = [:]

    init(dictionaryLiteral elements: (String, (any ViewValue)?)...) {
        for (name, value) in elements { self[name] = value }
    }

    subscript(name: String) -> (any ViewValue)? {
        get { self.members[name] }
        set {
            precondition(newValue == nil || (newValue is Markup) == name.hasSuffix("Markup"), "\(name) is misnamed")
            self.members[name] = newValue
        }
    }

    /// The same view with the names of `other`, which win.
    func merging(_ other: View) -> View {
        var merged = self
        merged.members.merge(other.members) { _, new in new }
        return merged
    }

    func child(named name: String) -> Any? { self.members[name] }
}
