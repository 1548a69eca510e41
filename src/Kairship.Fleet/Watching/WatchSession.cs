using Kairship.Fleet.Clusters;

namespace Kairship.Fleet.Watching;

/// <summary>Where one watch is: the cache, the place in the stream, and how it went lately.</summary>
internal sealed class WatchSession(string cluster, WatchQuery query, ObjectCache cache, Func<ResourceEvent, CancellationToken, ValueTask> onEvent)
{
    /// <summary>An event that cannot be taken in again and again is gone round by a list.</summary>
    private const int MostFailuresAtOnePlace = 3;

    private int _failuresHere;

    public string Cluster => cluster;

    public WatchQuery Query => query;

    public ObjectCache Cache => cache;

    public ObjectReader Objects { get; } = new(query.ApiVersion, query.Kind);

    /// <summary>Up to where the stream has been taken in; null: a list is needed.</summary>
    public string? Position { get; private set; }

    /// <summary>When to compare the cache with the cluster.</summary>
    public DateTimeOffset CheckAt { get; set; } = DateTimeOffset.MaxValue;

    /// <summary>
    /// Grows with every sign of life of a stream, so that a cut after a long healthy watch is no failure. A list is none: where lists are answered and watches are not, each failure
    /// would bring the next list at once.
    /// </summary>
    public long Told { get; private set; }

    public void MoveTo(string position) => (Position, _failuresHere) = (position, 0);

    /// <summary>The cluster has forgotten the place: begin with a list.</summary>
    public void Restart() => Position = null;

    public void NoteFailure()
    {
        if (++_failuresHere >= MostFailuresAtOnePlace)
        {
            (Position, _failuresHere) = (null, 0);
        }
    }

    public void NoteLife() => Told++;

    public async ValueTask ReplaceAsync(WatchList list, CancellationToken cancellationToken)
    {
        WatchMetrics.Listed(cluster, query.Kind);
        foreach (var change in cache.Replace(list.Items))
        {
            await TellAsync(change, cancellationToken);
        }

        MoveTo(list.ResourceVersion);
    }

    /// <summary>False: the stream is of no use any more, and is opened again where it was.</summary>
    /// <exception cref="ClusterException">The cluster ended the watch with an error that does not say where to go on.</exception>
    public async ValueTask<bool> TakeAsync(WatchLine line, CancellationToken cancellationToken)
    {
        switch (line.Type)
        {
            case WatchLineType.Garbage:
                return false;
            case WatchLineType.Error when line.Code == 410:
                Restart();
                return false;
            case WatchLineType.Error:
                throw new ClusterException(ClusterFailure.ServerError, cluster, $"its watch ended: {line.Message}");
            case WatchLineType.Bookmark:
                Told++;
                Advance(line.ResourceVersion);
                return true;
            default:
                return await TakeAsync(line.Type == WatchLineType.Deleted, line.Object!, cancellationToken);
        }
    }

    private async ValueTask<bool> TakeAsync(bool deleted, WatchedObject obj, CancellationToken cancellationToken)
    {
        Told++;
        // The stream is in order: what lies before the place where we are has been taken in, and would bring back what is gone.
        if (WatchedObject.Order(obj.ResourceVersion) is { } version && WatchedObject.Order(Position) is { } position && version <= position)
        {
            return true;
        }

        if (cache.Apply(deleted, obj) is { } change)
        {
            await TellAsync(change, cancellationToken);
        }

        MoveTo(obj.ResourceVersion);
        return true;
    }

    private void Advance(string? position)
    {
        if (string.IsNullOrEmpty(position) || (WatchedObject.Order(position) is { } next && WatchedObject.Order(Position) is { } now && next <= now))
        {
            return;
        }

        MoveTo(position);
    }

    private ValueTask TellAsync(ResourceEvent change, CancellationToken cancellationToken)
    {
        if (change.Type != ResourceEventType.Synced)
        {
            WatchMetrics.Told(cluster, query.Kind);
        }

        return onEvent(change, cancellationToken);
    }
}
