using Kairship.Delivery.Arbitration;
using Kairship.Delivery.Placement;

namespace Kairship.Delivery.Failover;

/// <summary>One application against the lost clusters: what of it is gone, and since when that is borne no longer.</summary>
internal sealed class FailoverCase
{
    private readonly DateTimeOffset? _borneUntil;

    private FailoverCase(FailoverCandidate candidate, IReadOnlyList<LostCluster> touched, IReadOnlyList<(LostCluster Cluster, DateTimeOffset? At)> due, DateTimeOffset now)
    {
        (Candidate, Touched) = (candidate, touched);
        var over = due.Where(d => d.At <= now).ToList();
        From = over.Select(d => d.Cluster.Name).Order(StringComparer.Ordinal).ToList();
        DueAt = over.Min(d => d.At);
        _borneUntil = due.Where(d => d.At > now).Min(d => d.At);
        LostReplicas = From.Sum(Replicas);
        var fencing = over.Where(d => candidate.Stateful is not null && !candidate.Fenced.Contains(d.Cluster.Name)).OrderBy(d => d.Cluster.Name, StringComparer.Ordinal)
            .Select(d => (d.Cluster.Name, Why: FencingRules.WhyNot(d.Cluster.Fencing, d.Cluster.Name, d.Cluster.Loss))).Where(f => f.Why is not null).ToList();
        Unfenced = fencing.ConvertAll(f => f.Name);
        FencingMissing = fencing.Count == 0 ? null : string.Join(' ', fencing.Select(f => f.Why));
    }

    public FailoverCandidate Candidate { get; }

    /// <summary>The lost clusters that it is in.</summary>
    public IReadOnlyList<LostCluster> Touched { get; }

    public IReadOnlyList<string> From { get; }

    public DateTimeOffset? DueAt { get; }

    public int LostReplicas { get; }

    /// <summary>Why it may not be doubled yet, as a sentence.</summary>
    public string? FencingMissing { get; }

    /// <summary>The lost clusters that somebody has to make sure of.</summary>
    public IReadOnlyList<string> Unfenced { get; }

    public string Name => Candidate.Application.Name;

    public int Priority => Candidate.Application.Failover.Priority;

    public bool Asks => Candidate.Application.Failover is { Approval: FailoverApproval.Always }
        || (Candidate.Application.Failover is { Approval: FailoverApproval.Above, ApprovalAbove: { } above } && LostReplicas > above);

    public bool WaitsForPeople => FencingMissing is not null || Asks;

    public static FailoverCase Of(FailoverCandidate candidate, Dictionary<string, LostCluster> lost, DateTimeOffset now)
    {
        var touched = candidate.Placement.Replicas.Keys.Where(lost.ContainsKey).Select(name => lost[name]).ToList();
        var tolerations = FailoverTolerations.Of(candidate.Application);
        return new FailoverCase(candidate, touched, touched.ConvertAll(cluster => (cluster, Tolerations.Due(cluster.Taints, tolerations, now).At)), now);
    }

    /// <summary>The answer where no placement has to be decided; null where one has.</summary>
    public FailoverItem? Early(BrakeAnswer brake)
    {
        if (Candidate.IsUnderWay)
        {
            return Item(FailoverVerdict.UnderWay, $"{Name} is being moved already.") with { Unfenced = FencingMissing };
        }

        if (From.Count == 0)
        {
            var where = string.Join(", ", Touched.Select(c => c.Name).Order(StringComparer.Ordinal));
            return _borneUntil is { } until
                ? Item(FailoverVerdict.Tolerate, $"{Name} bears the loss of {where} until {until:u}.", until)
                : Item(FailoverVerdict.Tolerate, $"{Name} bears the loss of {where} for as long as it lasts.");
        }

        return brake.Holds ? Item(FailoverVerdict.Wait, $"The brake holds: {brake.Sentence ?? "too much of the fleet was lost at once."}") : null;
    }

    public ArbiterClaim Claim(DateTimeOffset now) => ArbiterRules.Claim(Name, Candidate.Lease, $"failover of {Name}", ArbiterPurpose.Failover, now);

    /// <summary>Nothing changes in any cluster that is left.</summary>
    public bool IsAsBefore(PlacementDecision decision)
    {
        var left = Candidate.Placement.Replicas.Where(p => !From.Contains(p.Key)).ToDictionary(p => p.Key, p => p.Value);
        return !Candidate.IsHalfWay && left.Count == decision.Replicas.Count
            && left.All(p => decision.Replicas.TryGetValue(p.Key, out var now) && now.All(w => p.Value.GetValueOrDefault(w.Key) == w.Value));
    }

    public FailoverItem Item(FailoverVerdict verdict, string sentence, DateTimeOffset? at = null, PlacementDecision? decision = null) =>
        new(Name, Priority, verdict, From, LostReplicas, sentence, at ?? (verdict == FailoverVerdict.Tolerate ? null : _borneUntil), decision) { Touched = [.. Touched.Select(c => c.Name)] };

    private int Replicas(string cluster) => Candidate.Placement.Replicas[cluster].Values.Sum();
}
