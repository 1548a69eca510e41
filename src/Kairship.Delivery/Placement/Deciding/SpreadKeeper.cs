namespace Kairship.Delivery.Placement.Deciding;

/// <summary>
/// A division by room may leave groups of the spread empty: then one replica at a time moves there, new ones before those that run, until as many groups have one as the
/// constraints ask for (or as there are replicas).
/// </summary>
internal sealed class SpreadKeeper(Attempt attempt)
{
    private readonly int _workloads = attempt.Workloads.Length;

    /// <summary>False: the attempt has failed.</summary>
    public bool Keep(List<int> selected)
    {
        var constraints = attempt.Policy.SpreadConstraints.Where(c => c.MinGroups > 1).ToList();
        if (constraints.Count == 0 || attempt.Total == 0)
        {
            return true;
        }

        var ranked = selected.OrderBy(i => attempt.Order(i)).ThenBy(i => i).ToList();
        foreach (var constraint in constraints)
        {
            while (Groups(selected, constraint.SpreadByField).Count(g => g.Value > 0) < Wanted(constraint))
            {
                if (!Move(ranked, constraint))
                {
                    return Fail(constraint);
                }
            }
        }

        return constraints.Find(c => Groups(selected, c.SpreadByField).Count(g => g.Value > 0) < Wanted(c)) is not { } broken || Fail(broken);
    }

    private int Wanted(SpreadConstraint constraint) => (int)Math.Min(constraint.MinGroups, attempt.Total);

    private bool Fail(SpreadConstraint constraint)
    {
        attempt.Fail($"its replicas cannot be divided so that the spread constraint {SpreadSelector.Describe(constraint)} holds: the groups without a replica have no room.");
        return false;
    }

    private string GroupOf(SpreadField field, int cluster) => FieldMatcher.ValueOf(field, attempt.Clusters[cluster])!;

    private Dictionary<string, long> Groups(List<int> clusters, SpreadField field)
    {
        var groups = new Dictionary<string, long>();
        foreach (var i in clusters)
        {
            groups[GroupOf(field, i)] = groups.GetValueOrDefault(GroupOf(field, i)) + attempt.Given.AsSpan(attempt.At(i, 0), _workloads).ToArray().Sum(g => (long)g);
        }

        return groups;
    }

    private bool Move(List<int> ranked, SpreadConstraint constraint)
    {
        var groups = Groups(ranked, constraint.SpreadByField);
        foreach (var to in ranked.Where(i => groups[GroupOf(constraint.SpreadByField, i)] == 0))
        {
            var best = (From: -1, Workload: -1, IsNew: false, Given: 0);
            for (var w = 0; w < _workloads; w++)
            {
                if (!MayHave(to, w))
                {
                    continue;
                }

                foreach (var from in ranked.Where(i => groups[GroupOf(constraint.SpreadByField, i)] > 1))
                {
                    var given = attempt.Given[attempt.At(from, w)];
                    var isNew = given > attempt.Held[attempt.At(from, w)];
                    if (given > 0 && (best.From < 0 || (isNew && !best.IsNew) || (isNew == best.IsNew && given > best.Given)))
                    {
                        best = (from, w, isNew, given);
                    }
                }
            }

            if (best.From >= 0)
            {
                attempt.Given[attempt.At(best.From, best.Workload)]--;
                attempt.Given[attempt.At(to, best.Workload)]++;
                return true;
            }
        }

        return false;
    }

    private bool MayHave(int cluster, int workload)
    {
        var (held, given) = (attempt.Held[attempt.At(cluster, workload)], attempt.Given[attempt.At(cluster, workload)]);
        return given < held || attempt.Rooms!.Free(cluster, workload) > given - held;
    }
}
