using System.Diagnostics.CodeAnalysis;
using Kairship.Fleet.Health;

namespace Kairship.Server.Clusters;

/// <summary>What this node knows of one cluster. One look at a time writes into it.</summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "A semaphore whose wait handle is never asked for holds nothing.")]
internal sealed class ClusterPage
{
    /// <summary>A report in which only times and latencies moved is kept that often.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly LatencyWindow latencies = new();

    // Saving does not wait for a look: a report and whether it is saved change together.
    private readonly Lock saving = new();
    private DateTimeOffset thoroughAt = DateTimeOffset.MinValue;
    private DateTimeOffset savedAt = DateTimeOffset.MinValue;
    private volatile bool isUnsaved;

    public ClusterPage(DateTimeOffset joinedAt, ClusterReport? last, long transition)
    {
        Transition = transition;
        Report = last;

        // A restart is no reason to doubt what was known: the thresholds begin anew, the condition stays.
        State = last?.Ready is { } ready ? new ReadyState(ready, null, ready.Reason != ReadyRule.Starting, joinedAt) : ReadyState.New(joinedAt);
    }

    public ReadyState State { get; private set; }

    public ClusterReport? Report { get; private set; }

    public long Transition { get; private set; }

    public bool IsUnsaved => isUnsaved;

    public async Task<IDisposable> EnterAsync(CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        return new Leaving(turn);
    }

    /// <summary>Says so once for each interval.</summary>
    public bool IsThoroughDue(DateTimeOffset now, HealthOptions options)
    {
        if (now - thoroughAt < options.CapacityInterval)
        {
            return false;
        }

        thoroughAt = now;
        return true;
    }

    /// <summary>The report after a look; what this look did not find out stays as it was.</summary>
    public ClusterReport ReportOf(ReadyState state, ClusterObservation seen, long transition)
    {
        latencies.Add(seen.Latency);
        return new ClusterReport(
            seen.Cluster, [state.Condition!, .. OthersWith(seen.Others, seen.At)], seen.Version ?? Report?.Version, seen.Capacity ?? Report?.Capacity,
            latencies.Summary() ?? Report?.Latency, seen.At, transition, state.DiffersSince is null ? null : $"{seen.Ready.Reason}: {seen.Ready.Message}")
        {
            FailedLooks = state.Differing,
            LastGood = seen.Ready.Status == ConditionStatus.True ? seen.At : Report?.LastGood,
        };
    }

    /// <summary>What a count found out goes into the report; its readiness stays as looks say.</summary>
    public void Take(ClusterCount counted)
    {
        if (Report is { Ready: { } ready } report)
        {
            Take(State, report with { Conditions = [ready, .. OthersWith(counted.Others, counted.At)], Capacity = counted.Capacity ?? report.Capacity }, isSaved: false);
        }
    }

    public void Take(ReadyState state, ClusterReport report, bool isSaved)
    {
        var differs = Report is null || !report.Conditions.SequenceEqual(Report.Conditions) || report.Version != Report.Version
            || report.Capacity is { } now && (Report.Capacity is not { } before || now with { CountedAt = before.CountedAt } != before) || report.Observed != Report.Observed;
        lock (saving)
        {
            (State, Report, Transition) = (state, report, report.Transition);
            isUnsaved = !isSaved && (isUnsaved || differs || report.CheckedAt - savedAt >= Rest);
            savedAt = isSaved ? report.CheckedAt : savedAt;
        }
    }

    public ClusterReport? TakeUnsaved()
    {
        lock (saving)
        {
            isUnsaved = false;
            savedAt = Report?.CheckedAt ?? savedAt;
            return Report;
        }
    }

    private IEnumerable<ClusterCondition> OthersWith(IReadOnlyList<ConditionReading> found, DateTimeOffset at) =>
        (Report?.Conditions ?? []).Where(c => c.Type != ClusterCondition.Ready && found.All(o => o.Type != c.Type))
            .Concat(found.Select(o => ClusterCondition.Next(Report?.Conditions.FirstOrDefault(c => c.Type == o.Type), o, at))).OrderBy(c => c.Type, StringComparer.Ordinal);

    private sealed class Leaving(SemaphoreSlim turn) : IDisposable
    {
        public void Dispose() => turn.Release();
    }
}
