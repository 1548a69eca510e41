using System.Net;
using Kairship.Api;
using Kairship.Api.Releases;
using Kairship.Delivery.Releases;
using Kairship.Workflows.Runtime;
using Microsoft.Extensions.DependencyInjection;

namespace Kairship.Server.Tests.Releases;

/// <summary>Starting, watching and stopping releases, with workflows that need no cluster.</summary>
public sealed class ReleaseTests(RunningServer server) : IClassFixture<RunningServer>
{
    private IDeliveryStore Delivery => server.Services.GetRequiredService<IDeliveryStore>();

    [Fact]
    public async Task Release_HasItsInstance_AndHoldsItsApplication()
    {
        await server.Admin.ApplyApplicationAsync(SampleApplications.Yaml("held"));

        var release = await server.Admin.StartReleaseAsync("held", new StartReleaseRequest(SampleApplications.Manifests(), Revision: "v1"));

        release.Should().Match<ReleaseInfo>(r => r.Id == "held-1" && r.Revision == "v1" && !r.IsOver && r.InstanceId != null && r.RequestedBy == "admin");
        var instance = await server.Admin.GetInstanceAsync(release.InstanceId!);
        instance.Instance.CorrelationId.Should().Be("held-1");
        (await server.Admin.GetApplicationAsync("held")).ActiveRelease!.Id.Should().Be("held-1");
        (await server.Admin.ListApplicationsAsync()).Items.Single(a => a.Name == "held").ActiveRelease.Should().Be("held-1");
    }

