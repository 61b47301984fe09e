import Testing

@testable import MartletCore

struct NearestNameTests {
    @Test func `a misspelt name finds the one that was meant`() {
        #expect(NearestName.find("expectaions", among: ["expectations", "cleaning", "schedule"]) == "expectations")
        #expect(NearestName.find("clenaing", among: ["expectations", "cleaning", "schedule"]) == "cleaning")
    }

    @Test func `a name like none of them finds nothing`() {
        #expect(NearestName.find("colour", among: ["expectations", "cleaning"]) == nil)
        #expect(NearestName.find("x", among: [String]()) == nil)
    }

    @Test func `neighbours that changed places count as one edit`() {
        #expect(NearestName.editDistance(Array("ab"), Array("ba")) == 1)
        #expect(NearestName.editDistance(Array(""), Array("abc")) == 3)
    }
}
