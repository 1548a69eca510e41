using Kairship.Activities.Releases;
using Kairship.Activities.Returning;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Failover;
using Kairship.Delivery.Failover.Returning;
using Kairship.Delivery.Releases;
using Kairship.Fleet.Health;

namespace Kairship.Server.Failover.Returning;

/// <summary>One application that misses a cluster, and whether it returns.</summary>
/// <param name="DedupeKey">Of the failback that this return of its clusters may begin: one.</param>
/// <param name="Begun">That failback, where it was begun already.</param>
/// <param name="Remains">Where a failover that did not succeed left something of it. It never moved then, and does not now: what is left goes.</param>
internal sealed record FailbackCase(
    ApplicationHistory History, FailbackOrigin Origin, IReadOnlyList<string> Missing, IReadOnlyList<string> Remains, FailbackAnswer Answer, string DedupeKey, Release? Begun)
{
    public string Application => History.Application.Name;

    /// <summary>Nothing but its beginning is missing.</summary>
    public bool IsDue => Begun is null && Answer.Verdict is (FailbackVerdict.Go or FailbackVerdict.Ask);

    public PlacementChange Change => new(
        ReleaseKind.Failback,
        $"{string.Join(", ", Missing)} {(Missing.Count == 1 ? "is" : "are")} back: {(Remains.Count == 0 ? $"{Application} returns to where it was before {Origin.At:u}" : $"what a failover of {Application} that did not succeed left in {string.Join(", ", Remains)} goes")}.")
    {
        Origin = Remains.Count == 0 ? Origin.Release : null,
        Alternative = Origin.Placement.Alternative,
        Totals = History.Stable.Change?.Totals ?? new Dictionary<string, int>(),
        Asks = Answer.Verdict == FailbackVerdict.Ask ? Answer.Sentence
            : History.Stateful is { } stateful ? $"{stateful} What was written since is where it runs now: see that it comes along." : null,
    };
}

