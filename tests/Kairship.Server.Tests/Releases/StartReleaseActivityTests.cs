using System.Text.Json.Nodes;
using Kairship.Delivery.Releases;
using Kairship.Workflows.Runtime;
using Microsoft.Extensions.DependencyInjection;

namespace Kairship.Server.Tests.Releases;

/// <summary>Releases that workflows start.</summary>
public sealed class StartReleaseActivityTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static readonly string[] Outcomes = ["Started", "Succeeded", "Unsuccessful", "Refused"];

    [Fact]
    public async Task Release_IsStartedOnce_FromManifests_AndWaitedForToItsEnd()
    {
        await server.Admin.ApplyApplicationAsync(SampleApplications.Yaml("asked", "faulting"));

        var outcome = await RunAsync("asked-flow", new JsonObject { ["application"] = "asked", ["manifests"] = SampleApplications.Manifests(), ["revision"] = "v9" });

        outcome.Should().Be("Unsuccessful");
        var releases = (await server.Services.GetRequiredService<IDeliveryStore>().ListReleasesAsync("asked", 0, 10, TestContext.Current.CancellationToken)).Items;
        releases.Should().ContainSingle().Which.Should().Match<Release>(r => r.Revision == "v9" && r.RequestedBy == "admin" && r.Status == ReleaseStatus.Failed);
    }

    [Fact]
    public async Task Release_ThatIsNotWaitedFor_IsStarted()
    {
        await server.Admin.ApplyApplicationAsync(SampleApplications.Yaml("sent", "waiting"));

        (await RunAsync("sent-flow", new JsonObject { ["application"] = "sent", ["manifests"] = SampleApplications.Manifests(), ["waitForCompletion"] = "false" })).Should().Be("Started");
        (await RunAsync("sent-again", new JsonObject { ["application"] = "sent", ["manifests"] = SampleApplications.Manifests() })).Should().Be("Refused", "the first one holds the application");
    }

    [Theory]
    [InlineData("nobody", "apiVersion: v1", null)]
    [InlineData("fussy", "no: [yaml", null)]
    [InlineData("fussy", "", null)]
    [InlineData("fussy", "", "no-such-revision")]
    public async Task Release_OfWhatIsNotThere_IsRefused(string application, string manifests, string? revision)
    {
        await server.Admin.ApplyApplicationAsync(SampleApplications.Yaml("fussy", "waiting"));

        (await RunAsync($"refused-{Guid.NewGuid():N}", new JsonObject { ["application"] = application, ["manifests"] = manifests, ["revision"] = revision })).Should().Be("Refused");
    }

    /// <summary>The outcome that the activity left by.</summary>
    private async Task<string> RunAsync(string id, JsonObject inputs)
    {
        var start = new JsonObject { ["id"] = "go", ["type"] = "Kairship.StartRelease", ["version"] = 1 };
        foreach (var (name, value) in inputs.Where(i => i.Value is not null))
        {
            start[name] = new JsonObject { ["typeName"] = "String", ["expression"] = new JsonObject { ["type"] = "Literal", ["value"] = value!.DeepClone() } };
        }

        var activities = new JsonArray(start);
        var connections = new JsonArray();
        foreach (var outcome in Outcomes)
        {
            activities.Add(new JsonObject { ["id"] = outcome, ["type"] = "Elsa.WriteLine", ["version"] = 1 });
            connections.Add(new JsonObject { ["source"] = new JsonObject { ["activity"] = "go", ["port"] = outcome }, ["target"] = new JsonObject { ["activity"] = outcome, ["port"] = "In" } });
        }

        await server.Admin.PushWorkflowAsync(new JsonObject
        {
            ["definitionId"] = id,
            ["name"] = id,
            ["root"] = new JsonObject { ["type"] = "Elsa.Flowchart", ["version"] = 1, ["id"] = "flow", ["start"] = "go", ["activities"] = activities, ["connections"] = connections },
        }.ToJsonString());
        var started = await server.Services.GetRequiredService<WorkflowRuntime>().StartAsync(new StartRequest { DefinitionId = id }, TestContext.Current.CancellationToken);
        string[] left = [];
        await Eventually.HoldsAsync(
            async () => (left = [.. (await server.Admin.GetJournalAsync(started.InstanceId!)).Items.Select(l => l.ActivityId).OfType<string>().Where(Outcomes.Contains).Distinct()]).Length > 0,
            "the activity leaves by an outcome",
            async () => string.Join('\n', (await server.Admin.GetJournalAsync(started.InstanceId!)).Items));
        return left.Should().ContainSingle().Subject;
    }
}
