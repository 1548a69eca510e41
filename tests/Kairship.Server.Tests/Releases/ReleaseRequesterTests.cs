using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Kairship.Api;
using Kairship.Api.Releases;
using Kairship.Api.Workflows;
using Kairship.Delivery.Releases;
using Kairship.Server.Tests.Elsa.Instances;
using Kairship.Workflows.Runtime;
using Microsoft.Extensions.DependencyInjection;

namespace Kairship.Server.Tests.Releases;

/// <summary>Whoever sets a release going by a workflow asked for it, whatever way he went, and needs the right to.</summary>
public sealed class ReleaseRequesterTests(RunningServer server) : IClassFixture<RunningServer>
{
    [Theory]
    [InlineData("api")]
    [InlineData("designer")]
    [InlineData("event")]
    [InlineData("child")]
    [InlineData("event-of-a-workflow")]
    public async Task Release_IsAskedForBy_WhoStartedTheWorkflow(string way)
    {
        var (application, who) = ($"by-{way}", $"amy-{way}");
        await server.Admin.ApplyApplicationAsync(SampleApplications.Yaml(application));
        using var amy = server.Http(await server.KeyAsync(who, "publisher", "deployer", "release-manager"));
        await server.Admin.PushWorkflowAsync(Flow($"flow-{way}", way.StartsWith("event", StringComparison.Ordinal) ? way : null, Go(application)));

        await SetGoingAsync(amy, way);

        (await ReleaseAsync(application)).RequestedBy.Should().Be(who, "who asks may not approve, and a workflow in between is no other person");
    }

    [Theory]
    [InlineData("api")]
    [InlineData("designer")]
    [InlineData("event-of-a-workflow")]
    [InlineData("child")]
    public async Task Release_IsRefused_ToWhoMayNotRelease(string way)
    {
        var application = $"no-{way}";
        await server.Admin.ApplyApplicationAsync(SampleApplications.Yaml(application));
        using var pat = server.Http(await server.KeyAsync($"pat-{way}", "publisher", "release-manager"));
        way = $"{way}-in-vain";
        await server.Admin.PushWorkflowAsync(Flow($"flow-{way}", way.StartsWith("event", StringComparison.Ordinal) ? way : null, Go(application)));

        await SetGoingAsync(pat, way);

        (await RefusalAsync($"flow-{way}")).Should().Contain("pat-").And.Contain("deployer");
        (await server.Services.GetRequiredService<IDeliveryStore>().ListReleasesAsync(application, 0, 10, CancellationToken.None)).Items.Should().BeEmpty();
    }

    [Fact]
    public async Task Release_ThatAReleaseStarts_IsAskedForByTheSame()
    {
        using var amy = KairshipClient.Connect(server.Address, await server.KeyAsync("amy-chain", "deployer"));
        await server.Admin.ApplyApplicationAsync(SampleApplications.Yaml("second"));
        await server.Admin.PushWorkflowAsync(Flow("chain", null, Go("second")));
        await server.Admin.ApplyApplicationAsync(SampleApplications.Yaml("first", "chain"));

        await amy.StartReleaseAsync("first", new StartReleaseRequest(SampleApplications.Manifests()));

        (await ReleaseAsync("second")).RequestedBy.Should().Be("amy-chain");
    }

    /// <summary>By a schedule, or by a request from outside.</summary>
    [Fact]
    public async Task Release_OfAWorkflowThatNobodyStarted_IsAskedForByItsPublisher()
    {
        await server.Admin.ApplyApplicationAsync(SampleApplications.Yaml("nightly"));
        using var amy = KairshipClient.Connect(server.Address, await server.KeyAsync("amy-nightly", "publisher", "deployer"));
        using var pat = KairshipClient.Connect(server.Address, await server.KeyAsync("pat-nightly", "publisher"));
        await amy.PushWorkflowAsync(Flow("nightly-flow", null, Go("nightly")));
        await pat.PushWorkflowAsync(Flow("nightly-pat", null, Go("nightly")));
        await amy.PushWorkflowAsync(Flow("nightly-parent", null, Child("nightly-pat")));
        var runtime = server.Services.GetRequiredService<WorkflowRuntime>();

        await runtime.StartAsync(new StartRequest { DefinitionId = "nightly-pat" }, TestContext.Current.CancellationToken);
        (await RefusalAsync("nightly-pat")).Should().Contain("pat-nightly published this workflow");
        await runtime.StartAsync(new StartRequest { DefinitionId = "nightly-parent" }, TestContext.Current.CancellationToken);

        (await ReleaseAsync("nightly")).RequestedBy.Should().Be("amy-nightly", "the one that began it all is hers");
    }

