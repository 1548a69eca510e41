using Kairship.Activities.Placements;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Placement.Capacity;
using Kairship.Fleet.Capacity;
using Kairship.Fleet.Clusters;

namespace Kairship.Server.Failover.Returning;

/// <summary>Whether clusters that came back still have room for what applications had there: others may have filled them meanwhile.</summary>
internal sealed class ReturnRoom(ClusterRooms rooms, IClusterStore clusters)
{
    /// <summary>A cluster that has just come back is not judged by what it was like before.</summary>
    private static readonly TimeSpan Doubtful = TimeSpan.FromSeconds(5);

    /// <summary>Those that do not fit any more, by application, with a sentence; each counts with those before it. Room that is not known limits nothing.</summary>
    public async Task<IReadOnlyDictionary<string, string>> ShortAsync(IReadOnlyList<FailbackCase> inOrder, CancellationToken cancellationToken)
    {
        var names = inOrder.SelectMany(c => c.Missing).Distinct(StringComparer.Ordinal).ToList();
        var elastic = (await clusters.ListAsync(cancellationToken)).Where(c => names.Contains(c.Name) && FleetFacts.IsElastic(new ClusterFacts(c.Name, c.Labels))).Select(c => c.Name).ToList();
        var question = new RoomQuestion([.. names.Except(elastic)], elastic, "failback");
        rooms.Outdate(names, Doubtful);
        return question.Clusters.Count == 0 ? new Dictionary<string, string>()
            : await rooms.DecideAsync(question, room => new RoomUse<IReadOnlyDictionary<string, string>>(Short(room.Book, inOrder, question.Clusters), null), cancellationToken);
    }

    private static Dictionary<string, string> Short(CapacityBook book, IReadOnlyList<FailbackCase> inOrder, IReadOnlyCollection<string> counting)
    {
        var (full, assumed) = (new Dictionary<string, string>(StringComparer.Ordinal), new List<Assumption>());
        foreach (var one in inOrder)
        {
            foreach (var needs in one.Missing.Where(counting.Contains).Select(cluster => NeedsOf(one, cluster)))
            {
                if (book.Assume(needs) is { } assumption)
                {
                    assumed.Add(assumption);
                }
                else
                {
                    full.TryAdd(one.Application, $"{needs[0].Cluster} has no room for what {one.Application} had there ({string.Join(", ", needs.Select(n => $"{n.Replicas} of {n.Workload}"))}): it returns when there is.");
                }
            }
        }

        assumed.ForEach(book.Release);
        return full;
    }

    private static List<CapacityNeed> NeedsOf(FailbackCase one, string cluster)
    {
        var had = one.Origin.Placement.Replicas[cluster];
        return [.. one.History.Needs.Where(n => n.Pod is not null && had.GetValueOrDefault(n.Key) > 0).Select(n => new CapacityNeed(cluster, n.Key, n.Pod!, had[n.Key]))];
    }
}