    [Fact]
    public async Task SameIdempotencyKey_StartsOneRelease_AndAnotherCallersKeyIsAnother()
    {
        await server.Admin.ApplyApplicationAsync(SampleApplications.Yaml("once"));
        var request = new StartReleaseRequest(SampleApplications.Manifests());

        var all = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => server.Admin.StartReleaseAsync("once", request, "build-7")));
        all.Select(r => r.Id).Distinct().Should().Equal("once-1");

        using var other = KairshipClient.Connect(server.Address, await server.KeyAsync("once-ci", "deployer"));
        var refused = await other.Invoking(o => o.StartReleaseAsync("once", request, "build-7")).Should().ThrowAsync<KairshipApiException>();
        refused.Which.Status.Should().Be(409, "the key of somebody else says nothing about this caller's release");
    }

    [Fact]
    public async Task Workflow_ThatFaults_FailsTheRelease_WithItsReason_AndFreesTheApplication()
    {
        await server.Admin.ApplyApplicationAsync(SampleApplications.Yaml("faulty", "faulting"));

        var release = await server.Admin.StartReleaseAsync("faulty", new StartReleaseRequest(SampleApplications.Manifests()));
        var end = await server.Admin.WaitForReleaseAsync(release.Id);

        end.Release.Status.Should().Be("Failed");
        end.Release.Reason.Should().Contain("the sky fell");
        end.Events.Should().Contain(e => e.Kind == "failed");
        (await server.Admin.GetApplicationAsync("faulty")).ActiveRelease.Should().BeNull();
        (await server.Admin.StartReleaseAsync("faulty", new StartReleaseRequest(Revision: release.Revision))).Id.Should().Be("faulty-2");
    }

    [Fact]
    public async Task CancelledInstance_FailsTheRelease()
    {
        await server.Admin.ApplyApplicationAsync(SampleApplications.Yaml("cancelled"));
        var release = await server.Admin.StartReleaseAsync("cancelled", new StartReleaseRequest(SampleApplications.Manifests()));

        await server.Admin.CancelInstanceAsync(release.InstanceId!);

        var end = await server.Admin.WaitForReleaseAsync(release.Id);
        end.Release.Should().Match<ReleaseInfo>(r => r.Status == "Failed" && r.Reason!.Contains("cancelled"));
    }

    [Fact]
    public async Task Orphan_OfACrashBetweenTheTwo_IsLaunchedAtTheNextStart()
    {
        await using var crashed = new RunningServer();
        await crashed.InitializeAsync();
        await crashed.Admin.ApplyApplicationAsync(SampleApplications.Yaml("orphan"));
        var store = crashed.Services.GetRequiredService<IDeliveryStore>();
        var spec = (await store.GetApplicationAsync("orphan", default))!;
        await store.AddRevisionAsync("orphan", "v1", "[]", "d", "test", DateTimeOffset.UnixEpoch, default);
        var release = await store.StartReleaseAsync(new NewRelease(spec, "v1", "waiting", "test"), DateTimeOffset.UnixEpoch, default);
        release.InstanceId.Should().BeNull();

        await crashed.StopAsync();
        await crashed.StartAsync();

        (await crashed.Admin.GetReleaseAsync(release.Id)).Release.InstanceId.Should().NotBeNull();
    }

    [Fact]
    public async Task Pause_ThenResume_AndAbortIsRefusedOnceItIsOver()
    {
        await server.Admin.ApplyApplicationAsync(SampleApplications.Yaml("paused"));
        var release = await server.Admin.StartReleaseAsync("paused", new StartReleaseRequest(SampleApplications.Manifests()));

        (await server.Admin.PauseReleaseAsync(release.Id, "lunch")).Status.Should().Be("Paused");
        await Eventually.HoldsAsync(async () => (await server.Admin.GetInstanceAsync(release.InstanceId!)).Instance.Status == "Paused", "the instance is paused");
        (await server.Admin.ResumeReleaseAsync(release.Id)).Status.Should().Be("Progressing");
        await Eventually.HoldsAsync(async () => (await server.Admin.GetInstanceAsync(release.InstanceId!)).Instance.Status == "Suspended", "the instance waits again");
        (await server.Admin.GetReleaseAsync(release.Id)).Events.Select(e => e.Message).Should().Contain("paused by admin: lunch");

        await server.Admin.CancelInstanceAsync(release.InstanceId!);
        await server.Admin.WaitForReleaseAsync(release.Id);
        var refused = await server.Admin.Invoking(a => a.AbortReleaseAsync(release.Id)).Should().ThrowAsync<KairshipApiException>();
        refused.Which.Status.Should().Be(409);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task PauseThatTheStatusDidNotFollow_CanBeResumedAndAborted(bool abort)
    {
        var name = abort ? "half-aborted" : "half-resumed";
        await server.Admin.ApplyApplicationAsync(SampleApplications.Yaml(name));
        var release = await server.Admin.StartReleaseAsync(name, new StartReleaseRequest(SampleApplications.Manifests()));

        // A crash between the two writes of a pause.
        await server.Services.GetRequiredService<WorkflowRuntime>().PauseAsync(release.InstanceId!, default);
        await Eventually.HoldsAsync(async () => (await server.Admin.GetInstanceAsync(release.InstanceId!)).Instance.Status == "Paused", "the instance is paused");

        _ = abort ? await server.Admin.AbortReleaseAsync(release.Id) : await server.Admin.ResumeReleaseAsync(release.Id);
        await Eventually.HoldsAsync(async () => (await server.Admin.GetInstanceAsync(release.InstanceId!)).Instance.Status == "Suspended", "the instance goes on");
    }

    [Fact]
    public async Task Workflow_ThatAsksNobody_IsRefused_WhereTheApplicationAsksForApproval()
    {
        var yaml = SampleApplications.Yaml("gated");
        await server.Admin.ApplyApplicationAsync(yaml.TrimEnd() + "\n    approval: {minApprovals: 1, roles: [release-manager]}\n");
        var refused = await server.Admin.Invoking(a => a.StartReleaseAsync("gated", new StartReleaseRequest(SampleApplications.Manifests(), Workflow: "rollback")))
            .Should().ThrowAsync<KairshipApiException>("anybody who may deploy could go round the release managers");
        refused.Which.Status.Should().Be(422);
        refused.Which.Message.Should().Contain("approval");
    }

    [Fact]
    public async Task Approval_IsWeakened_ByAnAdminOnly()
    {
        var gated = SampleApplications.Yaml("guarded").TrimEnd() + "\n    approval: {minApprovals: 1, roles: [release-manager]}\n";
        await server.Admin.ApplyApplicationAsync(gated);
        using var deployer = KairshipClient.Connect(server.Address, await server.KeyAsync("guarded-deployer", "deployer"));
        var refused = await deployer.Invoking(d => d.ApplyApplicationAsync(SampleApplications.Yaml("guarded")))
            .Should().ThrowAsync<KairshipApiException>("who may deploy could go round the release managers");
        refused.Which.Status.Should().Be(403);
        refused.Which.Message.Should().Contain("admin");
        (await server.Admin.GetApplicationAsync("guarded")).Yaml.Should().Contain("release-manager");
        (await server.Admin.ApplyApplicationAsync(SampleApplications.Yaml("guarded"))).Change.Should().Be("configured");
    }

    [Fact]
    public async Task RollBack_OfASucceededRelease_StartsOneToTheRevisionBefore()
    {
        await SucceededAsync("back", "v1", "1.0");
        var second = await SucceededAsync("back", "v2", "2.0");

        var rollback = await server.Admin.RollBackReleaseAsync(second.Id, "it is slow");

        rollback.Should().Match<ReleaseInfo>(r => r.Id == "back-3" && r.Revision == "v1" && r.FromRevision == "v2" && r.Workflow == "rollback");
        var first = await server.Admin.Invoking(a => a.RollBackReleaseAsync("back-1")).Should().ThrowAsync<KairshipApiException>();
        first.Which.Status.Should().Be(409, "another revision is in place");
    }

    [Fact]
    public async Task Release_Unchanged_Is304()
    {
        await server.Admin.ApplyApplicationAsync(SampleApplications.Yaml("tagged"));
        var release = await server.Admin.StartReleaseAsync("tagged", new StartReleaseRequest(SampleApplications.Manifests()));
        using var http = server.Http(server.AdminToken);
        string? tag = null;
        await Eventually.HoldsAsync(
            async () =>
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/releases/{release.Id}");
                request.Headers.TryAddWithoutValidation("If-None-Match", tag);
                using var response = await http.SendAsync(request);
                tag = response.Headers.ETag?.ToString();
                return response.StatusCode == HttpStatusCode.NotModified;
            },
            "the second look finds nothing new");
        await Delivery.AddReleaseEventAsync(new ReleaseEvent(release.Id, DateTimeOffset.UnixEpoch, "test", null, "news"), "k", default);
        using var again = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/releases/{release.Id}");
        again.Headers.TryAddWithoutValidation("If-None-Match", tag);
        using var answer = await http.SendAsync(again);
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task SameManifests_WithoutAName_AreTheSameRevision()
    {
        var first = await SucceededAsync("same", null, "1.0");
        var again = await SucceededAsync("same", null, "1.0");
        again.Revision.Should().Be(first.Revision);
        (await server.Admin.ListRevisionsAsync("same")).Items.Should().ContainSingle(r => r.IsCurrent);
    }

    private async Task<ReleaseInfo> SucceededAsync(string application, string? revision, string tag)
    {
        await server.Admin.ApplyApplicationAsync(SampleApplications.Yaml(application));
        var release = await server.Admin.StartReleaseAsync(application, new StartReleaseRequest(SampleApplications.Manifests(tag), Revision: revision));
        await Delivery.SetCurrentRevisionAsync(application, release.Revision, default);
        await Delivery.SetReleaseStatusAsync(release.Id, ReleaseStatus.Succeeded, null, DateTimeOffset.UnixEpoch, default);
        await server.Admin.CancelInstanceAsync(release.InstanceId!);
        return release;
    }
}
