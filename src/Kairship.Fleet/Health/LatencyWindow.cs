namespace Kairship.Fleet.Health;

/// <summary>The last answers' times of one cluster. Not thread-safe.</summary>
public sealed class LatencyWindow(int size = 60)
{
    private readonly Queue<double> _milliseconds = new();

    public void Add(TimeSpan latency)
    {
        if (latency <= TimeSpan.Zero)
        {
            return;
        }

        _milliseconds.Enqueue(latency.TotalMilliseconds);
        if (_milliseconds.Count > size)
        {
            _milliseconds.Dequeue();
        }
    }

    /// <summary>null: there was no answer yet.</summary>
    public LatencySummary? Summary()
    {
        if (_milliseconds.Count == 0)
        {
            return null;
        }

        var sorted = _milliseconds.Order().ToList();
        return new LatencySummary(At(sorted, 0.5), At(sorted, 0.95), sorted.Count);
    }

    /// <summary>The nearest rank.</summary>
    private static double At(List<double> sorted, double share) => Math.Round(sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Count) - 1)], 1);
}
