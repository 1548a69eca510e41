using System.Diagnostics.CodeAnalysis;

namespace Kairship.Simulator.Faults;

/// <summary>How a pod fails on a simulated node.</summary>
public enum PodFault
{
    /// <summary>The pod starts and becomes ready.</summary>
    None,

    /// <summary>The pod stays Pending, its containers wait with reason ImagePullBackOff.</summary>
    ImagePullBackOff,

    /// <summary>The containers end with exit code 1 again and again; restartCount grows.</summary>
    CrashLoopBackOff,

    /// <summary>The pod runs and never becomes ready.</summary>
    Unready,
}

/// <summary>What may happen to a request that <see cref="ClusterFaults.ErrorRate"/> picks.</summary>
[Flags]
public enum FaultKind
{
    /// <summary>Nothing happens.</summary>
    None = 0,

    /// <summary>429 with a Retry-After header; the request is not carried out.</summary>
    TooManyRequests = 1,

    /// <summary>500 InternalError; the request is not carried out.</summary>
    InternalError = 2,

    /// <summary>The connection is reset: half of the time before the request is carried out, half of the time after it, before the answer.</summary>
    Reset = 4,

    /// <summary>503 with a Retry-After header; the request is not carried out.</summary>
    Unavailable = 8,

    /// <summary>Any of them.</summary>
    All = TooManyRequests | InternalError | Reset | Unavailable,
}

/// <summary>
/// Switches that break one simulated cluster. Thread-safe; requests read them when they arrive, pods when they start and whenever
/// a switch moves.
/// </summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "A token source without timer holds nothing.")]
public sealed class ClusterFaults
{
    private readonly Lock _gate = new();
    private Random _random = new(1);
    private CancellationTokenSource _cut = new();
    private TaskCompletionSource? _thaw;
    private FaultSettings _settings = new();

    /// <summary>Raised after any switch moved, outside of the lock.</summary>
    public event EventHandler? Changed;

    /// <summary>Connections are refused and running ones reset; with <see cref="Drop"/> they hang and fall silent instead.</summary>
    public bool Unreachable { get => Settings.Unreachable; set => Change(s => s with { Unreachable = value }); }

    /// <summary>How the cluster is unreachable: false refuses connections as a dead host's neighbour does, true drops packets as a broken network does.</summary>
    public bool Drop { get => Settings.Drop; set => Change(s => s with { Drop = value }); }

    /// <summary>Connections are taken and nothing is answered, TLS included, until the cluster thaws or the client gives up; watches fall silent.</summary>
    public bool Frozen { get => Settings.Frozen; set => Change(s => s with { Frozen = value }); }

    /// <summary>Added before every request is carried out.</summary>
    public TimeSpan Latency
    {
        get => TimeSpan.FromMilliseconds(Settings.LatencyMilliseconds);
        set => Change(s => s with { LatencyMilliseconds = value.TotalMilliseconds });
    }

    /// <summary>Most that the latency of one request is longer or shorter.</summary>
    public TimeSpan Jitter
    {
        get => TimeSpan.FromMilliseconds(Settings.JitterMilliseconds);
        set => Change(s => s with { JitterMilliseconds = value.TotalMilliseconds });
    }

    /// <summary>Share of requests that fail, 0 to 1.</summary>
    public double ErrorRate { get => Settings.ErrorRate; set => Change(s => s with { ErrorRate = value }); }

    /// <summary>The failures that <see cref="ErrorRate"/> draws from, each as likely as the others.</summary>
    public FaultKind Kinds { get => Settings.Kinds; set => Change(s => s with { Kinds = value }); }

    /// <summary>What the cluster's clock is ahead of the real one.</summary>
    public TimeSpan ClockSkew
    {
        get => TimeSpan.FromSeconds(Settings.ClockSkewSeconds);
        set => Change(s => s with { ClockSkewSeconds = value.TotalSeconds });
    }

    /// <summary>No node takes a pod any more: new pods stay Pending with <c>Insufficient cpu</c>.</summary>
    public bool NodesFull { get => Settings.NodesFull; set => Change(s => s with { NodesFull = value }); }

    /// <summary>Whether the kubelet of a node has stopped.</summary>
    public bool IsDown(string node) => Settings.NodesDown.Contains(node);

    /// <summary>Stops the kubelet of a node: after a while the node is not ready, and its pods go elsewhere.</summary>
    public void StopNode(string node)
    {
        ArgumentException.ThrowIfNullOrEmpty(node);
        Change(s => s with { NodesDown = [.. s.NodesDown.Where(n => n != node), node] });
    }

