namespace Kairship.Delivery.Placement.Deciding;

/// <summary>
/// Finds sets of groups: at least so many, at most so many, with so many clusters and so much room together. Depth first over the groups in their order, as Karmada does: a path ends where
/// it is first enough; the best is the heaviest, then the one with most clusters, then the one found first, which is also the shorter one. Paths that cannot become enough
/// or cannot become heavier are not walked, and the walk ends after <see cref="MostSteps"/>: a thousand regions must not take for ever.
/// </summary>
/// <param name="groups">Sorted: the heaviest first.</param>
internal sealed class GroupSearch(List<GroupSearch.Group> groups, int least, int most)
{
    public const int MostSteps = 10_000;

    private readonly List<int> _path = [];
    private List<(long Weight, long Clusters, int[] Path)> _best = [];
    private int _keep;
    private int _steps;
    private long _clusters;
    private long _room;
    private long[] _weightBefore = [];
    private (long Clusters, long Room)[] _greatestFrom = [];

    public readonly record struct Group(long Weight, int Clusters, long Room);

    /// <summary>The best sets, as indexes of groups, the best first.</summary>
    public IReadOnlyList<int[]> Best(int clusters, long room, int keep)
    {
        if (groups.Count < least || least > most)
        {
            return [];
        }

        // Every group has a cluster, so that the first path is enough as soon as it is long enough, and none of this length is better.
        if (clusters <= least && room == 0 && keep == 1)
        {
            return [Enumerable.Range(0, Math.Max(1, least)).ToArray()];
        }

        (_best, _keep, _steps, _clusters, _room) = ([], keep, 0, clusters, room);
        Prepare();
        Walk(0, 0, 0, 0);
        if (_best.Count == 0 && _steps > MostSteps)
        {
            Greedy(g => groups[g].Room);
            Greedy(g => groups[g].Clusters);
        }

        return _best.ConvertAll(b => b.Path);
    }

    private void Prepare()
    {
        _weightBefore = new long[groups.Count + 1];
        _greatestFrom = new (long, long)[groups.Count + 1];
        for (var i = 0; i < groups.Count; i++)
        {
            _weightBefore[i + 1] = _weightBefore[i] + groups[i].Weight;
        }

        for (var i = groups.Count - 1; i >= 0; i--)
        {
            _greatestFrom[i] = (Math.Max(_greatestFrom[i + 1].Clusters, groups[i].Clusters), Math.Max(_greatestFrom[i + 1].Room, groups[i].Room));
        }
    }

    private void Walk(int begin, long weight, long clusters, long room)
    {
        if (_path.Count >= Math.Max(1, least) && clusters >= _clusters && room >= _room)
        {
            Keep(weight, clusters);
            return;
        }

        var left = most - _path.Count;
        for (var i = begin; i < groups.Count && left > 0 && _steps <= MostSteps; i++)
        {
            var steps = Math.Min(left, groups.Count - i);
            if (_path.Count + steps < least
                || clusters + steps * _greatestFrom[i].Clusters < _clusters || room + Saturated(steps, _greatestFrom[i].Room) < _room
                || (_best.Count == _keep && weight + _weightBefore[i + steps] - _weightBefore[i] < _best[^1].Weight))
            {
                return;
            }

            _steps++;
            _path.Add(i);
            Walk(i + 1, weight + groups[i].Weight, clusters + groups[i].Clusters, room + groups[i].Room);
            _path.RemoveAt(_path.Count - 1);
        }
    }

    private static long Saturated(int steps, long room) => (long)Int128.Min((Int128)steps * room, long.MaxValue / 4);

    private void Keep(long weight, long clusters)
    {
        var at = _best.FindIndex(b => weight > b.Weight || (weight == b.Weight && clusters > b.Clusters));
        at = at < 0 ? _best.Count : at;
        if (at < _keep)
        {
            _best.Insert(at, (weight, clusters, _path.ToArray()));
            if (_best.Count > _keep)
            {
                _best.RemoveAt(_keep);
            }
        }
    }

    // When the walk ended too early: the greatest first until it is enough.
    private void Greedy(Func<int, long> size)
    {
        var (clusters, room) = (0L, 0L);
        var path = new List<int>();
        foreach (var i in Enumerable.Range(0, groups.Count).OrderByDescending(size).ThenBy(i => i).Take(most))
        {
            path.Add(i);
            clusters += groups[i].Clusters;
            room += groups[i].Room;
            if (path.Count >= Math.Max(1, least) && clusters >= _clusters && room >= _room)
            {
                path.Sort();
                _best.Add((0, clusters, path.ToArray()));
                return;
            }
        }
    }
}
