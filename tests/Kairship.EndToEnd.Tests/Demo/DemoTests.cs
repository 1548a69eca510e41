using Kairship.EndToEnd.Tests.CommandLine;
using Kairship.EndToEnd.Tests.Processes;

namespace Kairship.EndToEnd.Tests.Demo;

/// <summary>Tests that need the whole machine run alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone";
}

/// <summary>The first thing that a newcomer types.</summary>
[Collection(AloneCollection.Name)]
public sealed class DemoTests : IDisposable
{
    private static readonly string[] Acts =
    [
        "Three clusters, one server", "Deploy v1", "Release v2, server killed in mid-canary", "Release v3, which is broken", "Every cluster has exactly v2",
    ];

    private readonly TempFolder _folder = new("demo");

    [Fact]
    public async Task Demo_PlaysAllFiveActs()
    {
        var demo = await DemoAsync();

        demo.Ends(0);
        foreach (var act in Acts)
        {
            demo.Out.Should().MatchRegex($"─ {act} ─").And.MatchRegex($"ok +│ {act} ");
        }

        demo.Out.Should().Contain("SIGKILL").And.Contain("the release goes on where it was").And.Contain("storefront-2 Succeeded");
        demo.Out.Should().MatchRegex("storefront-3 RolledBack Deployment/checkout-canary in [a-z-]+: CrashLoopBackOff");
        demo.Out.Split('\n').Where(l => l.Contains(" Observed ", StringComparison.Ordinal)).Should().OnlyHaveUniqueItems().And.HaveCount(4, "two steps in two waves, told once");
        demo.Error.Should().BeEmpty();
    }

    [Fact]
    public async Task TwoDemos_AtTheSameTime_DoNotMeet()
    {
        var both = await Task.WhenAll(DemoAsync(), DemoAsync());

        both.Should().AllSatisfy(demo => demo.Ends(0));
    }

    [Fact]
    public async Task Demo_WithAFolderThatCannotBeUsed_Fails()
    {
        var file = _folder.Write("in-the-way", "");

        (await DemoAsync("--data", file)).Refuses(1, "in-the-way");
    }

    [Fact]
    public async Task Demo_WhoseServerCannotStart_Fails_AndSaysSo()
    {
        // Where the server's data folder should be there is a file.
        var data = _folder.Sub("data");
        Directory.CreateDirectory(data);
        await File.WriteAllTextAsync(Path.Combine(data, "server"), "");

        var demo = await DemoAsync("--data", data);

        demo.Ends(1).Out.Should().Contain("server.log").And.MatchRegex("failed +│ Three clusters, one server").And.NotContain("Deploy v1");
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>It takes less than a minute; the limit is for one that hangs.</summary>
    private Task<CommandResult> DemoAsync(params IReadOnlyList<string> more) =>
        new CommandRunner(_folder) { Limit = TimeSpan.FromMinutes(10) }.RunAsync(["demo", "--yes", "--exit", .. more]);
}
