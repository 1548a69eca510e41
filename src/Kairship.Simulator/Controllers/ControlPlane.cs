using Kairship.Simulator.Faults;
using Kairship.Simulator.Objects;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kairship.Simulator.Controllers;

/// <summary>
/// All controllers, the scheduler and the kubelets of one cluster on one loop. The loop owns no thread: a change arms one timer, its callback
/// works until nothing is left (or hands over after a slice, so that a hundred clusters share two cores) and arms the timer for the
/// next delayed item.
/// </summary>
internal sealed partial class ControlPlane : IDisposable
{
    private const int Slice = 256;
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);
    private readonly ControlContext _context;
    private readonly IReadOnlyList<Controller> _controllers;
    private readonly ILogger _logger;
    private readonly IDisposable _subscription;
    private readonly Lock _arming = new();
    private ITimer? _timer;
    private long _armedFor = long.MaxValue;
    private int _working;
    private bool _disposed;

    public ControlPlane(ObjectStore store, TimeProvider clock, ClusterFaults faults, ControlOptions options, ILogger? logger = null)
    {
        _logger = logger ?? NullLogger.Instance;
        _context = new ControlContext(store, new ClusterIndex(store.Get), clock, faults, options);
        _controllers = ControllerSet.Build(_context);
        _subscription = store.Subscribe(OnChange);
        foreach (var (group, plural) in store.Collections())
        {
            foreach (var obj in store.List(group, plural))
            {
                OnChange(new ObjectChange(ChangeType.Added, new ObjectKey(group, plural, obj.NamespaceOf(), obj.NameOf()), obj, null, 0));
            }
        }

        faults.Changed += OnFaultsChanged;
    }

    /// <summary>Reconciliations that threw, since the start.</summary>
    public long Failures { get; private set; }

    public Exception? LastFailure { get; private set; }

    /// <summary>Lets the loop run by itself.</summary>
    public void Start()
    {
        lock (_arming)
        {
            _timer = _context.Clock.CreateTimer(static self => ((ControlPlane)self!).Pump(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        Rearm();
    }

    /// <summary>Works on the calling thread until nothing is due or the budget is spent.</summary>
    /// <returns>How many items were worked on.</returns>
    public int Drain(int budget = int.MaxValue)
    {
        var done = 0;
        while (done < budget && _context.Queue.TryTake(out var work))
        {
            done++;
            Reconcile(work);
        }

        return done;
    }

    public void Dispose()
    {
        _context.Faults.Changed -= OnFaultsChanged;
        _subscription.Dispose();
        lock (_arming)
        {
            _disposed = true;
            _timer?.Dispose();
        }
    }

    private void Reconcile(Work work)
    {
        try
        {
            if (work.Controller.Reconcile(work.Key) is { } after)
            {
                _context.Queue.Add(work, after);
            }
        }
        catch (Exception e)
        {
            Failures++;
            LastFailure = e;
            LogFailure(work.Controller.GetType().Name, work.Key.ToString(), e);
            _context.Queue.Add(work, RetryAfter);
        }
    }

    private void OnChange(ObjectChange change)
    {
        _context.Index.Apply(change);
        foreach (var controller in _controllers)
        {
            controller.Observe(change);
        }

        if (Volatile.Read(ref _working) == 0)
        {
            Arm(_context.Options.Delay);
        }
    }

    private void OnFaultsChanged(object? sender, EventArgs e)
    {
        foreach (var controller in _controllers)
        {
            controller.FaultsChanged();
        }

        Arm(_context.Options.Delay);
    }

    private void Pump()
    {
        lock (_arming)
        {
            _armedFor = long.MaxValue;
        }

        if (Interlocked.Exchange(ref _working, 1) == 1)
        {
            return;
        }

        try
        {
            if (!_disposed)
            {
                Drain(Slice);
            }
        }
        finally
        {
            Interlocked.Exchange(ref _working, 0);
            Rearm();
        }
    }

    private void Rearm()
    {
        if (_context.Queue.UntilNext() is { } wait)
        {
            Arm(wait);
        }
    }

    private void Arm(TimeSpan wait)
    {
        lock (_arming)
        {
            var due = _context.Clock.GetTimestamp() + (long)(wait.TotalSeconds * _context.Clock.TimestampFrequency);
            if (_timer is null || _disposed || due >= _armedFor)
            {
                return;
            }

            _armedFor = due;
            _timer.Change(wait < TimeSpan.Zero ? TimeSpan.Zero : wait, Timeout.InfiniteTimeSpan);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Controller} could not reconcile {Key}; it tries again")]
    private partial void LogFailure(string controller, string key, Exception e);
}
