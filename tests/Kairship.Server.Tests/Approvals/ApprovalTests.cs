using Kairship.Api;
using Kairship.Api.Approvals;
using Kairship.Api.Releases;
using Kairship.Delivery.Approvals;
using Kairship.Delivery.Releases;
using Microsoft.Extensions.DependencyInjection;

namespace Kairship.Server.Tests.Approvals;

public sealed class ApprovalTests(RunningServer server) : IClassFixture<RunningServer>
{
    private const string Digest = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Fact]
    public async Task Decision_CountsOnlyFromOthers_WithTheRole_AboutThisPlan()
    {
        var approval = await AskAsync("gated", min: 2);
        using var ci = KairshipClient.Connect(server.Address, await server.KeyAsync("gated-ci", "deployer"));
        using var alice = KairshipClient.Connect(server.Address, await server.KeyAsync("gated-alice", "release-manager"));
        using var bob = KairshipClient.Connect(server.Address, await server.KeyAsync("gated-bob", "release-manager"));

        (await RefusalAsync(server.Admin, approval.Id, Digest)).Status.Should().Be(403, "the requester does not decide");
        (await RefusalAsync(ci, approval.Id, Digest)).Should().Match<KairshipApiException>(e => e.Status == 403 && e.Detail!.Contains("release-manager"));
        (await RefusalAsync(alice, approval.Id, "another plan")).Status.Should().Be(409);

        (await alice.DecideApprovalAsync(approval.Id, new DecideApprovalRequest(true, Digest, "looks good"))).Status.Should().Be("Pending");
        (await RefusalAsync(alice, approval.Id, Digest)).Status.Should().Be(409, "one person has one voice");
        var decided = await bob.DecideApprovalAsync(approval.ReleaseId, new DecideApprovalRequest(true, Digest));
        decided.Status.Should().Be("Approved");
        decided.Decisions.Select(d => d.By).Should().Equal("gated-alice", "gated-bob");
        (await RefusalAsync(bob, approval.Id, Digest)).Status.Should().Be(409, "it is decided");
    }

    [Fact]
    public async Task ManyAtOnce_AllCountOnce()
    {
        var approval = await AskAsync("crowd", min: 5);
        var people = await Task.WhenAll(Enumerable.Range(0, 5).Select(async i => KairshipClient.Connect(server.Address, await server.KeyAsync($"crowd-{i}", "release-manager"))));

        await Task.WhenAll(people.Select(p => p.DecideApprovalAsync(approval.Id, new DecideApprovalRequest(true, Digest))));

        var end = await server.Admin.GetApprovalAsync(approval.Id);
        end.Status.Should().Be("Approved");
        end.Decisions.Should().HaveCount(5).And.OnlyHaveUniqueItems(d => d.By);
        Array.ForEach(people, p => p.Dispose());
    }

    [Fact]
    public async Task IdWithSlashes_IsFoundByItsPath()
    {
        var approval = await AskAsync("slashed", min: 1);
        approval.Id.Should().Contain("/");
        (await server.Admin.GetApprovalAsync(approval.Id)).Id.Should().Be(approval.Id);
        (await server.Admin.GetReleaseAsync(approval.ReleaseId)).PendingApproval!.Id.Should().Be(approval.Id);
    }

    [Fact]
    public async Task ReleaseWhoseWorkflowWasCancelled_AsksNobodyAnyMore()
    {
        Approval[] asked = [await AskAsync("given-up", min: 1), await AskAsync("let-go", min: 1)];
        foreach (var approval in asked)
        {
            await server.Admin.CancelInstanceAsync((await server.Admin.GetReleaseAsync(approval.ReleaseId)).Release.InstanceId!);
            await Eventually.HoldsAsync(async () => (await server.Admin.GetReleaseAsync(approval.ReleaseId)).Release.Status == "Failed", "the release has ended");
        }

        using var somebody = KairshipClient.Connect(server.Address, await server.KeyAsync("given-up-alice", "release-manager"));
        (await RefusalAsync(somebody, asked[0].Id, Digest)).Should().Match<KairshipApiException>(e => e.Status == 409 && e.Detail!.Contains("nothing to decide any more"));
        await server.StopAsync();
        await server.StartAsync();

        foreach (var approval in asked)
        {
            (await server.Admin.GetApprovalAsync(approval.Id)).Status.Should().Be("Void", "what was not looked at is found by a server that starts");
        }
    }

    private async Task<Approval> AskAsync(string application, int min)
    {
        await server.Admin.ApplyApplicationAsync(SampleApplications.Yaml(application));
        var release = await server.Admin.StartReleaseAsync(application, new StartReleaseRequest(SampleApplications.Manifests()));
        var store = server.Services.GetRequiredService<IDeliveryStore>();
        return await store.EnsureApprovalAsync(
            new Approval(
                $"{release.InstanceId}/Workflow1:gate/0", release.Id, application, Digest, "admin", min, ["release-manager"], ApprovalStatus.Pending,
                DateTimeOffset.UnixEpoch, null, []),
            default);
    }

    private static async Task<KairshipApiException> RefusalAsync(KairshipClient client, string id, string digest) =>
        (await client.Invoking(c => c.DecideApprovalAsync(id, new DecideApprovalRequest(true, digest))).Should().ThrowAsync<KairshipApiException>()).Which;
}
