using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Kairship.Api.Releases;
using Kairship.Server.Elsa.Descriptors;
using Microsoft.Extensions.DependencyInjection;

namespace Kairship.Server.Tests.Elsa.Descriptors;

/// <summary>Pickers offer what is there when the form is opened.</summary>
public sealed class LiveOptionsTests(RunningServer server) : IClassFixture<RunningServer>
{
    [Fact]
    public async Task Applications_AndTheirReleases_AreOfferedWhenTheyAreThere()
    {
        (await OptionsAsync("Kairship.StartRelease/options/Application", "dropdown")).Should().NotContain("picked");
        await server.Admin.ApplyApplicationAsync(SampleApplications.Yaml("picked"));
        var release = await server.Admin.StartReleaseAsync("picked", new StartReleaseRequest(SampleApplications.Manifests(), Revision: "v1"));

        (await OptionsAsync("Kairship.StartRelease/options/Application", "dropdown")).Should().Contain("picked");
        (await OptionsAsync("Kairship.Notify/options/release", "dropdown")).Should().Contain(release.Id);
    }

    [Fact]
    public async Task Workflows_AreOffered_WithAWayBackToNone() =>
        (await OptionsAsync("Kairship.StartRelease/options/Workflow", "dropdown")).Should().StartWith("").And.Contain(["waiting", "finishing", "canary"]);

    [Fact]
    public async Task Roles_ThatDecide_AreOffered()
    {
        await server.KeyAsync("some-manager", "release-manager", "viewer");

        (await OptionsAsync("Kairship.RequestApproval/options/Roles", "checklist")).Should().Contain("release-manager").And.NotContain("viewer");
    }

    [Fact]
    public async Task Clusters_AreOffered() => (await OptionsAsync("Kairship.ClusterHealthChanged/options/Cluster", "dropdown")).Should().StartWith("");

    [Fact]
    public async Task EveryList_IsThere_AndNoOther()
    {
        var options = server.Services.GetRequiredService<LiveOptions>();
        foreach (var name in (string[])["clusters", "applications", "workflows", "releases", "roles"])
        {
            (await options.ListAsync(name, TestContext.Current.CancellationToken)).Should().NotBeNull(name).And.HaveCountLessThanOrEqualTo(LiveOptions.Most);
        }

        (await options.ListAsync("secrets", TestContext.Current.CancellationToken)).Should().BeNull();
    }

    private async Task<IEnumerable<string>> OptionsAsync(string path, string hint)
    {
        using var http = server.Http(await server.KeyAsync($"reader-{Guid.NewGuid():N}", "viewer"));
        using var answer = await http.PostAsJsonAsync($"/elsa/api/descriptors/activities/{path}", new { context = new { } });
        var items = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["items"]!;
        items["Refresh"]!.GetValue<bool>().Should().BeTrue();
        return items[hint]![hint == "dropdown" ? "selectList" : "checkList"]!["items"]!.AsArray().Select(i => i!["value"]!.GetValue<string>());
    }
}
