namespace Kairship.Simulator.Faults;

/// <summary>Heals the faults of one cluster whose time is over, by the real clock and not by the cluster's, which may be one of them.</summary>
internal sealed class FaultExpiry : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);
    private readonly ClusterFaults _faults;
    private readonly TimeProvider _clock;
    private readonly ITimer _timer;

    public FaultExpiry(ClusterFaults faults, TimeProvider clock)
    {
        _faults = faults;
        _clock = clock;
        _timer = clock.CreateTimer(static self => ((FaultExpiry)self!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        faults.Changed += OnChanged;
        Arm();
    }

    public void Dispose()
    {
        _faults.Changed -= OnChanged;
        _timer.Dispose();
    }

    private void OnChanged(object? sender, EventArgs e) => Arm();

    private void Arm()
    {
        var ends = _faults.Settings.Ends;
        if (ends.Count == 0)
        {
            return;
        }

        var wait = ends.Values.Min() - _clock.GetUtcNow();
        _timer.Change(wait < TimeSpan.Zero ? TimeSpan.Zero : wait > Longest ? Longest : wait, Timeout.InfiniteTimeSpan);
    }

    private void Fire()
    {
        var now = _clock.GetUtcNow();
        if (_faults.Settings.Ends.Values.Any(end => end <= now))
        {
            _faults.Change(settings => NamedFaults.Expire(settings, now));
        }
        else
        {
            Arm();
        }
    }
}
