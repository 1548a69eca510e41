using System.CommandLine;
using Kairship.Cli.Output;
using Kairship.Simulator.Faults;

namespace Kairship.Cli.Serving;

/// <summary>The options of "kairship sim fault"; each goes with some faults only.</summary>
internal sealed class SimFaultOptions
{
    private static readonly Dictionary<string, FaultKind> Kinds = new()
    {
        ["429"] = FaultKind.TooManyRequests, ["500"] = FaultKind.InternalError, ["503"] = FaultKind.Unavailable, ["reset"] = FaultKind.Reset,
    };

    private readonly Option<string?> _for = new("--for") { Description = "Heal it after this time, for example 5m" };
    private readonly Option<bool> _drop = new("--drop") { Description = "unreachable: drop packets instead of refusing connections" };
    private readonly Option<string?> _delay = new("--delay") { Description = "slow: time before each answer [default: 2s]" };
    private readonly Option<string?> _jitter = new("--jitter") { Description = "slow: most that an answer comes earlier or later [default: a quarter of the delay]" };
    private readonly Option<double?> _rate = new("--rate") { Description = "flaky: share of requests that fail, 0 to 1 [default: 0.3]" };
    private readonly Option<string[]> _kind = new("--kind") { Description = "flaky: how they fail; may be given again [default: all]" };
    private readonly Option<int?> _retryAfter = new("--retry-after") { Description = "flaky: seconds that 429 and 503 ask to wait [default: 1]" };
    private readonly Option<string?> _skew = new("--skew") { Description = "clock-skew: how far the clock is ahead, for example 10m or -1h [default: 10m]" };
    private readonly Option<string?> _image = new("--image") { Description = "bad-image, crash-loop, unready: part of the image's name" };
    private readonly Option<string?> _node = new("--node") { Description = "node-down: name of the node" };

    public SimFaultOptions() => _kind.AcceptOnlyFromAmong([.. Kinds.Keys]);

    private IEnumerable<(Option Option, string[] Faults)> Bound =>
    [
        (_drop, ["unreachable"]), (_delay, ["slow"]), (_jitter, ["slow"]), (_rate, ["flaky"]), (_kind, ["flaky"]), (_retryAfter, ["flaky"]),
        (_skew, ["clock-skew"]), (_image, ["bad-image", "crash-loop", "unready"]), (_node, ["node-down"]),
    ];

    public void AddTo(Command command)
    {
        command.Options.Add(_for);
        foreach (var (option, _) in Bound)
        {
            command.Options.Add(option);
        }
    }

    /// <exception cref="CommandException">An option does not go with the fault, is missing, or has no sense.</exception>
    public FaultRequest Read(ParseResult result, string fault)
    {
        foreach (var (option, faults) in Bound)
        {
            if (result.GetResult(option) is { Implicit: false } && !faults.Contains(fault))
            {
                throw new CommandException($"{option.Name} does not go with {fault}: it is for {string.Join(", ", faults)}", 2);
            }
        }

        Require(result, fault, _image, ["bad-image", "crash-loop", "unready"], "shop/checkout:v3");
        Require(result, fault, _node, ["node-down"], "gcp-iowa-1");
        return new FaultRequest
        {
            Fault = fault,
            Drop = result.GetValue(_drop),
            DelayMilliseconds = Time(result, _delay)?.TotalMilliseconds,
            JitterMilliseconds = Time(result, _jitter)?.TotalMilliseconds,
            Rate = result.GetValue(_rate),
            Kinds = result.GetValue(_kind) is { Length: > 0 } kinds ? kinds.Select(k => Kinds[k]).Aggregate((a, b) => a | b) : null,
            RetryAfterSeconds = result.GetValue(_retryAfter),
            SkewSeconds = Time(result, _skew)?.TotalSeconds,
            Image = result.GetValue(_image),
            Node = result.GetValue(_node),
            ForSeconds = Time(result, _for)?.TotalSeconds,
        };
    }

    private static void Require(ParseResult result, string fault, Option<string?> option, string[] faults, string example)
    {
        if (faults.Contains(fault) && string.IsNullOrEmpty(result.GetValue(option)))
        {
            throw new CommandException($"{fault} needs {option.Name}, for example {option.Name} {example}", 2);
        }
    }

    private static TimeSpan? Time(ParseResult result, Option<string?> option) =>
        result.GetValue(option) is { } text ? Durations.Parse(text, option.Name) : null;
}
