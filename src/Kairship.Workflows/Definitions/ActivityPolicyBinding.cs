using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Workflows.Activities;

namespace Kairship.Workflows.Definitions;

/// <summary>Reads the policy of one activity from its customProperties, and says what is wrong with it.</summary>
internal sealed class ActivityPolicyBinding(Compilation run, JsonObject json, string id, Activity activity)
{
    private const string Prefix = "kairship:";
    private static readonly string[] Known = ["retry", "timeout", "incidentStrategy", "compensation"];
    private static readonly string[] RetryKeys = ["maxAttempts", "delay", "maxDelay", "backoffType", "jitter"];
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <summary>The id of a compensation that is named, or null.</summary>
    public static string? NamedCompensation(JsonObject activity) => DefinitionJson.Text((activity["customProperties"] as JsonObject)?[Prefix + "compensation"]);

    /// <summary>A compensation that is embedded, or null.</summary>
    public static JsonObject? EmbeddedCompensation(JsonObject activity) =>
        (activity["customProperties"] as JsonObject)?[Prefix + "compensation"] is JsonObject o ? DefinitionJson.NormaliseActivity((JsonObject)o.DeepClone()) : null;

    /// <summary>The strategy that the definition's options name; Elsa's names of types and the short ones.</summary>
    public static IncidentStrategy OfDefinition(Compilation run, JsonObject definition)
    {
        if (definition["options"] is not JsonObject options || DefinitionJson.Find(options, "incidentStrategyType") is not { } given || DefinitionJson.Text(given) is "")
        {
            return IncidentStrategy.Fault;
        }

        var strategy = Strategy(given);
        if (strategy is null)
        {
            run.Error(null, "options.incidentStrategyType", ProblemCode.Policy, $"{given.ToJsonString()} is no incident strategy: Fault, Continue (ContinueWithIncidentsStrategy) or Compensate.");
        }

        return strategy ?? IncidentStrategy.Fault;
    }

    public ActivityPolicy Bind(string? compensation)
    {
        if (json["customProperties"] is not JsonObject custom || !custom.Any(p => p.Key.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            return ActivityPolicy.None;
        }

        foreach (var (name, _) in custom.Where(p => p.Key.StartsWith(Prefix, StringComparison.Ordinal) && !Known.Contains(p.Key[Prefix.Length..])))
        {
            run.Warn(id, $"customProperties.{name}", ProblemCode.Policy, $"'{name}' is not known. Known: {string.Join(", ", Known.Select(k => Prefix + k))}.");
        }

        return new ActivityPolicy
        {
            Retry = Retry(custom[Prefix + "retry"]),
            Timeout = Timeout(custom[Prefix + "timeout"]),
            Incidents = Incidents(custom[Prefix + "incidentStrategy"]),
            Compensation = compensation,
        };
    }

    private RetryPolicy? Retry(JsonNode? node)
    {
        if (node is null)
        {
            return null;
        }

        if (node is not JsonObject given)
        {
            return Wrong<RetryPolicy>("retry", "must be {\"maxAttempts\": 5, \"delay\": \"00:00:01\", \"maxDelay\": \"00:01:00\", \"backoffType\": \"Exponential\", \"jitter\": true}");
        }

        if (activity is not EffectActivity)
        {
            run.Warn(id, "customProperties.kairship:retry", ProblemCode.Policy, $"{activity.Descriptor.TypeName} does nothing outside that could be tried again: put the retry on the activities inside.");
        }

        foreach (var (name, _) in given.Where(p => !RetryKeys.Contains(p.Key)))
        {
            run.Warn(id, "customProperties.kairship:retry", ProblemCode.Policy, $"'{name}' is not known. Known: {string.Join(", ", RetryKeys)}.");
        }

        var standard = new RetryPolicy();
        var attempts = given["maxAttempts"] is not { } a ? standard.MaxAttempts : a is JsonValue av && av.TryGetValue<int>(out var n) ? n : 0;
        var delay = given["delay"] is { } d ? Span(d) : standard.Delay;
        var maxDelay = given["maxDelay"] is { } m ? Span(m) : delay is { } own && own > standard.MaxDelay ? own : standard.MaxDelay;
        var backoff = BackoffType.Exponential;
        if (attempts is < 1 or > 1000)
        {
            return Wrong<RetryPolicy>("retry", "has a maxAttempts that is no number from 1 to 1000 (the first attempt counts)");
        }

        if (delay is not { } first || maxDelay is not { } most || first > Longest || most > Longest || most < first)
        {
            return Wrong<RetryPolicy>("retry", "has a delay or maxDelay that is no time up to a day, such as \"00:00:05\", or a maxDelay below the delay");
        }

        if (given["backoffType"] is { } type && !(Enum.TryParse(DefinitionJson.Text(type), ignoreCase: true, out backoff) && Enum.IsDefined(backoff)))
        {
            return Wrong<RetryPolicy>("retry", "has a backoffType that is none of Constant, Linear, Exponential");
        }

        var jitter = given["jitter"] is not { } j || j.GetValueKind() == JsonValueKind.True;
        return new RetryPolicy { MaxAttempts = attempts, Delay = first, MaxDelay = most, Backoff = backoff, Jitter = jitter };
    }

    private TimeSpan? Timeout(JsonNode? node) =>
        node is null ? null : Span(node) is { } span && span > TimeSpan.Zero ? span : Wrong<TimeSpan?>("timeout", "must be a positive time, such as \"00:05:00\"");

    private IncidentStrategy? Incidents(JsonNode? node) =>
        node is null ? null : Strategy(node) ?? Wrong<IncidentStrategy?>("incidentStrategy", "must be Fault, Continue or Compensate");

    private static TimeSpan? Span(JsonNode node) =>
        TimeSpan.TryParse(DefinitionJson.Text(node), CultureInfo.InvariantCulture, out var span) && span >= TimeSpan.Zero ? span : null;

    /// <summary>"Elsa.Workflows.IncidentStrategies.ContinueWithIncidentsStrategy, Elsa.Workflows.Core" and "Continue" are the same.</summary>
    private static IncidentStrategy? Strategy(JsonNode node)
    {
        var name = DefinitionJson.Text(node)?.Split(',')[0].Trim().Split('.')[^1] ?? "";
        name = name.EndsWith("Strategy", StringComparison.OrdinalIgnoreCase) ? name[..^"Strategy".Length] : name;
        return name.ToUpperInvariant() switch
        {
            "FAULT" => IncidentStrategy.Fault,
            "CONTINUE" or "CONTINUEWITHINCIDENTS" => IncidentStrategy.Continue,
            "COMPENSATE" => IncidentStrategy.Compensate,
            _ => null,
        };
    }

    private T? Wrong<T>(string name, string what)
    {
        run.Error(id, $"customProperties.{Prefix}{name}", ProblemCode.Policy, $"'{Prefix}{name}' {what}.");
        return default;
    }
}
