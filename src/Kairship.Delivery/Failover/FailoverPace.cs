namespace Kairship.Delivery.Failover;

/// <summary>Hands out the places of a rate: so many within any window, so many at once.</summary>
internal sealed class FailoverPace
{
    private readonly List<DateTimeOffset> _begun;
    private readonly TimeSpan _window;
    private readonly int _within;
    private readonly DateTimeOffset _now;
    private int _free;
    private int _waiting;

    public FailoverPace(FailoverRate rate, IReadOnlyList<DateTimeOffset> begun, int running, DateTimeOffset now)
    {
        // Half an application a second is one within two.
        var perSecond = Math.Max(rate.PerSecond, 0.001);
        _window = TimeSpan.FromSeconds(Math.Max(1, 1 / perSecond));
        _within = Math.Max(1, (int)Math.Min(100_000, Math.Floor(perSecond * _window.TotalSeconds + 1e-9)));
        _now = now;
        _begun = begun.Where(at => now - at < _window).Order().ToList();
        _free = Math.Max(0, rate.AtOnce - running);
    }

    /// <summary>Takes a place, or says why there is none and, where that is known, when there is one.</summary>
    public (string Why, DateTimeOffset? At)? Take()
    {
        if (_free == 0)
        {
            return ("as many are under way as may be at once", null);
        }

        if (_begun.Count >= _within)
        {
            // Each place becomes free a window after it was taken; those who wait take them in their order, and then one another's.
            var (round, place) = Math.DivRem(_waiting++, _within);
            return ($"{_within} have begun within {_window.TotalSeconds:0.###} s", _begun[_begun.Count - _within + place] + _window * (round + 1));
        }

        _free--;
        _begun.Add(_now);
        return null;
    }
}