    /// <summary>The kubelet of the node runs again.</summary>
    public void StartNode(string node) => Change(s => s with { NodesDown = [.. s.NodesDown.Where(n => n != node)] });

    /// <summary>All switches at one moment.</summary>
    public FaultSettings Settings => Volatile.Read(ref _settings);

    /// <summary>Whether no byte moves on the cluster's connections.</summary>
    internal bool IsStalled => Settings.IsStalled;

    /// <summary>Makes the draws of <see cref="ErrorRate"/> repeatable.</summary>
    public void Seed(int seed)
    {
        lock (_gate)
        {
            _random = new Random(seed);
        }
    }

    /// <summary>Pods with an image that contains <paramref name="imageSubstring"/> fail this way, those that run already as well.</summary>
    public void SetImageFault(string imageSubstring, PodFault fault)
    {
        ArgumentException.ThrowIfNullOrEmpty(imageSubstring);
        Change(s => s with { Images = new Dictionary<string, PodFault>(s.Images, StringComparer.Ordinal) { [imageSubstring] = fault } });
    }

    /// <summary>Pods start normally again.</summary>
    public void ClearImageFaults() => Change(s => s with { Images = new Dictionary<string, PodFault>(StringComparer.Ordinal) });

    /// <summary>Everything works again.</summary>
    public void Heal() => Set(new FaultSettings());

    /// <summary>Replaces all switches.</summary>
    /// <exception cref="ArgumentException">A value is out of range; the message names it and the range.</exception>
    public void Set(FaultSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        Change(_ => settings);
    }

    /// <summary>Moves several switches at once.</summary>
    /// <exception cref="ArgumentException">A value is out of range; the message names it and the range.</exception>
    public void Change(Func<FaultSettings, FaultSettings> change)
    {
        CancellationTokenSource? cut = null;
        TaskCompletionSource? thaw = null;
        lock (_gate)
        {
            var before = _settings;
            Volatile.Write(ref _settings, FaultSettings.Check(change(before)));
            if (_settings.IsCut)
            {
                cut = _cut;
            }
            else if (before.IsCut)
            {
                _cut = new CancellationTokenSource();
            }

            if (_settings.IsStalled)
            {
                _thaw ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
            else
            {
                (thaw, _thaw) = (_thaw, null);
            }
        }

        // A source without timer or linked tokens holds nothing; a request may still be reading its token.
        cut?.Cancel();
        thaw?.TrySetResult();
        Changed?.Invoke(this, EventArgs.Empty);
    }

    /// <summary>
    /// Cancelled from the moment connections are refused until they are taken again, so that whoever takes it late, for a connection accepted just before, is
    /// told as well. Take it once for each connection.
    /// </summary>
    public CancellationToken Cut
    {
        get
        {
            lock (_gate)
            {
                return _cut.Token;
            }
        }
    }

    /// <summary>Completes as soon as bytes move again.</summary>
    internal Task WaitWhileStalledAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _thaw is null ? Task.CompletedTask : _thaw.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>The fault set for an image, or <see cref="PodFault.None"/>; the longest matching substring wins.</summary>
    public PodFault FaultOf(string image)
    {
        var images = Settings.Images;
        return images.Count == 0
            ? PodFault.None
            : images.Where(i => image.Contains(i.Key, StringComparison.Ordinal)).OrderByDescending(i => i.Key.Length).FirstOrDefault().Value;
    }

    /// <summary>Draws the latency of one request; null when there is none.</summary>
    internal TimeSpan? DrawDelay()
    {
        var settings = Settings;
        if (settings is { LatencyMilliseconds: 0, JitterMilliseconds: 0 })
        {
            return null;
        }

        lock (_gate)
        {
            var off = ((_random.NextDouble() * 2) - 1) * settings.JitterMilliseconds;
            return TimeSpan.FromMilliseconds(Math.Max(0, settings.LatencyMilliseconds + off));
        }
    }

    /// <summary>Draws the fate of one request; the second value says that a reset comes after the request was carried out.</summary>
    internal (FaultKind Kind, bool AfterEffect) Draw()
    {
        lock (_gate)
        {
            if (_settings.ErrorRate <= 0 || _settings.Kinds == FaultKind.None || _random.NextDouble() >= _settings.ErrorRate)
            {
                return (FaultKind.None, false);
            }

            FaultKind[] kinds = [.. new[] { FaultKind.TooManyRequests, FaultKind.InternalError, FaultKind.Unavailable, FaultKind.Reset }.Where(k => _settings.Kinds.HasFlag(k))];
            return (kinds[_random.Next(kinds.Length)], _random.Next(2) == 0);
        }
    }
}
