namespace Kairship.Delivery.Failover;

/// <summary>Whether failovers may begin now.</summary>
/// <param name="Go">False: the brake is on, or it is not yet known whether it will be.</param>
/// <param name="Why">A sentence for people, also when it is Go.</param>
/// <param name="State">What is to be remembered.</param>
/// <param name="Allowed">How many clusters may be lost at the same time.</param>
/// <param name="Counted">Out of how many: all that have been ready once, less those whose loss a person has accepted.</param>
public sealed record BrakeDecision(bool Go, string Why, BrakeState State, int Allowed, int Counted)
{
    /// <summary>As the planning of failovers asks for it.</summary>
    public BrakeAnswer Answer => Go ? BrakeAnswer.Off : new BrakeAnswer(true, Why);
}

/// <summary>
/// The brake of the whole fleet: when more than a share of the clusters is lost at once, or Kairship itself seems to be cut off, failovers do more harm than the loss. One cluster may always be lost,
/// as long as another one answers. Once on, the brake stays on until a person releases it or the fleet has been well without a break for long enough; clusters that come and go are lost all the while.
/// </summary>
public static class FleetBrake
{
    private const int Named = 5;

    /// <summary>A loss counts some seconds after it began, and all others are looked at when it began.</summary>
    private static readonly TimeSpan Recent = TimeSpan.FromSeconds(5);

    /// <param name="anchorsAnswer">null: there are none, or nobody asked them.</param>
    public static BrakeDecision Decide(BrakeState before, IReadOnlyList<ClusterSight> fleet, bool? anchorsAnswer, DateTimeOffset now, BrakeOptions options)
    {
        var accepted = before.Accepted.Where(a => fleet.Any(c => c.Cluster == a && !IsWell(c, now, options))).ToHashSet(StringComparer.Ordinal);
        var counted = fleet.Where(c => c.Readiness != Readiness.Starting && !accepted.Contains(c.Cluster)).OrderBy(c => c.Cluster, StringComparer.Ordinal).ToList();
        var wereLost = before.Lost.ToHashSet(StringComparer.Ordinal);
        var lost = counted.Where(c => c.IsLost || (wereLost.Contains(c.Cluster) && !IsWell(c, now, options))).ToList();
        var allowed = options.Allowed(counted.Count);
        var state = before with
        {
            Accepted = [.. accepted.Order(StringComparer.Ordinal)], Lost = [.. lost.Select(c => c.Cluster)], AcceptedAnchors = before.AcceptedAnchors && anchorsAnswer != true,
        };
        if (Alarm(counted, lost, allowed, anchorsAnswer == false && !state.AcceptedAnchors, options) is { } alarm)
        {
            state = state with { IsOn = true, Why = alarm, Since = before.IsOn ? before.Since : now, WellSince = null };
            return new BrakeDecision(false, alarm, state, allowed, counted.Count);
        }

        if (before.IsOn)
        {
            var since = before.WellSince ?? now;
            if (now - since < options.WellFor)
            {
                return new BrakeDecision(false, $"{before.Why} That is over; it goes off when that has lasted for {options.WellFor.TotalSeconds:0} s.", state with { WellSince = since }, allowed, counted.Count);
            }

            state = state with { IsOn = false, Why = "", Since = null, WellSince = null };
        }

        var doubt = Doubt(counted, lost, allowed, now, options);
        return new BrakeDecision(doubt is null, doubt ?? Well(counted, lost, allowed, state.Accepted), state, allowed, counted.Count);
    }

