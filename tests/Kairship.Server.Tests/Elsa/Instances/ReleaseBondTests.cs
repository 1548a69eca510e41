using System.Net;
using System.Text.Json;
using Kairship.Api.Releases;
using Kairship.Delivery.Releases;
using Kairship.Server.Elsa.Instances;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Kairship.Server.Tests.Elsa.Instances;

/// <summary>What one may do from the Studio to workflows and instances of releases, without spoiling a release.</summary>
public sealed class ReleaseBondTests : IAsyncLifetime
{
    private readonly RunningServer server = new() { UseShippedWorkflows = true };
    private HttpClient http = null!;

    public async ValueTask InitializeAsync()
    {
        await server.InitializeAsync();
        http = server.Http(server.AdminToken);
        await server.Admin.PushWorkflowAsync(SampleWorkflows.Waiting);
        await server.Admin.PushWorkflowAsync(SampleWorkflows.Faulting);
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task ShippedWorkflows_AreNotRunByThemselves_AndSayHowTheyAre()
    {
        await server.Admin.ApplyApplicationAsync(SampleApplications.Yaml("shop"));
        var release = await server.Admin.StartReleaseAsync("shop", new StartReleaseRequest(SampleApplications.Manifests()));
        var before = JsonSerializer.Serialize(await server.Admin.GetReleaseAsync(release.Id));

        foreach (var workflow in new[] { "canary", "deploy", "rollback" })
        {
            foreach (var (verb, body) in new[] { ("execute", "{}"), ("dispatch", $$$"""{"input": {"Release": "{{{release.Id}}}", "Application": "shop"}}"""), ("bulk-dispatch", """{"count": 2}""") })
            {
                var answer = await http.PostElsaAsync($"/workflow-definitions/{workflow}/{verb}", body);
                answer.Status.Should().Be(HttpStatusCode.UnprocessableEntity, answer.Body);
                answer.Detail.Should().Contain($"kairship release APPLICATION --workflow {workflow}");
                answer.Header("x-elsa-workflow-cannot-start").Should().Be("true", "by this Studio says that it cannot be started");
            }
        }

        JsonSerializer.Serialize(await server.Admin.GetReleaseAsync(release.Id)).Should().Be(before);
        (await server.Admin.ListInstancesAsync()).Items.Should().OnlyContain(i => i.DefinitionId == "waiting");
    }

    [Fact]
    public async Task CancelledInstance_EndsItsRelease_ForWhoMayRelease()
    {
        await server.Admin.ApplyApplicationAsync(SampleApplications.Yaml("web"));
        var release = await server.Admin.StartReleaseAsync("web", new StartReleaseRequest(SampleApplications.Manifests()));
        using var publisher = server.Http(await server.KeyAsync("pat", "publisher"));
        using var both = server.Http(await server.KeyAsync("dee", "publisher", "deployer"));

        var refused = await publisher.PostElsaAsync($"/cancel/workflow-instances/{release.InstanceId}");
        (refused.Status, refused.Detail.Contains(release.Id)).Should().Be((HttpStatusCode.Forbidden, true), "a publisher is none who releases");
        var many = await publisher.PostElsaAsync("/bulk-actions/cancel/workflow-instances", new { definitionId = "waiting" });
        many.Json["cancelled"]!.GetValue<int>().Should().Be(0);
        (await both.PostElsaAsync($"/cancel/workflow-instances/{release.InstanceId}")).Status.Should().Be(HttpStatusCode.OK);

        var end = await server.Admin.WaitForReleaseAsync(release.Id);
        end.Release.Should().Match<ReleaseInfo>(r => r.Status == "Failed" && r.Reason!.Contains("was cancelled"));
        (await server.Admin.GetApplicationAsync("web")).ActiveRelease.Should().BeNull();
    }

    [Fact]
    public async Task DeletedInstance_OfAnEndedRelease_LeavesTheReleaseReadable()
    {
        await server.Admin.ApplyApplicationAsync(SampleApplications.Yaml("api", "faulting"));
        var release = await server.Admin.StartReleaseAsync("api", new StartReleaseRequest(SampleApplications.Manifests()));
        var end = await server.Admin.WaitForReleaseAsync(release.Id);

        (await http.ElsaAsync(HttpMethod.Delete, $"/workflow-instances/{release.InstanceId}")).Status.Should().Be(HttpStatusCode.NoContent);

        JsonSerializer.Serialize(await server.Admin.GetReleaseAsync(release.Id)).Should().Be(JsonSerializer.Serialize(end));
        (await server.Admin.StartReleaseAsync("api", new StartReleaseRequest(Revision: release.Revision))).Id.Should().Be("api-2");
    }

    /// <summary>Between the end of the instance and what the projector makes of it.</summary>
    [Fact]
    public async Task EndedInstance_OfAReleaseThatDoesNotKnow_IsNotDeleted()
    {
        var (delivery, store) = (server.Services.GetRequiredService<IDeliveryStore>(), server.Services.GetRequiredService<IWorkflowStore>());
        var spec = await server.Admin.ApplyApplicationAsync(SampleApplications.Yaml("late"));
        spec.Should().NotBeNull();
        var release = await server.Admin.StartReleaseAsync("late", new StartReleaseRequest(SampleApplications.Manifests()));
        var instance = (await store.GetInstanceAsync(release.InstanceId!, CancellationToken.None))! with { Status = InstanceStatus.Faulted };

        var bond = new ReleaseBond(delivery);
        (await bond.DeleteAsync(instance, CancellationToken.None))!.Detail.Should().Contain("not over");
        (await bond.DeleteAsync(instance with { Id = "a child of it" }, CancellationToken.None)).Should().BeNull();
        await server.Services.GetRequiredService<WorkflowRuntime>().CancelAsync(release.InstanceId!, CancellationToken.None);
        await server.Admin.WaitForReleaseAsync(release.Id);
        (await bond.DeleteAsync(instance, CancellationToken.None)).Should().BeNull();
    }
}
