using Kairship.Api.Releases;
using Kairship.EndToEnd.Tests.CommandLine;
using Kairship.EndToEnd.Tests.Processes;

namespace Kairship.EndToEnd.Tests.Losses;

/// <summary>What a person at the command line is told while clusters are lost, and what to type.</summary>
public sealed class LossCommandTests : IDisposable
{
    private readonly TempFolder _folder = new("loss-commands");

    [Fact]
    public async Task Losses_AreToldWithWhatToType_WhereverPeopleLook()
    {
        await using var stage = await LossStage.StartAsync(0);
        var kairship = new CommandRunner(_folder, stage.Server.Address, stage.Server.AdminKey);
        await DeployAsync(stage);
        (await kairship.RunAsync("status", "ledger")).Ends(0).Out.Should().Contain("Succeeded").And.NotContain("lost");
        (await kairship.RunAsync("cluster", "return", "east")).Ends(0).Out.Should().Contain("not ready now, or was never lost").And.NotContain("NotBack");
        (await kairship.RunAsync("drill", "run", "--cluster", "nope")).Refuses(1, "No cluster named 'nope'");

        (await kairship.RunAsync("drill", "run", "--cluster", "west", "--real", "--timeout", "1m")).Ends(0);
        await Patience.UntilAsync(
            async () => (await kairship.RunAsync("approvals")).Out.Contains("(drill of west)", StringComparison.Ordinal), () => $"nobody is asked for the drill\n{stage.Server.Tail()}", TimeSpan.FromSeconds(30));

        stage.LostCluster.Faults.Unreachable = true;
        await Patience.UntilAsync(
            async () => (await stage.ReportAsync())?.Document.GetProperty("notMoved").GetArrayLength() == 1, () => $"no report names it\n{stage.Server.Tail()}", TimeSpan.FromSeconds(60));

        const string Confirm = "kairship cluster confirm-fenced east --how \"...\"";
        (await kairship.RunAsync("status", "ledger")).Ends(0).Out.Should().ContainAll("Succeeded", "east is lost: ledger says that it is stateful", Confirm);
        (await kairship.RunAsync("fleet", "status")).Ends(0).Out.Should().ContainAll("1 of 3 clusters is lost", "ledger: east is lost:", Confirm).And.NotContain("release-brake");
        (await kairship.RunAsync("cluster", "list")).Ends(0).Out.Should().MatchRegex(@"east +Unknown +\S+ +- +- ", "nobody knows its nodes and its latency now").And.MatchRegex(@"north +True +\S+ +\d+/\d+ +\d+ ms");

        stage.Clusters.Single(c => c.Name == "west").Faults.Unreachable = true;
        await Patience.UntilAsync(
            async () => (await kairship.RunAsync("fleet", "status")).Out.Contains("kairship fleet release-brake (failovers go on", StringComparison.Ordinal), () => $"the brake does not come on\n{stage.Server.Tail()}", TimeSpan.FromSeconds(60));
        (await kairship.RunAsync("fleet", "release-brake")).Ends(0).Out.Should().ContainAll("2 are lost and accepted by a person: east, west. No other cluster is lost.", "by admin");

        (await kairship.RunAsync("cluster", "confirm-fenced", "east", "--how", "powered off")).Ends(0).Error.Should().BeEmpty();
        var again = (await kairship.RunAsync("cluster", "confirm-fenced", "east", "--how", "unplugged")).Ends(0);
        again.Error.Should().Contain("confirmed before, by admin");
        again.Out.Should().Contain("powered off").And.NotContain("unplugged");
    }

    public void Dispose() => _folder.Dispose();

    private static async Task DeployAsync(LossStage stage)
    {
        using var admin = stage.Server.Connect();
        await admin.ApplyApplicationAsync("""
            apiVersion: kairship.io/v1
            kind: Application
            metadata: {name: ledger}
            spec:
              namespace: ledger
              placement:
                clusterAffinities:
                - {affinityName: first, clusterNames: [east]}
                - {affinityName: second, clusterNames: [north]}
              rollout: {workflow: deploy, progressDeadline: 60s}
              failover: {stateful: {fencing: confirm}}
            """);
        await admin.StartReleaseAsync("ledger", new StartReleaseRequest("""
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: ledger}
            data: {currency: EUR}
            """, Revision: "v1"));
        await Patience.UntilAsync(
            async () => (await admin.ListReleasesAsync()).Items is [{ Status: "Succeeded" }], () => $"it is not deployed\n{stage.Server.Tail()}", TimeSpan.FromSeconds(60));
    }
}