/// <summary>Finds the applications that miss a cluster which came back, and judges for each whether it returns now.</summary>
internal sealed class FailbackSurvey(
    IDeliveryStore delivery, ApplicationHistories histories, OriginBook origins, FailbackAttempts attempts, RemainsReader remains, ReturnRoom room, ReturningClusters back, IClusterHealthStore health,
    ReturnBook returns, FleetBrakeKeeper brake, TimeProvider time)
{
    private static readonly FlapDamping Damping = new();

    /// <summary>While the cluster that it is in now does not answer.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5);

    /// <param name="run">Tells attempts apart that people begin by hand; null: nobody did.</param>
    public async Task<IReadOnlyList<FailbackCase>> LookAsync(string cluster, string? run, CancellationToken cancellationToken)
    {
        var brakes = (await brake.AskAsync(cancellationToken)).Brake.Answer;
        var clusters = new Dictionary<string, (ReturningCluster Cluster, long Transition)>(StringComparer.Ordinal);
        var cases = new List<FailbackCase>();
        var all = await histories.AllAsync(null, cancellationToken);
        var known = await origins.AllAsync(all, cancellationToken);
        foreach (var (name, history) in all)
        {
            if (await WayAsync(history, known.GetValueOrDefault(name), cluster, cancellationToken) is not (var origin, var missing, var left))
            {
                continue;
            }

            foreach (var gone in missing.Where(m => !clusters.ContainsKey(m)))
            {
                clusters[gone] = await ReadAsync(gone, cancellationToken);
            }

            var application = history.Application;
            var key = $"{(left.Count == 0 ? "failback" : "tidy")}:{name}:{history.Stable.Id}:{string.Join(',', missing.Select(m => $"{m}#{clusters[m].Transition}"))}{(run is null ? "" : $":{run}")}";
            var answer = Failback.Judge(left.Count == 0 ? application : Tidied(application), origin, [.. missing.Select(m => clusters[m].Cluster)], history.Lease, brakes, Damping, time.GetUtcNow());
            if (answer.Verdict is FailbackVerdict.Go or FailbackVerdict.Ask && await NotReadyAsync(history.Placement.Replicas.Keys, cancellationToken) is { } away)
            {
                answer = new FailbackAnswer(FailbackVerdict.Wait, $"{name} is in {away}, which is not ready: it returns when that answers and can give it up.", time.GetUtcNow() + LookAgain);
            }

            cases.Add(await attempts.OfAsync(new FailbackCase(history, origin, missing, left, answer, key, await BegunAsync(history, key, cancellationToken)), cancellationToken));
        }

        // Who is saved first returns first.
        return await FitAsync([.. cases.OrderByDescending(c => c.History.Application.Failover.Priority).ThenBy(c => c.Application, StringComparer.Ordinal)], cancellationToken);
    }

    /// <summary>The first that is lost, or that the last look found so.</summary>
    private async Task<string?> NotReadyAsync(IEnumerable<string> placed, CancellationToken cancellationToken)
    {
        foreach (var cluster in placed.Order(StringComparer.Ordinal))
        {
            if (await health.GetAsync(cluster, cancellationToken) is { } report && (report.Ready is { Status: not ConditionStatus.True } || report.FailedLooks > 0))
            {
                return cluster;
            }
        }

        return null;
    }

    /// <summary>Who has no room any more waits. What never left needs none.</summary>
    private async Task<IReadOnlyList<FailbackCase>> FitAsync(IReadOnlyList<FailbackCase> cases, CancellationToken cancellationToken)
    {
        var returning = cases.Where(c => c.IsDue && c.Remains.Count == 0).ToList();
        if (returning.Count == 0)
        {
            return cases;
        }

        var full = await room.ShortAsync(returning, cancellationToken);
        return [.. cases.Select(c => full.TryGetValue(c.Application, out var why) ? c with { Answer = new FailbackAnswer(FailbackVerdict.Wait, why) } : c)];
    }

    /// <summary>Where it returns to, as it misses the cluster; or what is left over elsewhere, as a failover away from the cluster did not succeed. null: neither.</summary>
    private async Task<(FailbackOrigin Origin, IReadOnlyList<string> Missing, IReadOnlyList<string> Remains)?> WayAsync(
        ApplicationHistory history, FailbackOrigin? known, string cluster, CancellationToken cancellationToken)
    {
        if (known is { } origin && origin.Missing(history.Placement) is { Count: > 0 } missing && missing.Contains(cluster))
        {
            return (origin, missing, []);
        }

        var since = history.Releases.TakeWhile(r => r.Id != history.Stable.Id).ToList();
        var failovers = since.Where(r => r.Kind == ReleaseKind.Failover && r.IsOver).ToList();
        var lost = failovers.SelectMany(r => r.Change!.Lost).Where(history.Placement.Replicas.ContainsKey).Distinct().Order(StringComparer.Ordinal).ToList();
        return lost.Contains(cluster) && await remains.OfAsync(since, [.. history.Placement.Replicas.Keys], cancellationToken) is { Count: > 0 } left
            ? (new FailbackOrigin(history.Application.Name, history.Placement, history.Stable.Id, failovers[^1].RequestedAt), lost, left) : null;
    }

    /// <summary>The key names the last release that succeeded: what it began came after that.</summary>
    private async Task<Release?> BegunAsync(ApplicationHistory history, string key, CancellationToken cancellationToken) =>
        history.Releases.Any(r => r.Kind == ReleaseKind.Failback && r.Number > history.Stable.Number) || history.Releases.Count > ApplicationStanding.Most
            ? await delivery.FindStartedReleaseAsync(key, cancellationToken)
            : null;

    /// <summary>It goes nowhere: only what is left over goes, whatever is said of returning.</summary>
    private static Application Tidied(Application application) => application with
    {
        Failover = application.Failover with { Failback = application.Failover.Failback with { Mode = FailbackMode.Automatic } },
    };

    private async Task<(ReturningCluster Cluster, long Transition)> ReadAsync(string cluster, CancellationToken cancellationToken)
    {
        var report = await health.GetAsync(cluster, cancellationToken);
        var record = await returns.FindAsync(cluster, cancellationToken);
        var isFresh = ReturnGate.LossBefore(report) is { } loss && record?.Loss >= loss;
        var known = report is null ? new ReturningCluster(cluster, null, [], null) : await back.ReadAsync(report, cancellationToken);
        return (known with { Comparison = isFresh ? record!.Comparison : null }, report?.Transition ?? 0);
    }
}
