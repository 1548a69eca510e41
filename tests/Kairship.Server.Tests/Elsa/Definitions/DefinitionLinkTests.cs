using Kairship.Server.Access;
using Kairship.Server.Elsa.Definitions;

namespace Kairship.Server.Tests.Elsa.Definitions;

public sealed class DefinitionLinkTests
{
    private static readonly string[] Looks = ["self", "self", "versions", "export"];
    private static readonly string[] All =
        ["self", "self", "versions", "bulk-dispatch", "dispatch", "execute", "export", "publish", "retract", "delete", "import", "update-references"];

    public static TheoryData<string[], bool, string[]> Rights => new()
    {
        { [], false, Looks },
        { [Roles.Viewer], false, Looks },
        { [Roles.Deployer, "release-manager"], false, Looks },
        { [Roles.Designer], false, [.. Looks, "publish"] },
        { [Roles.Viewer, Roles.Designer], false, [.. Looks, "publish"] },
        { [Roles.Publisher], false, All },
        { [Roles.Admin], false, All },
        { [Roles.Designer], true, Looks },
        { [Roles.Admin], true, [.. Looks, "bulk-dispatch", "dispatch", "execute"] },
    };

    [Theory]
    [MemberData(nameof(Rights))]
    public void Links_SayWhatTheCallerMayDo(string[] roles, bool isReadonly, string[] expected) =>
        DefinitionLinks.Of("canary", WorkflowRightsOf.Roles(roles), isReadonly).Select(l => l.Rel).Should().BeEquivalentTo(expected);

    [Theory]
    [InlineData(Roles.Viewer, false, false)]
    [InlineData(Roles.Designer, true, false)]
    [InlineData(Roles.Publisher, true, true)]
    [InlineData(Roles.Admin, true, true)]
    public void LinksOfTheList_LetEditorsEdit_AndPublishersDelete(string role, bool edits, bool deletes)
    {
        var links = DefinitionLinks.OfList(WorkflowRightsOf.Roles([role])).Select(l => l.Rel).ToList();

        (links.Contains("bulk-publish"), links.Contains("create")).Should().Be((edits, edits));
        (links.Contains("bulk-delete-by-definition-id"), links.Contains("import")).Should().Be((deletes, deletes));
        links.Should().Contain(["self", "is-name-unique", "count", "many-by-id"]);
    }

    [Fact]
    public void Links_OfAnIdLikeAPath_StayBelowTheDefinitions() =>
        DefinitionLinks.Of("../keys?x", WorkflowRights.Publish, false).Should().OnlyContain(l => l.Href.StartsWith("/workflow-definitions/") && !l.Href.Contains("..%2Fkeys?") && !l.Href.Contains("../"));
}
