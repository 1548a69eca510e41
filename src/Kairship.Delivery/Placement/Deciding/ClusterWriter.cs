using Kairship.Delivery.Placement.Explaining;

namespace Kairship.Delivery.Placement.Deciding;

/// <summary>Says of every cluster why it is in or out, in words and numbers.</summary>
internal sealed class ClusterWriter(Attempt attempt)
{
    public IReadOnlyList<ClusterExplanation> Write() => Enumerable.Range(0, attempt.Clusters.Length).Select(Write).ToList();

    private ClusterExplanation Write(int i)
    {
        var cluster = attempt.Clusters[i];
        var reason = Reason(i);
        var isOpen = reason is not (ClusterReason.Affinity or ClusterReason.Field or ClusterReason.Taint);
        var isChosen = reason == ClusterReason.Chosen;
        var sentence = isChosen
            ? $"{cluster.Name} is chosen: the placement's affinity selects it{Why(i)}."
            : $"{cluster.Name} is not chosen: {WhyNot(i, reason)}.";
        return new ClusterExplanation(
            cluster.Name, isChosen, reason, sentence,
            isOpen ? attempt.Score(i) : null,
            isOpen && RoomCounts && attempt.Workloads.Length > 0 ? attempt.Rooms!.Available(i) : null,
            attempt.Order(i) > 0 ? attempt.Order(i) : null,
            attempt.Request.Now is { } now ? Tolerations.Due(cluster.Taints, attempt.Policy.ClusterTolerations, now).At : null,
            isOpen ? Numbers(i) : []);
    }

    private bool RoomCounts => attempt.Rooms is not null && attempt.Request.Capacity is not null;

    private ClusterReason Reason(int i) =>
        attempt.Reasons[i] == ClusterReason.Affinity && AffinityMatcher.Matches(attempt.Affinity with { FieldSelector = null }, attempt.Clusters[i])
            ? ClusterReason.Field
            : attempt.Reasons[i];

    private List<WorkloadRoom> Numbers(int i) => attempt.Workloads
        .Select((workload, w) => new WorkloadRoom(
            workload.Key, attempt.Held[attempt.At(i, w)], attempt.Rooms?.IsKnown(i, w) ?? false ? attempt.Rooms.Free(i, w) : null, attempt.Given[attempt.At(i, w)]))
        .OrderBy(room => room.Workload, StringComparer.Ordinal).ToList();

    private string Why(int i)
    {
        var words = attempt.StaticWeights is { } weights ? $", with weight {weights[i]} of {weights.Sum()}" : "";
        if (attempt.Order(i) > 0)
        {
            words += $", at place {attempt.Order(i)} ({Place(i)})";
        }
        else if (RoomCounts && attempt.StaticWeights is null && attempt.Workloads.Length > 0)
        {
            words += $", {Place(i)}";
        }

        return attempt.IsClosed[i] ? $"{words}; {TaintOf(i)}, so that it keeps what it has and gets nothing new" : words;
    }

    private string Place(int i)
    {
        var there = attempt.WasHere[i] ? "the application is there already" : "";
        var room = RoomCounts && attempt.Workloads.Length > 0 ? $"available replicas {attempt.Rooms!.Available(i)}" : "";
        return string.Join(", ", new[] { there, room }.Where(w => w.Length > 0)) is { Length: > 0 } words ? words : "by name";
    }

    private string WhyNot(int i, ClusterReason reason) => reason switch
    {
        ClusterReason.Affinity or ClusterReason.Field => AffinityMatcher.WhyNot(attempt.Affinity, attempt.Clusters[i])!,
        ClusterReason.Taint => TaintOf(i),
        ClusterReason.Weight => "no static weight rule gives it a weight above 0",
        ClusterReason.Capacity => $"it has too little room ({Rooms(i)})",
        ClusterReason.Spread => Spread(i),
        ClusterReason.Order when attempt.Order(i) > 0 => $"the clusters before it are enough; it is at place {attempt.Order(i)} ({Place(i)})",
        ClusterReason.Order => $"the division gave it no replica ({Rooms(i)})",
        _ => $"the application as a whole could not be placed ({attempt.Failure!.TrimEnd('.')})",
    };

    private string TaintOf(int i) => Tolerations.WhyNot(attempt.Clusters[i].Taints, attempt.Policy.ClusterTolerations, attempt.Request.Now)!;

    private string Spread(int i)
    {
        var missing = attempt.Policy.SpreadConstraints.Select(c => c.SpreadByField).FirstOrDefault(f => FieldMatcher.ValueOf(f, attempt.Clusters[i]) is null);
        return missing != default
            ? $"it has no {missing.ToString().ToLowerInvariant()}, by which the application spreads"
            : $"the spread constraints ({string.Join(", ", attempt.Policy.SpreadConstraints.Select(SpreadSelector.Describe))}) chose others; it is at place {attempt.Order(i)} ({Place(i)})";
    }

    private string Rooms(int i) => attempt.Workloads.Length == 0 ? "it has no workload" : string.Join(", ", attempt.Workloads.Select((workload, w) =>
    {
        var room = attempt.Rooms!.IsKnown(i, w) ? $"room for {attempt.Rooms.Free(i, w)} more" : "unknown room";
        return $"{workload.Key}: {workload.Replicas} wanted in all, {attempt.Held[attempt.At(i, w)]} there, {room}";
    }));
}
