using Kairship.Api;
using Kairship.Api.Access;
using Kairship.Api.Applications;
using Kairship.Api.Approvals;
using Kairship.Api.Clusters;
using Kairship.Api.Releases;
using Kairship.Cli.Releases;
using Kairship.Cli.Serving;
using Spectre.Console;

namespace Kairship.Cli.Demo;

/// <summary>The demo's acts. Each is checked: what did not happen as told is a failure of the demo.</summary>
internal sealed class DemoStory(DemoStage stage, IAnsiConsole console, bool approveAll)
{
    private const string Application = "storefront";

    private readonly List<(string Act, bool Good, string Told, TimeSpan Took)> _acts = [];
    private string _manager = "";
    private string _developer = "";

    public async Task<bool> PlayAsync(CancellationToken cancellationToken)
    {
        await ActAsync("Three clusters, one server", PrepareAsync, cancellationToken);
        await ActAsync("Deploy v1", ct => DeployAsync("v1", ct), cancellationToken);
        await ActAsync("Release v2, server killed in mid-canary", CanaryAsync, cancellationToken);
        await ActAsync("Release v3, which is broken", RollBackAsync, cancellationToken);
        await ActAsync("Every cluster has exactly v2", VerifyAsync, cancellationToken);
        Summarise();
        return _acts.Count == 5 && _acts.All(a => a.Good);
    }

    private async Task ActAsync(string act, Func<CancellationToken, Task<string>> play, CancellationToken cancellationToken)
    {
        if (_acts.Any(a => !a.Good))
        {
            return;
        }

        console.Write(new Rule($"[bold]{act}[/]") { Justification = Justify.Left });
        var start = TimeProvider.System.GetTimestamp();
        try
        {
            var told = await play(cancellationToken);
            _acts.Add((act, true, told, TimeProvider.System.GetElapsedTime(start)));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _acts.Add((act, false, e.Message, TimeProvider.System.GetElapsedTime(start)));
            console.MarkupLineInterpolated($"[red]{e.Message}[/]");
        }
    }

    private async Task<string> PrepareAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(stage.StartClustersAsync(3, cancellationToken), stage.StartServerAsync(cancellationToken));
        using var admin = stage.Connect();
        foreach (var cloud in SimulatedClouds.Take(3))
        {
            var kubeconfig = await File.ReadAllTextAsync(Path.Combine(stage.Clusters, $"{cloud.Name}.kubeconfig"), cancellationToken);
            await admin.JoinClusterAsync(new JoinClusterRequest(cloud.Name, kubeconfig, null, cloud.Labels), cancellationToken);
            console.MarkupLineInterpolated($"  [green]joined[/] {cloud.Name}  [grey]{Output.Printer.Labels(cloud.Labels)}[/]");
        }

