using Kairship.Delivery.Placement.Explaining;

namespace Kairship.Delivery.Placement.Deciding;

/// <summary>
/// Chooses the clusters that satisfy the spread constraints. By cluster: the first maxGroups in order; when they lack room, from the last one upward each is exchanged for the
/// remaining one with most room. By region, zone or provider (the first of these that is given leads): the best set of groups, one cluster of each, then by room; the
/// other constraints are kept at every step.
/// </summary>
internal sealed class SpreadSelector(Attempt attempt)
{
    private const int SetsToTry = 16;
    private const int WeightUnit = 1000;

    private readonly IReadOnlyList<SpreadConstraint> _constraints = attempt.Policy.SpreadConstraints;

    /// <summary>Clusters in the order of their names; null: the attempt has failed.</summary>
    /// <param name="feasible">Those that could be chosen.</param>
    /// <param name="needed">Replicas for which the chosen ones together must have room; 0: room does not count.</param>
    public List<int>? Select(List<int> feasible, long needed)
    {
        feasible = Feasible(feasible, needed);
        Rank(feasible);
        var groups = _constraints.Where(c => c.SpreadByField != SpreadField.Cluster).OrderBy(c => c.SpreadByField).ToList();
        var selected = groups.Count == 0 ? ByCluster(feasible, needed) : ByGroup(feasible, needed, groups);
        if (selected is null)
        {
            return null;
        }

        // Its own list, sorted and searched: most clusters are not kept.
        selected = [.. selected.Order()];
        foreach (var i in feasible)
        {
            attempt.Reasons[i] = selected.BinarySearch(i) < 0 ? ClusterReason.Spread : attempt.Reasons[i];
        }

        return selected;
    }

    private SpreadConstraint? Clusters => _constraints.FirstOrDefault(c => c.SpreadByField == SpreadField.Cluster);

    private int Available(int cluster) => attempt.Rooms!.Available(cluster);

    private List<int> Feasible(List<int> clusters, long needed)
    {
        var feasible = new List<int>(clusters.Count);
        foreach (var i in clusters)
        {
            if (!HasFields(attempt.Clusters[i]))
            {
                attempt.Reasons[i] = ClusterReason.Spread;
            }
            else if (needed > 0 && Available(i) < 1)
            {
                attempt.Reasons[i] = ClusterReason.Capacity;
            }
            else
            {
                feasible.Add(i);
            }
        }

        return feasible;
    }

    private bool HasFields(ClusterFacts cluster)
    {
        for (var c = 0; c < _constraints.Count; c++)
        {
            if (FieldMatcher.ValueOf(_constraints[c].SpreadByField, cluster) is null)
            {
                return false;
            }
        }

        return true;
    }

    // Score descending, available replicas descending, name ascending.
    private void Rank(List<int> clusters)
    {
        clusters.Sort((a, b) =>
        {
            var byScore = attempt.Score(b).CompareTo(attempt.Score(a));
            var byRoom = byScore != 0 ? byScore : Available(b).CompareTo(Available(a));
            return byRoom != 0 ? byRoom : a.CompareTo(b);
        });
        attempt.Rank(clusters);
    }

    private List<int>? ByCluster(List<int> ranked, long needed)
    {
        var constraint = Clusters!;
        if (ranked.Count < Math.Max(1, constraint.MinGroups))
        {
            attempt.Fail($"it must spread over at least {constraint.MinGroups} clusters, and only {ranked.Count} can be chosen.");
            return null;
        }

        var count = constraint.MaxGroups == 0 ? ranked.Count : Math.Min(ranked.Count, constraint.MaxGroups);
        var (selected, rest) = (ranked[..count], ranked[count..]);
        for (var at = count - 1; at >= 0 && Room(selected) < needed; at--)
        {
            var best = -1;
            for (var r = 0; r < rest.Count; r++)
            {
                best = Available(rest[r]) > (best < 0 ? Available(selected[at]) : Available(rest[best])) ? r : best;
            }

            if (best >= 0)
            {
                (selected[at], rest[best]) = (rest[best], selected[at]);
            }
        }

        if (Room(selected) >= needed)
        {
            return selected;
        }

        attempt.Fail($"{needed} replicas are needed, and no {count} clusters together have room for more than {Room(selected)}.", ClusterReason.Capacity);
        return null;
    }

