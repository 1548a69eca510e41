using System.Net;
using System.Text.Json;

namespace Kairship.Server.Tests.Problems;

/// <summary>Whatever is wrong with a request, its sender is told what to do, and nothing of what is there is lost.</summary>
public sealed class BadInputTests(BadInputWorld world) : IClassFixture<BadInputWorld>
{
    public static TheoryData<string> Names => [.. BadInputCases.All.Select(c => c.Name)];

    [Fact]
    public void Table_Cases_AreManyAndDifferent()
    {
        BadInputCases.All.Should().HaveCountGreaterThanOrEqualTo(40);
        BadInputCases.All.Select(c => c.Name).Should().OnlyHaveUniqueItems();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task BadInput_IsRefused_WithWhatToDo(string name)
    {
        var bad = BadInputCases.All.Single(c => c.Name == name);
        var before = await SnapshotAsync();

        var (status, type, body) = await SendAsync(bad);

        ((int)status).Should().NotBe(500, body);
        status.Should().Be(bad.Expected, body);
        type.Should().Be("application/problem+json");
        var problem = JsonElement.Parse(body);
        problem.GetProperty("status").GetInt32().Should().Be((int)bad.Expected);
        problem.GetProperty("title").GetString().Should().NotBeNullOrEmpty();
        problem.GetProperty("detail").GetString().Should().NotBeNullOrEmpty();
        JsonSerializer.Serialize(body).Should().NotContain("Exception").And.NotContain("   at ");
        body.Should().Contain(bad.MustSay);
        (await SnapshotAsync()).Should().Be(before, "a request that is refused changes nothing");
    }

    private async Task<(HttpStatusCode Status, string? Type, string Body)> SendAsync(BadInputCase bad)
    {
        using var http = world.Server.Http(bad.Key is null ? null : world.Keys[bad.Key]);
        using var request = new HttpRequestMessage(bad.Method, bad.Path) { Content = bad.Content?.Invoke(world) };
        foreach (var (header, value) in bad.Headers ?? new Dictionary<string, string>())
        {
            request.Headers.TryAddWithoutValidation(header, value);
        }

        using var response = await http.SendAsync(request);
        return (response.StatusCode, response.Content.Headers.ContentType?.MediaType, await response.Content.ReadAsStringAsync());
    }

    private async Task<string> SnapshotAsync()
    {
        var admin = world.Server.Admin;
        var release = await admin.GetReleaseAsync(world.Release);
        var parts = new
        {
            Clusters = (await admin.ListClustersAsync()).Items.Select(c => (c.Name, c.JoinedAt)),
            Applications = (await admin.ListApplicationsAsync()).Items,
            Releases = (await admin.ListReleasesAsync()).Items,
            Revisions = (await admin.ListRevisionsAsync("shop")).Total + (await admin.ListRevisionsAsync("idle")).Total,
            Workflows = (await admin.ListWorkflowsAsync()).Items.Select(w => w.VersionId),
            Webhooks = (await admin.ListWebhooksAsync()).Items.Select(w => w.Name),
            Keys = (await admin.ListKeysAsync()).Items,
            Events = release.Events.Count,
        };
        return JsonSerializer.Serialize(parts, new JsonSerializerOptions { IncludeFields = true });
    }
}
