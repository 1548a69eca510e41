using System.Globalization;

namespace Kairship.Simulator.Faults;

/// <summary>One fault as people ask for it.</summary>
public sealed record FaultRequest
{
    /// <summary>One of <see cref="NamedFaults.All"/>.</summary>
    public required string Fault { get; init; }

    /// <summary>unreachable: drop packets instead of refusing connections.</summary>
    public bool Drop { get; init; }

    /// <summary>slow: milliseconds before each answer.</summary>
    /// <value>2000</value>
    public double? DelayMilliseconds { get; init; }

    /// <summary>slow: most milliseconds that an answer comes earlier or later.</summary>
    /// <value>a quarter of the delay</value>
    public double? JitterMilliseconds { get; init; }

    /// <summary>flaky: share of requests that fail, 0 to 1.</summary>
    /// <value>0.3</value>
    public double? Rate { get; init; }

    /// <summary>flaky: how they fail.</summary>
    public FaultKind? Kinds { get; init; }

    /// <summary>flaky: seconds in the Retry-After header.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>clock-skew: seconds that the cluster's clock is ahead; negative when it is behind.</summary>
    /// <value>600</value>
    public double? SkewSeconds { get; init; }

    /// <summary>bad-image, crash-loop, unready: part of the image's name.</summary>
    public string? Image { get; init; }

    /// <summary>node-down: the node's name.</summary>
    public string? Node { get; init; }

    /// <summary>Seconds after which it heals by itself; never when null.</summary>
    public double? ForSeconds { get; init; }
}

/// <summary>A fault that a cluster has now.</summary>
public sealed record ActiveFault(string Name, string Detail, DateTimeOffset? Until);

/// <summary>The faults that people know by name, as changes of <see cref="FaultSettings"/>.</summary>
public static class NamedFaults
{
    /// <summary>Every name.</summary>
    public static readonly IReadOnlyList<string> All =
        ["unreachable", "frozen", "slow", "flaky", "clock-skew", "full", "node-down", "bad-image", "crash-loop", "unready"];

    private static readonly FaultSettings Healthy = new();

    private static readonly (string Name, PodFault Fault)[] OfPods =
        [("bad-image", PodFault.ImagePullBackOff), ("crash-loop", PodFault.CrashLoopBackOff), ("unready", PodFault.Unready)];

    /// <summary>The settings with this fault too.</summary>
    /// <exception cref="ArgumentException">The request names no fault, or lacks what the fault needs; the message says what would be right.</exception>
    public static FaultSettings Apply(FaultSettings settings, FaultRequest request, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(request);
        if (request.ForSeconds is not (null or (> 0 and <= 31_536_000)))
        {
            throw new ArgumentException($"forSeconds is {request.ForSeconds}; it is more than 0 and at most a year.", nameof(request));
        }

        var next = request.Fault switch
        {
            "unreachable" => settings with { Unreachable = true, Drop = request.Drop },
            "frozen" => settings with { Frozen = true },
            "slow" => Slow(settings, request.DelayMilliseconds ?? 2000, request.JitterMilliseconds),
            "flaky" => settings with
            {
                ErrorRate = request.Rate ?? 0.3, Kinds = request.Kinds ?? FaultKind.All, RetryAfterSeconds = request.RetryAfterSeconds ?? 1,
            },
            "clock-skew" => settings with { ClockSkewSeconds = request.SkewSeconds ?? 600 },
            "full" => settings with { NodesFull = true },
            "node-down" => settings with { NodesDown = [.. settings.NodesDown.Union([Needed(request.Node, "node-down", "a node")], StringComparer.Ordinal)] },
            "bad-image" => Image(settings, request, PodFault.ImagePullBackOff),
            "crash-loop" => Image(settings, request, PodFault.CrashLoopBackOff),
            "unready" => Image(settings, request, PodFault.Unready),
            _ => throw Unknown(request.Fault),
        };
        var ends = new Dictionary<string, DateTimeOffset>(settings.Ends, StringComparer.Ordinal);
        ends.Remove(request.Fault);
        if (request.ForSeconds is { } seconds)
        {
            ends[request.Fault] = now.AddSeconds(seconds);
        }

        return next with { Ends = ends };
    }

