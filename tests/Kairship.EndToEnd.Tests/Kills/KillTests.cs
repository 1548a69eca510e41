using Kairship.Api;

namespace Kairship.EndToEnd.Tests.Kills;

/// <summary>The server dies by SIGKILL in the middle of a release and is started again. Nobody who looks at the end can tell.</summary>
[Collection(KillStageCollection.Name)]
public sealed class KillTests(KillStage stage, ITestOutputHelper output)
{
    public static TheoryData<string> Points => [.. KillPoints.All.Select(p => p.Name)];

    [Theory]
    [MemberData(nameof(Points))]
    public async Task ServerKilled_AtAnyPointOfARelease_ReleaseEndsAsIfNothingHappened(string name)
    {
        var point = KillPoints.All.Single(p => p.Name == name);
        var revision = stage.Other;
        using var scene = new KillScene(stage, revision);
        try
        {
            await point.Reach(scene);
            await stage.Server.KillAsync();
            foreach (var after in point.AgainAfter)
            {
                stage.Server.Launch();
                await KillPoints.WaitAsync(after);
                await stage.Server.KillAsync();
            }

            var restart = await stage.Server.StartAsync();
            output.WriteLine($"killed at: {scene.Place}; ready again after {restart.TotalSeconds:0.0} s");
            await scene.FinishAsync();
            await VerifyAsync(scene, revision);
        }
        catch (Exception)
        {
            output.WriteLine($"{scene.Release}: {scene.Place}\n{stage.Server.Tail()}");
            throw;
        }
    }

    private async Task VerifyAsync(KillScene scene, string revision)
    {
        (await scene.OutcomeAsync()).Should().Be("Succeeded");
        (await stage.PicturesAsync()).Should().Be(stage.Expected(revision), "every object in every cluster is what it is after an undisturbed release");
        foreach (var cluster in stage.Clusters)
        {
            (await Shop.ClusterPicture.NamesAsync(cluster)).Should().Equal("ConfigMap/kairship-shop", "ConfigMap/shop", "Deployment/api", "Deployment/web", "Service/web");
            (await Shop.ClusterPicture.PodsAsync(cluster)).Should().BeEquivalentTo(new Dictionary<string, int> { [$"web:{revision}"] = 4, [$"api:{revision}"] = 2 });
        }

        using var admin = stage.Server.Connect();
        await VerifyReleaseAsync(admin, scene, revision);
        await VerifyHistoryAsync(admin);
        await VerifyAuditAsync(admin, scene);
        stage.Server.Errors().Should().BeEmpty("nothing went wrong that anybody should look at");
    }

    private async Task VerifyReleaseAsync(KairshipClient admin, KillScene scene, string revision)
    {
        var detail = await admin.GetReleaseAsync(scene.Release);
        detail.Events.Select(e => e.Cluster is null ? e.Kind : $"{e.Kind} {e.Cluster}").Should().Equal(stage.Story, "the story is told once, as without the kill");
        detail.Clusters.Should().OnlyContain(c => c.Phase == "Promoted" && c.Weight == 100 && c.Ready == 6 && c.Desired == 6);

        var approvals = (await admin.ListApprovalsAsync(pendingOnly: false, 0, 1000)).Items.Where(a => a.ReleaseId == scene.Release).ToList();
        approvals.Should().ContainSingle().Which.Should().Match<Api.Approvals.ApprovalInfo>(a => a.Status == "Approved" && a.Decisions.Count == 1 && a.Decisions[0].By == "manager");

        var instances = (await admin.ListInstancesAsync(correlationId: scene.Release)).Items;
        instances.Should().ContainSingle().Which.Should().Match<Api.Workflows.InstanceInfo>(i => i.Status == "Finished" && i.IncidentCount == 0 && i.QuarantineReason == null);

        var application = await admin.GetApplicationAsync("shop");
        application.CurrentRevision.Should().Be(revision);
        application.ActiveRelease.Should().BeNull("the next release can start");
    }

    private async Task VerifyHistoryAsync(KairshipClient admin)
    {
        var history = await admin.GetHistoryAsync("shop", 0, 1000);
        history.Total.Should().Be(stage.Released.Count);
        history.Items.Select(r => r.Revision).Reverse().Should().Equal(stage.Released);
        history.Items.Select(r => r.Number).Should().BeInDescendingOrder().And.OnlyHaveUniqueItems();
        history.Items.Should().OnlyContain(r => r.IsOver);
    }

    /// <summary>What was answered is in the audit once; what died with the server at most once.</summary>
    private async Task VerifyAuditAsync(KairshipClient admin, KillScene scene)
    {
        var approval = (await admin.ListApprovalsAsync(pendingOnly: false, 0, 1000)).Items.Single(a => a.ReleaseId == scene.Release).Id;
        var audit = (await admin.ListAuditAsync(0, 1000)).Items;
        audit.Select(l => l.Sequence).Should().OnlyHaveUniqueItems();
        output.WriteLine(string.Join('\n', audit.Take(6)));
        var decided = audit.Count(l => l.Action == "approval.decide" && l.Subject == approval && l.Status == 200);
        decided.Should().BeInRange(scene.DecisionAnswered ? 1 : 0, 1);
        audit.Count(l => l.Action == "release.start" && l.Subject == scene.Release && l.Status == 201).Should().BeInRange(scene.OrderAnswered ? 1 : 0, 1);
    }
}