    private List<int>? ByGroup(List<int> ranked, long needed, List<SpreadConstraint> fields)
    {
        var (lead, others) = (fields[0], fields[1..]);
        var word = lead.SpreadByField.ToString().ToLowerInvariant();
        var groups = Groups(ranked, lead, needed);
        var least = Math.Max(1, Clusters?.MinGroups ?? 1);
        if (groups.Count < Math.Max(1, lead.MinGroups))
        {
            attempt.Fail($"it must spread over at least {lead.MinGroups} {word}s, and clusters that can be chosen are in {groups.Count}.");
            return null;
        }

        var most = Math.Min(lead.MaxGroups == 0 ? groups.Count : lead.MaxGroups, Clusters is { MaxGroups: > 0 and var max } ? max : int.MaxValue);
        var search = new GroupSearch(groups.ConvertAll(g => new GroupSearch.Group(g.Weight, g.Clusters.Count, g.Room)), lead.MinGroups, most);
        var best = -1L;

        // First as Karmada does; only when the best sets lack room, those that have it.
        foreach (var room in needed > 0 ? (long[])[0, needed] : [0])
        {
            foreach (var set in search.Best(least, room, others.Count == 0 && room == 0 ? 1 : SetsToTry))
            {
                if (new GroupFill(attempt, others, Clusters).Pick(set.Select(g => groups[g].Clusters).ToList(), needed) is not { } picked)
                {
                    continue;
                }

                if (Room(picked) >= needed)
                {
                    return picked;
                }

                best = Math.Max(best, Room(picked));
            }
        }

        attempt.Fail(
            best >= 0
                ? $"{needed} replicas are needed, and no set of {word}s that satisfies the spread constraints has room for more than {best}."
                : $"no set of {lead.MinGroups} to {most} {word}s satisfies all spread constraints ({string.Join(", ", _constraints.Select(Describe))}).",
            best >= 0 ? ClusterReason.Capacity : ClusterReason.Spread);
        return null;
    }

    private List<SpreadGroup> Groups(List<int> ranked, SpreadConstraint lead, long needed)
    {
        var groups = ranked.GroupBy(i => FieldMatcher.ValueOf(lead.SpreadByField, attempt.Clusters[i])!)
            .Select(g => new SpreadGroup(g.Key, g.ToList(), 0, Room(g))).ToList();
        var share = needed == 0 ? 0 : (needed + lead.MinGroups - 1) / Math.Max(1, lead.MinGroups);
        groups = groups.ConvertAll(g =>
        {
            var units = needed == 0 ? g.Clusters.Count : Math.Min(g.Room, share);
            return g with { Weight = units * WeightUnit + g.Clusters.Sum(i => (long)attempt.Score(i)) / g.Clusters.Count };
        });
        groups.Sort((a, b) =>
        {
            var byWeight = b.Weight.CompareTo(a.Weight);
            var byValue = byWeight != 0 ? byWeight : b.Clusters.Count.CompareTo(a.Clusters.Count);
            return byValue != 0 ? byValue : string.CompareOrdinal(a.Name, b.Name);
        });
        return groups;
    }

    private long Room(IEnumerable<int> clusters) => clusters.Sum(i => (long)Available(i));

    internal static string Describe(SpreadConstraint constraint) =>
        $"{constraint.SpreadByField.ToString().ToLowerInvariant()} {constraint.MinGroups} to {(constraint.MaxGroups == 0 ? "all" : constraint.MaxGroups)}";

    private sealed record SpreadGroup(string Name, List<int> Clusters, long Weight, long Room);
}