    /// <summary>The settings without this fault.</summary>
    /// <exception cref="ArgumentException">There is no fault of this name.</exception>
    public static FaultSettings Heal(FaultSettings settings, string fault)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var next = fault switch
        {
            "unreachable" => settings with { Unreachable = false, Drop = false },
            "frozen" => settings with { Frozen = false },
            "slow" => settings with { LatencyMilliseconds = 0, JitterMilliseconds = 0 },
            "flaky" => settings with { ErrorRate = 0, Kinds = Healthy.Kinds, RetryAfterSeconds = Healthy.RetryAfterSeconds },
            "clock-skew" => settings with { ClockSkewSeconds = 0 },
            "full" => settings with { NodesFull = false },
            "node-down" => settings with { NodesDown = [] },
            "bad-image" => Without(settings, PodFault.ImagePullBackOff),
            "crash-loop" => Without(settings, PodFault.CrashLoopBackOff),
            "unready" => Without(settings, PodFault.Unready),
            _ => throw Unknown(fault),
        };
        return next with { Ends = settings.Ends.Where(e => e.Key != fault).ToDictionary(StringComparer.Ordinal) };
    }

    /// <summary>What is broken, in the order of <see cref="All"/>.</summary>
    public static IReadOnlyList<ActiveFault> Active(FaultSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return [.. Details(settings).Select(f => new ActiveFault(f.Name, f.Detail, settings.Ends.TryGetValue(f.Name, out var end) ? end : null))];
    }

    /// <summary>The settings without the faults whose time is over.</summary>
    internal static FaultSettings Expire(FaultSettings settings, DateTimeOffset now) =>
        settings.Ends.Where(e => e.Value <= now).Aggregate(settings, (s, end) => All.Contains(end.Key) ? Heal(s, end.Key) : s);

    private static IEnumerable<(string Name, string Detail)> Details(FaultSettings s)
    {
        if (s.Unreachable)
        {
            yield return ("unreachable", s.Drop ? "packets are dropped" : "connections are refused");
        }

        if (s.Frozen)
        {
            yield return ("frozen", "connections are taken, nothing is answered");
        }

        if (s is not { LatencyMilliseconds: 0, JitterMilliseconds: 0 })
        {
            yield return ("slow", $"{Text(s.LatencyMilliseconds)} ± {Text(s.JitterMilliseconds)} ms");
        }

        if (s.ErrorRate > 0)
        {
            yield return ("flaky", $"{Text(s.ErrorRate * 100)} % of requests: {(s.Kinds == FaultKind.All ? "429, 500, 503, reset" : s.Kinds)}");
        }

        if (s.ClockSkewSeconds != 0)
        {
            yield return ("clock-skew", $"{Text(Math.Abs(s.ClockSkewSeconds))} s {(s.ClockSkewSeconds > 0 ? "ahead" : "behind")}");
        }

        if (s.NodesFull)
        {
            yield return ("full", "no node takes a pod");
        }

        if (s.NodesDown.Count > 0)
        {
            yield return ("node-down", string.Join(", ", s.NodesDown));
        }

        foreach (var (name, fault) in OfPods)
        {
            if (s.Images.Where(i => i.Value == fault).Select(i => i.Key).ToList() is { Count: > 0 } images)
            {
                yield return (name, $"images with {string.Join(", ", images)}");
            }
        }
    }

    private static FaultSettings Slow(FaultSettings settings, double delay, double? jitter) =>
        settings with { LatencyMilliseconds = delay, JitterMilliseconds = jitter ?? (delay / 4) };

    private static FaultSettings Image(FaultSettings settings, FaultRequest request, PodFault fault) => settings with
    {
        Images = new Dictionary<string, PodFault>(settings.Images, StringComparer.Ordinal) { [Needed(request.Image, request.Fault, "an image")] = fault },
    };

    private static FaultSettings Without(FaultSettings settings, PodFault fault) =>
        settings with { Images = settings.Images.Where(i => i.Value != fault).ToDictionary(StringComparer.Ordinal) };

    private static string Needed(string? value, string fault, string what) =>
        string.IsNullOrEmpty(value) ? throw new ArgumentException($"{fault} needs the name of {what}.", nameof(value)) : value;

    private static ArgumentException Unknown(string fault) =>
        new($"There is no fault \"{fault}\"; there are {string.Join(", ", All)}.", nameof(fault));

    private static string Text(double number) => number.ToString("0.###", CultureInfo.InvariantCulture);
}
