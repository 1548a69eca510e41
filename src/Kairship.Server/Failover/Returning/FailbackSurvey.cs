using Kairship.Activities.Returning;
using Kairship.Delivery.Failover;
using Kairship.Delivery.Failover.Returning;
using Kairship.Delivery.Releases;
using Kairship.Fleet.Health;

namespace Kairship.Server.Failover.Returning;

/// <summary>One application that misses a cluster, and whether it returns.</summary>
/// <param name="DedupeKey">Of the failback that this return of its clusters may begin: one.</param>
/// <param name="Begun">That failback, where it was begun already.</param>
internal sealed record FailbackCase(ApplicationHistory History, FailbackOrigin Origin, IReadOnlyList<string> Missing, FailbackAnswer Answer, string DedupeKey, Release? Begun)
{
    public string Application => History.Application.Name;

    /// <summary>Nothing but its beginning is missing.</summary>
    public bool IsDue => Begun is null && Answer.Verdict is (FailbackVerdict.Go or FailbackVerdict.Ask);

    public PlacementChange Change => new(
        ReleaseKind.Failback, $"{string.Join(", ", Missing)} {(Missing.Count == 1 ? "is" : "are")} back: {Application} returns to where it was before {Origin.At:u}.")
    {
        Origin = Origin.Release,
        Alternative = Origin.Placement.Alternative,
        Totals = History.Stable.Change?.Totals ?? new Dictionary<string, int>(),
        Asks = Answer.Verdict == FailbackVerdict.Ask ? Answer.Sentence
            : History.Stateful is { } stateful ? $"{stateful} What was written since is where it runs now: see that it comes along." : null,
    };
}

/// <summary>Finds the applications that miss a cluster which came back, and judges for each whether it returns now.</summary>
internal sealed class FailbackSurvey(
    IDeliveryStore delivery, ApplicationHistories histories, OriginBook origins, IClusterHealthStore health, ReturnBook returns, FleetBrakeKeeper brake, TimeProvider time)
{
    private const int HistoryLooked = 500;
    private static readonly FlapDamping Damping = new();

    /// <param name="run">Tells attempts apart that people begin by hand; null: nobody did.</param>
    public async Task<IReadOnlyList<FailbackCase>> LookAsync(string cluster, string? run, CancellationToken cancellationToken)
    {
        var brakes = (await brake.AskAsync(cancellationToken)).Brake.Answer;
        var clusters = new Dictionary<string, (ReturningCluster Cluster, long Transition)>(StringComparer.Ordinal);
        var cases = new List<FailbackCase>();
        foreach (var application in await delivery.ListApplicationsAsync(cancellationToken))
        {
            if (await histories.ReadAsync(application, cancellationToken) is not { } history
                || await origins.OfAsync(application.Name, history.Stable, cancellationToken) is not { } origin
                || origin.Missing(history.Placement) is not { Count: > 0 } missing || !missing.Contains(cluster))
            {
                continue;
            }

            foreach (var name in missing.Where(m => !clusters.ContainsKey(m)))
            {
                clusters[name] = await ReadAsync(name, cancellationToken);
            }

            var key = $"failback:{application.Name}:{history.Stable.Id}:{string.Join(',', missing.Select(m => $"{m}#{clusters[m].Transition}"))}{(run is null ? "" : $":{run}")}";
            var lease = await delivery.GetArbiterLeaseAsync(application.Name, cancellationToken);
            var answer = Failback.Judge(application, origin, [.. missing.Select(m => clusters[m].Cluster)], lease, brakes, Damping, time.GetUtcNow());
            cases.Add(new FailbackCase(history, origin, missing, answer, key, await delivery.FindStartedReleaseAsync(key, cancellationToken)));
        }

        // Who is saved first returns first.
        return [.. cases.OrderByDescending(c => c.History.Application.Failover.Priority).ThenBy(c => c.Application, StringComparer.Ordinal)];
    }

    private async Task<(ReturningCluster Cluster, long Transition)> ReadAsync(string cluster, CancellationToken cancellationToken)
    {
        var report = await health.GetAsync(cluster, cancellationToken);
        var losses = (await health.HistoryAsync(cluster, HistoryLooked, cancellationToken)).Where(t => t.From == ConditionStatus.True && t.To != ConditionStatus.True).Select(t => t.At).ToList();
        var record = await returns.FindAsync(cluster, cancellationToken);
        var isFresh = ReturnGate.LossBefore(report) is { } loss && record?.Loss >= loss;

        // Whose last look failed is not well, although it counts as ready still.
        var well = report is { FailedLooks: 0, Ready: { Status: ConditionStatus.True } ready } ? ready.LastTransition : (DateTimeOffset?)null;
        return (new ReturningCluster(cluster, well, losses, isFresh ? record!.Comparison : null), report?.Transition ?? 0);
    }
}
