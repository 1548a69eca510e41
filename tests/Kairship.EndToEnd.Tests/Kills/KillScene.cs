using System.Text.Json.Nodes;
using Kairship.Api;
using Kairship.Api.Approvals;
using Kairship.Api.Releases;
using Kairship.EndToEnd.Tests.Processes;
using Kairship.EndToEnd.Tests.Shop;
using Kairship.Simulator.Faults;

namespace Kairship.EndToEnd.Tests.Kills;

/// <summary>One release on the stage, driven to a point by a developer and a release manager who only use the API.</summary>
internal sealed class KillScene(KillStage stage, string revision, string? source = null) : IDisposable
{
    private TimeSpan _look = TimeSpan.FromMilliseconds(5);

    private readonly KairshipClient _developer = stage.Server.Connect(stage.DeveloperKey);
    private readonly KairshipClient _manager = stage.Server.Connect(stage.ManagerKey);
    private readonly string _idempotencyKey = Guid.NewGuid().ToString("n");

    private Action _letGo = () => { };
    private Task? _underWay;
    private ReleaseDetail? _seen;

    public string Release { get; private set; } = "";

    public string Revision => revision;

    /// <summary>Whether the order was answered before the server died.</summary>
    public bool OrderAnswered { get; private set; }

    /// <summary>Whether the decision was answered before the server died.</summary>
    public bool DecisionAnswered { get; private set; }

    /// <summary>Where the release stood when it was last looked at.</summary>
    public string Place => _seen is null
        ? "nothing seen"
        : $"{_seen.Release.Status}, {_seen.Events.Count} events, {string.Join(" ", _seen.Clusters.Select(c => $"{c.Cluster} {c.Phase} {c.Weight} {c.Ready}/{c.Desired} {c.Health}"))}";

    /// <summary>Orders the release; the same order again when it was not answered.</summary>
    public async Task OrderAsync()
    {
        var release = await _developer.StartReleaseAsync(
            ShopFiles.Application, new StartReleaseRequest(source, null, revision), _idempotencyKey);
        OrderAnswered = true;
        if (Release.Length == 0)
        {
            stage.Released.Add(revision);
        }

        Release = release.Id;
    }

    /// <summary>Sends the order and does not wait for its answer.</summary>
    public void BeginOrder() => _underWay = OrderAsync();

    /// <summary>Sends the decision and does not wait for its answer.</summary>
    public async Task BeginDecisionAsync()
    {
        var approval = (await SeeAsync(d => d.PendingApproval is not null)).PendingApproval!;
        _underWay = DecideAsync(approval);
    }

    public async Task ApproveAsync() => await DecideAsync((await SeeAsync(d => d.PendingApproval is not null)).PendingApproval!);

    /// <summary>Looks at the release until it is so.</summary>
    public async Task<ReleaseDetail> SeeAsync(Func<ReleaseDetail, bool> so)
    {
        await Patience.UntilAsync(
            async () =>
            {
                _seen = await _developer.GetReleaseAsync(Release);
                return so(_seen) || (_seen.Release.IsOver ? throw new InvalidOperationException($"{Release} was over before it came to that point: {Place}") : false);
            },
            () => $"{Release} did not come to that point: {Place}", look: _look);
        return _seen!;
    }

    /// <summary>The n-th line of that kind in its story.</summary>
    public Task SeeEventAsync(string kind, int nth = 1) => SeeAsync(d => d.Events.Count(e => e.Kind == kind) >= nth);

    public Task SeeClusterAsync(string cluster, Func<ReleaseClusterInfo, bool> so) => SeeAsync(d => d.Clusters.Any(c => c.Cluster == cluster && so(c)));

    /// <summary>That many lines in the journal of its workflow.</summary>
    public async Task SeeJournalAsync(int lines)
    {
        var detail = await SeeAsync(d => d.Release.InstanceId is not null);
        await Patience.UntilAsync(
            async () => (await _developer.GetJournalAsync(detail.Release.InstanceId!, 0, 1)).Total >= lines, () => $"the journal has fewer than {lines} lines", look: _look);
        _seen = await _developer.GetReleaseAsync(Release);
        if (_seen.Release.IsOver)
        {
            throw new InvalidOperationException($"{Release} was over before its journal had {lines} lines");
        }
    }

    /// <summary>Looks at the Deployments inside a cluster until they are so.</summary>
    public async Task SeeInsideAsync(string cluster, Func<IReadOnlyDictionary<string, JsonNode>, bool> so)
    {
        await Patience.UntilAsync(
            async () => so((await stage.Cluster(cluster).GetAsync("apis/apps/v1/namespaces/shop/deployments"))["items"]!.AsArray()
                .ToDictionary(d => d!["metadata"]!["name"]!.ToString(), d => d!)),
            () => $"{cluster} did not come to that point", look: _look);
    }

    /// <summary>Pods of this revision do not get ready in a cluster until the server is back: what waits for them can be seen however slow the machine is.</summary>
    public void HoldBack(string cluster)
    {
        var faults = stage.Faults(cluster);
        faults.SetImageFault($":{revision}", PodFault.Unready);
        _letGo = faults.ClearImageFaults;
    }

    /// <summary>After the server is back: repeats what was not answered, and waits until nothing of the release runs any more.</summary>
    public async Task FinishAsync()
    {
        _look = TimeSpan.FromMilliseconds(60);
        _letGo();
        await ForgetUnansweredAsync();
        if (!OrderAnswered)
        {
            await OrderAsync();
        }

        var detail = await SeeAsync(d => d.PendingApproval is not null || d.Release.IsOver || d.Events.Any(e => e.Kind == "Approved"));
        if (detail.PendingApproval is { } approval)
        {
            DecisionAnswered = false;
            await DecideAsync(approval);
        }

        await SeeAsync(d => d.Release.IsOver);
        await Patience.UntilAsync(
            async () => (await _developer.GetInstanceAsync(_seen!.Release.InstanceId!)).Instance.FinishedAt is not null, () => $"the workflow of {Release} does not end");
    }

    public async Task<string> OutcomeAsync()
    {
        var release = (await _developer.GetReleaseAsync(Release)).Release;
        return release.Reason is null ? release.Status : $"{release.Status}: {release.Reason}";
    }

    /// <summary>Its events, as "Kind cluster".</summary>
    public async Task<IReadOnlyList<string>> StoryAsync() =>
        [.. (await _developer.GetReleaseAsync(Release)).Events.Select(e => e.Cluster is null ? e.Kind : $"{e.Kind} {e.Cluster}")];

    public void Dispose()
    {
        _letGo();
        _developer.Dispose();
        _manager.Dispose();
    }

    private async Task DecideAsync(ApprovalInfo approval)
    {
        await _manager.DecideApprovalAsync(approval.Id, new DecideApprovalRequest(true, approval.PlanDigest, "looked at it"));
        DecisionAnswered = true;
    }

    private async Task ForgetUnansweredAsync()
    {
        try
        {
            await (_underWay ?? Task.CompletedTask);
        }
        catch (HttpRequestException)
        {
            // That is the point: the server died with the request in its hands.
        }
    }
}
