using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Kairship.Workflows.Activities;

namespace Kairship.Testing.Workflows;

/// <summary>The outside world of a test: what effects did to it, by idempotency key. Survives crashes of the engine.</summary>
public sealed class EffectLedger
{
    private readonly ConcurrentDictionary<string, ConcurrentBag<string>> done = new();

    /// <summary>Distinct effects: key to what was done under it.</summary>
    public IReadOnlyDictionary<string, string> Distinct => done.ToDictionary(d => d.Key, d => string.Join(" | ", d.Value.Distinct().Order()));

    /// <summary>How often an effect was attempted under a key.</summary>
    public int Count(string key) => done.TryGetValue(key, out var all) ? all.Count : 0;

    public int Total => done.Values.Sum(d => d.Count);

    public void Record(string key, string what) => done.GetOrAdd(key, _ => []).Add(what);
}

/// <summary>
/// An effect for tests. Inputs: Value (recorded, and its Result), Outcome, Fail (how many attempts fail before one succeeds; "fatal" for a failure that is not
/// retried), WaitFor (an event to wait for first), Poll (how often to ask to be run again after a second first).
/// </summary>
public sealed class RecordingEffect(EffectLedger ledger) : EffectActivity
{
    public const string TypeName = "Test.Effect";

    /// <summary>Called in the middle of each run, with the context: to block it, or to look.</summary>
    public Func<EffectContext, CancellationToken, Task>? During { get; set; }

    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor.Create(TypeName, "Test", "Records what it did.")
        .WithInput(new InputDescriptor("Value", "Object"))
        .WithInput(new InputDescriptor("Outcome", "String"))
        .WithInput(new InputDescriptor("Fail", "String"))
        .WithInput(new InputDescriptor("WaitFor", "String"))
        .WithInput(new InputDescriptor("Poll", "Int32"))
        .WithInput(new InputDescriptor("Outcomes", "List<String>", UIHint: "dynamic-outcomes"))
        .WithOutput(new OutputDescriptor("Result", "Object"));

    public override async ValueTask<ActivityResult> ExecuteAsync(EffectContext context, CancellationToken cancellationToken)
    {
        if (During is { } during)
        {
            await during(context, cancellationToken);
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (context.Text("WaitFor") is { Length: > 0 } waitFor && context.ResumedBy is null)
        {
            return ActivityResult.WaitFor([new StimulusKey("event", waitFor)]);
        }

        var polled = context.State["polled"]?.GetValue<int>() ?? 0;
        if (int.TryParse(context.Text("Poll"), out var polls) && polled < polls)
        {
            return ActivityResult.Wait(TimeSpan.FromSeconds(1), new JsonObject { ["polled"] = polled + 1 });
        }

        var fail = context.Text("Fail");
        if (fail == "fatal")
        {
            return ActivityResult.Fail("Fatal", $"{context.ActivityId} fails on purpose");
        }

        if (int.TryParse(fail, out var failures) && context.Attempt <= failures)
        {
            throw new IOException($"attempt {context.Attempt} fails on purpose");
        }

        var value = context.Inputs["Value"];
        ledger.Record(context.IdempotencyKey, $"{context.ActivityId}={value?.ToJsonString()}{(context.ResumedBy is { } by ? $" by {by.Key.Key}:{by.Payload?.ToJsonString()}" : "")}");
        return ActivityResult.Leave(context.Text("Outcome") is { Length: > 0 } outcome ? outcome : "Done", new JsonObject { ["Result"] = value?.DeepClone() });
    }
}
