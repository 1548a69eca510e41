namespace Kairship.Delivery.Placement.Deciding;

/// <summary>
/// Clusters out of a set of groups: the first of each, what the other constraints still miss, then by room up to the bound of clusters. Never more of a field than its
/// constraint allows. It does not search on when this way leads nowhere: then the set is given up.
/// </summary>
internal sealed class GroupFill(Attempt attempt, List<SpreadConstraint> others, SpreadConstraint? clusters)
{
    private readonly List<int> _picked = [];
    private readonly List<HashSet<string>> _values = others.ConvertAll(_ => new HashSet<string>());

    /// <summary>null: these groups cannot satisfy the other constraints (in this way).</summary>
    public List<int>? Pick(List<List<int>> groups, long needed)
    {
        foreach (var group in groups)
        {
            var first = group.FindIndex(MayAdd);
            if (first < 0)
            {
                return null;
            }

            Add(group[first]);
        }

        var most = clusters is { MaxGroups: > 0 and var max } ? max : int.MaxValue;
        var rest = groups.SelectMany(g => g).Except(_picked).OrderByDescending(Available).ThenBy(i => i).ToList();
        for (var c = 0; c < others.Count; c++)
        {
            Supply(c, rest, most);
        }

        foreach (var i in rest.Where(i => !_picked.Contains(i)).ToList())
        {
            if (_picked.Count < most && MayAdd(i))
            {
                Add(i);
            }
        }

        Exchange(groups, needed);
        var holds = _picked.Count >= (clusters?.MinGroups ?? 0) && _picked.Count <= most && others.Select((o, c) => _values[c].Count >= o.MinGroups).All(h => h);
        return holds ? _picked : null;
    }

    private int Available(int cluster) => attempt.Rooms!.Available(cluster);

    private string Value(int constraint, int cluster) => FieldMatcher.ValueOf(others[constraint].SpreadByField, attempt.Clusters[cluster])!;

    private bool MayAdd(int cluster)
    {
        for (var c = 0; c < others.Count; c++)
        {
            if (others[c].MaxGroups > 0 && _values[c].Count >= others[c].MaxGroups && !_values[c].Contains(Value(c, cluster)))
            {
                return false;
            }
        }

        return true;
    }

    private void Add(int cluster)
    {
        _picked.Add(cluster);
        for (var c = 0; c < others.Count; c++)
        {
            _values[c].Add(Value(c, cluster));
        }
    }

    private void Supply(int constraint, List<int> rest, int most)
    {
        while (_values[constraint].Count < others[constraint].MinGroups && _picked.Count < most)
        {
            var next = rest.FindIndex(i => !_values[constraint].Contains(Value(constraint, i)) && MayAdd(i));
            if (next < 0)
            {
                return;
            }

            Add(rest[next]);
        }
    }

    // From the last group upward the first cluster gives way to the one with most room, as long as room is missing. With other constraints it stays: they count it.
    private void Exchange(List<List<int>> groups, long needed)
    {
        var heads = groups.Count;
        for (var g = heads - 1; g >= 0 && others.Count == 0 && _picked.Sum(i => (long)Available(i)) < needed; g--)
        {
            var best = groups[g].Where(i => !_picked.Contains(i)).OrderByDescending(Available).ThenBy(i => i).FirstOrDefault(-1);
            if (best >= 0 && Available(best) > Available(_picked[g]))
            {
                _picked[g] = best;
            }
        }
    }
}