    /// <summary>A person has looked at what is lost and lets failovers go on: these clusters do not count until they have been ready for long enough.</summary>
    public static BrakeState Release(BrakeState before, IReadOnlyList<ClusterSight> fleet, string by, DateTimeOffset now) => before with
    {
        IsOn = false, Why = "", Since = null, WellSince = null, Lost = [], ReleasedBy = by, ReleasedAt = now, AcceptedAnchors = true,
        Accepted = [.. fleet.Where(c => c.IsLost).Select(c => c.Cluster).Concat(before.Lost).Concat(before.Accepted).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
    };

    /// <summary>Why it comes on; null: nothing brings it on.</summary>
    private static string? Alarm(List<ClusterSight> counted, List<ClusterSight> lost, int allowed, bool noAnchor, BrakeOptions options)
    {
        if (noAnchor)
        {
            return "None of the anchors that Kairship always reaches takes a connection: it seems to be cut off itself.";
        }

        if (lost.Count > 0 && lost.Count == counted.Count)
        {
            return counted.Count == 1 ? $"The only cluster, {lost[0].Cluster}, is lost: there is nowhere to go." : $"All {counted.Count} clusters are lost: {Names(lost)}. Kairship itself may be cut off.";
        }

        if (Silenced(lost, options.CutOffWindow) is > 1 and var silent && silent * 2 > counted.Count)
        {
            return $"{silent} of {counted.Count} clusters fell silent within {options.CutOffWindow.TotalSeconds:0} s: {Names(lost)}. Kairship itself seems to be cut off.";
        }

        return lost.Count > allowed ? $"{lost.Count} of {counted.Count} clusters are lost: {Names(lost)}. {Limit(allowed, options)}" : null;
    }

    /// <summary>Why nobody can say yet whether it comes on; null: it is known.</summary>
    private static string? Doubt(List<ClusterSight> counted, List<ClusterSight> lost, int allowed, DateTimeOffset now, BrakeOptions options)
    {
        if (lost.Count == 0)
        {
            return null;
        }

        var others = counted.Except(lost).ToList();
        var suspected = others.Where(c => c.FailedLooks > 0).ToList();
        if (suspected.Count > 0 && (lost.Count + suspected.Count > allowed || suspected.Count == others.Count))
        {
            return $"Besides {Names(lost)} the last look at {Names(suspected)} failed: it is decided when that is certain.";
        }

        var newest = lost.Max(c => c.Since);
        var unseen = others.Count(c => c.FailedLooks == 0 && c.SeenAt < newest - Recent);
        return now - newest < options.LookWait && unseen > 0 && (lost.Count + suspected.Count + unseen > allowed)
            ? $"{unseen} of {counted.Count} clusters have not been looked at since {Names(lost)} went: it is decided when they were."
            : null;
    }

    private static bool IsWell(ClusterSight cluster, DateTimeOffset now, BrakeOptions options) =>
        cluster is { Readiness: Readiness.Ready, FailedLooks: 0 } && now - cluster.Since >= options.WellFor;

    /// <summary>The most clusters that fell silent inside of one such window.</summary>
    private static int Silenced(List<ClusterSight> lost, TimeSpan window)
    {
        var times = lost.Where(c => c.Readiness == Readiness.Unreachable).Select(c => c.Since).Order().ToList();
        var (most, first) = (0, 0);
        for (var last = 0; last < times.Count; last++)
        {
            while (times[last] - times[first] > window)
            {
                first++;
            }

            most = Math.Max(most, last - first + 1);
        }

        return most;
    }

    private static string Well(List<ClusterSight> counted, List<ClusterSight> lost, int allowed, IReadOnlyList<string> accepted)
    {
        var others = accepted.Count > 0 ? "other " : "";
        var known = accepted.Count > 0 ? $"{accepted.Count} {(accepted.Count == 1 ? "is" : "are")} lost and accepted by a person: {Names(accepted)}. " : "";
        return known + (lost.Count == 0
            ? $"No {others}cluster is lost."
            : $"{lost.Count} of {counted.Count} {others}clusters {(lost.Count == 1 ? "is" : "are")} lost, which {allowed} may be: {Names(lost)}.");
    }

    private static string Limit(int allowed, BrakeOptions options) =>
        $"At most {(allowed == 1 ? "one" : $"{allowed}")} may be at once ({options.ShareLimit * 100:0} % of them, and always one).";

    private static string Names(List<ClusterSight> clusters) => Names(clusters.ConvertAll(c => c.Cluster));

    private static string Names(IReadOnlyList<string> clusters) => string.Join(", ", clusters.Take(Named)) + (clusters.Count > Named ? $" and {clusters.Count - Named} more" : "");
}
