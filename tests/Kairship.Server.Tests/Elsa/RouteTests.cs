using System.Text.RegularExpressions;
using Kairship.Testing;

namespace Kairship.Server.Tests.Elsa;

/// <summary>Every route that Elsa Studio calls is there, with its verb.</summary>
public sealed partial class RouteTests(RunningServer server) : IClassFixture<RunningServer>
{
    public static TheoryData<string> Routes => [.. Recorded()];

    [Theory]
    [MemberData(nameof(Routes))]
    public void Route_OfStudio_IsMapped(string route)
    {
        var mapped = MappedRoutes.Of(server).Select(r => $"{r.Method} {Plain(r.Pattern)}").ToList();
        mapped.Should().Contain(route);
    }

    [Fact]
    public void Routes_OfStudio_AreRead() => Recorded().Should().HaveCountGreaterThan(45);

    private static IEnumerable<string> Recorded() =>
        Line().Matches(SharedFiles.Read("elsa", "routes.md")).Select(m => $"{m.Groups[1].Value} {Plain("/elsa/api" + m.Groups[2].Value.Split('?')[0])}").Distinct();

    /// <summary>Whatever the parameters are called and restricted to.</summary>
    private static string Plain(string route) => "/" + Parameter().Replace(route, "{}").Trim('/');

    [GeneratedRegex(@"^- `([A-Z]+) (\S+)`", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Line();

    [GeneratedRegex(@"\{[^}]+\}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Parameter();
}
