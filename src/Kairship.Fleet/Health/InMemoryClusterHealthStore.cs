namespace Kairship.Fleet.Health;

/// <summary>Health in memory: a real store for one process, gone with it.</summary>
public sealed class InMemoryClusterHealthStore : IClusterHealthStore
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, Row> _rows = new(StringComparer.Ordinal);

    public Task<IReadOnlyList<ClusterReport>> ListAsync(CancellationToken cancellationToken) =>
        Locked<IReadOnlyList<ClusterReport>>(() => [.. _rows.Values.Select(r => r.Report).OfType<ClusterReport>()]);

    public Task<ClusterReport?> GetAsync(string cluster, CancellationToken cancellationToken) => Locked(() => _rows.GetValueOrDefault(cluster)?.Report);

    public Task SaveAsync(IReadOnlyList<ClusterReport> reports, CancellationToken cancellationToken) => Locked(() =>
    {
        foreach (var report in reports)
        {
            var row = RowOf(report.Cluster);
            row.Report = report.Transition >= row.Transition ? report : row.Report;
        }

        return true;
    });

    public Task<bool> CommitAsync(ClusterTransition transition, ClusterReport report, bool isAnnounced, CancellationToken cancellationToken) => Locked(() =>
    {
        var row = RowOf(transition.Cluster);
        if (transition.Number != row.Transition + 1)
        {
            return false;
        }

        (row.Transition, row.Report) = (transition.Number, report);
        row.History.Add(transition);
        if (!isAnnounced)
        {
            row.Unannounced[transition.Number] = false;
        }

        return true;
    });

    public Task<IReadOnlyList<PendingAnnouncement>> UnannouncedAsync(CancellationToken cancellationToken) =>
        Locked<IReadOnlyList<PendingAnnouncement>>(() =>
            [.. _rows.Values.SelectMany(r => r.History.Where(t => r.Unannounced.ContainsKey(t.Number)).Select(t => new PendingAnnouncement(t, r.Unannounced[t.Number])))]);

    public Task MarkAnnouncedAsync(string cluster, long number, bool all, CancellationToken cancellationToken) => Locked(() =>
    {
        var pending = RowOf(cluster).Unannounced;
        if (all)
        {
            pending.Remove(number);
        }
        else if (pending.ContainsKey(number))
        {
            pending[number] = true;
        }

        return true;
    });

    public Task<IReadOnlyList<ClusterTransition>> HistoryAsync(string cluster, int take, CancellationToken cancellationToken) =>
        Locked<IReadOnlyList<ClusterTransition>>(() => [.. (_rows.GetValueOrDefault(cluster)?.History ?? []).AsEnumerable().Reverse().Take(take)]);

    public Task<IReadOnlySet<string>> ClaimAsync(string owner, IReadOnlyCollection<string> clusters, DateTimeOffset now, DateTimeOffset until, CancellationToken cancellationToken) =>
        Locked<IReadOnlySet<string>>(() =>
        {
            var mine = new HashSet<string>(StringComparer.Ordinal);
            foreach (var cluster in clusters)
            {
                var row = RowOf(cluster);
                if (row.Owner is null || row.Owner == owner || row.LeaseUntil < now)
                {
                    (row.Owner, row.LeaseUntil) = (owner, until);
                    mine.Add(cluster);
                }
            }

            return mine;
        });

    public Task ReleaseAsync(string owner, CancellationToken cancellationToken) => Locked(() =>
    {
        foreach (var row in _rows.Values.Where(r => r.Owner == owner))
        {
            row.Owner = null;
        }

        return true;
    });

    public Task ForgetAsync(string cluster, CancellationToken cancellationToken) => Locked(() => RowOf(cluster).Report = null);

    private Row RowOf(string cluster)
    {
        if (!_rows.TryGetValue(cluster, out var row))
        {
            _rows[cluster] = row = new Row();
        }

        return row;
    }

    private Task<T> Locked<T>(Func<T> act)
    {
        lock (_gate)
        {
            return Task.FromResult(act());
        }
    }

    private sealed class Row
    {
        public ClusterReport? Report { get; set; }

        public long Transition { get; set; }

        public string? Owner { get; set; }

        public DateTimeOffset LeaseUntil { get; set; }

        public List<ClusterTransition> History { get; } = [];

        public Dictionary<long, bool> Unannounced { get; } = [];
    }
}
