using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Workflows.Expressions;
using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Activities.Schedules;

/// <summary>
/// When a trigger starts its workflow. Fire times depend on nothing but the definition and the time of its publication: every node and every restart computes the same ones,
/// so that a time is a key that starts one instance, however often and wherever it fires.
/// </summary>
public abstract record Schedule
{
    /// <summary>The name of the stimulus of all schedules.</summary>
    public const string StimulusName = "schedule";

    /// <summary>For people: "every 00:05:00", "cron 0 3 * * *", "once at 2026-01-31T08:00:00Z".</summary>
    public abstract string Description { get; }

    /// <summary>The first fire time after an instant, or null when there is none.</summary>
    public abstract DateTimeOffset? Next(DateTimeOffset after);

    /// <summary>The last fire time after <paramref name="after"/> and not after <paramref name="upTo"/>, or null: what to make up for after a downtime.</summary>
    public abstract DateTimeOffset? Latest(DateTimeOffset after, DateTimeOffset upTo);

    /// <summary>The schedule of a stored trigger; null when it is none, or cannot be read by this build.</summary>
    public static Schedule? Of(TriggerRecord trigger)
    {
        if (trigger.StimulusName != StimulusName || trigger.Data is null)
        {
            return null;
        }

        try
        {
            var data = JsonNode.Parse(trigger.Data);
            return data?["interval"] is { } interval ? new IntervalSchedule(TimeSpan.Parse(interval.GetValue<string>(), CultureInfo.InvariantCulture), trigger.PublishedAt)
                : data?["cron"] is { } cron ? CronSchedule.Parse(cron.GetValue<string>(), data["timeZone"]?.GetValue<string>())
                : data?["at"] is { } at ? new OnceSchedule(DateTimeOffset.Parse(at.GetValue<string>(), CultureInfo.InvariantCulture))
                : null;
        }
        catch (Exception e) when (e is JsonException or FormatException or OverflowException or InvalidOperationException or ExpressionException)
        {
            return null;
        }
    }

    /// <summary>The idempotency key of a fire time: with the definition and activity that <see cref="Runtime.WorkflowRuntime.StartTriggerAsync"/> adds, the key of a start.</summary>
    public static string FireKey(DateTimeOffset fireTime) => $"schedule:{fireTime.UtcDateTime:O}";

    internal static TriggerStimulus Stimulus(string kind, string spec) =>
        new(new StimulusKey(StimulusName, $"{kind} {spec}"), new JsonObject { [kind] = spec });
}

/// <summary>At multiples of an interval since the publication.</summary>
public sealed record IntervalSchedule(TimeSpan Interval, DateTimeOffset From) : Schedule
{
    /// <summary>The shortest interval that starts workflows.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    public override string Description => $"every {Interval:c}";

    public override DateTimeOffset? Next(DateTimeOffset after)
    {
        var rounds = after < From ? 1 : ((after - From).Ticks / Interval.Ticks) + 1;
        return rounds <= (DateTimeOffset.MaxValue - From).Ticks / Interval.Ticks ? From + (Interval * rounds) : null;
    }

    public override DateTimeOffset? Latest(DateTimeOffset after, DateTimeOffset upTo)
    {
        var rounds = upTo < From ? 0 : (upTo - From).Ticks / Interval.Ticks;
        var latest = From + (Interval * rounds);
        return rounds > 0 && latest > after ? latest : null;
    }
}

/// <summary>Once.</summary>
public sealed record OnceSchedule(DateTimeOffset At) : Schedule
{
    public override string Description => $"once at {At.UtcDateTime:O}";

    public override DateTimeOffset? Next(DateTimeOffset after) => At > after ? At : null;

    public override DateTimeOffset? Latest(DateTimeOffset after, DateTimeOffset upTo) => At > after && At <= upTo ? At : null;
}
