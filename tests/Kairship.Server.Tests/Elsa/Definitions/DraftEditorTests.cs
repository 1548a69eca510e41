using Kairship.Server.Elsa.Definitions;
using Kairship.Workflows.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Kairship.Server.Tests.Elsa.Definitions;

public sealed class DraftEditorTests
{
    public static TheoryData<string, string, string, int, bool> Saves => new()
    {
        { "ann", "a", "b", 0, true },
        { "ann", "a", "b", 10, true },
        { "ann", "a", "b", 11, false },
        { "bob", "a", "b", 0, false },
        { "ann", "x", "b", 0, false },
        { "ann", "a", "c", 0, false },
    };

    [Theory]
    [MemberData(nameof(Saves))]
    public void Save_OnTheSameBase_IsOnlyItsEditorsOwn_AndSoon(string editor, string based, string latest, int seconds, bool own)
    {
        var time = new FakeTimeProvider();
        var editors = new DraftEditors(time);
        editors.Remember("w", "ann", "a", "b");
        time.Advance(TimeSpan.FromSeconds(seconds));

        editors.MissedOwnSave("w", editor, based, latest).Should().Be(own);
        editors.MissedOwnSave("other", editor, based, latest).Should().BeFalse();
    }

    [Theory]
    [InlineData(null, VersionSet.Latest, 0)]
    [InlineData("", VersionSet.Latest, 0)]
    [InlineData("published", VersionSet.Published, 0)]
    [InlineData("AllVersions", VersionSet.AllVersions, 0)]
    [InlineData("LatestAndPublished", VersionSet.LatestAndPublished, 0)]
    [InlineData("7", VersionSet.Specific, 7)]
    internal void VersionOptions_AreRead(string? text, VersionSet set, int number) =>
        VersionChoice.Read(text, VersionSet.Latest).Should().Be(new VersionChoice(set, number));

    [Theory]
    [InlineData("Specific")]
    [InlineData("-1")]
    [InlineData("99999999999")]
    [InlineData("Latest,Published")]
    [InlineData("newest")]
    public void VersionOptions_OfNoKind_AreRefused(string text) =>
        FluentActions.Invoking(() => VersionChoice.Read(text, VersionSet.Latest)).Should().Throw<BadHttpRequestException>().WithMessage("*LatestOrPublished*");

    [Fact]
    public void Draft_IsTheLatestThatIsNotPublished() =>
        new[] { (true, false), (true, true), (false, false), (false, true) }.Select(m => new VersionChoice(VersionSet.Draft).Includes(Version(m.Item1, m.Item2))).Should().Equal(true, false, false, false);

    private static DefinitionRecord Version(bool latest, bool published) => new("v", "w", 1, "w", null, latest, published, "", "", default);
}