        // Two people: the one who asks for a release is never the one who approves it.
        _developer = (await admin.CreateKeyAsync(new CreateKeyRequest("developer", ["deployer"]), cancellationToken)).Token;
        _manager = (await admin.CreateKeyAsync(new CreateKeyRequest("release-manager", ["release-manager"]), cancellationToken)).Token;
        var applied = await admin.ApplyApplicationAsync(await File.ReadAllTextAsync(DemoStage.Sample("application.yaml"), cancellationToken), cancellationToken);
        console.MarkupLineInterpolated($"  [green]{applied.Change}[/] application {applied.Name}");
        return "joined 3 clusters, created the application";
    }

    private async Task<string> DeployAsync(string revision, CancellationToken cancellationToken)
    {
        var (release, _) = await ReleaseAsync(revision, null, cancellationToken);
        Expect(release.Release.Status == "Succeeded", $"{release.Release.Id} ended {release.Release.Status}: {release.Release.Reason}");
        Expect(release.Clusters.All(c => c.Phase == "Promoted" && c.Ready == c.Desired && c.Ready > 0), "not every cluster has all pods of v1");
        return $"{release.Clusters.Sum(c => c.Ready)} pods ready in {release.Clusters.Count} clusters";
    }

    private async Task<string> CanaryAsync(CancellationToken cancellationToken)
    {
        var killed = 0;
        var (release, approvals) = await ReleaseAsync(
            "v2",
            async detail =>
            {
                if (killed != 0 || !detail.Clusters.Any(c => c is { Phase: "Canary", Weight: >= 50, Ready: > 0 }))
                {
                    return false;
                }

                killed = stage.ServerId;
                await stage.KillServerAsync();
                return true;
            },
            cancellationToken);
        Expect(killed != 0, "the server was never killed: no canary was seen at 50 %");
        Expect(release.Release.Status == "Succeeded", $"{release.Release.Id} ended {release.Release.Status}: {release.Release.Reason}");
        Expect(approvals == 1, $"{approvals} approvals were asked for instead of 1");
        Expect(release.Clusters.All(c => c.Phase == "Promoted" && c.Ready == c.Desired), "not every cluster has all pods of v2");
        return $"process {killed} got SIGKILL at 50 %, the release went on and was promoted; asked once";
    }

    private async Task<string> RollBackAsync(CancellationToken cancellationToken)
    {
        var (release, _) = await ReleaseAsync("v3", null, cancellationToken);
        var reason = release.Release.Reason ?? "";
        Expect(release.Release.Status == "RolledBack", $"{release.Release.Id} ended {release.Release.Status}: {reason}");
        Expect(reason.Contains("checkout", StringComparison.Ordinal), $"the reason does not name the broken workload: {reason}");
        Expect(release.Clusters.Any(c => reason.Contains(c.Cluster, StringComparison.Ordinal)), $"the reason does not name the cluster: {reason}");
        return reason;
    }

    private async Task<string> VerifyAsync(CancellationToken cancellationToken)
    {
        using var client = stage.Connect();
        var plan = await client.PlanAsync(Application, new PlanRequest(Revision: "v2"), cancellationToken);
        var changed = plan.Clusters.SelectMany(c => c.Objects.Where(o => o.Action != "Unchanged").Select(o => $"{c.Cluster}: {o.Kind}/{o.Name} {o.Action}")).ToList();
        Expect(!plan.HasProblems && changed.Count == 0, $"the clusters differ from v2: {string.Join(", ", changed.Take(5))}");
        var counted = plan.Clusters.Sum(c => c.Objects.Count);
        console.MarkupLineInterpolated($"  [green]{counted} objects[/] in {plan.Clusters.Count} clusters are as v2 says, by server-side dry-run");
        return $"{counted} objects, no difference";
    }

    /// <summary>Releases a revision, answers its approval, and follows it to its end; the server is started again when <paramref name="onChange"/> has killed it.</summary>
    private async Task<(ReleaseDetail Release, int Approvals)> ReleaseAsync(string revision, Func<ReleaseDetail, Task<bool>>? onChange, CancellationToken cancellationToken)
    {
        using var developer = stage.Connect(_developer);
        var source = await File.ReadAllTextAsync(DemoStage.Sample($"{revision}.yaml"), cancellationToken);
        var release = await developer.StartReleaseAsync(Application, new StartReleaseRequest(source, null, revision), $"demo-{revision}", cancellationToken);
        var asked = new HashSet<string>();
        var lines = ReleaseView.LinesFor(console);
        while (true)
        {
            var server = stage.ServerId;
            var last = await ReleaseView.FollowAsync(
                developer, release.Id, console,
                async detail => (detail.PendingApproval is { } approval && asked.Add(approval.Id)) || (onChange is not null && await onChange(detail)),
                cancellationToken, lines);
            if (stage.ServerId != server)
            {
                console.MarkupLineInterpolated($"[red]  SIGKILL[/] to the server (process {server}) in mid-canary. Starting it again ...");
                await stage.StartServerAsync(cancellationToken);
                console.MarkupLineInterpolated($"[green]  back[/] as process {stage.ServerId}; the release goes on where it was:");
            }
            else if (last.Release.IsOver)
            {
                return (last, asked.Count);
            }
            else if (last.PendingApproval is { } approval)
            {
                await AnswerAsync(approval, cancellationToken);
            }
        }
    }

    private async Task AnswerAsync(ApprovalInfo approval, CancellationToken cancellationToken)
    {
        var approve = approveAll || await console.ConfirmAsync(
            $"  You are the release manager. Approve {approval.ReleaseId} with plan {approval.PlanDigest[..12]}?", defaultValue: true, cancellationToken);
        using var manager = stage.Connect(_manager);
        await manager.DecideApprovalAsync(approval.Id, new DecideApprovalRequest(approve, approval.PlanDigest, "demo"), cancellationToken);
        console.MarkupLineInterpolated($"  [green]{(approve ? "approved" : "rejected")}[/] by release-manager, bound to plan {approval.PlanDigest[..12]}");
    }

    private void Summarise()
    {
        var table = new Table { Border = TableBorder.Rounded, Title = new TableTitle("Summary") };
        table.AddColumns("", "What", "Result", "Seconds");
        foreach (var (act, good, told, took) in _acts)
        {
            table.AddRow(new Markup(good ? "[green]ok[/]" : "[red]failed[/]"), new Text(act), new Text(told.Length > 160 ? told[..157] + "..." : told), new Text($"{took.TotalSeconds:0.0}"));
        }

        console.Write(table);
    }

    private static void Expect(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new DemoFailedException(otherwise);
        }
    }

    private sealed class DemoFailedException(string message) : Exception(message);
}