    [Fact]
    public async Task WorkflowOfReleases_IsNotRunByItself_ByWhicheverApi()
    {
        await server.Admin.ApplyApplicationAsync(SampleApplications.Yaml("bound"));
        var release = await server.Admin.StartReleaseAsync("bound", new StartReleaseRequest(SampleApplications.Manifests()));
        await server.Admin.PushWorkflowAsync(Ends("ends", release.Id));
        using var http = server.Http(server.AdminToken);

        var answer = await http.PostAsJsonAsync("/api/v1/workflows/ends/run", new { }, TestContext.Current.CancellationToken);

        answer.StatusCode.Should().Be(HttpStatusCode.UnprocessableEntity);
        (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Should().Contain("kairship release APPLICATION --workflow ends");
    }

    [Fact]
    public async Task Release_IsActedOn_ByItsOwnInstanceOnly()
    {
        await server.Admin.ApplyApplicationAsync(SampleApplications.Yaml("owned"));
        var release = await server.Admin.StartReleaseAsync("owned", new StartReleaseRequest(SampleApplications.Manifests()));
        await server.Admin.PushWorkflowAsync(Ends("ends-owned", release.Id));
        await server.Admin.PushWorkflowAsync(Flow("ends-parent", null, Child("ends-owned")));
        using var pat = server.Http(await server.KeyAsync("pat-owned", "publisher"));

        (await pat.PostElsaAsync("/workflow-definitions/ends-parent/execute")).Status.Should().Be(HttpStatusCode.OK);

        var ended = "";
        await Eventually.HoldsAsync(
            async () => (ended = string.Join('\n', (await server.Admin.ListInstancesAsync("ends-owned")).Items.Select(i => i.Status))) == "Faulted", "the child faults", () => Task.FromResult(ended));
        (await server.Admin.GetReleaseAsync(release.Id)).Release.IsOver.Should().BeFalse("only its own instance ends it");
    }

    private async Task SetGoingAsync(HttpClient http, string way)
    {
        var flow = $"flow-{way}";
        switch (way.Replace("-in-vain", "", StringComparison.Ordinal))
        {
            case "api":
                (await http.PostAsJsonAsync($"/api/v1/workflows/{flow}/run", new { }, TestContext.Current.CancellationToken)).StatusCode.Should().Be(HttpStatusCode.Accepted);
                break;
            case "designer":
                (await http.PostElsaAsync($"/workflow-definitions/{flow}/execute")).Status.Should().Be(HttpStatusCode.OK);
                break;
            case "event":
                (await http.PostElsaAsync($"/events/{way}/trigger")).Status.Should().Be(HttpStatusCode.OK);
                break;
            case "child":
                await server.Admin.PushWorkflowAsync(Flow($"parent-{way}", null, Child(flow)));
                (await http.PostElsaAsync($"/workflow-definitions/parent-{way}/execute")).Status.Should().Be(HttpStatusCode.OK);
                break;
            default:
                await server.Admin.PushWorkflowAsync(Flow($"caller-{way}", null, $$$"""{"id": "go", "type": "Elsa.PublishEvent", "version": 1, "eventName": {{{Literal(way)}}}}"""));
                (await http.PostElsaAsync($"/workflow-definitions/caller-{way}/execute")).Status.Should().Be(HttpStatusCode.OK);
                break;
        }
    }

    private async Task<Release> ReleaseAsync(string application)
    {
        Release? found = null;
        await Eventually.HoldsAsync(
            async () => (found = (await server.Services.GetRequiredService<IDeliveryStore>().ListReleasesAsync(application, 0, 10, CancellationToken.None)).Items.SingleOrDefault()) is not null,
            $"a release of {application} is started");
        return found!;
    }

    /// <summary>What the workflow's one activity says when it leaves.</summary>
    private async Task<string> RefusalAsync(string definition)
    {
        var text = "";
        await Eventually.HoldsAsync(
            async () =>
            {
                foreach (var instance in (await server.Admin.ListInstancesAsync(definition)).Items)
                {
                    text += string.Join('\n', (await server.Admin.GetJournalAsync(instance.Id)).Items.Select(l => $"{l.Event} {l.Message} {l.Data}"));
                }

                return text.Contains("Refused", StringComparison.Ordinal);
            },
            $"{definition} is refused its release",
            () => Task.FromResult(text));
        return text;
    }

    private static string Literal(string value) => $$$"""{"typeName": "String", "expression": {"type": "Literal", "value": {{{JsonValue.Create(value).ToJsonString()}}}}}""";

    private static string Go(string application) =>
        $$$"""{"id": "go", "type": "Kairship.StartRelease", "version": 1, "application": {{{Literal(application)}}}, "manifests": {{{Literal(SampleApplications.Manifests())}}}, "waitForCompletion": {{{Literal("false")}}}}""";

    private static string Child(string definition) => $$$"""{"id": "go", "type": "Elsa.ExecuteWorkflow", "version": 1, "workflowDefinitionId": {{{Literal(definition)}}}}""";

    private static string Ends(string id, string release) =>
        Flow(id, null, $$$"""{"id": "go", "type": "Kairship.CompleteRelease", "version": 1, "release": {{{Literal(release)}}}, "status": {{{Literal("Succeeded")}}}}""");

    private static string Flow(string id, string? byEvent, string activity)
    {
        var trigger = byEvent is null ? "" : $$$"""{"id": "on", "type": "Elsa.Event", "version": 1, "canStartWorkflow": true, "customProperties": {"canStartWorkflow": true}, "eventName": {{{Literal(byEvent)}}}},""";
        return $$$"""{"definitionId": "{{{id}}}", "name": "{{{id}}}", "root": {"id": "flow", "type": "Elsa.Sequence", "version": 1, "activities": [{{{trigger}}} {{{activity}}}]}}""";
    }
}
